# SPDX-License-Identifier: Apache-2.0
"""Certificates and wrapped keys in DER (certificates.md)."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from liuhen_check.certificate import (BASIC, CLIENT_AUTH, COMMON_NAME, ECDSA_SHA256, EXTENDED, KEY_USAGE, SERVER_AUTH,
                                      Certificate, base128, role_oid)

EVIDENCE, ESCROW = 9, 10
EC_KEY, X963_SHA256 = b"\x2a\x86\x48\xce\x3d\x02\x01", b"\x2b\x81\x04\x01\x0b\x01"


def tlv(tag, *content):
    """One DER element."""
    body = b"".join(content)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(raw)]) + raw + body


def seq(*content):
    return tlv(0x30, *content)


def oid(content):
    return tlv(0x06, content)


def dotted(text):
    numbers = [int(part) for part in text.split(".")]
    return oid(base128(40 * numbers[0] + numbers[1]) + b"".join(map(base128, numbers[2:])))


def _name(text):
    return seq(tlv(0x31, seq(oid(COMMON_NAME), tlv(0x0C, text.encode()))))


def _extension(which, value, critical=False):
    return seq(oid(which), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def _key_id(spki):
    return hashlib.sha256(spki[-65:] if len(spki) > 65 else spki[-32:]).digest()[:20]


def certificate(source, role, subject, spki, root_key, root_name):
    """A certificate of the root for this role; for role 1 the root itself."""
    is_root = role == 1
    usage = b"\x03\x02\x02\x04" if is_root else b"\x03\x02\x03\x08" if role in (9, 10) else b"\x03\x02\x07\x80"
    purposes = [SERVER_AUTH, CLIENT_AUTH] if is_root else []
    serial = b"\x40" + source.take(f"serial {role} {subject}", 15)
    algorithm = seq(oid(ECDSA_SHA256))
    extensions = [
        _extension(BASIC, seq(tlv(1, b"\xff"), tlv(2, b"\0")) if is_root else seq(), True),
        _extension(KEY_USAGE, usage, True),
        _extension(EXTENDED, seq(oid(role_oid(role)), *map(oid, purposes))),
        _extension(b"\x55\x1d\x0e", tlv(4, _key_id(spki))),
        _extension(b"\x55\x1d\x23", seq(tlv(0x80, _key_id(root_key.spki())))),
    ]
    validity = seq(tlv(0x17, b"260101000000Z"), tlv(0x17, b"460101000000Z"))
    body = seq(tlv(0xA0, tlv(2, b"\2")), tlv(2, serial), algorithm, _name(root_name), validity, _name(subject), spki,
               tlv(0xA3, seq(*extensions)))
    return seq(body, algorithm, tlv(0x03, b"\0" + root_key.sign_der(body)))


def pem(der):
    """A certificate as PEM."""
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = "\n".join(text[at:at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _recipient(source, name, der, content_key):
    reader = Certificate(der)
    ephemeral = source.p256("ephemeral " + name).private
    wrap = seq(dotted("2.16.840.1.101.3.4.1.45"))
    shared = seq(wrap, tlv(0xA2, tlv(4, b"\0\0\1\0")))
    secret = ephemeral.exchange(ec.ECDH(), reader.key)
    kek = hashlib.sha256(secret + b"\0\0\0\1" + shared).digest()
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    serial = tlv(2, _serial(der))
    return tlv(0xA1, tlv(2, b"\3"), tlv(0xA0, tlv(0xA1, seq(oid(EC_KEY)), tlv(3, b"\0" + point))),
               seq(oid(X963_SHA256), wrap),
               seq(seq(seq(reader.issuer, serial), tlv(4, aes_key_wrap(kek, content_key)))))


def _serial(der):
    at = der.index(b"\xa0\x03\x02\x01\x02\x02") + 6
    return der[at + 1:at + 1 + der[at]]


def envelope(source, name, key, certificates):
    """The CMS envelope of a key for these certificates."""
    content_key, nonce = source.take("content " + name), source.take("nonce " + name, 12)
    locked = AESGCM(content_key).encrypt(nonce, key, None)
    recipients = [_recipient(source, f"{name} {index}", der, content_key) for index, der in enumerate(certificates)]
    content = seq(dotted("1.2.840.113549.1.7.1"),
                  seq(dotted("2.16.840.1.101.3.4.1.46"), seq(tlv(4, nonce), tlv(2, b"\x10"))), tlv(0x80, locked[:-16]))
    body = seq(tlv(2, b"\0"), tlv(0x31, *sorted(recipients)), content, tlv(4, locked[-16:]))
    return seq(dotted("1.2.840.113549.1.9.16.1.23"), tlv(0xA0, body))
