# SPDX-License-Identifier: Apache-2.0
"""The boxes of footage (media.md): init and fragments have one right form, byte for byte."""

import struct

from .sps import config_of, picture_size

MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
KEY, OTHER = 0x02000000, 0x01010000
CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}
FTYP = bytes.fromhex("0000001c66747970") + b"iso6\0\0\0\0iso6cmfcmp41"


def box(kind, *content):
    """A box of 32-bit size."""
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(version, flags):
    return struct.pack(">I", version << 24 | flags)


def visual_entry(kind, width, height, more):
    return box(kind, bytes(6), b"\0\1", bytes(16), struct.pack(">HHII", width, height, 0x480000, 0x480000),
               bytes(4), b"\0\1", bytes(32), b"\0\x18\xff\xff", more)


def sound_entry(rate, channels, bitrate, config):
    inner = b"\x05" + bytes([len(config)]) + config
    decoder = b"\x40\x15\0\0\0" + struct.pack(">II", bitrate, bitrate) + inner
    stream = b"\0\0\0\x04" + bytes([len(decoder)]) + decoder + b"\x06\x01\x02"
    esds = box(b"esds", full(0, 0), b"\x03" + bytes([len(stream)]) + stream)
    return box(b"mp4a", bytes(6), b"\0\1", bytes(8), struct.pack(">HH", channels, 16), bytes(4),
               struct.pack(">I", rate << 16), esds)


def _trak(track, timescale, size, handler, name, header, entry):
    volume = b"\0\0" if track == 1 else b"\1\0"
    tkhd = box(b"tkhd", full(0, 7), bytes(8), struct.pack(">I", track), bytes(20), volume, bytes(2), MATRIX,
               struct.pack(">II", size[0] << 16, size[1] << 16))
    mdhd = box(b"mdhd", full(0, 0), bytes(8), struct.pack(">II", timescale, 0), b"\x55\xc4\0\0")
    hdlr = box(b"hdlr", full(0, 0), bytes(4), handler, bytes(12), name + b"\0")
    dinf = box(b"dinf", box(b"dref", full(0, 0), b"\0\0\0\1", box(b"url ", full(0, 1))))
    empty = [box(kind, full(0, 0), bytes(size)) for kind, size in
             ((b"stts", 4), (b"stsc", 4), (b"stsz", 8), (b"stco", 4))]
    stbl = box(b"stbl", box(b"stsd", full(0, 0), b"\0\0\0\1", entry), *empty)
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", header, dinf, stbl)))


def build_init(picture=None, sound=None):
    """ftyp moov; picture: (sample entry, width, height), sound: (sample entry, rate)."""
    traks, tracks = [], []
    if picture:
        tracks.append(1)
        traks.append(_trak(1, 90000, picture[1:], b"vide", b"picture", box(b"vmhd", full(0, 1), bytes(8)), picture[0]))
    if sound:
        tracks.append(2)
        traks.append(_trak(2, sound[1], (0, 0), b"soun", b"sound", box(b"smhd", full(0, 0), bytes(4)), sound[0]))
    mvhd = box(b"mvhd", full(0, 0), bytes(8), struct.pack(">IIIH", 1000, 0, 0x10000, 0x100), bytes(10), MATRIX,
               bytes(24), b"\0\0\0\3")
    mvex = box(b"mvex", *[box(b"trex", full(0, 0), struct.pack(">II", track, 1), bytes(12)) for track in tracks])
    return FTYP + box(b"moov", mvhd, *traks, mvex)


def _picture_entry(entry):
    """(sample entry, width, height) rebuilt from a visual sample entry."""
    width, height = struct.unpack_from(">HH", entry, 32)
    more = b""
    if entry[4:8] == b"avc1":
        more = entry[86:]
        if more[:4] != struct.pack(">I", len(more)) or more[4:8] != b"avcC":
            raise ValueError("no avcC")
        if picture_size(more[8:]) != (width, height):
            raise ValueError("picture size is not that of the SPS")
    if not (1 <= width <= 16384 and 1 <= height <= 16384):
        raise ValueError("picture size")
    return visual_entry(entry[4:8], width, height, more), width, height


def _sound_entry(entry):
    """(sample entry, rate) rebuilt from an mp4a sample entry."""
    if len(entry) < 36 + 39:
        raise ValueError("mp4a too short")
    bitrate = struct.unpack_from(">I", entry, 36 + 24)[0]
    count = entry[36 + 33]
    config = entry[36 + 34:36 + 34 + count]
    if not 2 <= count <= 64 or len(config) != count:
        raise ValueError("AudioSpecificConfig length")
    rate, channels = config_of(config)
    if channels not in CHANNELS or not 1 <= rate <= 65535:
        raise ValueError("channel configuration or sampling rate")
    return sound_entry(rate, CHANNELS[channels], bitrate, config), rate


def read_init(data):
    """{track id: type of its sample entry} of ftyp moov; ValueError if a byte is not as it must be."""
    picture = sound = None
    at = 28 + 8 + 108
    while data[at + 4:at + 8] == b"trak" and len(data) >= at + 8:
        size = struct.unpack_from(">I", data, at)[0]
        handler = data[at + 8 + 92 + 8 + 32 + 16:][:4]
        skip = {b"vide": 40 + 8 + 20, b"soun": 38 + 8 + 16}.get(handler)
        if skip is None:
            raise ValueError("handler")
        entry_at = at + 8 + 92 + 8 + 32 + skip + 36 + 8 + 16
        if size < 8 or entry_at + 8 > len(data):
            raise ValueError("trak cut off")
        entry = data[entry_at:entry_at + struct.unpack_from(">I", data, entry_at)[0]]
        if handler == b"vide" and entry[4:8] in (b"avc1", b"jpeg") and len(entry) >= 86:
            picture = _picture_entry(entry)
        elif handler == b"soun" and entry[4:8] == b"mp4a":
            sound = _sound_entry(entry)
        else:
            raise ValueError("sample entry")
        at += size
    if not (picture or sound) or data != build_init(picture, sound):
        raise ValueError("ftyp moov is not as it must be")
    return {track: there[0][4:8] for track, there in ((1, picture), (2, sound)) if there}


def build_fragment(number, tracks):
    """moof mdat; tracks: {id: (start, [(duration, flags, composition offset, sample bytes)])}."""
    size = 24 + sum(64 + 16 * len(samples) for _, samples in tracks.values())
    trafs, data, at = [], [], size + 8
    for track, (start, samples) in sorted(tracks.items()):
        table = b"".join(struct.pack(">IIIi", d, len(raw), flags, late) for d, flags, late, raw in samples)
        trafs.append(box(b"traf", box(b"tfhd", full(0, 0x20000), struct.pack(">I", track)),
                         box(b"tfdt", full(1, 0), struct.pack(">Q", start)),
                         box(b"trun", full(1, 0xF01), struct.pack(">II", len(samples), at), table)))
        data += [raw for _, _, _, raw in samples]
        at += sum(len(raw) for _, _, _, raw in samples)
    moof = box(b"moof", box(b"mfhd", full(0, 0), struct.pack(">I", number)), *trafs)
    return moof + box(b"mdat", *data)


def _traf(data, at, end, data_offset, known):
    """([track, start, durations, samples], flags of the first sample, size of the samples, next position)."""
    if end - at < 64:
        raise ValueError("traf cut off")
    count = struct.unpack_from(">I", data, at + 8 + 16 + 20 + 12)[0]
    size = 64 + 16 * count
    if not 1 <= count <= 16384 or end - at < size:
        raise ValueError("number of samples")
    track, start = struct.unpack_from(">I", data, at + 20)[0], struct.unpack_from(">Q", data, at + 36)[0]
    head = (struct.pack(">I", size) + b"traf" + box(b"tfhd", full(0, 0x20000), struct.pack(">I", track))
            + box(b"tfdt", full(1, 0), struct.pack(">Q", start))
            + struct.pack(">I", 20 + 16 * count) + b"trun" + full(1, 0xF01) + struct.pack(">II", count, data_offset))
    if data[at:at + 64] != head:
        raise ValueError("traf is not as it must be")
    allowed = (KEY, OTHER) if known.get(track) == b"avc1" else (KEY,)
    durations = sizes = 0
    for duration, sample, flags, _ in struct.iter_unpack(">IIIi", data[at + 64:at + size]):
        if not duration or not sample or flags not in allowed:
            raise ValueError("sample of no size or duration, or with other flags")
        durations, sizes = durations + duration, sizes + sample
    if start + durations >= 1 << 64:
        raise ValueError("media time too large")
    return [track, start, durations, count], struct.unpack_from(">I", data, at + 72)[0], sizes, at + size


def read_fragment(data, known):
    """(tracks as in a part entry, whether the first picture is a key frame); ValueError if moof mdat breaks a rule.

    known: what read_init() gave.
    """
    if not 24 <= len(data) <= 0x7FFFFFFF:
        raise ValueError("moof mdat too short or too long")
    size = struct.unpack_from(">I", data)[0]
    head = struct.pack(">I", size) + b"moof" + struct.pack(">I", 16) + b"mfhd" + bytes(4)
    if data[:20] != head or size > len(data) - 8:
        raise ValueError("moof is not as it must be")
    at, offset, found, key_first = 24, size + 8, [], False
    while at < size:
        track, flags, sizes, at = _traf(data, at, size, offset, known)
        if track[0] not in known or found and track[0] <= found[-1][0]:
            raise ValueError("track not in the init, or not in order")
        key_first = key_first or track[0] == 1 and flags == KEY
        found.append(track)
        offset += sizes
    if at != size or offset != len(data) or data[size:size + 8] != struct.pack(">I", offset - size) + b"mdat":
        raise ValueError("mdat does not hold the samples and nothing else")
    if not found:
        raise ValueError("no track")
    return found, key_first
