#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A recorder is handed out in its bay, records under this assignment, comes back, is lost.

Recorder, dock and vault are the real programs; what a custodian does is done with the dock's commands.
"""

import argparse
import csv
import io
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
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from liuhen_life.rig import Rig, Settings  # noqa: E402
from register_replay import replay  # noqa: E402

PROCESS_SECONDS = 120
OUT_AT = 60.0  # of the recorder's life: until then intake, hand-out and delivery have time
DAY = [{"at": 0.2, "do": "dock"}, {"at": OUT_AT, "do": "undock"}, {"at": OUT_AT + 1, "do": "press_record"},
       {"at": OUT_AT + 4, "do": "hold_record"}, {"at": OUT_AT + 8, "do": "dock"}]
DEVICE = "LH-000001"
MATTERS = """序号,执法类别,执法环节,记录方式,记录场合,记录内容,开始记录时间,记录过程,结束记录时间,记录部门,记录人员
1,行政处罚,现场检查,拍照或录音录像,检查场所,检查过程,进入现场时,,离开现场时,执法大队,执法人员
2,行政强制,查封扣押,录音录像（全程）,查封现场,查封过程,进入现场时,全程,离开现场时,执法大队,执法人员
"""


class Failed(Exception):
    """A sentence about what is not as it must be."""


def expect(what, got, wanted):
    if got != wanted:
        raise Failed(f"{what}: {got!r} instead of {wanted!r}")


def contains(what, text, part):
    if part not in text:
        raise Failed(f"{what}: {part!r} is not in {text!r}")


def wait_for(what, done):
    until = time.monotonic() + PROCESS_SECONDS
    while not done():
        if time.monotonic() > until:
            raise Failed(f"{what}: not in {PROCESS_SECONDS} s")
        time.sleep(0.2)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bureau:
    """A dock with a vault, a recorder, and the people who use them."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        self.rig = Rig(folder, programs, Settings(pre_event_seconds=0), DEVICE)
        self.config = os.path.join(folder, "dock", "dock.toml")
        self.port = free_port()
        self.processes = {}

    def program(self, name, *arguments):
        done = subprocess.run([os.path.join(self.programs, name), *arguments], capture_output=True, text=True,
                              timeout=PROCESS_SECONDS, check=False)
        return done.returncode, done.stdout, done.stderr

    def must(self, name, *arguments):
        code, said, wrong = self.program(name, *arguments)
        if code != 0:
            raise Failed(f"{name} {' '.join(arguments)}: exit {code}: {said}{wrong}")
        return said

    def dock(self, *arguments):
        return self.must("liuhen-dock", *arguments, "--config", self.config)

    def refused(self, *arguments):
        """What people read when the register says no."""
        code, said, wrong = self.program("liuhen-dock", *arguments, "--config", self.config)
        expect(f"liuhen-dock {' '.join(arguments)}: exit ({said}{wrong})", code, 1)
        return wrong

    def book(self, *arguments):
        return json.loads(self.dock("book", "--json", *arguments))["items"]

    def start(self, name, *arguments):
        log = open(os.path.join(self.folder, name + ".log"), "ab")  # noqa: SIM115
        self.processes[name] = subprocess.Popen([os.path.join(self.programs, name), *arguments], stdout=log, stderr=log)

    def stop(self, name):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(PROCESS_SECONDS)

    def log(self, name):
        with open(os.path.join(self.folder, name + ".log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def end(self):
        for name in list(self.processes):
            self.processes[name].kill()
            self.processes.pop(name).wait()

    def open(self):
        """From nothing to a running dock with its register filled."""
        self.rig.commission()
        self.must("liuhen", "enroll", "dock", "--agency", self.rig.agency, "--dock", os.path.join(self.folder, "dock"),
                  "--name", "dock-01")
        self.must("liuhen-dock", "init", "--dir", self.folder, "--agency", self.rig.agency, "--recorder",
                  f"127.0.0.1:{self.port}")
        self.start("liuhen-vault", "--config", os.path.join(self.folder, "dock", "vault.toml"))
        self.start("liuhen-dock", "run", "--config", self.config)
        self.dock("register", "unit", "--unit", "SC", "--name", "执法大队")
        for number, name, licence in (("4711", "王芳", "豫G0001"), ("4712", "李强", "豫G0002"), ("4713", "赵敏", "")):
            self.dock("register", "officer", "--work-number", number, "--name", name, "--unit", "SC", "--licence", licence)
        path = os.path.join(self.folder, "matters.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(MATTERS.replace("录音录像（全程）", "手写"))
        wrong = self.refused("register", "matters", "--file", path, "--version", "2026", "--by", "4713")
        contains("problems of the list", wrong, "第 3 行“记录方式”：“手写”")
        with open(path, "w", encoding="utf-8") as file:
            file.write(MATTERS)
        self.dock("register", "matters", "--file", path, "--version", "2026", "--by", "4713")
        self.dock("register", "device", "--device", DEVICE, "--unit", "SC", "--by", "4713")

    def switch_on(self):
        self.rig.configure([DAY])
        path = os.path.join(self.folder, "recorder.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("port = 0", f"port = {self.port}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.start("liuhen-recorder", "--config", path)

    def order(self, **changed):
        words = {"device": DEVICE, "wearer": "4711", "with": "4712", "matter": "2", "place": "城关镇农贸市场",
                 "until": "2099-01-01T18:00", "by": "4713", **changed}
        if "until" not in changed:
            words["until"] = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 8 * 3600 + 4 * 3600))
        return [part for key, value in words.items() if value for part in ("--" + key, value)]


def agree(bureau):
    """The book and a second reading of the register's events say the same."""
    book = json.loads(bureau.dock("book", "--json"))
    handouts, _ = replay(os.path.join(bureau.folder, "dock", "register.db"), book["at_us"])
    said = {line["number"]: (line["device"], line["state"], line["delivery"] == "已写入") for line in book["items"]}
    read = {number: (one["device"], one["state"], one["delivered"]) for number, one in handouts.items()}
    expect("the book, against its events", said, read)


def hand_out(bureau):
    contains("not enrolled", bureau.refused("handout", *bureau.order()), "未入网，不能领用。")
    contains("by one person", bureau.refused("register", "enrolled", "--device", DEVICE, "--second", "4713", "--by", "4713"),
             "两人")
    bureau.dock("register", "enrolled", "--device", DEVICE, "--second", "4711", "--by", "4713")
    contains("no self check yet", bureau.refused("handout", *bureau.order()), "没有自检结果")
    bureau.switch_on()

    def checked():
        code, said, wrong = bureau.program("liuhen-dock", "handout", *bureau.order(), "--config", bureau.config)
        if code == 0:
            return True
        contains("while the self check is awaited", wrong, "没有自检结果")
        return False
    contains("alone", bureau.refused("handout", *bureau.order(**{"with": ""})), "两人以上")
    wait_for("the recorder is handed out", checked)
    contains("twice", bureau.refused("handout", *bureau.order()), "已由 王芳 领用")
    wait_for("the assignment is delivered", lambda: bureau.book()[0]["delivery"] == "已写入")
    print("  handed out and delivered in the bay", flush=True)


def out_and_back(bureau):
    def ended():
        return [entry for entry in bureau.rig.entries() if entry["kind"] == "end"]
    wait_for("the recording has ended", ended)
    entries = bureau.rig.entries()
    assignments = [entry for entry in entries if entry["kind"] == "assignment"]
    expect("assignments in the ledger", len(assignments), 1)
    start = next(entry for entry in entries if entry["kind"] == "start")
    expect("start: assigned", start["body"]["assigned"], "valid")
    expect("start: assignment", start["body"]["assignment"]["seq"], assignments[0]["seq"])
    if "wearer" not in start["body"] or "place" not in start["body"]:
        raise Failed(f"the start names neither wearer nor place: {sorted(start['body'])}")
    wait_for("the second intake", lambda: bureau.log("liuhen-dock").count(f"bay-1: {DEVICE} done") >= 2)
    opened = os.path.join(bureau.folder, "opened")
    bureau.must("liuhen", "open", bureau.rig.recorder, "--key", os.path.join(bureau.rig.agency, "evidence-key.pem"), "--out", opened)
    with open(os.path.join(opened, "names.json"), encoding="utf-8") as file:
        names = [(each["kind"], each["field"], each["value"]) for each in json.load(file) if each["kind"] in ("assignment", "start")]
    expect("names that the agency's key opens", names, [
        ("assignment", "names", "王芳 豫G0001"), ("assignment", "names", "城关镇农贸市场"), ("assignment", "names", "李强 豫G0002"),
        ("start", "wearer", "王芳 豫G0001"), ("start", "place", "城关镇农贸市场")])
    line = bureau.book()[0]
    expect("state", line["state"], "out")
    late = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 8 * 3600 + 5 * 3600))
    expect("overdue an hour late", [one["state"] for one in bureau.book("--overdue", "--at", late)], ["overdue"])
    expect("overdue now", bureau.book("--overdue"), [])
    contains("by nobody", bureau.program("liuhen-dock", "return", "--device", DEVICE, "--by", "9999", "--config",
                                         bureau.config)[2], "没有工号为“9999”")
    contains("return", bureau.dock("return", "--device", DEVICE, "--by", "4713"), "已归还")
    expect("overdue after the return", bureau.book("--overdue", "--at", late), [])
    rows = list(csv.reader(io.StringIO(bureau.dock("book", "--csv").lstrip("\ufeff"))))
    expect("rows of the book", len(rows), 2)
    row = dict(zip(*rows))
    expect("state in the book", row["状态"], "已归还")
    expect("wearer in the book", row["佩戴人"], "王芳 4711 豫G0001")
    expect("companions in the book", row["同行人员"], "李强 4712 豫G0002")
    expect("matters in the book", row["事项"], "行政强制/查封扣押")
    agree(bureau)
    print("  recorded under it, taken in, returned, in the book", flush=True)


def lost(bureau):
    bureau.dock("handout", *bureau.order())
    said = bureau.dock("lost", "--device", DEVICE, "--reason", "执法途中丢失", "--by", "4713")
    contains("the range without receipt", said, "之后的全部音像记录未取得入库回执")
    docking = max(entry["seq"] for entry in bureau.rig.entries() if entry["kind"] == "docking")
    contains("where the range begins", said, f"第 0 代第 {docking} 条")
    expect("state when lost", bureau.book()[0]["state"], "lost")
    contains("remark of the book", bureau.book()[0]["remark"], f"第 0 代第 {docking} 条")
    contains("handed out when lost", bureau.refused("handout", *bureau.order()), "已挂失，不能领用。")
    wait_for("the dock refuses the lost recorder",
             lambda: f"certificate of {DEVICE} is revoked" in bureau.log("liuhen-dock"))
    bureau.dock("found", "--device", DEVICE, "--note", "群众送还", "--by", "4713")
    contains("handed out when found", bureau.refused("handout", *bureau.order()), "已找回，未重新入网，不能领用。")
    wait_for("the found recorder is taken in", lambda: bureau.log("liuhen-dock").count(f"bay-1: {DEVICE} done") >= 3)
    agree(bureau)
    print("  lost with its range named, refused, found, taken in", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(HERE, "..", "..", "build", "release", "bin"))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="liuhen-handout-")
    bureau = Bureau(scratch, os.path.abspath(arguments.programs))
    try:
        bureau.open()
        hand_out(bureau)
        out_and_back(bureau)
        lost(bureau)
        expect("the dock ends", bureau.stop("liuhen-dock") in (0, 1), True)
        return 0
    except (Failed, OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"FAILED: {error}")
        return 1
    finally:
        bureau.end()
        if arguments.keep:
            print(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
