#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""segment.md §4: segment files against their entries."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check.media import OTHER  # noqa: E402
from liuhen_sample import recorder as module  # noqa: E402
from liuhen_sample.cases import FOOTAGE, Cases, ready  # noqa: E402
from liuhen_sample.scenario import interrupt, ring  # noqa: E402


def begun(recorder, tracks=(1, 2)):
    ready(recorder)
    recorder.begin()
    recorder.open_segment(0, tracks=tracks)


class Bytes(Cases):
    def test_bytes_of_a_segment(self):
        for encrypted in (False, True):
            sample = self.sample(encrypted=encrypted)
            seq, _, body, _, raw = sample.of("part", 2)
            at, size, segment = body["offset"], body["size"], sample.of("segment")
            rows = [("link", at + 30, seq, at), ("head of link", at, seq, at), ("media", at + size - 9, seq, at),
                    ("head of proof", at + size + 5, seq, at + size), ("proof", at + size + 60, seq, at + size),
                    ("init", 100, segment[0], 0), ("last byte of init", segment[2]["init_size"] - 1, segment[0], 0)]
            for what, place, bad, offset in rows:
                with self.subTest(f"a bit of the {what} is flipped, encrypted: {encrypted}"):
                    folder = sample.fresh()
                    folder.flip(FOOTAGE.format(0), place)
                    self.expect(folder.verdict(), "altered", bad, FOOTAGE.format(0), offset)
            self.assertEqual(len(raw), len(sample.recorder.entries[seq]))

    def test_footage_cut(self):
        last = self.sample().of("part", 5)
        name, at = FOOTAGE.format(0), last[2]["offset"]
        for cut, verdict, seq, offset in ((at + 10, "incomplete", last[0], at), (at, "incomplete", last[0], at),
                                          (10, "incomplete", self.sample().of("segment")[0], 10)):
            folder = self.sample().fresh()
            folder.splice(name, cut, 1 << 30)
            self.expect(folder.verdict(), verdict, seq, name, offset)
        folder = self.sample().fresh()
        folder.remove(name)
        self.expect(folder.verdict(), "incomplete", self.sample().of("part")[0], name, None)

    def test_footage_goes_on(self):
        missing = self.sample().of("recovery")[2]["missing"][0]
        for number, verdict, seq in ((0, "altered", self.sample().of("segment.end")[0]), (1, "incomplete", missing),
                                     (2, "altered", self.sample().of("segment.end", 1)[0])):
            with self.subTest(number):
                folder = self.sample().fresh()
                name = FOOTAGE.format(number)
                size = len(folder.data(name))
                folder.put(name, folder.data(name) + b"more")
                self.expect(folder.verdict(), verdict, seq, name, size)

    def test_bytes_left_in_a_file_that_nothing_has_closed(self):
        rows = [("the last segment of its recording", lambda r: None, "incomplete"),
                ("a ring beside the live one", lambda r: None, "incomplete"),
                ("after its segment.end", lambda r: r.end_segment(), "altered"),
                ("after an end of the recording", lambda r: r.append("end", {"recording": r.start, "reason": "x"}), "altered"),
                ("after a shutdown", lambda r: r.shut_down(), "altered"), ("after a docking", lambda r: r.dock(), "altered"),
                ("after a recovery", lambda r: (r.start_up(), r.recover()), "altered"),
                ("of another segment than the last", lambda r: r.open_segment(1), "altered")]
        for sentence, act, verdict in rows:
            def script(recorder, _, act=act, sentence=sentence):
                ready(recorder)
                recorder.begin()
                recorder.open_segment(0, pre_event="ring" in sentence)
                recorder.part()
                if "ring" in sentence:
                    recorder.open_segment(1)
                act(recorder)
            with self.subTest(sentence), self.made(script) as (folder, _, _, _):
                size = len(folder.data(FOOTAGE.format(0)))
                folder.put(FOOTAGE.format(0), folder.data(FOOTAGE.format(0)) + b"more")
                found = [(p["verdict"], p["offset"]) for p in folder.verdict()["problems"]
                         if p["file"] == FOOTAGE.format(0)]
                self.assertEqual(found, [(verdict, size)])

    def test_what_the_entries_of_a_part_must_say(self):
        part = self.sample().of("part", 3)
        rows = [("part", 3, {"hash": bytes(32)}, part[0]), ("part", 3, {"offset": 5}, part[0]),
                ("part", 3, {"tracks": [[1, 0, 1, 1]]}, part[0]), ("part", 3, {"tracks": [[3, 0, 1, 1]]}, part[0]),
                ("segment.end", 0, {"parts": 5}, self.sample().of("segment.end")[0]),
                ("segment.end", 0, {"size": 5}, self.sample().of("segment.end")[0])]
        for kind, index, change, seq in rows:
            with self.subTest(f"{kind} with {change}"), self.made(
                    lambda recorder, _: self._six(recorder), self._nth(kind, index, change)) as (folder, _, _, _):
                result = folder.verdict()
                self.assertEqual((result["verdict"], result["first_bad"]["file"]), ("altered", FOOTAGE.format(0)))
                self.assertEqual(result["first_bad"]["seq"] > 4, seq > 4)

    @staticmethod
    def _six(recorder):
        begun(recorder)
        for _ in range(6):
            recorder.part()
        recorder.end()

    @staticmethod
    def _nth(kind, index, change):
        count = [0]

        def hook(name, _, body):
            if name != kind:
                return body
            count[0] += 1
            return {**body, **change} if count[0] == index + 1 else body
        return hook

    def test_bounds(self):
        rows = [("segment", {"init_size": (1 << 20) + 1}), ("part", {"size": (1 << 26) + 1}),
                ("part", {"offset": (1 << 40) + 1}), ("part", {"tracks": [[2, 0, 1, 1], [1, 0, 1, 1]]})]
        for kind, change in rows:
            with self.subTest(f"{kind} with {change}"), self.made(
                    lambda recorder, _: self._six(recorder), self._nth(kind, 0, change)) as (folder, _, _, _):
                found = folder.verdict()["problems"][0]
                self.assertEqual((found["verdict"], found["file"].split("/")[1]), ("altered", "ledger"))


class Content(Cases):
    def judged(self, script, good, encrypted=False, hook=None):
        with self.made(script, hook, encrypted) as (folder, recorder, _, bad):
            result = folder.verdict()
            if good:
                self.expect(result, "intact")
                return
            self.assertEqual((result["verdict"], result["first_bad"]["seq"]), ("altered", bad), result["problems"])

    def test_tracks_are_those_of_the_init(self):
        for encrypted in (False, True):
            for sentence, tracks, good in (("both", (1, 2), True), ("a track that gives nothing", (1, 2), True),
                                           ("sound where the init has none", (1,), False),
                                           ("a picture where the init has none", (2,), False)):
                def script(recorder, _, tracks=tracks, sentence=sentence):
                    begun(recorder, tracks)
                    only = (1,) if "nothing" in sentence else (1, 2)
                    bad, _ = recorder.part(recorder.camera.shoot(only=only))
                    recorder.end()
                    return bad
                with self.subTest(f"{sentence}, encrypted: {encrypted}"):
                    self.judged(script, good, encrypted)

    def test_key_frame_first(self):
        def first(recorder, _):
            begun(recorder)
            bad, _ = recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()
            return bad

        def later(recorder, _):
            begun(recorder)
            recorder.part()
            recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()

        def after_sound(recorder, _):
            begun(recorder)
            place = recorder.camera.place()
            recorder.part(recorder.camera.shoot(only=(2,)))
            recorder.camera.picture = place[1]
            bad, _ = recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()
            return bad

        def after_missing(recorder, _):
            begun(recorder)
            recorder.part()
            place = recorder.camera.place()
            recorder.end_segment()
            recorder.open_segment(1)
            missing, _ = recorder.part(keep=False)
            recorder.camera.go_to(place)
            recorder.start_up()
            recorder.recover([missing])
            interrupt(recorder)
            recorder.open_segment(2)
            bad, _ = recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()
            return bad

        def after_lost(recorder, _):
            begun(recorder)
            recorder.part()
            footage = recorder.camera.shoot(OTHER)
            recorder.lose(footage)
            recorder.end_segment()
            recorder.open_segment(1)
            recorder.part(footage)
            recorder.end()

        def lost_long_ago(recorder, _):
            begun(recorder)
            footage = recorder.camera.shoot()
            recorder.lose(footage)
            recorder.part(footage)
            recorder.end_segment()
            recorder.open_segment(1)
            recorder.part()
            recorder.end_segment()
            recorder.open_segment(2)
            bad, _ = recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()
            return bad

        def lost_before(recorder, _):
            """A part.lost of the first segment, behind its own entry, excuses the second."""
            begun(recorder)
            footage = recorder.camera.shoot()
            recorder.lose(footage)
            recorder.part(footage)
            recorder.end_segment()
            recorder.open_segment(1)
            recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()

        def lost_in_itself(recorder, _):
            begun(recorder)
            footage = recorder.camera.shoot(OTHER)
            recorder.lose(footage)
            recorder.part(footage)
            recorder.end()

        def lost_of_another(recorder, _):
            begun(recorder)
            recorder.lose()
            recorder.end()
            recorder.camera.go_to((5, 0, 0))
            recorder.begin()
            recorder.open_segment(0)
            bad, _ = recorder.part(recorder.camera.shoot(OTHER))
            recorder.end()
            return bad
        rows = [("the first picture of a segment is a key frame", first, False), ("not every part begins with one", later, True),
                ("a part of sound alone does not count", after_sound, False),
                ("after a power cut too", after_missing, False),
                ("save behind a part.lost after the segment entry before", after_lost, True),
                ("which may stand before a part that was written", lost_before, True),
                ("or in the first segment itself", lost_in_itself, True),
                ("not behind one of an earlier segment", lost_long_ago, False),
                ("nor one of another recording", lost_of_another, False)]
        for sentence, script, good in rows:
            with self.subTest(sentence):
                self.judged(script, good)
        with self.subTest("what is encrypted is not looked into"):
            self.judged(first, True, encrypted=True)

    def test_a_locked_box_holds_at_least_its_tag(self):
        for size, good in ((16, True), (15, False), (0, False)):
            def script(recorder, _, size=size):
                begun(recorder)
                kept = module.lock_footage
                module.lock_footage = lambda key, counter, *_: (
                    {"counter": counter, "clear": bytes(32)}, module.uuid_box(module.LOCKED, size) + bytes(size))
                try:
                    bad, _ = recorder.part()
                finally:
                    module.lock_footage = kept
                recorder.end()
                return bad
            with self.subTest(f"{size} bytes"):
                self.judged(script, good, encrypted=True)

    def test_gaps_of_media_time(self):
        def apart(act):
            def script(recorder, _):
                begun(recorder)
                recorder.part()
                act(recorder)
                recorder.camera.skip(1000)
                bad, _ = recorder.part()
                recorder.end()
                return bad
            return script

        def say(kind, tracks):
            return lambda r: r.append(kind, {"recording": r.start, "tracks": tracks})

        def reboot(r):
            r.start_up()
            r.recover()
            r.open_segment(1)
        rows = [("nothing bridges it", lambda r: r.append("mark", {}), False),
                ("an interruption of both tracks does", say("interruption", [1, 2]), True),
                ("a resume does", say("resume", [1, 2]), True),
                ("an interruption of one track does not for the other", say("interruption", [1]), False),
                ("a recovery does", reboot, True)]
        for sentence, act, good in rows:
            with self.subTest(sentence):
                self.judged(apart(act), good)

        def overlap(recorder, _):
            begun(recorder)
            recorder.part()
            say("interruption", [1, 2])(recorder)
            recorder.camera.skip(-100)
            bad, _ = recorder.part()
            recorder.end()
            return bad
        with self.subTest("an overlap is never allowed"):
            self.judged(overlap, False)

    def test_a_ring_that_a_power_cut_left_unfinished(self):
        def short(recorder, _):
            """The ring ends early though nothing cut it off."""
            ready(recorder)
            kept, recorder.start_up = recorder.start_up, lambda: None
            recover, recorder.recover = recorder.recover, lambda **_: None
            ring(recorder, written=2)
            recorder.start_up, recorder.recover = kept, recover
            recorder.shut_down()
        with self.subTest("a whole ring is followed without a gap"):
            self.judged(lambda r, _: (ready(r), ring(r)), True)
        for written in (1, 2, 3):
            with self.subTest(f"{written} of 4 parts were written when the power went"):
                self.judged(lambda r, _, written=written: (ready(r), ring(r, written=written)), True)
        with self.subTest("without a recovery a short ring has a gap"), self.made(short) as (folder, _, _, _):
            self.assertEqual(folder.verdict()["verdict"], "altered")

        def holed(recorder, _):
            """A gap between two parts of the ring itself."""
            ready(recorder)
            recorder.begin()
            recorder.open_segment(0, pre_event=True)
            recorder.part()
            recorder.camera.skip(1000)
            bad, _ = recorder.part()
            recorder.start_up()
            recorder.recover()
            recorder.append("end", {"recording": recorder.start, "reason": "not_resumed"})
            return bad
        with self.subTest("only behind its last part"):
            self.judged(holed, False)

        def ended(kind, _, body):
            return {**body, "pre_event": False} if kind == "segment" else body
        with self.subTest("no other segment may end like this"), self.made(
                lambda r, _: (ready(r), ring(r, written=2)), ended) as (folder, _, _, _):
            self.assertEqual(folder.verdict()["verdict"], "altered")


if __name__ == "__main__":
    unittest.main()
