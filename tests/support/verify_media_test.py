#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""media.md §4 and §5: what an SPS, an AudioSpecificConfig and a fragment may say."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check.media import KEY, OTHER, box, build_fragment, build_init, read_fragment, read_init, visual_entry  # noqa: E402
from liuhen_check.sps import config_of, sps_size  # noqa: E402
from liuhen_sample import camera  # noqa: E402


def ue(value):
    code = f"{value + 1:b}"
    return "0" * (len(code) - 1) + code


def se(value):
    return ue(2 * value - 1 if value > 0 else -2 * value)


def sps_bits(profile=66, **other):
    """The bits of an SPS of 320x180 with other values where given."""
    of = {"id": 0, "chroma": 1, "luma": 0, "chroma_depth": 0, "frame": 0, "order": 2, "order_bits": 0, "cycle": 0,
          "references": 1, "across": 20, "down": 12, "frames_only": 1, "crop": (0, 0, 0, 6), "scaling": None, "tail": "1",
          **other}
    bits = f"{profile:08b}{0:08b}{30:08b}" + ue(of["id"])
    if profile == 100:
        bits += ue(of["chroma"]) + ("0" if of["chroma"] == 3 else "") + ue(of["luma"]) + ue(of["chroma_depth"]) + "0"
        bits += "0" if of["scaling"] is None else "11" + se(of["scaling"]) + se((120 - of["scaling"]) % 256 - 128) + "0" * 7
    bits += ue(of["frame"]) + ue(of["order"])
    if of["order"] == 0:
        bits += ue(of["order_bits"])
    elif of["order"] == 1:
        bits += "0" + se(0) + se(0) + ue(of["cycle"]) + se(1) * of["cycle"]
    bits += ue(of["references"]) + "0" + ue(of["across"] - 1) + ue(of["down"] - 1) + str(of["frames_only"])
    bits += "" if of["frames_only"] else "0"
    return bits + "1" + ("1" + "".join(map(ue, of["crop"])) if of["crop"] else "0") + "0" + of["tail"]


def sps(**values):
    """The same as a NAL unit."""
    bits = sps_bits(**values)
    bits += "0" * (-len(bits) % 8)
    return b"\x67" + int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\0\0\1", b"\0\0\3\1")


def holds(function, *arguments):
    try:
        function(*arguments)
        return True
    except ValueError:
        return False


class Parameters(unittest.TestCase):
    def test_bounds_of_an_sps(self):
        rows = [("as the sample has it", {}, True), ("id 31", {"id": 31}, True), ("id 32", {"id": 32}, False),
                ("chroma format 3", {"profile": 100, "chroma": 3}, True),
                ("chroma format 4", {"profile": 100, "chroma": 4}, False),
                ("14 bits of luma", {"profile": 100, "luma": 6}, True), ("15 bits of luma", {"profile": 100, "luma": 7}, False),
                ("14 bits of chroma", {"profile": 100, "chroma_depth": 6}, True),
                ("15 bits of chroma", {"profile": 100, "chroma_depth": 7}, False),
                ("a scaling delta of 127", {"profile": 100, "scaling": 127}, True),
                ("a scaling delta of -128", {"profile": 100, "scaling": -128}, True),
                ("a scaling delta of 128", {"profile": 100, "scaling": 128}, False),
                ("a scaling delta of -129", {"profile": 100, "scaling": -129}, False),
                ("frame number of 16 bits", {"frame": 12}, True), ("of 17 bits", {"frame": 13}, False),
                ("picture order of 16 bits", {"order": 0, "order_bits": 12}, True),
                ("picture order of 17 bits", {"order": 0, "order_bits": 13}, False),
                ("picture order type 3", {"order": 3}, False), ("a cycle of 255", {"order": 1, "cycle": 255}, True),
                ("a cycle of 256", {"order": 1, "cycle": 256}, False), ("16 reference frames", {"references": 16}, True),
                ("17 reference frames", {"references": 17}, False), ("1024 across", {"across": 1024}, True),
                ("1025 across", {"across": 1025}, False), ("1024 down", {"down": 1024}, True),
                ("1025 down", {"down": 1025}, False), ("16384 high in fields", {"down": 512, "frames_only": 0}, True),
                ("more than that in fields", {"down": 513, "frames_only": 0}, False),
                ("cropping offsets of 16384", {"crop": (16385, 0, 0, 0), "across": 1024}, False),
                ("cropping that leaves a pair of pixels", {"crop": (159, 0, 0, 0)}, True),
                ("cropping that leaves nothing", {"crop": (160, 0, 0, 0)}, False),
                ("cropping that leaves no line", {"crop": (0, 0, 48, 48)}, False), ("no cropping", {"crop": None}, True)]
        for sentence, other, good in rows:
            with self.subTest(sentence):
                self.assertEqual(holds(sps_size, sps(**other)), good)
        self.assertEqual(sps_size(sps())[:2], (320, 180))

    def test_fields_end_before_the_bytes_do(self):
        lengths = set()
        for order, left in ((order, left) for order in (0, 2) for left in (0, 1, 3, 7)):
            values = {"order": order, "crop": (left, 0, 0, 6), "tail": ""}
            over = len(sps_bits(**values)) % 8
            lengths.add(over)
            with self.subTest(f"{over} bits of the last byte are used"):
                self.assertEqual(holds(sps_size, sps(**values)), over != 0)
        self.assertIn(0, lengths)

    def test_audio_specific_config(self):
        def config(kind, index, channels, rate=None):
            bits = (f"{kind:05b}" if kind < 32 else f"11111{kind - 32:06b}") + f"{index:04b}"
            bits += f"{rate:024b}" if index == 15 else ""
            bits += f"{channels:04b}"
            bits += "0" * (16 - len(bits) if len(bits) < 16 else -len(bits) % 8)
            return int(bits, 2).to_bytes(len(bits) // 8, "big")
        rows = [("AAC-LC", (2, 8, 1), (16000, 1)), ("object type 0", (0, 8, 1), None), ("rate index 12", (2, 12, 1), (7350, 1)),
                ("rate index 13", (2, 13, 1), None), ("rate index 14", (2, 14, 1), None),
                ("a rate of its own", (2, 15, 2, 44056), (44056, 2)), ("a long object type", (42, 8, 1), (16000, 1))]
        for sentence, fields, wanted in rows:
            with self.subTest(sentence):
                raw = config(*fields)
                self.assertEqual(config_of(raw) if holds(config_of, raw) else None, wanted)

    def test_known_tracks_of_an_init(self):
        self.assertEqual(read_init(camera.init()), {1: b"avc1", 2: b"mp4a"})
        self.assertEqual(read_init(camera.init((2,))), {2: b"mp4a"})
        jpeg = build_init((visual_entry(b"jpeg", 640, 480, b""), 640, 480))
        self.assertEqual(read_init(jpeg), {1: b"jpeg"})
        wide = visual_entry(b"avc1", 320, 178, box(b"avcC", camera.init()[1:9]))
        self.assertFalse(holds(read_init, build_init((wide, 320, 178))))
        for at in range(len(camera.init())):
            data = bytearray(camera.init())
            data[at] ^= 1
            changed = bytes(data)
            if holds(read_init, changed):
                # Only numbers that the result tells: rate, bit rates, the PPS and what is free in SPS and configuration.
                self.assertNotEqual(changed, camera.init())

    def test_fragments(self):
        known = {1: b"avc1", 2: b"mp4a"}
        key, other = (3000, KEY, 0, b"picture"), (3000, OTHER, 0, b"picture")
        rows = [("a key picture", {1: (0, [key])}, known, ([[1, 0, 3000, 1]], True)),
                ("another picture first", {1: (0, [other, key])}, known, ([[1, 0, 6000, 2]], False)),
                ("sound alone", {2: (9, [(1024, KEY, 0, b"s")])}, known, ([[2, 9, 1024, 1]], False)),
                ("sound is always key", {2: (9, [(1024, OTHER, 0, b"s")])}, known, None),
                ("so is a JPEG", {1: (0, [other])}, {1: b"jpeg"}, None), ("a JPEG", {1: (0, [key])}, {1: b"jpeg"},
                                                                         ([[1, 0, 3000, 1]], True)),
                ("a track that the init has not", {2: (0, [(1024, KEY, 0, b"s")])}, {1: b"avc1"}, None),
                ("a sample of no size", {1: (0, [(3000, KEY, 0, b"")])}, known, None),
                ("a sample of no duration", {1: (0, [(0, KEY, 0, b"x")])}, known, None),
                ("other flags", {1: (0, [(3000, 1, 0, b"x")])}, known, None),
                ("a time of more than 64 bits", {1: ((1 << 64) - 3000, [key])}, known, None)]
        for sentence, tracks, init, wanted in rows:
            with self.subTest(sentence):
                raw = build_fragment(1, tracks)
                self.assertEqual(read_fragment(raw, init) if holds(read_fragment, raw, init) else None, wanted)


if __name__ == "__main__":
    unittest.main()
