#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""segment.md §4: files that are absent, parts that are missing, and files ahead of the ledger."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.cases import FOOTAGE, Cases, ready  # noqa: E402
from liuhen_sample.scenario import interrupt, new_card, record, release, store  # noqa: E402


def begun(recorder):
    ready(recorder)
    recorder.begin()
    recorder.open_segment(0)


class Absent(Cases):
    def test_released_segments(self):
        def script(recorder, agency, spoil):
            ready(recorder)
            start = record(recorder)
            recorder.dock()
            other = {"verdict": spoil} if spoil in ("altered", "incomplete", "unproven") else {}
            receipts, _ = store(recorder, agency, **other)
            place = ("segment", start, 0)
            head = recorder.head_at(receipts[place])
            if spoil == "next generation":
                recorder.shut_down()
                new_card(recorder)
            if spoil == "receipt of the chapter":
                head = recorder.head_at(min(receipts.values()))
            elif spoil == "hash":
                head = {**head, "hash": bytes(32)}
            elif spoil == "no receipt":
                head = recorder.head_at(0)
            elif spoil == "segment":
                place = ("segment", start, 1)
            if spoil != "release":
                release(recorder, place, head, 1 if spoil == "generation" else 0)
            recorder.shut_down()
            recorder.files.clear()
        rows = [("a release and its receipt", None, True), ("a release of a later generation", "next generation", True),
                ("no receipt alone", "release", False), ("no release of another generation", "generation", False),
                ("no release of another segment", "segment", False),
                ("no receipt of the chapter", "receipt of the chapter", False),
                ("no receipt entry of another hash", "hash", False), ("no entry that is no receipt", "no receipt", False),
                ("no leaf that says altered", "altered", False), ("no leaf that says incomplete", "incomplete", False),
                ("no leaf that says unproven", "unproven", False)]
        for sentence, spoil, whole in rows:
            with self.subTest(sentence), self.made(lambda r, a, spoil=spoil: script(r, a, spoil)) as (folder, _, _, _):
                if whole:
                    self.expect(folder.verdict(), "intact")
                else:
                    self.expect(folder.verdict(), "incomplete", 4, FOOTAGE.format(0), None)

    def test_missing_parts(self):
        def script(recorder, listed, absent=2, kept=2):
            begun(recorder)
            for _ in range(kept):
                recorder.part()
            place = recorder.camera.place()
            missing = [recorder.part(keep=False)[0] for _ in range(absent)]
            recorder.camera.go_to(place)
            recorder.start_up()
            recorder.recover(missing[:listed] if listed >= 0 else missing[listed:])
            interrupt(recorder)
            recorder.append("end", {"recording": recorder.start, "reason": "not_resumed"})
            return missing
        rows = [("two that recovery lists are excused", 2, 2, None), ("one is", 1, 1, None),
                ("three are not", 3, 3, 0), ("one that it does not list is not", 1, 2, 0),
                ("none before one that it does not list is", 1, 3, 0),
                ("the last of two listed alone leaves the first", -1, 2, 0)]
        for sentence, listed, absent, bad in rows:
            with self.subTest(sentence), self.made(
                    lambda r, _, listed=listed, absent=absent: script(r, listed, absent)) as (folder, _, _, missing):
                if bad is None:
                    self.expect(folder.verdict(), "intact")
                    self.assertIn("loss", self.kinds(folder.verdict()))
                else:
                    self.expect(folder.verdict(), "incomplete", missing[bad], FOOTAGE.format(0),
                                len(folder.data(FOOTAGE.format(0))))
        with self.subTest("a file all of whose parts are excused may be absent"), self.made(
                lambda r, _: script(r, 2, 2, 0)) as (folder, _, _, _):
            folder.remove(FOOTAGE.format(0))
            self.expect(folder.verdict(), "intact")

    def test_files_ahead_of_the_ledger(self):
        def script(recorder, act):
            begun(recorder)
            recorder.part()
            act(recorder)
        rows = [("the next segment of the recording still open", lambda r: None, "0-2/1", "incomplete"),
                ("not the one after", lambda r: None, "0-2/2", "altered"),
                ("nor of another recording", lambda r: None, "0-3/0", "altered"),
                ("nor of another generation", lambda r: None, "1-2/1", "altered"),
                ("nor after the end", lambda r: r.end(), "0-2/1", "altered"),
                ("nor after a docking", lambda r: r.dock(), "0-2/1", "altered"),
                ("a recovery leaves the recording open", lambda r: (r.start_up(), r.recover()), "0-2/1", "incomplete")]
        for sentence, act, name, verdict in rows:
            with self.subTest(sentence), self.made(lambda r, _, act=act: script(r, act)) as (folder, _, _, _):
                file = f"card/footage/{name}.mp4"
                folder.put(file, b"x")
                found = [(p["verdict"], p["seq"]) for p in folder.verdict()["problems"] if p["file"] == file]
                self.assertEqual(found, [(verdict, None)])
        with self.subTest("also behind a torn end"), self.made(
                lambda r, _: script(r, lambda r: r.append("mark", {}))) as (folder, _, _, _):
            folder.put("card/footage/0-2/1.mp4", b"x")
            ledger = "card/ledger/0/0000000000.cbor"
            folder.splice(ledger, len(folder.data(ledger)) - 9, 9)
            self.assertEqual(folder.verdict()["verdict"], "incomplete")
            folder.flip(ledger, len(folder.data(ledger)) - 200)
            self.assertIn(("altered", "card/footage/0-2/1.mp4"),
                          [(p["verdict"], p["file"]) for p in folder.verdict()["problems"]])


if __name__ == "__main__":
    unittest.main()
