# SPDX-License-Identifier: Apache-2.0
"""Row 16: the clock stepped back and forth while recording, and between boots. All of it is told; nothing is altered by it."""

import os
import unittest

from evidence import Attack
from fixture import made

# Start 2 films while the clock goes back and forth. In 3 it has moved although the machine stayed up: the simulated clock
# begins anew with each process. In 4 the machine has booted, and the clock has gone back by two hours.
SCRIPT = """[[boot]]
event = [{at = 0.5, do = "power_off"}]
[[boot]]
event = [
  {at = 0.5, do = "press_record"},
  {at = 2.0, do = "clock_step", microseconds = -90_000_000},
  {at = 3.5, do = "clock_step", microseconds = 3_600_000_000},
  {at = 5.0, do = "hold_record"},
  {at = 8.0, do = "power_off"},
]
[[boot]]
event = [
  {at = 0.5, do = "clock_step", microseconds = 7_200_000_000},
  {at = 2.0, do = "press_record"},
  {at = 4.0, do = "power_cut"},
]
[[boot]]
event = [{at = 2.5, do = "hold_record"}, {at = 5.5, do = "power_off"}]
"""
STEPS = {1: [-90_000_000, 3_600_000_000], 2: [-3_510_000_000, 7_200_000_000], 3: [-7_200_000_000]}


def starts(entries):
    """The entries of each process start, in order."""
    runs = []
    for entry in entries:
        if entry.kind == "boot":
            runs.append([])
        if runs:
            runs[-1].append(entry)
    return runs


def nearest(value, whole):
    """Whether a jump is this one: clocks run on between two readings; a boot's bound is one of seconds."""
    return abs(value - whole) < 10_000_000


class Rows(Attack):
    @classmethod
    def setUpClass(cls):
        cls.original = made("clocks", os.environ.get("LIUHEN_MADE", ""), os.environ.get("LIUHEN_BIN", ""), SCRIPT,
                            (0, 0, -9, 0))

    def test_row_16_steps_are_told_and_change_no_verdict(self):
        with self.fresh() as folder:
            told = self.both(folder.path)
            self.assertEqual((told["verdict"], told["first_bad"]), ("intact", None), told["problems"])
            found = [(one["seq"], one["text"]) for one in told["findings"] if one["kind"] == "clock"]
            self.assertEqual([seq for seq, _ in found], [entry.seq for entry in folder.of("clock")])
            runs = starts(folder.entries)
            for number, run in enumerate(runs):
                jumps = [entry for entry in run if entry.kind == "clock"]
                moved = [entry.body["after"] - entry.body["before"] for entry in jumps]
                wanted = STEPS.get(number, [])
                self.assertEqual(len(moved), len(wanted), (number, moved))
                self.assertTrue(all(nearest(*pair) for pair in zip(moved, wanted)), (number, moved))
                for entry in jumps:
                    self.assertEqual((entry.payload[8][1:], entry.body["message"]), ([0, None], None))
            self.assertEqual([run[0].payload[8][1] for run in runs], [1, 1, 0, 0])  # what each boot's time is worth
            causes = [entry.body["found"] for entry in folder.of("clock")]
            self.assertEqual(causes, ["running", "running", "not_running", "running", "between_boots"])

    def test_row_16_a_step_while_recording_is_told_within_a_second(self):
        with self.fresh() as folder:
            for entry in folder.of("clock"):
                if entry.body["found"] == "running":
                    before = folder.entries[entry.seq - 1]
                    # The entry before still has the old time; the one that tells is at most a second behind it.
                    moved = entry.payload[8][0] - before.payload[8][0]
                    self.assertTrue(nearest(moved, entry.body["after"] - entry.body["before"]), moved)
                    self.assertLess(entry.payload[7] - before.payload[7], 1.6e9)

    def test_row_16_footage_goes_on(self):
        with self.fresh() as folder:
            ends, counted = {}, 0
            for entry in folder.of("part"):
                for track, start, duration, _ in entry.body["tracks"]:
                    key = entry.body["recording"], track
                    gap = any(one.kind == "interruption" and ends.get(key, (0, 0))[1] < one.seq < entry.seq
                              for one in folder.entries)
                    if key in ends and not gap:
                        self.assertEqual(start, ends[key][0], entry.seq)
                        counted += 1
                    ends[key] = start + duration, entry.seq
            self.assertGreater(counted, 16)

    def test_row_16_a_step_cannot_be_hidden(self):
        with self.fresh() as folder:
            entry = folder.of("clock")[0]
            folder.splice(entry.file, entry.offset, len(entry.raw))
            self.expect_entry(folder, entry)


if __name__ == "__main__":
    unittest.main()
