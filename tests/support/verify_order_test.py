#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bodies and order of entries (ledger.md §5 and §6): the recorder itself signs what the rules forbid."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.camera import init  # noqa: E402
from liuhen_sample.cases import Cases, place_of, ready  # noqa: E402
from liuhen_sample.recorder import sha256  # noqa: E402
from liuhen_sample.scenario import interrupt, new_card, record, ring  # noqa: E402

HEAD = {"generation": 0, "seq": 0, "hash": bytes(32)}
PRIVATE = {"commitment": bytes(32), "counter": 7, "locked": b""}
FREED = {"generation": 0, "recording": None, "segment": None, "chapter": None, "torn": None, "receipt": HEAD}
TORN = {"file": "a.torn", "size": 1, "hash": bytes(32)}


def without(body, name):
    return {key: value for key, value in body.items() if key != name}


class Bodies(Cases):
    def test_fields_that_the_check_reads(self):
        rows = [
            ("start", {"wearer": PRIVATE}, True, "a wearer is a private value"),
            ("start", {"place": PRIVATE}, True, "so is a place"),
            ("start", {"wearer": "Wang"}, False, "a wearer in clear is refused"),
            ("start", {"wearer": None}, False, "a wearer that is null is refused"),
            ("start", {"place": {**PRIVATE, "more": 1}}, False, "a private value has no fourth field"),
            ("start", {"place": without(PRIVATE, "locked")}, False, "a private value has all three fields"),
            ("start", {"place": {**PRIVATE, "commitment": bytes(31)}}, False, "a commitment has 32 bytes"),
            ("start", {"place": {**PRIVATE, "counter": -1}}, False, "a counter is unsigned"),
            ("start", {"manner": 5}, True, "what the check does not read may be anything"),
            ("handover", {"from": PRIVATE, "to": {**PRIVATE, "counter": 8}}, True, "a handover names two"),
            ("handover", {"from": PRIVATE}, False, "a handover without to is refused"),
            ("handover", {"from": PRIVATE, "to": "Li"}, False, "a handover in clear is refused"),
            ("recovery", {"torn": [], "missing": []}, False, "a recovery without recording is refused"),
            ("recovery", {"torn": [], "missing": [], "recording": "1"}, False, "its recording is a seq"),
            ("recovery", {"torn": [TORN] * 257, "missing": [], "recording": None}, False, "257 torn files are too many"),
            ("part.lost", {"entry": 0}, False, "a part.lost without torn is refused"),
            ("release", {**FREED, "chapter": 1}, True, "a release frees a chapter"),
            ("release", {**FREED, "torn": "a.torn"}, True, "or a torn file"),
            ("release", {**FREED, "recording": 2, "segment": 0}, True, "or a segment"),
            ("release", FREED, False, "but not nothing"),
            ("release", {**FREED, "recording": 2}, False, "nor a recording without segment"),
            ("release", {**FREED, "segment": 2}, False, "nor a segment without recording"),
            ("release", {**FREED, "chapter": 1, "torn": "a.torn"}, False, "nor two things"),
            ("release", {**FREED, "recording": 2, "segment": 0, "chapter": 1}, False, "nor a segment and a chapter"),
            ("release", {**without(FREED, "generation"), "chapter": 1}, False, "a release names its generation"),
            ("release", {**without(FREED, "torn"), "chapter": 1}, False, "the others are null, not absent"),
            ("release", {**FREED, "chapter": 1, "receipt": 5}, False, "its receipt is a head"),
            ("release", {**FREED, "chapter": 1, "receipt": without(HEAD, "hash")}, False, "a head has a hash"),
            ("unknown", {"anything": [1, {"b": b""}]}, True, "an unknown kind changes nothing"),
        ]
        for kind, body, good, sentence in rows:
            def script(recorder, _, kind=kind, body=body):
                ready(recorder)
                seq = recorder.append(kind, body)
                recorder.shut_down()
                return seq
            with self.subTest(sentence), self.made(script) as (folder, recorder, _, seq):
                result = folder.verdict("recorder/card")
                if good:
                    self.expect(result, "intact")
                else:
                    self.expect(result, "altered", seq, place_of(recorder, seq)[0][5:], place_of(recorder, seq)[1])

    def test_names_of_torn_files(self):
        for name, good in (("a.torn", True), ("A-1_x.b.torn", True), ("a" * 60 + ".torn", True), (".torn", False),
                           ("a" * 61 + ".torn", False), ("a/b.torn", False), ("a b.torn", False), ("a.torn\n", False),
                           ("a", False), ("é.torn", False)):
            def script(recorder, _, name=name):
                ready(recorder)
                recorder.append("shutdown", {"reason": "button"})
                recorder.start_up()
                recorder.append("recovery", {"torn": [{**TORN, "file": name}], "missing": [], "recording": None})
            with self.subTest(name), self.made(script) as (folder, _, _, _):
                self.assertEqual(folder.verdict()["verdict"], "incomplete" if good else "altered")

    def test_first_entries(self):
        rows = [(0, {"docking": HEAD}, "altered", "the first genesis has no docking"),
                (0, {"head": HEAD}, "altered", "nor a head"), (0, {"resume": b""}, "altered", "nor a resume"),
                (0, {"docking": 5}, "altered", "docking is a head or null"),
                (1, {"resume": None}, "altered", "a later genesis has a resume"),
                (1, {"head": None}, "altered", "and a head"),
                (1, {"docking": None}, "intact", "its docking may be null"),
                (1, {"names": 5}, "intact", "names are not read")]
        for generation, change, verdict, sentence in rows:
            def hook(kind, _, body, generation=generation, change=change):
                return {**body, **change} if kind == "genesis" and (body["head"] is not None) == bool(generation) else body

            def script(recorder, _):
                ready(recorder)
                recorder.shut_down()
                new_card(recorder)
                recorder.shut_down()
            with self.subTest(sentence), self.made(script, hook) as (folder, recorder, _, _):
                if verdict == "intact":
                    self.expect(folder.verdict(), "intact")
                else:
                    self.expect_entry(folder.verdict(), "altered", recorder, 0, generation)


def opened(recorder):
    """A recording with a segment and a part."""
    ready(recorder)
    recorder.begin()
    recorder.open_segment(0)
    recorder.part()


def cut(recorder):
    """A power cut in a recording."""
    opened(recorder)
    recorder.start_up()
    recorder.recover()


def of(recorder, kind, recording=None, **fields):
    """An entry of a recording, else of the one that was opened last."""
    return recorder.append(kind, {"recording": recorder.start if recording is None else recording, "tracks": [1],
                                  "reason": "button", **fields})


class Order(Cases):
    """Each script ends with the entry that breaks a rule, or with one that does not."""

    def rows(self, rows, encrypted=False):
        for sentence, good, script in rows:
            with self.subTest(sentence), self.made(
                    lambda recorder, _, script=script: script(recorder), encrypted=encrypted) as (folder, recorder, _, _):
                last = recorder.seq() - 1
                bad = [p["seq"] for p in folder.verdict()["problems"]
                       if p["verdict"] == "altered" and p["file"].startswith("card/ledger")]
                self.assertEqual(bad, [] if good else [last], folder.verdict()["problems"])

    def test_open_recording(self):
        def after_end(kind, **fields):
            return lambda r: (opened(r), r.end(), of(r, kind, **fields))

        def after_docking(kind, **fields):
            return lambda r: (opened(r), r.dock(), of(r, kind, **fields))
        place = {"segment": 1, "init": bytes(32), "init_size": 1, "encryption": None}
        rows = [("an interruption belongs to the open recording", True, lambda r: (opened(r), of(r, "interruption"))),
                ("none follows the end", False, after_end("interruption")),
                ("no resume follows the end", False, after_end("resume")),
                ("no second end follows the end", False, after_end("end")),
                ("no segment follows the end", False, after_end("segment", **place)),
                ("no part follows the end", False, lambda r: (opened(r), of(r, "end"), r.part())),
                ("no segment.end follows the end", False, lambda r: (opened(r), of(r, "end"), r.end_segment())),
                ("no interruption follows a docking", False, after_docking("interruption")),
                ("no resume follows a docking", False, after_docking("resume")),
                ("no end follows a docking", False, after_docking("end")),
                ("no segment follows a docking", False, after_docking("segment", **place)),
                ("no part follows a docking", False, lambda r: (opened(r), r.dock(), r.part())),
                ("no segment.end follows a docking", False, lambda r: (opened(r), r.dock(), r.end_segment())),
                ("the next start closes the recording before", False,
                 lambda r: (opened(r), r.begin(), of(r, "interruption", recording=2))),
                ("and what follows belongs to the new one", True,
                 lambda r: (opened(r), r.begin(), of(r, "interruption"))),
                ("no part of the one before follows a start", False,
                 lambda r: (opened(r), r.append("start", {"manner": "video"}), r.part())),
                ("nothing is open before a start", False, lambda r: (ready(r), of(r, "interruption", recording=0))),
                ("an end names the open one", False, lambda r: (opened(r), of(r, "end", recording=1))),
                ("a recovery names the open one", True, cut),
                ("a recovery names no other", False, lambda r: (opened(r), r.start_up(), r.recover(recording=1))),
                ("a recovery names the open one where one is open", False,
                 lambda r: (opened(r), r.start_up(), r.recover(recording=None))),
                ("a recovery names null where none is open", True,
                 lambda r: (opened(r), r.end(), r.start_up(), r.recover(recording=None))),
                ("a recovery names no recording that has ended", False,
                 lambda r: (opened(r), r.end(), r.start_up(), r.recover())),
                ("nothing but the open recording stands in a later generation", False,
                 lambda r: (opened(r), new_card(r), of(r, "interruption")))]
        self.rows(rows)

    def test_segments_and_parts(self):
        def another(r, **fields):
            """The next part, with other fields."""
            r.hook = lambda kind, _, body: {**body, **fields} if kind == "part" else body
            r.part()

        def number(r, value):
            r.hook = lambda kind, _, body: {**body, "segment": value} if kind == "segment" else body
            r.open_segment(1)

        def lost(r, entry):
            r.append("part.lost", {"entry": entry, "reason": "io", "torn": None})
        rows = [("segments rise by one", True, lambda r: (opened(r), r.open_segment(1))),
                ("no number is left out", False, lambda r: (opened(r), number(r, 2))),
                ("no number comes twice", False, lambda r: (opened(r), number(r, 0))),
                ("parts rise by one", True, lambda r: (opened(r), r.part())),
                ("no part is left out", False, lambda r: (opened(r), another(r, part=2))),
                ("no part comes twice", False, lambda r: (opened(r), another(r, part=0))),
                ("lost parts count", False, lambda r: (opened(r), r.lose(), another(r, part=1))),
                ("a part names a segment", False, lambda r: (opened(r), another(r, segment=1))),
                ("with its init", False, lambda r: (opened(r), another(r, init=bytes(32)))),
                ("of the same boot", False, lambda r: (cut(r), _same_segment(r), r.part())),
                ("so does a segment.end", False, lambda r: (cut(r), _same_segment(r), r.end_segment())),
                ("no part follows the segment.end", False, lambda r: (opened(r), r.end_segment(), r.part())),
                ("no second segment.end does", False, lambda r: (opened(r), r.end_segment(), r.end_segment())),
                ("a segment.end names a segment", False, lambda r: (opened(r), r.segment.update(number=0), r.append(
                    "segment.end", {"recording": r.start, "segment": 1, "size": 1, "parts": 0}))),
                ("a clear segment has clear parts", False,
                 lambda r: (opened(r), another(r, encryption={"counter": 1, "clear": bytes(32)}))),
                ("part.lost names a part", False, lambda r: (opened(r), lost(r, 2))),
                ("part.lost names an earlier part", True, lambda r: (opened(r), r.lose())),
                ("of the same boot and no other", False, lambda r: (cut(r), lost(r, 4)))]
        self.rows(rows)

    def test_boots(self):
        def again(r, step):
            r.boot += step - 1
            r.start_up()
        rows = [("a boot is followed by recovery", False, lambda r: (opened(r), r.start_up(), r.append("mark", {}))),
                ("unless it follows a shutdown", True,
                 lambda r: (ready(r), r.shut_down(), r.start_up(), r.append("mark", {}))),
                ("or the first genesis", True, lambda r: (ready(r), r.append("mark", {}))),
                ("but not one of a later generation", False,
                 lambda r: (ready(r), r.shut_down(), r.succeed(), r.start_up(), r.append("mark", {}))),
                ("nor a rollback", False,
                 lambda r: (ready(r), r.shut_down(), r.roll_back(), r.start_up(), r.append("mark", {}))),
                ("or another boot follows", True, lambda r: (opened(r), r.start_up(), r.start_up(), r.recover())),
                ("which is followed by recovery then", False,
                 lambda r: (opened(r), r.start_up(), r.start_up(), r.append("mark", {}))),
                ("the counter rises in a boot", False, lambda r: (opened(r), again(r, 0))),
                ("by more than one as well", True, lambda r: (opened(r), again(r, 3), r.recover()))]
        self.rows(rows)

    def test_steps_of_the_boot_counter_are_findings(self):
        def script(recorder, _):
            ready(recorder)
            recorder.shut_down()
            recorder.boot += 2
            recorder.start_up()
            recorder.shut_down()
            return recorder.seq() - 2
        with self.made(script) as (folder, _, _, boot):
            result = folder.verdict()
            self.expect(result, "intact")
            self.assertEqual([(f["kind"], f["seq"]) for f in result["findings"]], [("boot_gap", boot)])

    def test_counters_of_footage(self):
        def counter(r, value):
            r.counter = value - 1
            r.part()

        def same_key(r, value):
            """A second recording under the key of the first."""
            key = r.key
            r.end()
            r.camera.go_to((9, 0, 0))
            r.begin()
            r.key = key
            r.open_segment(0)
            counter(r, value)
        rows = [("a counter rises", True, lambda r: (opened(r), counter(r, 5))),
                ("it never stays", False, lambda r: (opened(r), counter(r, 1))),
                ("it never falls", False, lambda r: (opened(r), counter(r, 5), counter(r, 4))),
                ("lost parts count", False, lambda r: (opened(r), r.lose(), counter(r, 2))),
                ("it rises over segments", False, lambda r: (opened(r), r.open_segment(1), counter(r, 1))),
                ("over recordings under one key", False, lambda r: (opened(r), same_key(r, 1))),
                ("where it may go on", True, lambda r: (opened(r), same_key(r, 2))),
                ("over boots under one key", False, lambda r: (cut(r), _keep_key(r), r.open_segment(1), counter(r, 1))),
                ("a new key begins anew", True, lambda r: (cut(r), r.open_segment(1), counter(r, 1)))]
        self.rows(rows, encrypted=True)

    def test_counters_of_private_values(self):
        def handover(r, first, second):
            def value(counter):
                return {"commitment": bytes(32), "counter": counter, "locked": b""}
            r.append("handover", {"from": value(first), "to": value(second)})

        def wearing(r, counter):
            r.append("start", {"wearer": {"commitment": bytes(32), "counter": counter, "locked": b""}})
        rows = [("those of one entry differ", False, lambda r: (ready(r), handover(r, 3, 3))),
                ("in any order", True, lambda r: (ready(r), handover(r, 4, 3))),
                ("they rise from entry to entry", True, lambda r: (ready(r), handover(r, 1, 2), wearing(r, 3))),
                ("each is higher than all before", False, lambda r: (ready(r), handover(r, 5, 1), handover(r, 4, 6))),
                ("the highest too", False, lambda r: (ready(r), handover(r, 1, 5), wearing(r, 5))),
                ("they go on over chapters", False, lambda r: (ready(r), wearing(r, 1), r.dock(), wearing(r, 1))),
                ("they begin anew with a boot", True,
                 lambda r: (ready(r), wearing(r, 4), r.start_up(), r.recover(recording=2), wearing(r, 0))),
                ("and with a genesis that no boot follows", True,
                 lambda r: (ready(r), wearing(r, 4), r.succeed(True), wearing(r, 0)))]
        self.rows(rows)

    def test_rings_and_whole_recordings_keep_the_order(self):
        self.rows([("two recordings", True, lambda r: (ready(r), record(r), record(r))),
                   ("a ring beside live parts", True, lambda r: (ready(r), ring(r))),
                   ("a ring cut off", True, lambda r: (ready(r), ring(r, written=2))),
                   ("a power cut", True, lambda r: (cut(r), interrupt(r)))])


def _same_segment(recorder):
    """Goes on in the segment of the boot before."""
    recorder.segment = {"number": 0, "init": sha256(init()), "parts": 1, "kept": 1, "encryption": None}


def _keep_key(recorder):
    recorder.key = recorder.source.take(f"footage {recorder.start} {recorder.boot - 1}")


if __name__ == "__main__":
    unittest.main()
