#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Step 7 of ledger.md §7: what covers a pruned stretch."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.cases import Cases, ready  # noqa: E402
from liuhen_sample.scenario import free, new_card, record, release, store  # noqa: E402


def docked(recorder, agency, **other):
    """A chapter with a recording, docked; its receipts are in the next. Seqs of the receipts by place."""
    ready(recorder)
    record(recorder)
    recorder.dock()
    return store(recorder, agency, **other)[0]


class Pruned(Cases):
    def made_and_freed(self, spoil=None):
        def script(recorder, agency):
            receipts = docked(recorder, agency, **({"device": "recorder-2"} if spoil == "device" else {}))
            chapter = next(place for place in receipts if place[0] == "chapter")
            head = recorder.head_at(receipts[chapter])
            segment = next(place for place in receipts if place[0] == "segment")
            if spoil == "no release":
                pass
            elif spoil == "earlier":
                release(recorder, ("chapter", chapter[1] - 1), head, 0)
            elif spoil == "generation":
                release(recorder, chapter, head, 1)
            elif spoil == "hash":
                release(recorder, chapter, {**head, "hash": bytes(32)}, 0)
            elif spoil == "receipt of a segment":
                release(recorder, chapter, recorder.head_at(receipts[segment]), 0)
            elif spoil == "other seq":
                release(recorder, ("chapter", chapter[1] + 1), head, 0)
            elif spoil == "next generation":
                recorder.shut_down()
                new_card(recorder)
                release(recorder, chapter, {**head}, 0)
            else:
                release(recorder, chapter, head, 0)
            recorder.files.clear()
            recorder.pruned[0] = chapter[1] + 1
            recorder.shut_down()
        return self.made(script)

    def test_what_covers_a_pruned_stretch(self):
        rows = [("a release and its receipt", None, True),
                ("a release of a later generation", "next generation", True),
                ("no receipt alone", "no release", False), ("no release of an earlier chapter", "earlier", False),
                ("no release of another generation", "generation", False),
                ("no receipt entry of another hash", "hash", False),
                ("no receipt of a segment", "receipt of a segment", False),
                ("no receipt of another seq", "other seq", False), ("no receipt of another device", "device", False)]
        for sentence, spoil, covered in rows:
            with self.subTest(sentence), self.made_and_freed(spoil) as (folder, _, _, _):
                if covered:
                    self.expect(folder.verdict(), "intact")
                else:
                    self.expect(folder.verdict(), "incomplete", 0, None, None)

    def test_a_release_of_an_earlier_chapter_covers_no_later_one(self):
        def script(recorder, agency, released):
            docked(recorder, agency)
            recorder.dock()
            receipts = store(recorder, agency)[0]
            chapters = sorted(place for place in receipts if place[0] == "chapter")
            for place in chapters[:released]:
                release(recorder, place, recorder.head_at(receipts[place]), 0)
            recorder.files.clear()
            recorder.pruned[0] = chapters[1][1] + 1
            recorder.shut_down()
        for released, verdict in ((1, "incomplete"), (2, "intact")):
            with self.subTest(f"{released} of 2 released"), self.made(
                    lambda r, a, released=released: script(r, a, released)) as (folder, _, _, _):
                self.expect(folder.verdict(), verdict, *((0, None, None) if released == 1 else ()))

    def test_receipts_for_all_and_releases_for_all(self):
        def script(recorder, agency):
            free(recorder, docked(recorder, agency))
            recorder.shut_down()
        with self.made(script) as (folder, _, _, _):
            self.expect(folder.verdict(), "intact")
            self.assertFalse(os.path.exists(folder.full("card/footage")))


if __name__ == "__main__":
    unittest.main()
