#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Step 2 of ledger.md §7: entries, their framing, their chapters, signatures and anchors."""

import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check.cbor import CborError, decode, encode  # noqa: E402
from liuhen_sample.cases import LEDGER, SECOND, Cases, place_of, ready  # noqa: E402
from liuhen_sample.scenario import record  # noqa: E402

ANCHOR = "card/ledger/0/anchor.cbor"


class Ledger(Cases):
    def test_ledger_bytes(self):
        seq, _, _, at, mark = self.sample().of("mark")
        rows = [("signature", len(mark) - 1), ("payload", 40), ("tag", 0), ("content type", 10), ("length", 22),
                ("head of the signature", len(mark) - 65)]
        for sentence, place in rows:
            with self.subTest(f"a bit of the {sentence} is flipped"):
                folder = self.sample().fresh()
                folder.flip(LEDGER, at + place)
                self.expect(folder.verdict(), "altered", seq, LEDGER, at)

    def test_entry_taken_out_or_put_twice(self):
        seq, _, _, at, raw = self.sample().of("mark")
        folder = self.sample().fresh()
        folder.splice(LEDGER, at, len(raw))
        self.expect(folder.verdict(), "altered", seq, LEDGER, at)
        folder = self.sample().fresh()
        folder.splice(LEDGER, at, 0, raw)
        self.expect(folder.verdict(), "altered", seq + 1, LEDGER, at + len(raw))

    def test_ledger_cut(self):
        sample = self.sample()
        seq, _, _, at, _ = sample.of("checkpoint")
        docking = sample.of("docking")
        folder = sample.fresh()
        folder.splice(SECOND, at + 30, 1 << 30)
        self.expect(folder.verdict(), "incomplete", seq, SECOND, at)
        folder.splice(SECOND, at, 1 << 30)
        self.expect(folder.verdict(), "incomplete", seq, SECOND, at)
        folder.put(SECOND, b"")
        self.expect(folder.verdict("recorder/card"), "intact")
        head = sample.of("shutdown")[0]
        self.expect(folder.verdict(), "incomplete", head, None, None)
        folder.remove(SECOND)
        self.expect(folder.verdict("recorder/card"), "intact")
        folder.splice(LEDGER, docking[3], 1 << 30)
        self.expect(folder.verdict("recorder/card"), "intact")
        self.expect(folder.verdict(), "incomplete", head, None, None)
        folder.put(LEDGER, b"")
        shutil.rmtree(folder.full("card/footage"))
        shutil.rmtree(folder.full("card/torn"))
        self.expect(folder.verdict("recorder/card"), "incomplete", 0, LEDGER[5:], 0)

    def test_first_chapter_cut_is_altered_while_a_second_follows(self):
        docking = self.sample().of("docking")
        folder = self.sample().fresh()
        folder.splice(LEDGER, docking[3] + 50, 1 << 30)
        self.expect(folder.verdict(), "altered", docking[0], LEDGER, docking[3])
        folder.splice(LEDGER, docking[3], 1 << 30)
        self.expect(folder.verdict(), "altered", docking[0], SECOND, 0)

    def test_chapter_files(self):
        folder = self.sample().fresh()
        other = SECOND.replace("36", "40")
        os.rename(folder.full(SECOND), folder.full(other))
        self.expect(folder.verdict(), "altered", 36, other, 0)
        folder = self.sample().fresh()
        folder.put(LEDGER, folder.data(LEDGER) + folder.data(SECOND))
        folder.remove(SECOND)
        self.expect(folder.verdict(), "altered", 36, LEDGER, self.sample().of("docking")[3] + len(
            self.sample().of("docking")[4]))
        folder = self.sample().fresh()
        folder.put("card/ledger/0/9999999999.cbor", b"")
        self.expect(folder.verdict(), "altered", 44, "card/ledger/0/9999999999.cbor", 0)

    def test_signatures_that_count(self):
        def script(forged):
            def one(recorder, _):
                """Marks 2 to 6 and a shutdown; those in forged are signed with another key, all else is right."""
                ready(recorder)
                other = recorder.source.p256("other")
                for _ in range(5):
                    key = other if recorder.seq() in forged else None
                    recorder.append("mark", {"recording": 0, "what": "note", "at": 1}, key)
                recorder.name("epoch", key=other if 7 in forged else None)
                recorder.append("shutdown", {"reason": "button"}, other if 8 in forged else None)
            return one
        rows = [("one amid an epoch does not count alone", {3}, None), ("nor do two", {3, 4}, None),
                ("that of a naming entry counts", {7}, 7), ("then all before it in the file count too", {3, 7}, 3),
                ("that of the last entry under a key counts", {8}, 8), ("and those before it with it", {2, 8}, 2)]
        for sentence, forged, bad in rows:
            with self.subTest(sentence), self.made(script(forged)) as (folder, recorder, _, _):
                if bad is None:
                    self.expect(folder.verdict(), "intact")
                else:
                    self.expect_entry(folder.verdict(), "altered", recorder, bad)
        for sentence, spoil in (("a problem behind them makes all of the file count", lambda data: data + b"x"),
                                ("so does a torn end", lambda data: data[:-1])):
            with self.subTest(sentence), self.made(script({3})) as (folder, recorder, _, _):
                folder.put(LEDGER, spoil(folder.data(LEDGER)))
                self.expect_entry(folder.verdict(), "altered", recorder, 3)

    def test_signatures_before_a_boot_and_of_a_boot_count(self):
        for sentence, bad in (("last before a boot", 2), ("a boot", 3), ("the first entry", 0)):
            def script(recorder, _, bad=bad):
                other = recorder.source.p256("other")
                if bad == 0:
                    recorder.identity = other
                    recorder.genesis()
                    recorder.start_up(new_boot=False)
                    return
                ready(recorder)
                recorder.append("shutdown", {"reason": "button"}, other if bad == 2 else None)
                recorder.resume = other if bad == 3 else recorder.resume
                recorder.start_up()
                recorder.shut_down()

            def hook(kind, _, body, bad=bad):
                return {**body, "certificate": self.sample().of("genesis")[2]["certificate"]} if (
                    kind == "genesis" and bad == 0) else body
            with self.subTest(sentence), self.made(script, hook) as (folder, recorder, _, _):
                self.assertEqual(folder.verdict()["first_bad"]["seq"], bad)
                self.assertEqual(folder.verdict()["verdict"], "altered")

    def test_signatures_count_file_by_file(self):
        def script(recorder, _):
            ready(recorder)
            recorder.append("mark", {}, recorder.source.p256("other"))
            recorder.append("mark", {})
            recorder.dock()
            recorder.append("mark", {})
            recorder.shut_down()
        with self.made(script) as (folder, recorder, _, _):
            self.expect(folder.verdict(), "intact")
            file, at = place_of(recorder, 5)
            folder.put(file, folder.data(file) + b"no entry")
            self.expect(folder.verdict(), "altered", 7, file, len(folder.data(file)) - 8)
            self.assertEqual(at, 0)

    def test_every_4096th_signature_counts(self):
        def script(recorder, _):
            ready(recorder)
            other = recorder.source.p256("other")
            while recorder.seq() < 4096:
                recorder.append("mark", {})
            recorder.append("mark", {}, other)
            recorder.shut_down()
        with self.made(script) as (folder, recorder, _, _):
            self.expect_entry(folder.verdict(), "altered", recorder, 4096)

    def test_statement_of_a_docking(self):
        for sentence, change in (("another nonce", {"nonce": bytes(16)}), ("no message", {"statement": b""}),
                                 ("a nonce of 15 bytes", {"nonce": bytes(15)}),
                                 ("a nonce of 65 bytes", {"nonce": bytes(65)})):
            def hook(kind, _, body, change=change):
                return {**body, **change} if kind == "docking" else body

            def script(recorder, _):
                ready(recorder)
                return recorder.dock()
            with self.subTest(sentence), self.made(script, hook) as (folder, recorder, _, seq):
                self.expect_entry(folder.verdict(), "altered", recorder, seq)

    def test_integers_have_64_bits(self):
        for value, raw in ((-(1 << 63), "3b7fffffffffffffff"), ((1 << 64) - 1, "1bffffffffffffffff")):
            self.assertEqual((decode(bytes.fromhex(raw)), encode(value).hex()), (value, raw))
        for raw in ("3b8000000000000000", "3bffffffffffffffff"):
            with self.subTest(raw), self.assertRaises(CborError):
                decode(bytes.fromhex(raw))
        with self.assertRaises(CborError):
            encode(-(1 << 63) - 1)


class Anchors(Cases):
    """A card whose first chapter is released."""

    def fresh(self):
        return self.sample(release=True).fresh()

    def entries(self):
        return self.sample(release=True).recorder.entries

    def test_anchor_of_a_pruned_stretch(self):
        folder, entries = self.fresh(), self.entries()
        self.assertFalse(os.path.exists(folder.full(LEDGER)))
        self.expect(folder.verdict(), "intact")
        rows = [("the first entry is changed", lambda raw: raw[:300] + bytes([raw[300] ^ 1]) + raw[301:], 0, 0),
                ("the docking is changed", lambda raw: raw[:-100] + bytes([raw[-100] ^ 1]) + raw[-99:], 35, len(entries[0])),
                ("the docking is absent", lambda raw: entries[0], 35, len(entries[0])),
                ("the docking is cut off", lambda raw: raw[:-1], 35, len(entries[0])),
                ("another entry stands for the docking", lambda raw: entries[0] + entries[34], 35, len(entries[0])),
                ("an entry follows", lambda raw: raw + entries[36], 35, len(entries[0]) + len(entries[35])),
                ("much follows", lambda raw: raw + bytes(1 << 20), 35, len(entries[0]) + len(entries[35])),
                ("it is empty", lambda raw: b"", 0, 0)]
        for sentence, change, seq, offset in rows:
            with self.subTest(sentence):
                folder = self.fresh()
                folder.put(ANCHOR, change(folder.data(ANCHOR)))
                self.expect(folder.verdict("recorder/card"), "altered", seq, ANCHOR[5:], offset)

    def test_without_an_anchor_the_stretch_is_unproven(self):
        folder = self.fresh()
        folder.remove(ANCHOR)
        self.expect(folder.verdict(), "unproven", 36, SECOND, 0)

    def test_both_entries_of_an_anchor_count_as_read(self):
        folder = self.fresh()
        folder.put(SECOND, b"")
        result = folder.verdict("recorder/card")
        self.assertEqual([(p["verdict"], p["seq"]) for p in result["problems"]], [("incomplete", 0)])
        self.assertIn("no receipt", result["problems"][0]["text"])

    def test_files_that_begin_at_1(self):
        for sentence, anchor in (("with an anchor", True), ("without one", False)):
            with self.subTest(sentence):
                folder = self.sample().fresh()
                first = "card/ledger/0/0000000001.cbor"
                if anchor:
                    folder.put(ANCHOR, self.entries()[0] * 2)
                folder.put(first, folder.data(LEDGER)[len(self.entries()[0]):])
                folder.remove(LEDGER)
                self.expect(folder.verdict(), "altered", 1, first, 0)

    def test_the_entry_after_an_anchor_follows_its_docking(self):
        def script(recorder, _):
            ready(recorder)
            record(recorder)
            first = recorder.dock()
            recorder.append("mark", {})
            second = recorder.dock()
            recorder.shut_down()
            recorder.pruned[0] = second + 1
            recorder.files.clear()
            return first, second
        with self.made(script) as (folder, recorder, _, (first, second)):
            self.expect(folder.verdict(), "incomplete", 0, None, None)
            folder.put(ANCHOR, recorder.entries[0] + recorder.entries[first])
            self.expect(folder.verdict(), "altered", second, ANCHOR, len(recorder.entries[0]))


if __name__ == "__main__":
    unittest.main()
