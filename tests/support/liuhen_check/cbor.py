# SPDX-License-Identifier: Apache-2.0
"""Deterministic CBOR (ledger.md §1): a strict decoder and an encoder."""

MAX_DEPTH = 16


class CborError(ValueError):
    """The bytes are not one deterministic CBOR value."""


def _head(data, pos, end):
    """(major, value, next position) of the head at pos; the shortest form is demanded."""
    if pos >= end:
        raise CborError("value cut off")
    first = data[pos]
    major, info = first >> 5, first & 31
    pos += 1
    if info < 24:
        return major, info, pos
    if info > 27:
        raise CborError("reserved or indefinite length")
    size = 1 << (info - 24)
    if pos + size > end:
        raise CborError("head cut off")
    value = int.from_bytes(data[pos:pos + size], "big")
    if major != 7 and value < (24, 0x100, 0x10000, 0x100000000)[info - 24]:
        raise CborError("head not in shortest form")
    return major, value, pos + size


def _map(data, pos, end, count, depth):
    if count > (end - pos) // 2:
        raise CborError("map longer than its bytes")
    result, last, kinds = {}, b"", None
    for _ in range(count):
        start = pos
        if start < end and data[start] >> 5 not in (0, 3):
            raise CborError("map key neither text nor unsigned")
        key, pos = _value(data, pos, end, depth)
        encoded = data[start:pos]
        if encoded <= last:
            raise CborError("map keys not sorted, or one twice")
        last = encoded
        kinds = kinds or type(key)
        if type(key) is not kinds:
            raise CborError("map keys of two kinds")
        result[key], pos = _value(data, pos, end, depth)
    return result, pos


def _value(data, pos, end, depth):
    major, value, at = _head(data, pos, end)
    if major == 0:
        return value, at
    if major == 1:
        if value >= 1 << 63:
            raise CborError("integer below -2^63")
        return -1 - value, at
    if major in (2, 3):
        if value > end - at:
            raise CborError("string longer than its bytes")
        raw = data[at:at + value]
        if major == 2:
            return raw, at + value
        try:
            return raw.decode("utf-8"), at + value
        except UnicodeDecodeError as error:
            raise CborError("text is not UTF-8") from error
    if major in (4, 5):
        if depth >= MAX_DEPTH:
            raise CborError("nested too deeply")
        if major == 5:
            return _map(data, at, end, value, depth + 1)
        if value > end - at:
            raise CborError("array longer than its bytes")
        items = []
        for _ in range(value):
            item, at = _value(data, at, end, depth + 1)
            items.append(item)
        return items, at
    if major == 7 and at == pos + 1 and value in (20, 21, 22):
        return (False, True, None)[value - 20], at
    raise CborError("tag, float or unknown simple value")


def decode(data):
    """The value of exactly these bytes; CborError if they are not deterministic CBOR."""
    data = bytes(data)
    value, pos = _value(data, 0, len(data), 0)
    if pos != len(data):
        raise CborError("bytes after the value")
    return value


def _encode_head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | info]) + value.to_bytes(size, "big")
    raise CborError("integer too large")


def encode(value):
    """Deterministic CBOR of a value made of dict, list, str, bytes, int, bool and None."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        if value < -(1 << 63):
            raise CborError("integer too small")
        return _encode_head(0, value) if value >= 0 else _encode_head(1, -1 - value)
    if isinstance(value, bytes):
        return _encode_head(2, len(value)) + value
    if isinstance(value, str):
        raw = value.encode("utf-8")
        return _encode_head(3, len(raw)) + raw
    if isinstance(value, list):
        return _encode_head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return _encode_head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    raise CborError(f"no CBOR for {type(value).__name__}")
