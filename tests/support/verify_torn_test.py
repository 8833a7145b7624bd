#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""segment.md §4, the files that recoveries and lost parts leave behind."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.cases import Cases, ready  # noqa: E402
from liuhen_sample.scenario import new_card, release, store  # noqa: E402

NAMED = "card/torn/1-5-1.torn"
LOST = "card/torn/0-2-2-2.torn"


def kept(recorder, name="a.torn", close=True):
    """A recovery that keeps a torn file; its seq."""
    ready(recorder)
    recorder.torn[name] = b"cut off"
    recorder.shut_down()
    recorder.start_up()
    seq = recorder.recover(torn=[name], recording=None)
    if close:
        recorder.shut_down()
    return seq


class Torn(Cases):
    def test_against_what_entries_say(self):
        for sentence, name in (("a recovery", NAMED), ("a part.lost", LOST)):
            with self.subTest(f"named by {sentence}"):
                folder = self.sample().fresh()
                folder.flip(name, 3)
                self.expect(folder.verdict(), "altered", None, name, None)
                folder.put(name, b"")
                self.expect(folder.verdict(), "altered", None, name, None)
                folder.remove(name)
                self.expect(folder.verdict(), "incomplete", None, name, None)
                self.assertNotIn("foreign_file", self.kinds(folder.verdict()))
        folder = self.sample().fresh()
        folder.put("card/torn/other.torn", b"x")
        self.expect(folder.verdict(), "incomplete", None, "card/torn/other.torn", None)

    def test_named_in_any_generation(self):
        def script(recorder, _):
            kept(recorder)
            new_card(recorder)
            recorder.shut_down()
        with self.made(script) as (folder, _, _, _):
            self.expect(folder.verdict(), "intact")
            folder.remove("card/torn/a.torn")
            self.expect(folder.verdict(), "incomplete", None, "card/torn/a.torn", None)

    def test_named_twice(self):
        def script(recorder, _, second):
            kept(recorder, close=False)
            recorder.torn["a.torn"] = second
            recorder.start_up()
            recorder.recover(torn=["a.torn"], recording=None)
        for second in (b"cut off", b"another"):
            with self.subTest(second), self.made(lambda r, _, second=second: script(r, _, second)) as (folder, _, _, _):
                self.expect(folder.verdict(), "intact")
                folder.put("card/torn/a.torn", b"cut off")
                self.expect(folder.verdict(), "intact")
                folder.put("card/torn/a.torn", b"neither")
                self.expect(folder.verdict(), "altered", None, "card/torn/a.torn", None)

    def test_named_twice_and_released_once_is_gone(self):
        def script(recorder, agency, times):
            kept(recorder, close=False)
            recorder.torn["a.torn"] = b"another"
            recorder.start_up()
            recorder.recover(torn=["a.torn"], recording=None)
            for seq in [number for number, raw in enumerate(recorder.entries) if b"recovery" in raw][:times]:
                leaf = agency.store({"type": "torn", "file": "a.torn"}, b"x", (
                    "recorder-1", 0, seq, recorder.head_at(seq)["hash"]))
                receipt = recorder.append("receipt", {"message": agency.receipt(leaf)})
                release(recorder, ("torn", "a.torn"), recorder.head_at(receipt), 0)
            recorder.shut_down()
            recorder.torn.clear()
        for times, verdict in ((1, "incomplete"), (2, "intact")):
            with self.subTest(f"released {times} times"), self.made(
                    lambda r, a, times=times: script(r, a, times)) as (folder, _, _, _):
                self.assertEqual(folder.verdict()["verdict"], verdict)

    def test_order(self):
        folder = self.sample().fresh()
        for name in ("b.torn", "a.torn"):
            folder.put("card/torn/" + name, b"x")
        folder.remove(NAMED)
        folder.remove(LOST)
        self.assertEqual([p["file"] for p in folder.verdict()["problems"]],
                         ["card/torn/a.torn", "card/torn/b.torn", LOST, NAMED])

    def test_released(self):
        def script(recorder, agency, spoil):
            seq = kept(recorder, close=False)
            recorder.dock()
            if spoil == "entry":
                seq -= 1
            leaf = agency.store({"type": "torn", "file": "a.torn"}, b"cut off", (
                "recorder-2" if spoil == "device" else "recorder-1", 0, seq, recorder.head_at(seq)["hash"]))
            receipt = recorder.append("receipt", {"message": agency.receipt(
                leaf, recorder.source.p256("rogue") if spoil == "key" else None)})
            if spoil == "chapter":
                receipt = min(seq for place, seq in store(recorder, agency)[0].items() if place[0] == "chapter")
            head = recorder.head_at(receipt)
            if spoil == "next generation":
                recorder.shut_down()
                new_card(recorder)
            if spoil != "release":
                release(recorder, ("torn", "b.torn" if spoil == "name" else "a.torn"), head, 1 if spoil == "generation" else 0)
            recorder.shut_down()
            recorder.torn.clear()
        rows = [("a release and its receipt", None, True), ("a release of a later generation", "next generation", True),
                ("no receipt alone", "release", False), ("no release of another name", "name", False),
                ("no release of another generation", "generation", False), ("no receipt of another entry", "entry", False),
                ("no receipt of another device", "device", False), ("no receipt of a chapter", "chapter", False),
                ("no receipt that does not verify", "key", False)]
        for sentence, spoil, whole in rows:
            with self.subTest(sentence), self.made(lambda r, a, spoil=spoil: script(r, a, spoil)) as (folder, _, _, _):
                if whole:
                    self.expect(folder.verdict(), "intact")
                else:
                    self.expect(folder.verdict(), "incomplete", None, "card/torn/a.torn", None)


if __name__ == "__main__":
    unittest.main()
