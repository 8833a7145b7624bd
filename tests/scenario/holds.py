#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds and retention classes by the real programs: placed, set, listed, through a new start, lifted and shortened by two persons; the log names nobody."""

import argparse
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "attack"), os.path.join(HERE, "..", "support")]

from dock_rows import Socket  # noqa: E402
from liuhen_sample.approver import DAY, Approver, approval_of, name_of, subject_of  # noqa: E402
from liuhen_sample.keys import P256, Source  # noqa: E402
from stored import stored  # noqa: E402
from verify import check  # noqa: E402

from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: E402

SECONDS = 60
VAULT = "dock-01-vault"
NAME, WHY = "李雷", "案件 2026-117 的申诉"
OWN = '[[retention]]\nid = "case"\nname = "案卷"\nmonths = 60\n[[retention]]\nid = "for-ever"\nname = "永久"\npermanent = true\n'


class Failed(Exception):
    """A sentence about what is not as it must be."""


def expect(true, sentence):
    if not true:
        raise Failed(sentence)


class Site:
    """A copy of a stored dock whose programs run."""

    def __init__(self, folder, programs):
        self.folder, self.programs, self.vault = folder, programs, os.path.join(folder, "vault")
        self.toml, self.log = (os.path.join(folder, name) for name in ("dock/vault.toml", "vault.log"))
        with open(self.toml, encoding="utf-8") as file:
            old = re.search(r'(?m)^folder = "(.*)/vault"$', file.read()).group(1)
        for path in (self.toml, os.path.join(folder, "dock", "dock.toml")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.write(path, text.replace(f'"{old}/', f'"{folder}/'))

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.programs, program), *arguments], capture_output=True, text=True,
                              timeout=SECONDS, check=False)
        return done.returncode, done.stdout + done.stderr

    def dock(self, code, *arguments):
        got, said = self.run("liuhen-dock", *arguments, "--config", os.path.join(self.folder, "dock", "dock.toml"))
        expect(got == code, f"liuhen-dock {' '.join(arguments)}: exit {got} instead of {code}: {said}")
        return said

    def listed(self, command):
        return json.loads(self.dock(0, command, "list", "--json"))

    def running(self):
        return Running(self)


class Two:
    """Two persons with authenticators in software whom the agency appoints, and the socket that takes what they sign."""

    def __init__(self, site):
        self.site, source = site, Source(46)
        self.both = [Approver(source, name) for name in ("head", "deputy")]
        with open(os.path.join(site.folder, "agency/root-key.pem"), "rb") as file:
            root = P256(load_pem_private_key(file.read(), None).private_numbers().private_value)
        start = time.time_ns() // 1000 - DAY
        for who in self.both:
            self.ask(verb="appoint", message=who.appointment(root, VAULT, ("hold", "retention"), start, start + 300 * DAY))

    def ask(self, **message):
        with Socket(os.path.join(self.site.vault, "vault.sock")) as stream:
            answer = stream.ask(**message)
        expect(answer and "error" not in answer, f"{message['verb']}: {answer}")
        return answer

    def grant(self, purpose, device, generation, recording):
        """What both approve, for one use, as --grant wants it."""
        asked = self.ask(verb="request", purpose=purpose, subjects=[subject_of(device, recording, generation)],
                         by=name_of("asker"), reason=name_of("why"), case=None, emergency=False)
        grant, start = name_of("grant of " + asked["request"].hex()), time.time_ns() // 1000 - 1_000_000
        content = approval_of(VAULT, (asked["request"], b""), grant, start, start + DAY, leaf=asked["leaf"], uses=1)
        self.ask(verb="approve", approval=content, signatures=[who.sign(content) for who in self.both])
        return grant.hex()


class Running:
    """The vault while it runs; ended by SIGTERM, or killed."""

    def __init__(self, site):
        self.site = site

    def said(self):
        with open(self.site.log, encoding="utf-8") as file:
            return file.read()

    def __enter__(self):
        with open(self.site.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([os.path.join(self.site.programs, "liuhen-vault"), "--config", self.site.toml],
                                            stdout=log, stderr=log)
        until = time.monotonic() + SECONDS
        while " ready, " not in self.said():
            expect(self.process.poll() is None and time.monotonic() < until, f"the vault does not start: {self.said()}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            expect(self.process.wait(SECONDS) == 0, f"the vault ended badly: {self.said()}")

    def kill(self):
        self.process.kill()
        self.process.wait(SECONDS)


def recordings(vault):
    database = sqlite3.connect(os.path.join(vault, "db", "vault.db"))
    try:
        return database.execute("select device, generation, recording, lower(hex(hash)) from object "
                                "where type = 'segment' and shelf = 'stored' order by leaf").fetchall()
    finally:
        database.close()


def leaks(folder, *texts):
    """Files below a folder that hold one of these texts."""
    return [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names
            if any(text.encode() in open(os.path.join(root, name), "rb").read() for text in texts)]


def place_and_set(site, of, hashed):
    said = site.dock(2, "hold", "place", *of[:4], "--recording", "999999", "--reason", WHY, "--by", NAME)
    expect("no leaf of the custody log tells of recording 999999" in said, said)
    for wrong, flag in ((["--reason", "x" * 4097, "--by", NAME], "--reason"), (["--reason", WHY, "--by", "a\nb"], "--by")):
        said = site.dock(2, "hold", "place", *of, *wrong)
        expect(flag in said and "on one line" in said, said)
    expect("not both" in site.dock(2, "hold", "place", *of, "--object", "0" * 64, "--reason", WHY, "--by", NAME), "both")
    expect("no hold stands" in site.dock(0, "hold", "list"), "a hold stands before one is placed")
    said = site.dock(0, "hold", "place", *of, "--reason", WHY, "--by", NAME)
    hold = re.match(r"hold ([0-9a-f]{64}) stands on recording ", said).group(1)
    said = site.dock(0, "hold", "place", *of[:4], "--object", hashed, "--reason", WHY, "--by", NAME)
    other = re.match(r"hold ([0-9a-f]{64}) stands on object ", said).group(1)
    said = site.dock(2, "retention", "set", *of, "--class", "years-11", "--by", NAME)
    expect("'years-11'" in said and "retention list" in said, said)
    site.dock(0, "retention", "set", *of, "--class", "years-10", "--by", NAME)
    site.dock(0, "retention", "set", *of, "--class", "permanent", "--by", NAME)
    return hold, other


def look(site, of, hold, other):
    holds = site.listed("hold")
    expect([item["hold"] for item in holds] == [hold, other], f"the holds that stand: {holds}")
    expect((holds[0]["by"]["text"], holds[0]["reason"]["text"]) == (NAME, WHY), f"who and why: {holds[0]}")
    expect((holds[0]["device"], holds[0]["recording"], holds[0]["object"]) == (of[1], int(of[5]), None), f"on what: {holds[0]}")
    text = site.dock(0, "hold", "list")
    expect(all(part in text for part in (hold, other, NAME, WHY)), text)
    kept = site.listed("retention")
    expect([known["id"] for known in kept["classes"]] == ["years-10", "years-30", "permanent"], f"classes: {kept}")
    expect([(item["class"], item["recording"]) for item in kept["set"]] == [("permanent", int(of[5]))], f"what is set: {kept}")
    expect("永久" in site.dock(0, "retention", "list"), "the class is not named")


def verify(site):
    code, said = site.run("liuhen", "verify", site.vault, "--json")
    expect((code, json.loads(said)["verdict"]) == (0, "intact"), f"liuhen verify: {said}")
    expect(check(site.vault)["verdict"] == "intact", "the other checker finds something")
    for folder in ("log", "objects"):
        expect(not leaks(os.path.join(site.vault, folder), NAME, WHY), f"{folder}/ tells who or why")
    expect(leaks(os.path.join(site.vault, "db"), NAME), "the database does not tell who: the look for leaks finds nothing")


def erase(site):
    """As docs/operations.md tells: by hand, with the vault stopped."""
    database = sqlite3.connect(os.path.join(site.vault, "db", "vault.db"), isolation_level=None)
    database.execute("pragma secure_delete = on")
    database.execute("delete from opening")
    database.close()
    expect(not leaks(os.path.join(site.vault, "db"), NAME, WHY), "what was erased is still in the database's files")
    with site.running():
        kept = site.listed("retention")["set"]
        expect([(item["class"], item["by"]["text"], item["by"]["salt"]) for item in kept] == [("case", None, None)], str(kept))
        expect("(erased" in site.dock(0, "hold", "list"), "it is not told that who and why were erased")


def configured(site):
    """Classes of the agency's own; a mistake in them starts nothing."""
    with open(site.toml, encoding="utf-8") as file:
        usual = file.read()
    for wrong, why in ((OWN + "weeks = 1\n", "weeks"), (OWN.replace("months = 60", ""), "has months, or permanent"), (OWN + "months = 1\n", "months"),
                       (OWN.replace("for-ever", "case"), "two classes"), (OWN.replace("case", "Case"), "must be 1 to 64")):
        site.write(site.toml, usual + wrong)
        code, said = site.run("liuhen-vault", "--config", site.toml)
        expect(code == 2 and "vault.toml:" in said and why in said, f"{wrong}: exit {code}: {said}")
    site.write(site.toml, usual + OWN)


def story(site):
    device, generation, recording, hashed = recordings(site.vault)[0]
    of = ["--device", device, "--generation", str(generation), "--recording", str(recording)]
    expect("is liuhen-vault running" in site.dock(2, "hold", "list"), "a vault that does not run is not named")
    with site.running() as vault:
        hold, other = place_and_set(site, of, hashed)
        look(site, of, hold, other)
        vault.kill()
    with site.running():
        look(site, of, hold, other)
        lift = ["hold", "lift", hold, "--reason", "结案", "--by", NAME]
        said = site.dock(1, *lift)
        expect("no_grant" in said and "purpose hold" in said and "--grant" in said, said)
        said = site.dock(1, *lift, "--grant", "0" * 64)
        expect("no_grant" in said, said)
        look(site, of, hold, other)
        two = Two(site)
        said = site.dock(1, *lift, "--grant", two.grant("retention", device, generation, recording))
        expect("access refused: request" in said, said)
        grant = two.grant("hold", device, generation, recording)
        said = site.dock(0, *lift, "--grant", grant)
        expect(f"hold {hold} is lifted" in said, said)
        expect("does not stand" in site.dock(2, *lift, "--grant", grant), "lifted twice")
        expect([item["hold"] for item in site.listed("hold")] == [other], "the other hold does not stand any more")
    verify(site)
    configured(site)
    with site.running():
        kept = site.listed("retention")
        expect([(known["id"], known["months"]) for known in kept["classes"]] == [("case", 60), ("for-ever", None)], str(kept))
        expect("which vault.toml does not name" in site.dock(0, "retention", "list"), "a class that is not configured any more")
        shorter = ["retention", "set", *of, "--class", "case", "--by", NAME]
        said = site.dock(1, *shorter)
        expect("no_grant" in said and "purpose retention" in said, said)
        two = Two(site)
        site.dock(0, *shorter, "--grant", two.grant("retention", device, generation, recording))
        expect([item["class"] for item in site.listed("retention")["set"]] == ["case"], "the newest class does not count")
    verify(site)
    erase(site)
    expect(check(site.vault)["verdict"] == "intact", "after erasing the log is not whole")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="folder with the programs")
    parser.add_argument("--made", required=True, help="folder where recordings are kept between tests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holds-") as folder:  # a socket's path must be short
        copy = os.path.join(folder, "dock")
        shutil.copytree(stored(options.made, options.programs), copy)
        try:
            story(Site(copy, os.path.abspath(options.programs)))
        except Failed as failed:
            print(f"holds: {failed}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
