# SPDX-License-Identifier: Apache-2.0
"""Made-up sound and picture in the boxes of media.md."""

from liuhen_check.media import KEY, OTHER, build_fragment, build_init, sound_entry, visual_entry
from liuhen_check.media import box

WIDTH, HEIGHT, RATE = 320, 180, 16000


def _sps():
    """A baseline SPS of 320x180: 12 rows of macroblocks, six pairs of lines cropped."""
    bits = f"{66:08b}{0xC0:08b}{30:08b}"

    def ue(value):
        code = f"{value + 1:b}"
        return "0" * (len(code) - 1) + code
    bits += ue(0) + ue(0) + ue(2) + ue(1) + "0" + ue(WIDTH // 16 - 1) + ue((HEIGHT + 15) // 16 - 1) + "1" + "1"
    bits += "1" + ue(0) + ue(0) + ue(0) + ue((-HEIGHT % 16) // 2) + "0" + "1"
    bits += "0" * (-len(bits) % 8)
    return b"\x67" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def init(tracks=(1, 2)):
    """ftyp moov of these tracks."""
    sps, pps = _sps(), b"\x68\xce\x38\x80"
    record = b"\1" + sps[1:4] + b"\xff\xe1" + len(sps).to_bytes(2, "big") + sps + b"\1\0\4" + pps
    picture = visual_entry(b"avc1", WIDTH, HEIGHT, box(b"avcC", record))
    sound = sound_entry(RATE, 1, 24000, b"\x14\x08")
    return build_init((picture, WIDTH, HEIGHT) if 1 in tracks else None, (sound, RATE) if 2 in tracks else None)


class Camera:
    """Makes half a second of footage after the other."""

    def __init__(self, source, size):
        self.source, self.size = source, size
        self.number, self.picture, self.sound = 0, 0, 0

    def skip(self, milliseconds):
        """A gap of media time."""
        self.picture += 90 * milliseconds
        self.sound += RATE // 1000 * milliseconds

    def place(self):
        """Where the next half second begins; go_to() goes back there."""
        return self.number, self.picture, self.sound

    def go_to(self, place):
        self.number, self.picture, self.sound = place

    def shoot(self, key=KEY, only=(1, 2)):
        """(moof mdat, tracks of the part entry) of the next half second.

        key: flags of the first picture; only: the tracks that have samples.
        """
        self.number += 1
        pictures = [(3000, OTHER if index else key, 0, self._unit(index)) for index in range(15)]
        frames = (RATE * self.number // 2) // 1024 - (RATE * (self.number - 1) // 2) // 1024
        sounds = [(1024, KEY, 0, self.source.take(f"sound {self.number} {index}", 90)) for index in range(frames)]
        both = {1: (self.picture, pictures), 2: (self.sound, sounds)}
        data = build_fragment(self.number, {track: both[track] for track in only})
        tracks = [[1, self.picture, 45000, 15], [2, self.sound, 1024 * frames, frames]]
        self.picture, self.sound = self.picture + 45000, self.sound + 1024 * frames
        return data, [track for track in tracks if track[0] in only]

    def _unit(self, index):
        size = self.size if index == 0 else self.size // 8
        nal = (b"\x41" if index else b"\x65") + self.source.take(f"picture {self.number} {index}", size)
        return len(nal).to_bytes(4, "big") + nal
