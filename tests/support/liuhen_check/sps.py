# SPDX-License-Identifier: Apache-2.0
"""What media.md §4 asks of avcC and AudioSpecificConfig."""

HIGH = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


class Bits:
    """Reads bits, most significant first; ValueError behind the end."""

    def __init__(self, data):
        self.value, self.left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count):
        if count > self.left:
            raise ValueError("bits cut off")
        self.left -= count
        return self.value >> self.left & ((1 << count) - 1)

    def ue(self):
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ValueError("Exp-Golomb code too long")
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self):
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)

    def most(self, bound, what):
        """ue() of at most this."""
        value = self.ue()
        if value > bound:
            raise ValueError(f"SPS: {what} is more than {bound}")
        return value


def _scaling_lists(bits, count):
    for index in range(count):
        if bits.take(1):
            last = following = 8
            for _ in range(16 if index < 6 else 64):
                if following:
                    delta = bits.se()
                    if not -128 <= delta <= 127:
                        raise ValueError("SPS: scaling delta")
                    following = (last + delta + 256) % 256
                last = following or last


def _picture_order(bits):
    order = bits.most(2, "picture order type")
    if order == 0:
        bits.most(12, "log2 of picture order - 4")
    elif order == 1:
        bits.take(1)
        bits.se()
        bits.se()
        for _ in range(bits.most(255, "frames in the picture order cycle")):
            bits.se()


def sps_size(nal):
    """(width, height, chroma format, luma depth − 8, chroma depth − 8) of an SPS NAL unit."""
    bits = Bits(nal[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.take(8)
    bits.take(16)
    bits.most(31, "id")
    chroma, luma_depth, chroma_depth, separate = 1, 0, 0, 0
    if profile in HIGH:
        chroma = bits.most(3, "chroma format")
        separate = bits.take(1) if chroma == 3 else 0
        luma_depth, chroma_depth = bits.most(6, "luma depth - 8"), bits.most(6, "chroma depth - 8")
        bits.take(1)
        if bits.take(1):
            _scaling_lists(bits, 12 if chroma == 3 else 8)
    bits.most(12, "log2 of frame number - 4")
    _picture_order(bits)
    bits.most(16, "reference frames")
    bits.take(1)
    width, units = 16 * (bits.most(1023, "macroblocks across - 1") + 1), bits.most(1023, "macroblocks down - 1") + 1
    frames_only = bits.take(1)
    height = 16 * units * (2 - frames_only)
    if height > 16384:
        raise ValueError("SPS: height")
    if not frames_only:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.most(16384, "cropping offset") for _ in range(4))
        across = 2 if chroma in (1, 2) and not separate else 1
        down = (2 if chroma == 1 and not separate else 1) * (2 - frames_only)
        width, height = width - across * (left + right), height - down * (top + bottom)
        if width <= 0 or height <= 0:
            raise ValueError("SPS: cropping leaves no picture")
    bits.take(1)
    if not bits.left:
        raise ValueError("SPS: its fields end with its bytes")
    return width, height, chroma, luma_depth, chroma_depth


def _nal_units(record, at, count, kind):
    units = []
    for _ in range(count):
        length = int.from_bytes(record[at:at + 2], "big")
        unit = record[at + 2:at + 2 + length]
        if len(unit) != length or length < 4 - 2 * (kind == 8) or unit[0] & 0x9F != kind:
            raise ValueError("avcC: parameter set")
        units.append(unit)
        at += 2 + length
    return units, at


def picture_size(record):
    """(width, height) of an AVCDecoderConfigurationRecord; ValueError if it breaks a rule."""
    if len(record) < 7 or record[0] != 1 or record[4] != 0xFF or record[5] & 0xE0 != 0xE0 or not record[5] & 31:
        raise ValueError("avcC: head")
    units, at = _nal_units(record, 6, record[5] & 31, 7)
    if at >= len(record) or not record[at]:
        raise ValueError("avcC: no PPS")
    _, at = _nal_units(record, at + 1, record[at], 8)
    if record[1:4] != units[0][1:4]:
        raise ValueError("avcC: profile, constraints or level")
    sizes = [sps_size(unit) for unit in units]
    if any(size[:2] != sizes[0][:2] for size in sizes):
        raise ValueError("avcC: sizes differ")
    rest = record[at:]
    extension = bytes([0xFC | sizes[0][2] & 3, 0xF8 | sizes[0][3] & 7, 0xF8 | sizes[0][4] & 7, 0])
    if rest and (record[1] not in (100, 110, 122, 144) or rest != extension):
        raise ValueError("avcC: bytes behind the parameter sets")
    return sizes[0][:2]


def config_of(config):
    """(sampling rate, channel configuration) of an AudioSpecificConfig."""
    bits = Bits(config)
    kind = bits.take(5)
    if kind == 0:
        raise ValueError("AudioSpecificConfig: object type")
    if kind == 31:
        bits.take(6)
    index = bits.take(4)
    if index < len(RATES):
        return RATES[index], bits.take(4)
    if index != 15:
        raise ValueError("AudioSpecificConfig: sampling rate")
    return bits.take(24), bits.take(4)
