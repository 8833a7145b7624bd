# SPDX-License-Identifier: Apache-2.0
"""The worked examples in ledger.md, segment.md and custody.md, made with a fixed seed."""

import re
import tempfile

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from liuhen_check import cbor
from liuhen_check.media import KEY, build_fragment
from liuhen_check.merkle import leaf_hash
from liuhen_check.signed import frame, prefix, sha256
from .agency import SampleAgency, public
from .keys import Source
from .recorder import DEVICE, Recorder, lock_footage, lock_private

SEED = 2026
NAMES = {1: "version", 2: "device", 3: "generation", 4: "seq", 5: "previous", 6: "boot", 7: "boottime", 8: "utc",
         9: "kind", 10: "body"}
COUNTER, VALUE = 5, "Wang, 4711"
_LINE = re.compile(r"    ((?:[0-9a-f]{2}){1,24})(?: *; .*)?\Z")


def _recorder():
    source = Source(SEED)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(source, SampleAgency(source, folder))
        recorder.genesis()
        recorder.start_up(new_boot=False)
        recorder.begin()
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
    if isinstance(value, str) and ("\n" in value or len(value) > 40):
        return f"{len(value.encode())} bytes of text"
    if isinstance(value, list) and value and all(isinstance(item, bytes) for item in value):
        return f"{len(value)} of {len(value[0])} bytes"
    return "null" if value is None else repr(value).replace("'", '"').replace("None", "null").replace("False", "false")


def _map_chunks(value, names=lambda key: key):
    """Keys and values of a map in the order of its bytes, its head apart."""
    return [(cbor.encode(key) + cbor.encode(value[key]), f"{names(key)}: {_value(value[key])}")
            for key in sorted(value, key=cbor.encode)]


def _sign1_chunks(content_type, raw, payload):
    """A Sign1 taken apart, its payload as chunks."""
    start = prefix(content_type)
    _, first, last, _ = frame(raw, 0, start)
    chunks = [(raw[:2], "tag 18, array of 4"),
              (raw[2:len(start) - 1], f"protected header: {{1: -7, 3: \"{content_type}\"}}"),
              (raw[len(start) - 1:len(start)], "unprotected header: {}"),
              (raw[len(start):first], f"payload: {last - first} bytes"), *payload(raw[first:last]),
              (raw[last:last + 2], "signature: 64 bytes"), (raw[last + 2:last + 34], "r"), (raw[last + 34:], "s")]
    assert b"".join(data for data, _ in chunks) == raw
    return chunks


def _entry_chunks(raw):
    """An entry taken apart, field by field."""
    def payload(data):
        value = cbor.decode(data)
        body = value.pop(10)
        return [(data[:1], "a map of ten"), *_map_chunks(value, lambda key: f"{key} {NAMES[key]}"),
                (cbor.encode(10) + cbor.encode(body)[:1], f"10 body: a map of {len(body)}"), *_map_chunks(body)]
    return _sign1_chunks("liuhen/entry", raw, payload)


def _named(**values):
    """Lines of a name and its bytes."""
    return "".join(f"    {name.replace('_', ' '):<12}{value if isinstance(value, str) else value.hex()}\n"
                   for name, value in values.items())


def ledger_text():
    """The example of ledger.md."""
    return _lines(_entry_chunks(_recorder()[0].entries[0]))


def private_text():
    """The example of ledger.md section 8."""
    source = Source(SEED)
    key, salt = source.take("names key"), source.take("names salt", 16)
    private = lock_private(key, COUNTER, salt, VALUE)
    named = _named(names_key=key, salt=salt, value=cbor.encode(VALUE))
    return named + "\n" + _lines([(cbor.encode(private)[:1], "a map of three"), *_map_chunks(private)])


def _media():
    """moof mdat of the part of segment.md, and what stands around it."""
    recorder, seq, data = _recorder()
    link = int.from_bytes(data[:4], "big")
    return recorder, seq, data, link, len(data) - 24 - len(recorder.entries[seq])


def segment_text():
    """The example of segment.md: the keys' line and the part."""
    recorder, seq, data, link, size = _media()
    proof, mark = recorder.entries[seq], recorder.entries[seq - 1]
    mdat = link + int.from_bytes(data[link:link + 4], "big")
    chunks = [(data[:24], f"uuid(link), {link} bytes"), (data[24:link], f"the mark, entry {seq - 1}, verbatim"),
              (data[link:link + 8], "moof"), (data[link + 8:mdat], "media.md section 5"),
              (data[mdat:mdat + 8], "mdat"), (data[mdat + 8:mdat + 14], "the picture: length, one NAL unit"),
              (data[mdat + 14:size], "the sound: one frame"),
              (data[size:size + 24], f"uuid(proof), {24 + len(proof)} bytes")]
    assert data[24:link] == mark and data[size + 24:] == proof
    return f"    epoch key {recorder.epoch.point.hex()}\n\n" + _lines(chunks + _entry_chunks(proof))


def encrypted_text():
    """The same moof mdat encrypted: what a stranger needs, and the box."""
    recorder, _, data, link, size = _media()
    key, init = Source(SEED).take("footage key"), recorder.segment["init"]
    encryption, box = lock_footage(key, COUNTER, init, data[link:size])
    salt = HKDF(hashes.SHA256(), 32, b"", b"liuhen/clear" + COUNTER.to_bytes(8, "big")).derive(key)
    named = _named(key=key, commitment=sha256(b"liuhen/footage" + key), counter=str(COUNTER), init=init, salt=salt,
                   clear=encryption["clear"])
    chunks = [(box[:24], f"uuid(locked), {len(box)} bytes"), (box[24:-16], f"ciphertext of moof mdat, {size - link} bytes"),
              (box[-16:], "tag")]
    return named + "\n" + _lines(chunks)


def custody_texts():
    """The examples of custody.md: leaf, what belongs to it, note, receipt."""
    recorder, seq, _ = _recorder()
    agency = recorder.agency
    content = bytes(recorder.file())
    index = agency.store({"type": "segment", "recording": recorder.start, "segment": 0}, content,
                         (DEVICE, 0, seq, sha256(recorder.entries[seq])))
    leaf = agency.leaves[index]
    body = cbor.decode(leaf)["body"]
    outer = [(cbor.encode(key) + (cbor.encode(body)[:1] if key == "body" else cbor.encode(value)),
              f"body: a map of {len(body)}" if key == "body" else f"{key}: {_value(value)}")
             for key, value in sorted(cbor.decode(leaf).items(), key=lambda item: cbor.encode(item[0]))]
    at = next(number for number, (_, words) in enumerate(outer) if words.startswith("body"))
    chunks = [(leaf[:1], "a map of four"), *outer[:at + 1], *_map_chunks(body), *outer[at + 1:]]
    assert b"".join(data for data, _ in chunks) == leaf
    named = _named(leaf_0=leaf_hash(agency.leaves[0]), leaf_1=leaf_hash(leaf), log_key=public(agency.log_key))
    note = "".join(f"    {line}".rstrip() + "\n" for line in agency.note(witnessed=False).splitlines())
    agency.note = lambda kept=agency.note: kept(witnessed=False)
    receipt = _sign1_chunks("liuhen/receipt", agency.receipt(index), lambda data: [
        (data[:1], "a map of 18"), *_map_chunks(cbor.decode(data))])
    return _lines(chunks), named, note, _lines(receipt)


def bytes_of(text):
    """The bytes that such lines show."""
    return b"".join(bytes.fromhex(match.group(1)) for match in map(_LINE.match, text.splitlines()) if match)


def named_in(text):
    """What lines of a name and its bytes give."""
    found = re.findall(r"^    ([a-z][a-z_ ]*?[a-z0-9]) +([0-9a-f]+)$", text, re.MULTILINE)
    return dict(found)
