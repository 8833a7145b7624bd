# SPDX-License-Identifier: Apache-2.0
"""Merkle trees of RFC 6962 and C2SP signed notes (custody.md §1)."""

import base64
import binascii
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """The tree's root over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + (level[-1:] if len(level) % 2 else [])
    return level[0]


def path_root(leaf, index, size, path):
    """The root to which an audit path leads (RFC 9162 §2.1.3.2), or None if it cannot."""
    if not 0 <= index < size:
        return None
    node, last, result = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            result = node_hash(step, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    return result if last == 0 else None


def _base64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("note: not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise ValueError("note: base64 in another form")
    return raw


_ORIGIN = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,19})\Z")
_WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LINE = re.compile(f"\u2014 ([^{_WHITE_SPACE}+]+) ([A-Za-z0-9+/=]+)\\Z")
_VKEY = re.compile(f"([^{_WHITE_SPACE}+]+)\\+([0-9a-f]{{8}})\\+([A-Za-z0-9+/=]+)\\Z")
_CONTROL = re.compile("[\0-\x09\x0b-\x1f]")
NOTE_BYTES, NOTE_LINES = 65536, 64


class Note:
    """A checkpoint: origin, size, root and signature lines; ValueError if malformed."""

    def __init__(self, raw):
        """raw: bytes, or text."""
        raw = raw.encode("utf-8") if isinstance(raw, str) else raw
        if len(raw) > NOTE_BYTES:
            raise ValueError("note: too long")
        text = raw.decode("utf-8")
        head, gap, tail = text.partition("\n\n")
        lines, signatures = head.split("\n"), tail[:-1].split("\n")
        if not gap or len(lines) != 3 or not tail.endswith("\n") or _CONTROL.search(text):
            raise ValueError("note: not three lines, an empty line and signatures")
        if len(signatures) > NOTE_LINES:
            raise ValueError("note: too many signature lines")
        self.body = head + "\n"
        self.origin = lines[0]
        if not _ORIGIN.match(lines[0]) or not _SIZE.match(lines[1]) or int(lines[1]) >= 1 << 64:
            raise ValueError("note: origin or size")
        self.size, self.root = int(lines[1]), _base64(lines[2])
        self.signatures = [self._signature(line) for line in signatures]
        if len(self.root) != 32:
            raise ValueError("note: root is not a hash")

    @staticmethod
    def _signature(line):
        match = _LINE.match(line)
        raw = _base64(match.group(2)) if match else b""
        if len(raw) < 5:
            raise ValueError("note: signature line")
        return match.group(1), raw[:4], raw[4:]

    def _all(self, name, number, holds):
        """Whether there is a line of this name and key id, and every such line holds."""
        found = [signature for who, key, signature in self.signatures if (who, key) == (name, number)]
        return bool(found) and all(map(holds, found))

    def signed_by(self, name, public):
        """Whether the log's Ed25519 key signed the note under this name."""
        return self._all(name, key_id(name, 1, public),
                         lambda signature: _ed25519(public, signature, self.body.encode()))

    def cosigned_by(self, name, public):
        """Whether a witness cosigned (cosignature/v1) under this name."""
        def holds(signature):
            said = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{self.body}"
            return len(signature) == 72 and _ed25519(public, signature[8:], said.encode())
        return self._all(name, key_id(name, 4, public), holds)


def key_id(name, algorithm, public):
    """The four bytes before a signature."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


def _ed25519(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def read_vkey(text):
    """(name, algorithm, public key) of a C2SP vkey, or None."""
    match = _VKEY.match(text)
    try:
        raw = _base64(match.group(3)) if match else b""
    except ValueError:
        return None
    if len(raw) != 33 or raw[0] not in (1, 4) or _CONTROL.search(text):
        return None
    if key_id(match.group(1), raw[0], raw[1:]).hex() != match.group(2):
        return None
    return match.group(1), raw[0], raw[1:]
