#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Imports by the real programs: kept, unproven and never intact; the log names nobody; what is cut off leaves nothing."""

import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "attack"), os.path.join(HERE, "..", "support")]

from holds import Failed, Site, expect, leaks  # noqa: E402
from liuhen_check import cbor  # noqa: E402
from liuhen_sample.agency import cbor as writer  # noqa: E402
from stored import stored  # noqa: E402
from verify import check  # noqa: E402

WEARER, WHY, FILE = "韩梅梅", "市场检查 2026-117", "询问笔录照片.jpg"
DECLARED = ["--maker", "大华", "--device", "camera 3", "--wearer", WEARER, "--from", "2026-01-02T08:00",
            "--until", "2026-01-02T09:00", "--reason", WHY, "--by", "李雷"]
LONG = 40_000_000


def files_in(folder):
    return sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)


def replaced(flag, value):
    at = DECLARED.index(flag) + 1
    return DECLARED[:at] + [value] + DECLARED[at + 1:]


def verdict(site):
    """Of both checkers, which must agree."""
    code, said = site.run("liuhen", "verify", site.vault, "--json")
    answer, other = json.loads(said), check(site.vault)
    expect((answer["verdict"], answer["first_bad"]) == (other["verdict"], other["first_bad"]), f"{said}\n{other}")
    expect(code == (answer["verdict"] != "intact"), f"exit {code}: {said}")
    return answer["verdict"], (answer["first_bad"] or {}).get("file")


def refused(site, photo):
    before = files_in(site.vault + "/objects")
    for arguments, words in ((replaced("--maker", ""), "maker"), (replaced("--device", "x" * 65), "device"),
                             (replaced("--from", "yesterday"), "--from"), (replaced("--until", "2026-01-01T00:00"), "--until"),
                             (replaced("--until", "2999-01-01T00:00"), "later than the vault's clock"),
                             (replaced("--wearer", "a\nb"), "wearer"), (DECLARED + ["--media", "text"], "media")):
        said = site.dock(2, "import", photo, *arguments)
        expect(words in said, f"{words} is not named: {said}")
    said = site.dock(2, "import", photo, site.folder, *DECLARED)
    expect("no file that can be imported" in said and "kept as" not in said, said)
    letter = os.path.join(os.path.dirname(photo), "letter.docx")
    with open(letter, "wb") as file:
        file.write(b"text")
    said = site.dock(2, "import", photo, letter, *DECLARED)
    expect("letter.docx" in said and "--media video" in said and "kept as" not in said, said)
    huge = os.path.join(os.path.dirname(photo), "huge.mp4")
    with open(huge, "wb") as file:
        file.truncate(8_000_000_000_000)
    said = site.dock(1, "import", huge, *DECLARED)
    expect("huge.mp4" in said and "bytes left" in said and "make room" in said, said)
    os.remove(huge)
    expect(files_in(site.vault + "/objects") == before, "what was refused is kept")


def listed(site, answer):
    """The list has what was declared, the newest first."""
    items = json.loads(site.dock(0, "imports", "--json"))["imports"]
    expect([item["object"] for item in items] == [answer[0]["object"], answer[1]["object"], answer[0]["object"]], str(items))
    expect([item["media"] for item in items] == ["photo", "video", "photo"], str(items))
    item = items[-1]
    expect((item["index"], item["maker"], item["size"], item["verdict"]) == (answer[0]["index"], "大华", 1000, "unproven"), str(item))
    expect([item[field]["text"] for field in ("file", "wearer", "reason", "by")] == [FILE, WEARER, WHY, "李雷"], str(item))
    said = site.dock(0, "imports")
    expect(said.count("unproven") == 3 and WEARER in said, said)


def cut_off(site):
    """A connection that breaks before the last byte."""
    path = os.path.join(site.vault, "incoming")
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(site.socket)
        request = writer.encode({"verb": "import", "size": 1000, "media": "photo", "maker": "m", "device": "d", "from": 1, "until": 2, "file": "f",
                                 "wearer": "w", "reason": "r", "by": "b"})
        peer.sendall(len(request).to_bytes(4, "big") + request + bytes(999))
        until = time.monotonic() + 30
        while not files_in(path):
            expect(time.monotonic() < until, "the bytes of an import do not arrive")
            time.sleep(0.02)
    gone(path)


def gone(path):
    until = time.monotonic() + 30
    while files_in(path):
        expect(time.monotonic() < until, "an import that was cut off is still there")
        time.sleep(0.02)


def stopped_by_ctrl_c(site, vault, video):
    """The command ends while the vault has taken little of the file."""
    before = site.dock(0, "imports", "--json")
    vault.process.send_signal(signal.SIGSTOP)
    command = subprocess.Popen([os.path.join(site.programs, "liuhen-dock"), "import", video, *DECLARED, "--config",
                                os.path.join(site.folder, "dock", "dock.toml")])
    time.sleep(1)  # it waits for a vault that takes nothing
    command.send_signal(signal.SIGINT)
    expect(command.wait(30) == -signal.SIGINT, "Ctrl-C does not end the command")
    vault.process.send_signal(signal.SIGCONT)
    expect(site.dock(0, "imports", "--json") == before, "an import that was broken off is listed")
    gone(os.path.join(site.vault, "incoming"))


def killed_amid(site, vault):
    """The vault is killed amid an import; the next start removes what came of it."""
    path = os.path.join(site.vault, "incoming")
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(site.socket)
        request = writer.encode({"verb": "import", "size": 1000, "media": "sound", "maker": "m", "device": "d", "from": 1, "until": 2,
                                 "file": "f", "wearer": "w", "reason": "r", "by": "b"})
        peer.sendall(len(request).to_bytes(4, "big") + request + bytes(10))
        until = time.monotonic() + 30
        while not files_in(path):
            expect(time.monotonic() < until, "the bytes of an import do not arrive")
            time.sleep(0.02)
        vault.kill()
    expect(files_in(path), "the kill came too late to show anything")


def story(site, folder):
    photo, video = os.path.join(folder, FILE), os.path.join(folder, "long.MP4")
    content = os.urandom(1000)
    with open(photo, "wb") as file:
        file.write(content)
    with open(video, "wb") as file:
        file.write(os.urandom(LONG))
    expect("is liuhen-vault running" in site.dock(2, "import", photo, *DECLARED), "a vault that does not run is not named")
    with site.running() as vault:
        refused(site, photo)
        answer = json.loads(site.dock(0, "import", photo, video, *DECLARED, "--json"))["imports"]
        expect([item["object"] for item in answer][0] == hashlib.sha256(content).hexdigest(), str(answer))
        expect([(item["size"], item["verdict"], item["known"]) for item in answer] ==
               [(1000, "unproven", False), (LONG, "unproven", False)], str(answer))
        leaf = cbor.decode(bytes.fromhex(answer[0]["leaf"]))
        expect((leaf["kind"], leaf["body"]["maker"], leaf["body"]["until"]) == ("imported", "大华", 1767315600_000_000), str(leaf))
        expect("which the vault had before" in site.dock(0, "import", photo, *DECLARED), "the same bytes are not known")
        listed(site, answer)
        cut_off(site)
        stopped_by_ctrl_c(site, vault, video)
        killed_amid(site, vault)
    with site.running():
        listed(site, answer)
        expect(not files_in(site.vault + "/incoming"), "a start leaves what came of an import")
    name = f"objects/{answer[0]['object'][:2]}/{answer[0]['object']}"
    names = sorted([name, f"objects/{answer[1]['object'][:2]}/{answer[1]['object']}"])
    expect(verdict(site) == ("unproven", names[0]), f"with imports: {verdict(site)}")
    for below in ("log", "objects", "incoming"):
        expect(not leaks(os.path.join(site.vault, below), WEARER, WHY, FILE), f"{below}/ tells who or why")
    expect(leaks(os.path.join(site.vault, "db"), WEARER), "the database does not tell who: the look for leaks finds nothing")
    said = site.dock(0, "rebuild")
    expect("catalogue made anew" in said and "not entered" not in said, said)
    path = os.path.join(site.vault, name)
    os.chmod(path, 0o600)
    with open(path, "wb") as file:
        file.write(bytes([content[0] ^ 1]) + content[1:])
    expect(verdict(site) == ("altered", name), f"with a byte changed: {verdict(site)}")
    os.remove(path)
    expect(verdict(site) == ("incomplete", name), f"with an object gone: {verdict(site)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="folder with the programs")
    parser.add_argument("--made", required=True, help="folder where recordings are kept between tests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="imports-") as folder:  # a socket's path must be short
        copy = os.path.join(folder, "dock")
        shutil.copytree(stored(options.made, options.programs), copy)
        try:
            site = Site(copy, os.path.abspath(options.programs))
            with open(site.toml, encoding="utf-8") as file:
                site.socket = next(line.split('"')[1] for line in file if line.startswith("socket"))
            story(site, folder)
        except Failed as failed:
            print(f"imports: {failed}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
