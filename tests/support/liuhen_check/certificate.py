# SPDX-License-Identifier: Apache-2.0
"""Certificates and their roles (certificates.md), read with a small strict DER reader."""

import base64
import binascii
import datetime
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

ARC = 331660778791170059915013728614600353381
ROLES = {"root": 1, "recorder": 2, "dock": 5, "receipt": 6, "checkpoint": 7}
SERVER_AUTH, CLIENT_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x01", b"\x2b\x06\x01\x05\x05\x07\x03\x02"
ECDSA_SHA256 = b"\x2a\x86\x48\xce\x3d\x04\x03\x02"
COMMON_NAME, KEY_USAGE, BASIC, EXTENDED = b"\x55\x04\x03", b"\x55\x1d\x0f", b"\x55\x1d\x13", b"\x55\x1d\x25"
KNOWN = {KEY_USAGE, BASIC, EXTENDED, b"\x55\x1d\x0e", b"\x55\x1d\x23", b"\x55\x1d\x11"}
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_CACHE = {}


def base128(value):
    """One number of an object identifier."""
    out = [value & 127]
    while value := value >> 7:
        out.append(128 | value & 127)
    return bytes(reversed(out))


def role_oid(number):
    """Content bytes of a role's object identifier."""
    return base128(2 * 40 + 25) + base128(ARC) + base128(number)


class Der:
    """Elements of one DER value, taken in order; ValueError on anything unexpected."""

    def __init__(self, data):
        self.data, self.pos = data, 0

    def more(self):
        return self.pos < len(self.data)

    def peek(self):
        return self.data[self.pos] if self.more() else None

    def take(self, tag):
        """(content, whole element) of the next element, which must have this tag."""
        start, data = self.pos, self.data
        if len(data) - start < 2 or data[start] != tag:
            raise ValueError("DER: other element than expected")
        length, at = data[start + 1], start + 2
        if length >= 128:
            size = length & 127
            raw = data[at:at + size]
            length, at = int.from_bytes(raw, "big"), at + size
            if not 1 <= size <= 3 or len(raw) != size or raw[0] == 0 or length < 128:
                raise ValueError("DER: length not in shortest form")
        if at + length > len(data):
            raise ValueError("DER: cut off")
        self.pos = at + length
        return data[at:self.pos], data[start:self.pos]

    def end(self):
        if self.more():
            raise ValueError("DER: bytes left over")


class Certificate:
    """What the rules of certificates.md §4 need of one certificate."""

    def __init__(self, der):
        outer = Der(der)
        body = Der(outer.take(0x30)[0])
        outer.end()
        content, self.signed = body.take(0x30)
        self.algorithms = [_algorithm(body.take(0x30)[0])]
        bits = body.take(0x03)[0]
        body.end()
        if bits[:1] != b"\0":
            raise ValueError("certificate: signature is not whole bytes")
        self.signature = bits[1:]
        self._read(Der(content))

    def _read(self, part):
        version = Der(part.take(0xA0)[0])
        if version.take(0x02)[0] != b"\x02":
            raise ValueError("certificate: not version 3")
        version.end()
        part.take(0x02)
        self.algorithms.append(_algorithm(part.take(0x30)[0]))
        self.issuer = part.take(0x30)[1]
        self.validity = _validity(Der(part.take(0x30)[0]))
        content, self.subject = part.take(0x30)
        self.name = _common_name(content)
        spki = part.take(0x30)[1]
        self.key = serialization.load_der_public_key(spki)
        self.extensions = _extensions(Der(Der(part.take(0xA3)[0]).take(0x30)[0]))
        part.end()

    def kind(self):
        """"p256", "ed25519" or None."""
        if isinstance(self.key, ec.EllipticCurvePublicKey):
            return "p256" if isinstance(self.key.curve, ec.SECP256R1) else None
        return "ed25519" if isinstance(self.key, ed25519.Ed25519PublicKey) else None

    def has(self, number, purposes, usage, basic):
        """Whether role, key usage and basic constraints are exactly these."""
        wanted = b"".join(b"\x06" + bytes([len(oid)]) + oid for oid in [role_oid(number)] + purposes)
        extensions = self.extensions
        return (_sequence(extensions.get(EXTENDED, (0, b""))[1]) == wanted
                and extensions.get(KEY_USAGE, (0, b""))[1] == b"\x03\x02" + usage
                and extensions.get(BASIC, (0, b""))[1] in basic
                and not any(critical and oid not in KNOWN for oid, (critical, _) in extensions.items())
                and self.algorithms == [ECDSA_SHA256, ECDSA_SHA256])

    def signed_by(self, root):
        """Whether the root's key signed this certificate under the root's name."""
        if self.issuer != root.subject:
            return False
        try:
            root.key.verify(self.signature, self.signed, ec.ECDSA(hashes.SHA256()))
            return True
        except InvalidSignature:
            return False

    def is_root(self):
        """Whether this is a root of liuhen that signed itself."""
        return (self.kind() == "p256" and self.signed_by(self)
                and self.has(1, [SERVER_AUTH, CLIENT_AUTH], b"\x02\x04", (b"\x30\x06\x01\x01\xff\x02\x01\x00",)))


def _validity(part):
    """Both times in seconds since 1970."""
    times = [_time(part), _time(part)]
    part.end()
    return times


def _time(part):
    short = part.peek() == 0x17
    digits = part.take(0x17 if short else 0x18)[0].decode("ascii")
    if not re.fullmatch(r"[0-9]{12}Z" if short else r"[0-9]{14}Z", digits):
        raise ValueError("certificate: time")
    if short:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    numbers = [int(digits[:4])] + [int(digits[at:at + 2]) for at in range(4, 14, 2)]
    return int(datetime.datetime(*numbers, tzinfo=datetime.timezone.utc).timestamp())


def _algorithm(content):
    part = Der(content)
    oid = part.take(0x06)[0]
    part.end()
    return oid


def _sequence(data):
    try:
        part = Der(data)
        content = part.take(0x30)[0]
        part.end()
        return content
    except ValueError:
        return None


def _common_name(content):
    """The single common name as UTF8String."""
    outer = Der(content)
    pairs = Der(outer.take(0x31)[0])
    outer.end()
    pair = Der(pairs.take(0x30)[0])
    pairs.end()
    if pair.take(0x06)[0] != COMMON_NAME:
        raise ValueError("certificate: subject is not a common name")
    name = pair.take(0x0C)[0]
    pair.end()
    return name.decode("utf-8")


def _extensions(part):
    found = {}
    while part.more():
        one = Der(part.take(0x30)[0])
        oid = one.take(0x06)[0]
        critical = one.peek() == 0x01 and one.take(0x01)[0] == b"\xff"
        value = one.take(0x04)[0]
        one.end()
        if oid in found:
            raise ValueError("certificate: extension twice")
        found[oid] = (critical, value)
    return found


def parse(der):
    """The certificate of these bytes, or None."""
    if not isinstance(der, bytes):
        return None
    if der not in _CACHE:
        try:
            _CACHE[der] = Certificate(der)
        except Exception:  # pylint: disable=broad-except  (hostile bytes, many third-party errors)
            _CACHE[der] = None
    return _CACHE[der]


def key_of(der):
    """The P-256 key of a certificate, whatever else is wrong with it, or None."""
    try:
        body = Der(Der(Der(der).take(0x30)[0]).take(0x30)[0])
        for tag in (0xA0, 0x02, 0x30, 0x30, 0x30, 0x30):
            body.take(tag)
        key = serialization.load_der_public_key(body.take(0x30)[1])
    except Exception:  # pylint: disable=broad-except  (hostile bytes, many third-party errors)
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def parse_pem(data):
    """The certificate of a PEM file that holds exactly one, or None."""
    match = re.fullmatch(rb"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*", data)
    try:
        return parse(base64.b64decode(b"".join(match.group(1).split()), validate=True)) if match else None
    except binascii.Error:
        return None


def trusted(certificate, role, root, subject=None):
    """Whether the certificate holds this role under the root, for this subject if one is given."""
    kind = "ed25519" if role == "checkpoint" else "p256"
    return (certificate is not None and certificate.kind() == kind and certificate.signed_by(root)
            and certificate.has(ROLES[role], [], b"\x07\x80", (b"\x30\x00",))
            and _ID.match(certificate.name) is not None and subject in (None, certificate.name))
