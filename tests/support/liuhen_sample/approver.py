# SPDX-License-Identifier: Apache-2.0
"""An authenticator in software, and what persons do with it (access.md)."""

import base64
import hashlib

from liuhen_check import cbor
from liuhen_check.merkle import leaf_hash

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .keys import sign1

RP, PAGE = "dock.example", "https://dock.example:8443"
DAY = 24 * 3600 * 1_000_000


def name_of(text):
    """32 bytes that name something."""
    return hashlib.sha256(text.encode()).digest()


class Approver:
    """A person with one authenticator."""

    def __init__(self, source, name):
        self.person, self.credential, self.key = name_of(name), name.encode(), source.p256("approver " + name)
        self.counter, self.flags, self.page, self.more = 0, 5, PAGE, ',"crossOrigin":false'

    def point(self):
        return self.key.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def appointment(self, root, vault, powers, start, end, /, **other):
        """The message of the root; other: fields that shall be others."""
        return sign1("liuhen/appointment", {
            "version": 1, "vault": vault, "person": self.person, "powers": sorted(powers), "from": start, "until": end,
            "credential": self.credential, "key": self.point(), "rp": RP, "origin": PAGE, **other}, root)

    def dismissal(self, root, vault, at, /, **other):
        return sign1("liuhen/dismissal", {
            "version": 1, "vault": vault, "person": self.person, "credential": None, "at": at, **other}, root)

    def sign(self, approval):
        """The signature of an approval's bytes, as its leaf has it."""
        challenge = hashlib.sha256(b"liuhen/approval" + approval).digest()
        client = ('{"type":"webauthn.get","challenge":"%s","origin":"%s"%s}' % (
            base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(), self.page, self.more)).encode()
        authenticator = hashlib.sha256(RP.encode()).digest() + bytes([self.flags]) + self.counter.to_bytes(4, "big")
        return {"person": self.person, "credential": self.credential, "authenticator": authenticator, "client": client,
                "signature": self.key.sign_der(authenticator + hashlib.sha256(client).digest())}


def approval_of(log, asked, grant, start, end, /, **other):
    """A's bytes for a request, given with the bytes of its leaf; without a grant a refusal. other: as above."""
    granted = grant is not None
    return cbor.encode({
        "version": 1, "vault": log, "request": asked[0], "leaf": leaf_hash(asked[1]),
        "decision": "granted" if granted else "refused", "grant": grant, "from": start if granted else None,
        "until": end if granted else None, "uses": 2 if granted else None, "manner": "key", **other})


def subject_of(device, recording=None, generation=0, span=(None, None), digest=None):
    return {"device": device, "generation": generation, "recording": recording, "object": digest, "from": span[0],
            "to": span[1]}
