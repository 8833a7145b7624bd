# SPDX-License-Identifier: Apache-2.0
"""Rows 19 and 20: an encrypted card in other hands, and keys that open what they should not."""

import glob
import json
import os
import subprocess
import tempfile
import unittest
import zlib

import fixture
from evidence import BIN, Attack
from liuhen_check.footage import LOCKED
from liuhen_sample.keys import Source
from make_sample import make

WEARER, PLACE = "王执法", "建设路十八号"
LIUHEN = os.path.join(BIN, "liuhen")
SCRIPT = """[[boot]]
event = [{at = 0.5, do = "power_off"}]
[[boot]]
event = [{at = 0.5, do = "press_record"}, {at = 4.5, do = "hold_record"}, {at = 7.0, do = "power_off"}]
"""
CONFIG = fixture.RECORDER_TOML.replace("encrypt = false", "encrypt = true") + f"""[officer]
wearer = "{WEARER}"
place = "{PLACE}"
"""


def boxes(data):
    """(start, end, name or user type) of each box of a segment."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        name = data[at + 4:at + 8]
        yield at, at + size, data[at + 8:at + 24] if name == b"uuid" else name
        at += size


class Rows(Attack):
    @classmethod
    def setUpClass(cls):
        cls.original = fixture.made("encrypted", os.environ.get("LIUHEN_MADE", ""), BIN, SCRIPT, (0, 0), CONFIG)

    def segments(self, folder):
        return sorted(glob.glob(os.path.join(folder.path, "card/footage/*/*.mp4")))

    def opened(self, path, key, out):
        """The exit code of `liuhen open`, and the clear files by name."""
        done = subprocess.run([LIUHEN, "open", path, "--key", key, "--out", out], capture_output=True, text=True, check=False)
        files = {}
        for name in glob.glob(os.path.join(out, "**", "*"), recursive=True):
            if os.path.isfile(name):
                with open(name, "rb") as file:
                    files[os.path.relpath(name, out)] = file.read()
        return done.returncode, files

    def test_row_19_a_card_shows_no_frame_sound_name_or_place(self):
        with self.fresh() as folder, tempfile.TemporaryDirectory() as out:
            key = os.path.join(folder.root, "agency", "evidence-key.pem")
            code, clear = self.opened(folder.path, key, out)
            self.assertEqual(code, 0)
            names = {line["field"]: line["value"] for line in json.loads(clear["names.json"])}
            self.assertEqual(names, {"wearer": WEARER, "place": PLACE})
            # What the key opens is really there: pictures, sound and their tables of sizes.
            whole = b"".join(data for name, data in clear.items() if name.endswith(".mp4"))
            self.assertIn(b"trun", whole)
            windows = {data[first + step:first + step + 24]
                       for data in clear.values() for first, last, what in boxes(data) if what in (b"moof", b"mdat")
                       for step in range(8, last - first - 24, 997)}
            self.assertGreater(len(windows), 100)
            for path in glob.glob(os.path.join(folder.path, "card", "**", "*"), recursive=True):
                if os.path.isdir(path):
                    continue
                with open(path, "rb") as file:
                    data = file.read()
                for text in (WEARER, PLACE):
                    for form in ("utf-8", "utf-16-le", "gb18030"):
                        self.assertNotIn(text.encode(form), data, path)
                self.assertFalse([one for one in windows if one in data], path)

    def test_row_19_players_find_nothing(self):
        with self.fresh() as folder:
            for path in self.segments(folder):
                with open(path, "rb") as file:
                    data = file.read()
                kinds = {what for _, _, what in boxes(data)}
                self.assertFalse(kinds & {b"moof", b"mdat", b"mfra", b"sidx"})
                for first, last, what in boxes(data):
                    if what == LOCKED:
                        locked = data[first + 24:last]
                        self.assertGreater(len(zlib.compress(locked, 9)), len(locked))
                done = subprocess.run(["ffprobe", "-v", "quiet", "-count_packets", "-show_entries", "stream=nb_read_packets",
                                       "-of", "csv=p=0", path], capture_output=True, text=True, check=False)
                counted = [line.strip(",") for line in done.stdout.split()]
                self.assertTrue(all(line in ("", "0", "N/A") for line in counted), done.stdout)

    def test_row_19_a_flipped_byte_yields_no_clear_byte_of_its_part(self):
        with self.fresh() as folder, tempfile.TemporaryDirectory() as good, tempfile.TemporaryDirectory() as bad:
            key = os.path.join(folder.root, "agency", "evidence-key.pem")
            name = self.segments(folder)[0]
            with open(name, "rb") as file:
                data = file.read()
            first, last = [(first, last) for first, last, what in boxes(data) if what == LOCKED][2]
            _, before = self.opened(name, key, good)
            turned = bytearray(data)
            turned[(first + last) // 2] ^= 1
            with open(name, "wb") as file:
                file.write(turned)
            code, after = self.opened(name, key, bad)
            self.assertEqual(code, 1)
            (whole,), (rest,) = before.values(), after.values()
            media = [whole[begin:end] for begin, end, what in boxes(whole) if what in (b"moof", b"mdat")]
            kept = [rest[begin:end] for begin, end, what in boxes(rest) if what in (b"moof", b"mdat")]
            self.assertEqual(kept, media[:4] + media[6:])

    def test_row_20_another_key_opens_nothing(self):
        with self.fresh() as folder, tempfile.TemporaryDirectory() as out:
            subprocess.run([LIUHEN, "enroll", "agency", "--agency", os.path.join(out, "other"), "--name", "Other"],
                           check=True, capture_output=True)
            code, clear = self.opened(folder.path, os.path.join(out, "other", "evidence-key.pem"), os.path.join(out, "clear"))
            self.assertNotEqual(code, 0)
            self.assertFalse([data for data in clear.values() if b"moof" in data or WEARER.encode() in data])

    def test_row_20_a_part_locked_under_a_second_key_stays_closed(self):
        """A recorder that signs it itself: its clear hash is bound to the key of the envelope and its commitment."""
        import liuhen_sample.recorder as module
        right, locked = module.lock_footage, []

        def other_key(key, counter, init, data):
            locked.append(counter)
            return right(key if counter != 3 else bytes(32), counter, init, data)

        parts = []
        for lock in (right, other_key):
            with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as out:
                module.lock_footage = lock
                try:
                    make(made, seed=3, encrypted=True)
                finally:
                    module.lock_footage = right
                key = os.path.join(made, "evidence-key.pem")
                with open(key, "w", encoding="ascii") as file:
                    file.write(Source(3).p256("evidence").pem())
                code, clear = self.opened(os.path.join(made, "recorder"), key, out)
                self.assertEqual(code, 0 if lock is right else 1)
                parts.append(sum(data.count(b"moof") for data in clear.values()))
        # One of them may have been lost on its way to the card.
        self.assertIn(parts[0] - parts[1], range(1, locked.count(3) + 1))

    def test_row_20_a_nonce_used_twice(self):
        """The device signs the same counter twice under one key: both checkers call it altered there."""
        import liuhen_sample.recorder as module
        right, used = module.lock_footage, []

        def twice(key, counter, init, data):
            used.append(counter)
            return right(key, 1 if counter == 2 else counter, init, data)

        with tempfile.TemporaryDirectory() as made:
            module.lock_footage = twice
            try:
                make(made, seed=4, encrypted=True)
            finally:
                module.lock_footage = right
            self.assertIn(2, used)
            answer = self.both(os.path.join(made, "recorder"))
            self.assertEqual(answer["verdict"], "altered")
            self.assertIsNotNone(answer["first_bad"]["seq"])


if __name__ == "__main__":
    unittest.main()
