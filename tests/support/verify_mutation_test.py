#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random changes of the samples are never intact and never break the checker."""

import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.cases import FOOTAGE, LEDGER, SECOND, Cases  # noqa: E402
from verify import answer  # noqa: E402

SEED = int(os.environ.get("LIUHEN_SEED", "7"))
ROUNDS = 2000 if os.environ.get("LIUHEN_LONG") else 150


class Mutations(Cases):
    def change(self, chance, folder, name):
        """Changes a file at random; what was done."""
        data = folder.data(name)
        at, length = chance.randrange(len(data)), chance.randrange(1, 40)
        how = chance.choice(("flip", "cut", "insert", "delete"))
        if how == "flip":
            folder.flip(name, at, 1 << chance.randrange(8))
        elif how == "cut":
            folder.splice(name, at, 1 << 30)
        else:
            folder.splice(name, at, length if how == "delete" else 0, chance.randbytes(length) if how == "insert" else b"")
        return f"{how} {name} at {at}, {length} bytes, seed {SEED}"

    def test_evidence(self):
        chance = random.Random(SEED)
        for options in ({}, {"encrypted": True}, {"release": True}):
            folder = self.sample(**options).fresh()
            names = [SECOND, "keystore/state.cbor"]
            names += ["card/ledger/0/anchor.cbor"] if "release" in options else [
                LEDGER, "card/torn/1-5-1.torn", "card/torn/0-2-2-2.torn", *map(FOOTAGE.format, range(3))]
            for _ in range(ROUNDS):
                name = chance.choice(names)
                before = folder.data(name)
                said = self.change(chance, folder, name)
                result = answer(folder.path + "/recorder")
                if name != "keystore/state.cbor" and folder.data(name) != before:
                    self.assertIn(result["verdict"], ("altered", "incomplete", "unproven"), said)
                folder.put(name, before)

    def test_all_else(self):
        chance = random.Random(SEED + 1)
        folder = self.sample().fresh()
        names = ["../agency/registered/recorder-1-0.cose", "../agency/root.pem", "../agency/witnesses/witness.example.vkey"]
        for root, _, files in os.walk(folder.path + "/vault"):
            names += [os.path.relpath(os.path.join(root, name), folder.path + "/recorder") for name in sorted(files)]
        for _ in range(ROUNDS):
            name = chance.choice(names)
            before = folder.data(name)
            said = self.change(chance, folder, name)
            result = answer(folder.path + ("/vault" if "/vault/" in name or "witness" in name else "/recorder"))
            if folder.data(name) != before and ("/vault/" in name and not name.endswith("checkpoint") or "registered" in name):
                self.assertIn(result["verdict"], ("altered", "incomplete", "unproven"), said)
            folder.put(name, before)

    def test_files_added_removed_renamed_and_linked(self):
        chance = random.Random(SEED + 2)
        folder = self.sample().fresh()
        names = [LEDGER, SECOND, "card/torn/1-5-1.torn", *map(FOOTAGE.format, range(3)), "card/ledger/0", "card/footage/0-2"]
        for _ in range(ROUNDS // 3):
            name, other = chance.choice(names), chance.choice(names) + chance.choice(("x", ".mp4", ".torn", "0"))
            if other.startswith(name + "/"):
                continue  # a folder cannot be moved into itself
            how = chance.choice(("remove", "rename", "link"))
            os.rename(folder.full(name), folder.full("../aside"))
            if how == "rename":
                os.rename(folder.full("../aside"), folder.full(other))
            elif how == "link":
                os.symlink(folder.full("../aside"), folder.full(name))
            self.assertIn(answer(folder.path + "/recorder")["verdict"], ("altered", "incomplete", "unproven"),
                          f"{how} {name} {other}, seed {SEED}")
            if how == "link":
                os.remove(folder.full(name))
            os.rename(folder.full(other if how == "rename" else "../aside"), folder.full(name))
        self.expect(folder.verdict(), "intact")


if __name__ == "__main__":
    unittest.main()
