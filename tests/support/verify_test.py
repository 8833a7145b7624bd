#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of verify.py on the sample of make_sample.py: intact, tampered by hand, mutated at random."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from liuhen_sample.agency import SampleAgency  # noqa: E402
from liuhen_sample.keys import Source  # noqa: E402
from liuhen_sample.recorder import Recorder  # noqa: E402
from liuhen_sample.tamper import Sample  # noqa: E402
from make_sample import make  # noqa: E402
from verify import answer, check  # noqa: E402

LEDGER, SECOND = "card/ledger/0/0000000000.cbor", "card/ledger/0/0000000036.cbor"
FOOTAGE = "card/footage/0-2/{}.mp4"


class Tampered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.samples = {False: Sample(), True: Sample(encrypted=True, seed=2)}
        cls.sample = cls.samples[False]

    @classmethod
    def tearDownClass(cls):
        for sample in cls.samples.values():
            shutil.rmtree(sample.folder)

    def expect(self, result, verdict, seq=None, file=None, offset=None, generation=0):
        found = result["first_bad"]
        wanted = None
        if verdict != "intact":
            wanted = {"generation": None if seq is None else generation, "seq": seq, "file": file, "offset": offset}
        self.assertEqual((result["verdict"], found), (verdict, wanted), result["problems"])

    def test_samples_are_intact_and_the_vault_is_witnessed(self):
        for sample in self.samples.values():
            folder = sample.fresh()
            for what in ("recorder", "recorder/card", "vault"):
                self.expect(folder.verdict(what), "intact")
            self.assertTrue(folder.verdict("vault")["witnessed"])

    def test_ledger_bytes(self):
        sample = self.sample
        _, _, _, mark_at, mark = sample.of("mark")
        mark_seq = sample.of("mark")[0]
        cases = [("signature", len(mark) - 1), ("payload", 40), ("tag", 0), ("content type", 10), ("length", 22),
                 ("signature head", len(mark) - 65)]
        for name, at in cases:
            with self.subTest(name):
                folder = sample.fresh()
                folder.flip(LEDGER, mark_at + at)
                self.expect(folder.verdict(), "altered", mark_seq, LEDGER, mark_at)

    def test_entry_taken_out_or_put_twice(self):
        seq, _, _, at, raw = self.sample.of("mark")
        folder = self.sample.fresh()
        folder.splice(LEDGER, at, len(raw))
        self.expect(folder.verdict(), "altered", seq, LEDGER, at)
        folder = self.sample.fresh()
        folder.splice(LEDGER, at, 0, raw)
        self.expect(folder.verdict(), "altered", seq + 1, LEDGER, at + len(raw))

    def test_ledger_cut(self):
        seq, _, _, at, _ = self.sample.of("checkpoint")
        folder = self.sample.fresh()
        folder.splice(SECOND, at + 30, 1 << 30)
        self.expect(folder.verdict(), "incomplete", seq, SECOND, at)
        folder.splice(SECOND, at, 1 << 30)
        self.expect(folder.verdict(), "incomplete", seq, SECOND, at)
        folder.put(SECOND, b"")
        self.expect(folder.verdict(), "intact")
        folder.remove(SECOND)
        self.expect(folder.verdict(), "intact")
        docking = self.sample.of("docking")
        folder.splice(LEDGER, docking[3], 1 << 30)
        self.expect(folder.verdict(), "incomplete", docking[0], None, None)
        self.expect(folder.verdict("recorder/card"), "intact")
        folder.put(LEDGER, b"")
        shutil.rmtree(folder.full("card/footage"))
        folder.remove("card/torn/1-5-1.torn")
        self.expect(folder.verdict("recorder/card"), "incomplete", 0, LEDGER[5:], 0)

    def test_first_chapter_cut_is_altered_while_a_second_follows(self):
        docking = self.sample.of("docking")
        folder = self.sample.fresh()
        folder.splice(LEDGER, docking[3] + 50, 1 << 30)
        self.expect(folder.verdict(), "altered", docking[0], LEDGER, docking[3])
        folder.splice(LEDGER, docking[3], 1 << 30)
        self.expect(folder.verdict(), "altered", docking[0], SECOND, 0)

    def test_chapter_files(self):
        folder = self.sample.fresh()
        folder.remove(LEDGER)
        self.assertEqual(folder.verdict()["problems"][0]["verdict"], "unproven")
        folder = self.sample.fresh()
        os.rename(folder.full(SECOND), folder.full(SECOND.replace("36", "40")))
        self.expect(folder.verdict(), "altered", 36, SECOND.replace("36", "40"), 0)
        for name in ("card/ledger/note.txt", "card/ledger/00/0000000000.cbor", "card/ledger/0/36.cbor",
                     "card/footage/0-2/3.mov", "card/footage/x/0.mp4", "card/torn/a.bin"):
            with self.subTest(name):
                folder = self.sample.fresh()
                folder.put(name, b"x")
                stray = os.path.dirname(name) if name.split("/")[2] in ("00", "x") else name
                self.expect(folder.verdict(), "altered", None, stray, None)

    def test_pruned_chapter_with_anchor_and_receipt_is_intact(self):
        folder = self.sample.fresh()
        shutil.rmtree(folder.full("card/footage"))
        folder.remove(LEDGER)
        folder.remove("card/torn/1-5-1.torn")
        self.expect(folder.verdict(), "unproven", 36, SECOND, 0)
        entries = self.sample.recorder.entries
        folder.put("card/ledger/0/anchor.cbor", entries[0] + entries[35])
        self.expect(folder.verdict(), "intact")
        folder.flip("card/ledger/0/anchor.cbor", 300)
        self.expect(folder.verdict(), "altered", 0, "card/ledger/0/anchor.cbor", 0)

    def test_pruned_chapter_without_receipt_is_incomplete(self):
        folder = self.sample.fresh()
        receipt = self.sample.of("receipt")
        shutil.rmtree(folder.full("card/footage"))
        folder.remove("card/torn/1-5-1.torn")
        folder.remove(LEDGER)
        folder.splice(SECOND, receipt[3] + 5, 1 << 30)
        self.expect(folder.verdict("recorder/card"), "incomplete", 0, None, None)

    def test_footage_bytes(self):
        for sample in self.samples.values():
            seq, _, body, _, raw = sample.of("part", 2)
            at, size = body["offset"], body["size"]
            name = FOOTAGE.format(0)
            segment = sample.of("segment")
            cases = [
                ("link", at + 30, seq, at), ("link head", at, seq, at), ("media", at + size - 9, seq, at),
                ("proof head", at + size + 5, seq, at + size), ("proof", at + size + 60, seq, at + size),
                ("init", 100, segment[0], 0), ("last byte of init", segment[2]["init_size"] - 1, segment[0], 0),
            ]
            for what, place, bad, offset in cases:
                with self.subTest(what):
                    folder = sample.fresh()
                    folder.flip(name, place)
                    self.expect(folder.verdict(), "altered", bad, name, offset)
            self.assertEqual(len(raw), len(sample.recorder.entries[seq]))

    def test_footage_cut(self):
        last = self.sample.of("part", 5)
        name, at = FOOTAGE.format(0), last[2]["offset"]
        for cut, verdict, seq, offset in ((at + 10, "incomplete", last[0], at), (at, "incomplete", last[0], at),
                                          (10, "incomplete", self.sample.of("segment")[0], 10)):
            folder = self.sample.fresh()
            folder.splice(name, cut, 1 << 30)
            self.expect(folder.verdict(), verdict, seq, name, offset)
        folder = self.sample.fresh()
        folder.remove(name)
        self.expect(folder.verdict(), "incomplete", self.sample.of("part")[0], name, None)

    def test_footage_goes_on(self):
        missing = self.sample.of("recovery")[2]["missing"][0]
        for number, verdict, seq in ((0, "altered", self.sample.of("segment.end")[0]), (1, "incomplete", missing),
                                     (2, "altered", self.sample.of("segment.end", 1)[0])):
            folder = self.sample.fresh()
            name = FOOTAGE.format(number)
            size = len(folder.data(name))
            folder.put(name, folder.data(name) + b"more")
            self.expect(folder.verdict(), verdict, seq, name, size)

    def test_files_that_no_entry_names(self):
        folder = self.sample.fresh()
        folder.put(FOOTAGE.format(7), b"x")
        self.expect(folder.verdict(), "altered", None, FOOTAGE.format(7), None)
        folder = self.sample.fresh()
        folder.put("card/torn/other.torn", b"x")
        self.expect(folder.verdict(), "incomplete", None, "card/torn/other.torn", None)
        folder = self.sample.fresh()
        folder.flip("card/torn/1-5-1.torn", 3)
        self.expect(folder.verdict(), "altered", None, "card/torn/1-5-1.torn", None)
        folder.remove("card/torn/1-5-1.torn")
        result = folder.verdict()
        self.expect(result, "intact")
        self.assertIn("torn file gone", [finding["kind"] for finding in result["findings"]])

    def test_agency_and_keystore(self):
        folder = self.sample.fresh()
        registration = "../agency/registered/recorder-1-0.cose"
        folder.flip(registration, 90)
        self.expect(folder.verdict(), "altered", 0, LEDGER, 0)
        folder.remove(registration)
        self.expect(folder.verdict(), "incomplete", 0, LEDGER, 0)
        folder = self.sample.fresh()
        other = os.path.join(self.samples[True].folder, "made", "agency", "root.pem")
        result = folder.verdict(trust=other)
        self.assertIn("unproven", [problem["verdict"] for problem in result["problems"]])
        folder.put("keystore/state.cbor", b"\xa0")
        self.expect(folder.verdict(), "altered", None, "keystore/state.cbor", None)
        self.assertIsNone(answer(folder.path)["verdict"])

    def test_signed_breaches(self):
        """The recorder itself signs something that the rules forbid."""
        part = self.sample.of("part", 3)
        other = bytes(32)
        cases = [
            ("part", 3, {"hash": other}, part[0], "footage", part[2]["offset"]),
            ("part", 3, {"offset": 5}, part[0], "footage", part[2]["offset"]),
            ("part", 3, {"init": other}, part[0], "ledger", part[3]),
            ("part", 3, {"part": 9}, part[0], "ledger", part[3]),
            ("part", 3, {"size": "1"}, part[0], "ledger", None),
            ("part", 3, {"tracks": [[1, 0, 1, 1]]}, part[0], "footage", part[2]["offset"]),
            ("segment", 1, {"segment": 5}, self.sample.of("segment", 1)[0], "ledger", None),
            ("segment.end", 0, {"parts": 5}, self.sample.of("segment.end")[0], "footage", None),
            ("part", 3, {"size": 1 << 27}, part[0], "ledger", part[3]),
            ("epoch", 0, {"resume_key": b"\2" + b"\xff" * 32}, self.sample.of("epoch")[0], "ledger", None),
            ("docking", 0, {"statement": b""}, self.sample.of("docking")[0], "ledger", None),
            ("boot", 1, {"epoch_key": None}, self.sample.of("boot", 1)[0], "ledger", None),
            ("interruption", 0, {"recording": 1}, self.sample.of("interruption")[0], "ledger", None),
            ("part.lost", 0, {"entry": 6}, self.sample.of("part.lost")[0], "ledger", None),
        ]
        for kind, index, change, seq, where, offset in cases:
            with self.subTest(f"{kind} {change}"):
                count = [0]

                def hook(name, _, body, wanted=(kind, index, change), count=count):
                    if name != wanted[0]:
                        return body
                    count[0] += 1
                    return {**body, **wanted[2]} if count[0] == wanted[1] + 1 else body
                with tempfile.TemporaryDirectory() as folder:
                    make(folder, hook=hook)
                    result = check(os.path.join(folder, "recorder"))
                found = result["problems"][0] if where == "ledger" else result["first_bad"]
                self.assertEqual((result["verdict"], found["seq"]), ("altered", seq), result["problems"])
                self.assertIn(where, found["file"])
                if offset is not None:
                    self.assertEqual(found["offset"], offset)

    def test_gap_of_media_time_must_be_declared(self):
        for declared in (False, True):
            with self.subTest(declared), tempfile.TemporaryDirectory() as folder:
                source = Source(3)
                recorder = Recorder(source, SampleAgency(source, folder + "/agency"))
                recorder.genesis()
                recorder.start_up(new_boot=False)
                recorder.start = recorder.append("start", {"manner": "video"})
                recorder.open_segment(0)
                recorder.part()
                if declared:
                    recorder.append("interruption", {"recording": recorder.start, "tracks": [1, 2]})
                recorder.camera.skip(1000)
                offset = len(recorder.file())
                seq, _ = recorder.part()
                recorder.end_segment()
                recorder.append("shutdown", {"reason": "button"})
                recorder.write(folder + "/recorder")
                result = check(folder + "/recorder")
                if declared:
                    self.expect(result, "intact")
                else:
                    self.expect(result, "altered", seq, FOOTAGE.format(0), offset)

    def test_second_generation(self):
        for breach, place in ((None, None), ("resume", 0), ("state", 3)):
            with self.subTest(breach), tempfile.TemporaryDirectory() as folder:
                def hook(kind, seq, body, breach=breach):
                    return {**body, "resume": b""} if kind == "genesis" and body["head"] and breach == "resume" else body
                recorder, _, _ = make(folder, hook=hook)
                recorder.succeed()
                recorder.start_up()
                recorder.append("recovery", {"torn": [], "missing": [], "recording": None, "lost_ms": 0})
                recorder.name("epoch")
                if breach != "state":
                    recorder.append("shutdown", {"reason": "button"})
                recorder.write(os.path.join(folder, "recorder"))
                file = "card/ledger/1/0000000000.cbor"
                result = check(os.path.join(folder, "recorder"))
                if breach is None:
                    self.expect(result, "intact")
                elif breach == "resume":
                    self.expect(result, "altered", 0, file, 0, generation=1)
                else:
                    size = os.path.getsize(os.path.join(folder, "recorder", file))
                    self.expect(result, "incomplete", 4, file, size, generation=1)

    def test_vault_tampered(self):
        sample, folder = self.sample, self.sample.fresh()
        objects = [os.path.join(root, name) for root, _, names in os.walk(folder.path + "/vault/objects")
                   for name in names]
        for path in sorted(objects):
            label = os.path.relpath(path, folder.path + "/vault")
            with open(path, "rb") as file:
                data = file.read()
            with open(path, "wb") as file:
                file.write(data[:500] + bytes([data[500] ^ 1]) + data[501:])
            result = folder.verdict("vault")
            self.assertEqual((result["verdict"], result["first_bad"]["file"]), ("altered", label))
            os.remove(path)
            self.assertEqual(folder.verdict("vault")["verdict"], "incomplete")
            with open(path, "wb") as file:
                file.write(data)
        for name in ("log/checkpoint", "log/tile/0/000.p/5", "log/tile/entries/000.p/5"):
            folder = sample.fresh()
            folder.flip("../vault/" + name, 20)
            self.assertEqual(folder.verdict("vault")["verdict"], "altered")
            folder.remove("../vault/" + name)
            self.assertEqual(folder.verdict("vault")["verdict"], "altered")
        folder = sample.fresh()
        folder.put("../vault/objects/00/" + "0" * 64, b"x")
        self.expect(folder.verdict("vault"), "altered", None, "objects/00/" + "0" * 64, None)
        other = os.path.join(self.samples[True].folder, "made", "vault", "log", "checkpoint")
        self.assertEqual(sample.fresh().verdict("vault", checkpoint=other)["verdict"], "altered")
        own = os.path.join(sample.folder, "made", "vault", "log", "checkpoint")
        self.expect(sample.fresh().verdict("vault", checkpoint=own), "intact")

    def test_random_mutations_are_never_intact(self):
        chance = random.Random(7)
        for sample in self.samples.values():
            names = [LEDGER, SECOND, "card/torn/1-5-1.torn"] + [FOOTAGE.format(number) for number in range(3)]
            folder = sample.fresh()
            for _ in range(200):
                name = chance.choice(names)
                before = folder.data(name)
                at, length = chance.randrange(len(before)), chance.randrange(1, 40)
                how = chance.choice(("flip", "cut", "insert", "delete"))
                if how == "flip":
                    folder.flip(name, at, 1 << chance.randrange(8))
                elif how == "cut":
                    folder.splice(name, at, 1 << 30)
                else:
                    folder.splice(name, at, length if how == "delete" else 0,
                                  chance.randbytes(length) if how == "insert" else b"")
                changed = folder.data(name) != before
                result = folder.verdict()
                self.assertTrue(result["verdict"] != "intact" or not changed, f"{how} {name} at {at}, {length} bytes")
                folder.put(name, before)

    def test_random_mutations_elsewhere_never_crash_and_are_never_intact(self):
        chance = random.Random(9)
        folder = self.sample.fresh()
        names = ["../agency/registered/recorder-1-0.cose", "keystore/state.cbor", "../agency/root.pem"]
        for root, _, files in os.walk(folder.path + "/vault"):
            names += [os.path.relpath(os.path.join(root, name), folder.path + "/recorder") for name in files]
        for _ in range(300):
            name = chance.choice(names)
            before = folder.data(name)
            folder.flip(name, chance.randrange(len(before)), 1 << chance.randrange(8))
            result = answer(folder.path + ("/vault" if "/vault/" in name else "/recorder"))
            if "/vault/" in name and not name.endswith("checkpoint") or "registered" in name:
                self.assertNotEqual(result["verdict"], "intact", name)
            folder.put(name, before)

    def test_batch_answers_each_line(self):
        folder = self.sample.fresh()
        lines = f"{folder.path}/recorder\n{folder.path}/none\n{folder.path}/vault\t{folder.path}/agency/root.pem\n"
        done = subprocess.run([sys.executable, os.path.join(HERE, "verify.py"), "--batch"], input=lines, text=True,
                              capture_output=True, check=True)
        self.assertEqual([json.loads(line)["verdict"] for line in done.stdout.splitlines()],
                         ["intact", None, "intact"])


if __name__ == "__main__":
    unittest.main()
