# SPDX-License-Identifier: Apache-2.0
"""A sample recorder: writes ledger, footage, torn files and keystore (ledger.md, segment.md)."""

import hashlib
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from liuhen_check import cbor
from liuhen_check.footage import ENVELOPE, LINK, LOCKED, PROOF, uuid_box
from . import camera
from .agency import public
from .keys import sign1
from .pki import envelope

DEVICE = "recorder-1"
START_US = 1_700_000_000_000_000


def sha256(data):
    return hashlib.sha256(data).digest()


class Recorder:
    """Appends entries to chapters; hook(kind, seq, body) may change a body before it is signed."""

    def __init__(self, source, agency, encrypted=False, hook=None, size=4000):
        self.source, self.agency, self.encrypted = source, agency, encrypted
        self.hook = hook or (lambda kind, seq, body: body)
        self.camera = camera.Camera(source, size)
        self.identity = source.p256("identity")
        self.generation, self.chapters, self.files, self.torn = 0, {}, {}, {}
        self.entries = []
        self.boot, self.boottime = 1, 1_000_000_000
        self.epoch = self.resume = self.head = None
        self.start = self.segment = self.key = None
        self.from_run = self.from_part = self.counter = 0

    def _new_keys(self):
        name = f"{self.generation} {self.seq()}"
        return self.source.p256("epoch " + name), self.source.p256("resume " + name)

    def seq(self):
        """Seq of the next entry."""
        return len(self.entries)

    def append(self, kind, body, key=None):
        """Signs and adds an entry; its seq."""
        seq = self.seq()
        self.boottime += 40_000_000
        previous = sha256(self.entries[-1]) if self.entries else bytes(32)
        payload = {1: 1, 2: DEVICE, 3: self.generation, 4: seq, 5: previous, 6: self.boot, 7: self.boottime,
                   8: [START_US + self.boottime // 1000, 2, 5], 9: kind, 10: self.hook(kind, seq, body)}
        if not self.chapters or self.closed:
            self.chapters[seq] = []
        self.closed = kind == "docking"
        raw = sign1("liuhen/entry", payload, key or self.epoch)
        self.entries.append(raw)
        self.chapters[max(self.chapters)].append(raw)
        if kind in ("genesis", "rollback", "boot", "start"):
            self.from_run = seq
        return seq

    def name(self, kind, body=None, key=None):
        """Adds an entry that names new keys."""
        epoch, resume = self._new_keys()
        body = {**(body or {}), "epoch_key": epoch.point, "resume_key": resume.point}
        if kind == "docking":
            said = {"device": DEVICE, "epoch_key": epoch.point, "generation": self.generation, "nonce": body["nonce"],
                    "previous": sha256(self.entries[-1]), "resume_key": resume.point, "seq": self.seq()}
            body["statement"] = sign1("liuhen/docking", said, self.identity)
        seq = self.append(kind, body, key)
        self.epoch, self.resume = epoch, resume
        self.head = {"generation": self.generation, "seq": seq, "hash": sha256(self.entries[seq])}
        return seq

    def genesis(self):
        """The first entry of generation 0, registered."""
        der = self.agency.issue(2, DEVICE, self.identity.spki())
        body = {"certificate": der, "witness_key": public(self.source.ed25519("cosigner")), "head": None,
                "resume": None}
        self.name("genesis", body, self.identity)
        self.agency.register(DEVICE, self.generation, sha256(self.entries[0]))

    def succeed(self):
        """Begins the next generation on the same card."""
        former, head = self.resume, self.head
        self.generation, self.past = self.generation + 1, (self.entries, self.chapters)
        self.entries, self.chapters = [], {}
        epoch, resume = self._new_keys()
        said = {"epoch_key": epoch.point, "generation": self.generation, "head": head, "resume_key": resume.point}
        body = {"certificate": self.agency.issue(2, DEVICE, self.identity.spki()),
                "witness_key": public(self.source.ed25519("cosigner")), "head": head,
                "resume": sign1("liuhen/resume", said, former)}
        self.name("genesis", body, self.identity)
        self.agency.register(DEVICE, self.generation, sha256(self.entries[0]))

    def start_up(self, new_boot=True):
        """A boot entry; what was in RAM is gone."""
        if new_boot:
            self.boot, self.boottime = self.boot + 1, 500_000_000
        self.counter, self.key, self.segment = 0, None, None
        return self.name("boot", {"firmware": "sample", "names": None}, self.resume)

    def open_segment(self, number):
        """A segment entry and its file's init."""
        init, encryption = camera.init(), None
        if self.encrypted:
            if self.key is None:
                self.key = self.source.take(f"footage {self.start} {self.boot}")
            wrapped = envelope(self.source, f"{self.start} {self.boot}", self.key,
                               [self.agency.evidence_der, self.agency.escrow_der])
            init += uuid_box(ENVELOPE, len(wrapped)) + wrapped
            encryption = {"commitment": sha256(b"liuhen/footage" + self.key)}
        tracks = [{"id": 1, "kind": "picture", "codec": "h264", "timescale": 90000},
                  {"id": 2, "kind": "sound", "codec": "aac", "timescale": camera.RATE}]
        self.segment = {"number": number, "init": sha256(init), "parts": 0, "kept": 0, "encryption": encryption}
        self.files[(self.generation, self.start, number)] = bytearray(init)
        return self.append("segment", {
            "recording": self.start, "segment": number, "init": sha256(init), "init_size": len(init), "tracks": tracks,
            "zero": -5, "pre_event": False, "encryption": encryption})

    def file(self):
        """The open segment's bytes."""
        return self.files[(self.generation, self.start, self.segment["number"])]

    def part(self, footage=None, keep=True):
        """Adds a part; keep False leaves its bytes out of the file. Its seq and its bytes."""
        data, tracks = footage or self.camera.shoot()
        encryption = None
        if self.encrypted:
            self.counter += 1
            nonce = self.counter.to_bytes(8, "big")
            locked = AESGCM(self.key).encrypt(bytes(4) + nonce, data, self.segment["init"])
            salt = HKDF(hashes.SHA256(), 32, b"", b"liuhen/clear" + nonce).derive(self.key)
            encryption = {"counter": self.counter, "clear": sha256(salt + data)}
            data = uuid_box(LOCKED, len(locked)) + locked
        linked = b"".join(self.entries[max(self.from_run, self.from_part):])
        content = uuid_box(LINK, len(linked)) + linked + data
        body = {"recording": self.start, "segment": self.segment["number"], "part": self.segment["parts"],
                "offset": len(self.file()), "size": len(content), "hash": sha256(content),
                "init": self.segment["init"], "tracks": tracks, "encryption": encryption}
        seq = self.append("part", body)
        content += uuid_box(PROOF, len(self.entries[seq])) + self.entries[seq]
        self.segment["parts"] += 1
        if keep:
            self.file().extend(content)
            self.segment["kept"] += 1
            self.from_part = seq + 1
        return seq, content

    def end_segment(self):
        return self.append("segment.end", {"recording": self.start, "segment": self.segment["number"],
                                           "size": len(self.file()), "parts": self.segment["kept"]})

    def write(self, folder):
        """Writes card and keystore."""
        out = {}
        for (generation, start, number), data in self.files.items():
            out[f"card/footage/{generation}-{start}/{number}.mp4"] = bytes(data)
        generations = [(self.generation, self.chapters)]
        if self.generation:
            generations.insert(0, (self.generation - 1, self.past[1]))
        for generation, chapters in generations:
            for first, raw in chapters.items():
                out[f"card/ledger/{generation}/{first:010d}.cbor"] = b"".join(raw)
        out.update({f"card/torn/{name}": data for name, data in self.torn.items()})
        out["keystore/state.cbor"] = cbor.encode({
            "version": 1, "device": DEVICE, "generation": self.generation, "boot": self.boot, "head": self.head,
            "resume_keys": [self.resume.pem()], "checkpoints": {}})
        for name, data in out.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        return out
