# SPDX-License-Identifier: Apache-2.0
"""A sample agency: root, certificates, one witness, one vault's receipts."""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from liuhen_check import cbor
from liuhen_check.merkle import key_id, leaf_hash, root_of
from .keys import sign1
from .pki import certificate, pem

OPENED = 1_770_000_100_000_000
NAME, ORIGIN, WITNESS = "Sample Agency", "vault.example", "witness.example"


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def tree_path(hashes, index):
    """Audit path of a leaf (RFC 6962 §2.1.1)."""
    if len(hashes) <= 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return tree_path(hashes[:split], index) + [root_of(hashes[split:])]
    return tree_path(hashes[split:], index - split) + [root_of(hashes[:split])]


class SampleAgency:
    """Keys and certificates, written to a folder."""

    def __init__(self, source, folder):
        self.source, self.folder = source, folder
        self.root = source.p256("root")
        self.certificates = {}
        self.root_der = certificate(source, 1, NAME, self.root.spki(), self.root, NAME)
        self.receipt_key = source.p256("receipt")
        self.log_key, self.witness_key = source.ed25519("log"), source.ed25519("witness")
        self.receipt_der = self.issue(6, ORIGIN, self.receipt_key.spki())
        self.log_der = self.issue(7, ORIGIN, self.log_key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        self.evidence_der = self.issue(9, "evidence", source.p256("evidence").spki())
        self.escrow_der = self.issue(10, "escrow", source.p256("escrow").spki())
        self.leaves = []
        self.log("log.opened", {"origin": ORIGIN, "checkpoint_certificate": self.log_der,
                                "receipt_certificate": self.receipt_der})
        os.makedirs(os.path.join(folder, "registered"), exist_ok=True)
        os.makedirs(os.path.join(folder, "witnesses"), exist_ok=True)
        self.write("root.pem", pem(self.root_der).encode())
        vkey = base64.b64encode(b"\4" + public(self.witness_key)).decode()
        number = key_id(WITNESS, 4, public(self.witness_key)).hex()
        self.write(f"witnesses/{WITNESS}.vkey", f"{WITNESS}+{number}+{vkey}\n".encode())

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)

    def issue(self, role, subject, spki):
        return certificate(self.source, role, subject, spki, self.root, NAME)

    def register(self, device, generation, digest):
        """Writes the registration of a generation."""
        payload = {"device": device, "generation": generation, "genesis": digest, "version": 1}
        self.write(f"registered/{device}-{generation}.cose", sign1("liuhen/registration", payload, self.root))

    def note(self, witnessed=True, count=None):
        """The signed note over the leaves so far, or over the first `count` of them."""
        leaves = self.leaves[:count]
        root = base64.b64encode(root_of([leaf_hash(leaf) for leaf in leaves])).decode()
        body = f"{ORIGIN}\n{len(leaves)}\n{root}\n"
        key, time = public(self.log_key), OPENED // 1_000_000 + 100
        line = base64.b64encode(key_id(ORIGIN, 1, key) + self.log_key.sign(body.encode())).decode()
        text = f"{body}\n\u2014 {ORIGIN} {line}\n"
        if witnessed:
            signature = self.witness_key.sign(f"cosignature/v1\ntime {time}\n{body}".encode())
            raw = key_id(WITNESS, 4, public(self.witness_key)) + time.to_bytes(8, "big") + signature
            text += f"\u2014 {WITNESS} {base64.b64encode(raw).decode()}\n"
        return text

    def store(self, place, content, last):
        """Logs an object leaf and answers its index.

        place: its type and numbers, and fields that shall be others; last: (device, generation, seq, hash).
        """
        body = {"object": hashlib.sha256(content).digest(), "size": len(content), "device": last[0],
                "generation": last[1], "seq": last[2], "entry": last[3], "verdict": "intact", "findings": [], **place}
        return self.log("object", body)

    def log(self, kind, body):
        """Logs a leaf and answers its index."""
        self.leaves.append(cbor.encode({"version": 1, "time": OPENED + len(self.leaves), "kind": kind, "body": body}))
        return len(self.leaves) - 1

    def receipt(self, index, /, key=None, **other):
        """The receipt of a leaf against the tree as it is now; other: fields that shall be others."""
        leaf = cbor.decode(self.leaves[index])
        body, hashes = leaf["body"], [leaf_hash(raw) for raw in self.leaves]
        names = ("device", "generation", "type", "seq", "entry", "object", "size")
        payload = {"version": 1, "vault": ORIGIN, "certificate": self.receipt_der, "stored": leaf["time"], "copies": 2,
                   "recording": body.get("recording"), "segment": body.get("segment"), "index": index,
                   "path": tree_path(hashes, index), "checkpoint": self.note(), "leaf": self.leaves[index],
                   **{name: body[name] for name in names}, **other}
        return sign1("liuhen/receipt", payload, key or self.receipt_key)

    def write_vault(self, folder, contents):
        """objects/ and log/ of a vault that holds these objects."""
        for content in contents:
            name = hashlib.sha256(content).hexdigest()
            os.makedirs(os.path.join(folder, "objects", name[:2]), exist_ok=True)
            with open(os.path.join(folder, "objects", name[:2], name), "wb") as file:
                file.write(content)
        hashes = [leaf_hash(leaf) for leaf in self.leaves]
        assert len(hashes) < 256
        os.makedirs(os.path.join(folder, "objects"), exist_ok=True)
        files = {"checkpoint": self.note().encode(), f"tile/0/000.p/{len(hashes)}": b"".join(hashes),
                 f"tile/entries/000.p/{len(hashes)}": b"".join(
                     len(leaf).to_bytes(2, "big") + leaf for leaf in self.leaves)}
        for name, data in files.items():
            path = os.path.join(folder, "log", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
