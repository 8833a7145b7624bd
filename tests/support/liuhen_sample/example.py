# SPDX-License-Identifier: Apache-2.0
"""The worked examples at the end of ledger.md and segment.md, made with a fixed seed."""

import tempfile

from liuhen_check import cbor
from liuhen_check.media import KEY, build_fragment
from liuhen_check.signed import frame
from .agency import SampleAgency
from .keys import Source
from .recorder import Recorder

SEED = 2026
NAMES = {1: "version", 2: "device", 3: "generation", 4: "seq", 5: "previous", 6: "boot", 7: "boottime", 8: "utc",
         9: "kind", 10: "body"}


def _recorder():
    source = Source(SEED)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(source, SampleAgency(source, folder))
        recorder.genesis()
        recorder.start_up(new_boot=False)
        recorder.start = recorder.append("start", {"manner": "video", "trigger": "button", "press": recorder.boottime})
        recorder.open_segment(0)
        recorder.part(_footage(recorder, 1))
        recorder.append("mark", {"recording": recorder.start, "what": "focus", "at": recorder.boottime})
        before = len(recorder.file())
        seq, _ = recorder.part(_footage(recorder, 2))
    return recorder, seq, bytes(recorder.file())[before:]


def _footage(recorder, number):
    """A fragment of one picture and one sound frame of a few bytes."""
    picture = b"\0\0\0\2\x65" + recorder.source.take(f"example {number}", 1)
    sound = recorder.source.take(f"example sound {number}", 3)
    start = number - 1
    data = build_fragment(number, {1: (45000 * start, [(45000, KEY, 0, picture)]), 2: (1024 * start, [(1024, KEY, 0, sound)])})
    return data, [[1, 45000 * start, 45000, 1], [2, 1024 * start, 1024, 1]]


def _lines(chunks):
    """Chunks of (bytes, words) as lines of at most 24 bytes with the words behind the first."""
    out = []
    for data, words in chunks:
        rows = [data[at:at + 24].hex() for at in range(0, len(data), 24)]
        out.append(f"    {rows[0]:<48} ; {words}" if words else f"    {rows[0]}")
        out += [f"    {row}" for row in rows[1:]]
    return "\n".join(out) + "\n"


def _value(value):
    if isinstance(value, bytes):
        return f"{len(value)} bytes" if value != bytes(len(value)) else f"{len(value)} zero bytes"
    return "null" if value is None else repr(value).replace("'", '"').replace("None", "null").replace("False", "false")


def _entry_chunks(raw):
    """An entry taken apart, field by field."""
    _, first, last, _ = frame(raw, 0)
    payload = cbor.decode(raw[first:last])
    chunks = [(raw[:2], "tag 18, array of 4"), (raw[2:20], "protected header: {1: -7, 3: \"liuhen/entry\"}"),
              (raw[20:21], "unprotected header: {}"), (raw[21:first], f"payload: {last - first} bytes"),
              (raw[first:first + 1], "a map of ten")]
    for key in range(1, 10):
        chunks.append((cbor.encode(key) + cbor.encode(payload[key]), f"{key} {NAMES[key]}: {_value(payload[key])}"))
    body = payload[10]
    chunks.append((cbor.encode(10) + cbor.encode(body)[:1], f"10 body: a map of {len(body)}"))
    for key in sorted(body, key=cbor.encode):
        chunks.append((cbor.encode(key) + cbor.encode(body[key]), f"{key}: {_value(body[key])}"))
    chunks += [(raw[last:last + 2], "signature: 64 bytes"), (raw[last + 2:last + 34], "r"), (raw[last + 34:], "s")]
    assert b"".join(data for data, _ in chunks) == raw
    return chunks


def ledger_text():
    """The example of ledger.md."""
    return _lines(_entry_chunks(_recorder()[0].entries[0]))


def segment_text():
    """The examples of segment.md: the keys' line and the part."""
    recorder, seq, data = _recorder()
    proof = recorder.entries[seq]
    size = len(data) - 24 - len(proof)
    link = int.from_bytes(data[:4], "big")
    moof = int.from_bytes(data[link:link + 4], "big")
    mark = recorder.entries[seq - 1]
    mdat = link + moof
    chunks = [(data[:24], f"uuid(link), {link} bytes"), (data[24:link], f"the mark, entry {seq - 1}, verbatim"),
              (data[link:link + 8], "moof"), (data[link + 8:mdat], "media.md section 5"),
              (data[mdat:mdat + 8], "mdat"), (data[mdat + 8:mdat + 14], "the picture: length, one NAL unit"),
              (data[mdat + 14:size], "the sound: one frame"),
              (data[size:size + 24], f"uuid(proof), {24 + len(proof)} bytes")]
    assert data[24:link] == mark and data[size + 24:] == proof
    return f"    epoch key {recorder.epoch.point.hex()}\n\n" + _lines(chunks + _entry_chunks(proof))


def bytes_of(text):
    """The bytes that such lines show."""
    return b"".join(bytes.fromhex(line.split(";")[0].strip()) for line in text.splitlines()
                    if line.startswith("    ") and not line.startswith("    epoch key"))
