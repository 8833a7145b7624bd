# SPDX-License-Identifier: Apache-2.0
"""Keys, signatures and bytes that depend on a seed alone."""

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from liuhen_check import cbor
from liuhen_check.signed import ORDER, prefix, signed_digest


class Source:
    """Deterministic bytes by name."""

    def __init__(self, seed):
        self.seed = seed

    def take(self, name, size=32):
        """Bytes that only this name and the seed decide."""
        return hashlib.shake_256(f"{self.seed}/{name}".encode()).digest(size)

    def p256(self, name):
        """A P-256 key."""
        return P256(int.from_bytes(self.take("p256 " + name), "big") % (ORDER - 1) + 1)

    def ed25519(self, name):
        """An Ed25519 key."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.take("ed25519 " + name))


class P256:
    """A P-256 private key whose signatures are deterministic."""

    def __init__(self, secret):
        self.secret = secret
        self.private = ec.derive_private_key(secret, ec.SECP256R1())
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign_digest(self, digest):
        """(r, s) with s at most half the order."""
        nonce = hashlib.sha512(self.secret.to_bytes(32, "big") + digest).digest()
        k = int.from_bytes(nonce, "big") % (ORDER - 1) + 1
        r = ec.derive_private_key(k, ec.SECP256R1()).public_key().public_numbers().x % ORDER
        s = pow(k, -1, ORDER) * (int.from_bytes(digest, "big") + r * self.secret) % ORDER
        return r, min(s, ORDER - s)

    def sign_der(self, data):
        """ECDSA over SHA-256 of data, in DER."""
        return utils.encode_dss_signature(*self.sign_digest(hashlib.sha256(data).digest()))

    def spki(self):
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def pem(self):
        """PKCS#8 PEM text."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def sign1(content_type, payload, key):
    """A Sign1 over a payload, given as a value or as its bytes."""
    raw = payload if isinstance(payload, bytes) else cbor.encode(payload)
    r, s = key.sign_digest(signed_digest(content_type, raw))
    return prefix(content_type) + cbor.encode(raw) + b"\x58\x40" + r.to_bytes(32, "big") + s.to_bytes(32, "big")
