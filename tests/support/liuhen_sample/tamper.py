# SPDX-License-Identifier: Apache-2.0
"""A sample made once, and copies of it to tamper with."""

import json
import os
import shutil
import subprocess
import tempfile

from liuhen_check import cbor
from liuhen_check.report import CannotTell
from liuhen_check.signed import frame
from make_sample import make
from verify import check


COMPARED = ("verdict", "first_bad", "witnessed", "witnessed_leaves", "leaves", "access")


def other_answer(path, trust=None, checkpoint=None):
    """(exit status, answer or None, what it said) of the checker named by LIUHEN_CHECKER; None if there is none."""
    program = os.environ.get("LIUHEN_CHECKER")
    if not program:
        return None
    command = [program, "verify", path, "--json"]
    command += ["--trust", trust] if trust else []
    command += ["--checkpoint", checkpoint] if checkpoint else []
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, check=False)
    answer = json.loads(done.stdout) if done.returncode in (0, 1) else None
    return done.returncode, answer, done.stderr


class Sample:
    """A sample made once; fresh() gives a copy to tamper with."""

    def __init__(self, **options):
        self.folder = tempfile.mkdtemp()
        self.recorder, self.agency, self.receipts = make(os.path.join(self.folder, "made"), **options)
        self.entries, at = [], 0
        for seq, raw in enumerate(self.recorder.entries):
            at = 0 if seq in self.recorder.chapters else at
            _, first, last, _ = frame(raw, 0)
            payload = cbor.decode(raw[first:last])
            self.entries.append((seq, payload[9], payload[10], at, raw))
            at += len(raw)

    def fresh(self):
        copy = os.path.join(self.folder, "copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(os.path.join(self.folder, "made"), copy)
        return Folder(copy)

    def of(self, kind, index=0):
        """(seq, kind, body, offset in its file, bytes) of an entry."""
        return [entry for entry in self.entries if entry[1] == kind][index]


class Folder:
    """A copied sample and the ways to tamper with it."""

    def __init__(self, path):
        self.path = path

    def full(self, name):
        return os.path.join(self.path, "recorder", name)

    def data(self, name):
        with open(self.full(name), "rb") as file:
            return file.read()

    def put(self, name, data):
        os.makedirs(os.path.dirname(self.full(name)), exist_ok=True)
        with open(self.full(name), "wb") as file:
            file.write(data)

    def splice(self, name, at, remove, insert=b""):
        data = self.data(name)
        self.put(name, data[:at] + insert + data[at + remove:])

    def flip(self, name, at, mask=1):
        self.splice(name, at, 1, bytes([self.data(name)[at] ^ mask]))

    def remove(self, name):
        os.remove(self.full(name))

    def verdict(self, what="recorder", **options):
        path = os.path.join(self.path, what)
        other = other_answer(path, **options)
        try:
            result = check(path, **options)
        except CannotTell:
            if other is not None:
                assert other[0] == 2, f"the other checker ended with {other[0]} where none can tell"
            raise
        if other is not None:
            told = {key: result[key] for key in COMPARED}
            assert other[1] is not None, f"the other checker cannot tell: {other[2]}; here {told}"
            assert told == {key: other[1][key] for key in COMPARED}, f"here {told}, the other checker: {other[1]}"
        return result
