# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1 of liuhen: framing, message bytes and P-256 signatures (ledger.md §2)."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from . import cbor

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
_PROTECTED = {}


def sha256(data):
    """SHA-256 as bytes."""
    return hashlib.sha256(data).digest()


def protected(content_type):
    """The protected header of a content type."""
    if content_type not in _PROTECTED:
        _PROTECTED[content_type] = cbor.encode({1: -7, 3: content_type})
    return _PROTECTED[content_type]


def prefix(content_type):
    """All bytes of a Sign1 before the payload's head."""
    return b"\xd2\x84" + cbor.encode(protected(content_type)) + b"\xa0"


ENTRY = "liuhen/entry"
_ENTRY_PREFIX = prefix(ENTRY)


def _differs(data, pos, expected):
    """None if data has expected at pos, True if it differs, False if it ends before."""
    found = data[pos:pos + len(expected)]
    if found == expected:
        return None
    return not expected.startswith(found)


def frame(data, pos, start=_ENTRY_PREFIX):
    """("entry", payload start, payload end, end), ("torn",) or ("malformed",) at pos."""
    state = _differs(data, pos, start)
    if state is not None:
        return ("malformed",) if state else ("torn",)
    at, end = pos + len(start), len(data)
    if at >= end:
        return ("torn",)
    size = {0x58: 1, 0x59: 2}.get(data[at])
    if size is None:
        return ("malformed",)
    if at + 1 + size > end:
        return ("torn",)
    length = int.from_bytes(data[at + 1:at + 1 + size], "big")
    if not (24 <= length if size == 1 else 256 <= length <= 65000):
        return ("malformed",)
    first = at + 1 + size
    last = first + length
    state = _differs(data, last, b"\x58\x40")
    if state is not None:
        return ("malformed",) if state else ("torn",)
    if last + 66 > end:
        return ("torn",)
    return ("entry", first, last, last + 66)


def signed_digest(content_type, payload):
    """SHA-256 of the Sig_structure."""
    header = cbor.encode(protected(content_type))
    return sha256(b"\x84\x6aSignature1" + header + b"\x40" + cbor.encode(payload))


def load_key(point):
    """The P-256 key of a compressed point, or None."""
    if not isinstance(point, bytes) or len(point) != 33 or point[0] not in (2, 3):
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def verify(key, content_type, payload, signature):
    """Whether the signature is by the key, over payload, as this content type."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not 0 < r < ORDER or not 0 < s <= ORDER // 2:
        return False
    try:
        key.verify(utils.encode_dss_signature(r, s), signed_digest(content_type, payload), _ECDSA)
        return True
    except InvalidSignature:
        return False


class Message:
    """A Sign1 that fills its bytes: payload bytes, their map, signature."""

    def __init__(self, content_type, data):
        """ValueError if data is not exactly one such message with a map as payload."""
        parts = frame(data, 0, prefix(content_type)) if isinstance(data, bytes) else ("none",)
        if parts[0] != "entry" or parts[3] != len(data):
            raise ValueError(f"not a {content_type}")
        self.content_type = content_type
        self.payload = data[parts[1]:parts[2]]
        self.signature = data[-64:]
        self.map = cbor.decode(self.payload)
        if not isinstance(self.map, dict):
            raise ValueError(f"the payload of a {content_type} is not a map")

    def by(self, key):
        """Whether this key signed it."""
        return key is not None and verify(key, self.content_type, self.payload, self.signature)
