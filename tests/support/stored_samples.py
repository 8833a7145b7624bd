# SPDX-License-Identifier: Apache-2.0
"""The samples of a clear segment file, by docs/format/media.md and nothing else."""

import struct

_TRUN_ENTRY = struct.Struct(">IIIi")


def _boxes(data, begin, end):
    """(type, start of content, end) of each box between two positions."""
    while begin < end:
        size, kind = struct.unpack_from(">I4s", data, begin)
        if size < 8 or begin + size > end:
            raise ValueError(f"box at {begin} claims {size} bytes")
        yield kind, begin + 8, begin + size
        begin += size


def _children(data, begin, end):
    return {kind: (start, stop) for kind, start, stop in _boxes(data, begin, end)}


def samples(path):
    """(track id, start in ticks, duration in ticks, bytes) of each sample, fragment by fragment."""
    with open(path, "rb") as file:
        data = file.read()
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind != b"moof":
            continue
        for inner, begin, stop in _boxes(data, start, end):
            if inner == b"traf":
                yield from _of_traf(data, start - 8, _children(data, begin, stop))


def _of_traf(data, moof, boxes):
    track, = struct.unpack_from(">I", data, boxes[b"tfhd"][0] + 4)
    time, = struct.unpack_from(">Q", data, boxes[b"tfdt"][0] + 4)
    trun = boxes[b"trun"][0]
    count, offset = struct.unpack_from(">II", data, trun + 4)
    position = moof + offset
    for index in range(count):
        duration, size, _, _ = _TRUN_ENTRY.unpack_from(data, trun + 12 + index * _TRUN_ENTRY.size)
        if position + size > len(data):
            raise ValueError(f"sample at {position} goes beyond the file")
        yield track, time, duration, data[position:position + size]
        position += size
        time += duration
