# SPDX-License-Identifier: Apache-2.0
"""An authenticator in software, as a browser speaks with it (W3C Web Authentication, level 2)."""

import base64
import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRESENT, VERIFIED = 1, 4


def to_text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def to_bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One key of one person at one page."""

    def __init__(self, origin, rp="localhost"):
        self.origin, self.rp = origin, rp
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential, self.counter = os.urandom(32), 0

    def page(self, person):
        """What the person hands to the agency: PERSON.json of docs/operations.md."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"person": person, "credential": to_text(self.credential), "key": to_text(point), "rp": self.rp,
                "origin": self.origin}

    def sign(self, options, flags=PRESENT | VERIFIED, **other):
        """What navigator.credentials.get answers to the options, in JSON's form; other: of the client data."""
        client = json.dumps({"type": "webauthn.get", "challenge": options["challenge"], "origin": self.origin,
                             "crossOrigin": False, **other}).encode()
        self.counter += 1
        authenticator = hashlib.sha256(self.rp.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")
        signature = self.key.sign(authenticator + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {"credential": to_text(self.credential), "authenticator": to_text(authenticator), "client": to_text(client),
                "signature": to_text(signature)}
