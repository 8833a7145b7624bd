# SPDX-License-Identifier: Apache-2.0
"""A sample made once, and copies of it to tamper with."""

import os
import shutil
import tempfile

from liuhen_check import cbor
from liuhen_check.signed import frame
from make_sample import make
from verify import check


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
        return check(os.path.join(self.path, what), **options)
