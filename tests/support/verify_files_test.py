#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Step 1 of ledger.md §7: what may lie in ledger, footage and torn, and what is opened at all."""

import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.cases import FOOTAGE, SECOND, Cases  # noqa: E402

TORN = "card/torn/1-5-1.torn"


def link(folder, name):
    """Puts a link to the same bytes in the place of a file or folder."""
    os.rename(folder.full(name), folder.full("../moved"))
    os.symlink(folder.full("../moved"), folder.full(name))


def file(folder, name):
    shutil.rmtree(folder.full(name))
    folder.put(name, b"hidden")


def fifo(folder, name):
    os.remove(folder.full(name))
    os.mkfifo(folder.full(name))


def folder_of(folder, name):
    os.remove(folder.full(name))
    os.mkdir(folder.full(name))


class Files(Cases):
    def test_strays(self):
        rows = [("a file among the generations", "card/ledger/note.txt", None),
                ("a generation with leading zeros", "card/ledger/00/0000000000.cbor", "card/ledger/00"),
                ("a generation of more than 64 bits", f"card/ledger/{1 << 64}/x", f"card/ledger/{1 << 64}"),
                ("a chapter without ten digits", "card/ledger/0/37.cbor", None),
                ("a chapter of eleven digits", "card/ledger/0/00000000370.cbor", None),
                ("a folder in a generation", "card/ledger/0/x/y", "card/ledger/0/x"),
                ("an anchor where the lowest file begins at 0", "card/ledger/0/anchor.cbor", None),
                ("an anchor where there is no file", "card/ledger/1/anchor.cbor", None),
                ("a segment of another kind of file", "card/footage/0-2/3.mov", None),
                ("a segment with leading zeros", "card/footage/0-2/03.mp4", None),
                ("a recording of no number", "card/footage/x/0.mp4", "card/footage/x"),
                ("a recording of three numbers", "card/footage/0-2-3/0.mp4", "card/footage/0-2-3"),
                ("a torn file of another name", "card/torn/a.bin", None),
                ("a torn file with a space in its name", "card/torn/a b.torn", None),
                ("a torn file whose name is empty", "card/torn/.torn", None),
                ("a torn file of 61 letters", f"card/torn/{'a' * 61}.torn", None),
                ("a torn file with letters outside", "card/torn/é.torn", None),
                ("a folder among the torn files", "card/torn/a.torn/x", "card/torn/a.torn")]
        for sentence, name, stray in rows:
            with self.subTest(sentence):
                folder = self.sample().fresh()
                folder.put(name, b"x")
                self.expect(folder.verdict(), "altered", None, stray or name, None)

    def test_links_and_other_kinds_are_strays(self):
        rows = [("ledger is a link", link, "card/ledger"), ("footage is a link", link, "card/footage"),
                ("torn is a link", link, "card/torn"), ("ledger is a file", file, "card/ledger"),
                ("footage is a file", file, "card/footage"), ("torn is a file", file, "card/torn"),
                ("a generation is a link", link, "card/ledger/0"), ("a recording is a link", link, "card/footage/0-2"),
                ("a chapter is a link", link, SECOND), ("a segment is a link", link, FOOTAGE.format(1)),
                ("a torn file is a link", link, TORN), ("a chapter is a pipe", fifo, SECOND),
                ("a segment is a pipe", fifo, FOOTAGE.format(1)), ("a torn file is a pipe", fifo, TORN),
                ("a segment is a folder", folder_of, FOOTAGE.format(1))]
        for sentence, change, name in rows:
            with self.subTest(sentence):
                folder = self.sample().fresh()
                change(folder, name)
                result = folder.verdict()
                self.expect(result, "altered", None, name, None)
                inside = [p for p in result["problems"]
                          if p["verdict"] == "altered" and (p["file"] or "").startswith(name + "/")]
                self.assertEqual(inside, [])

    def test_card_and_keystore_may_be_links_to_their_folders(self):
        for name in ("card", "keystore"):
            with self.subTest(name):
                folder = self.sample().fresh()
                link(folder, name)
                self.expect(folder.verdict(), "intact")

    def test_what_was_linked_counts_as_absent(self):
        folder = self.sample().fresh()
        link(folder, TORN)
        self.assertEqual([p["verdict"] for p in folder.verdict()["problems"]], ["altered", "incomplete"])
        folder = self.sample().fresh()
        link(folder, "card/ledger")
        self.assertIn((None, "no ledger file"), [(p["seq"], p["text"]) for p in folder.verdict()["problems"]])

    def test_order_of_strays(self):
        folder = self.sample().fresh()
        names = ["card/ledger/0/B", "card/ledger/0/a", "card/ledger/x", "card/footage/0-2/x", "card/footage/x",
                 "card/torn/x"]
        for name in reversed(names):
            folder.put(name, b"")
        self.assertEqual([p["file"] for p in folder.verdict()["problems"]], names)

    def test_no_ledger_and_empty_generations(self):
        folder = self.sample().fresh()
        os.mkdir(folder.full("card/ledger/1"))
        self.expect(folder.verdict(), "intact")
        for name in ("footage", "torn", "ledger/0"):
            shutil.rmtree(folder.full("card/" + name))
        self.expect(folder.verdict("recorder/card"), "incomplete", None, None, None)

    def test_very_deep_folders_are_not_walked(self):
        folder = self.sample().fresh()
        deep = os.path.join(folder.path, "deep")
        os.mkdir(deep)
        for depth in range(1050):
            os.mkdir(deep + "/d" * (depth + 1))
        for name in ("recorder/card/ledger/0/", "recorder/card/footage/", "recorder/card/torn/", "vault/log/tile/",
                     "vault/objects/00/"):
            with self.subTest(name):
                at = os.path.join(folder.path, name)
                os.makedirs(at, exist_ok=True)
                os.rename(deep, at + "deep")
                result = folder.verdict(name.split("/")[0])
                self.assertEqual((result["verdict"], result["first_bad"]["generation"]), ("altered", None))
                os.rename(at + "deep", deep)
        subprocess.run(["rm", "-r", deep], check=True)

    def test_a_ledger_file_of_more_than_a_gibibyte_is_not_read(self):
        folder = self.sample().fresh()
        os.truncate(folder.full(SECOND), (1 << 30) + 1)
        self.expect(folder.verdict(), "altered", 36, SECOND, 0)

    def test_a_torn_file_of_another_length_is_not_read(self):
        folder = self.sample().fresh()
        os.truncate(folder.full(TORN), 1 << 40)
        self.expect(folder.verdict(), "altered", None, TORN, None)

    def test_a_segment_that_goes_on_for_long_is_not_read_whole(self):
        folder = self.sample().fresh()
        os.truncate(folder.full(FOOTAGE.format(0)), 1 << 40)
        self.assertEqual(folder.verdict()["first_bad"]["file"], FOOTAGE.format(0))



if __name__ == "__main__":
    unittest.main()
