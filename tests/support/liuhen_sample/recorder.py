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
START_US = 1_770_000_000_000_000
HEAD_KINDS = ("start", "end", "heartbeat", "shutdown")


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
        self.entries, self.past, self.pruned = [], {}, {}
        self.boot, self.boottime = 1, 1_000_000_000
        self.epoch = self.resume = self.head = self.docking = None
        self.start = self.segment = self.key = self.names_key = None
        self.from_run = self.from_part = self.counter = self.names_counter = 0

    def _new_keys(self):
        name = f"{self.generation} {self.seq()}"
        return self.source.p256("epoch " + name), self.source.p256("resume " + name)

    def seq(self):
        """Seq of the next entry."""
        return len(self.entries)

    def head_at(self, seq):
        """An entry of this generation as others name it."""
        return {"generation": self.generation, "seq": seq, "hash": sha256(self.entries[seq])}

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
        if kind in HEAD_KINDS:
            self.head = self.head_at(seq)
        if kind == "start":
            self.docking = None
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
        self.head = self.head_at(seq)
        if kind == "docking":
            self.docking = self.head
        return seq

    def dock(self):
        """A docking with a fresh nonce; its seq."""
        return self.name("docking", {"nonce": self.source.take(f"nonce {self.generation} {self.seq()}", 16)})

    def _first(self, kind, body, runs_on):
        body = {"certificate": self.agency.issue(2, DEVICE, self.identity.spki()),
                "names": self._names() if runs_on else None,
                "witness_key": public(self.source.ed25519("cosigner")), **body}
        self.name(kind, body, self.identity)
        self.agency.register(DEVICE, self.generation, sha256(self.entries[0]))

    def genesis(self):
        """The first entry of generation 0, registered; start_up() must follow."""
        self._first("genesis", {"head": None, "docking": None, "resume": None}, False)

    def succeed(self, runs_on=False, head=None, docking=None):
        """Begins the next generation, as on a new card.

        runs_on: no boot follows. head, docking: others than what the keystore knows.
        """
        former, head, docking = self.resume, head or self.head, docking or self.docking
        self._turn_over()
        epoch, resume = self._new_keys()
        said = {"epoch_key": epoch.point, "generation": self.generation, "head": head, "resume_key": resume.point}
        self._first("genesis", {"head": head, "docking": docking, "resume": sign1("liuhen/resume", said, former)},
                    runs_on)

    def roll_back(self, card=None, reason="head_absent"):
        """Begins the next generation because the card is not the one that the keystore knows."""
        head, docking = self.head, self.docking
        self._turn_over()
        self._first("rollback", {"head": head, "docking": docking, "resume": None, "card": card, "reason": reason}, False)

    def _turn_over(self):
        self.past[self.generation] = (self.entries, self.chapters)
        self.generation, self.entries, self.chapters = self.generation + 1, [], {}
        self.from_part = 0

    def start_up(self, new_boot=True):
        """A boot entry; what was in RAM is gone."""
        if new_boot:
            self.boot, self.boottime = self.boot + 1, 500_000_000
        self.counter, self.key, self.segment = 0, None, None
        return self.name("boot", {"firmware": "sample", "names": self._names()}, self.resume)

    def _names(self):
        """A names key for the run that begins, wrapped; null without recipients."""
        if not self.encrypted:
            return None
        name = f"names {self.generation} {self.seq()} {self.boot}"
        self.names_key, self.names_counter = self.source.take(name), 0
        wrapped = envelope(self.source, name, self.names_key, [self.agency.evidence_der, self.agency.escrow_der])
        return {"commitment": sha256(b"liuhen/names" + self.names_key), "envelope": wrapped}

    def private(self, text):
        """A private value (ledger.md §8)."""
        self.names_counter += 1
        return lock_private(self.names_key, self.names_counter, self.source.take(f"salt {self.seq()} {text}", 16), text)

    def begin(self, **fields):
        """A start; its seq."""
        body = {"manner": "video", "trigger": "button", "press": self.boottime, **fields}
        if self.encrypted:
            body = {"wearer": self.private("Wang, 4711"), **body}
        self.start = self.append("start", body)
        return self.start

    def recover(self, missing=(), torn=(), recording="open", lost_ms=0):
        """The recovery after a boot; recording: else the one that self.start names."""
        body = {"torn": [{"file": name, "size": len(self.torn[name]), "hash": sha256(self.torn[name])} for name in torn],
                "missing": list(missing), "recording": self.start if recording == "open" else recording,
                "lost_ms": lost_ms}
        return self.append("recovery", body)

    def open_segment(self, number, pre_event=False, tracks=(1, 2)):
        """A segment entry and its file's init."""
        init, encryption = camera.init(tracks), None
        if self.encrypted:
            if self.key is None:
                self.key = self.source.take(f"footage {self.start} {self.boot}")
            wrapped = envelope(self.source, f"{self.start} {self.boot}", self.key,
                               [self.agency.evidence_der, self.agency.escrow_der])
            init += uuid_box(ENVELOPE, len(wrapped)) + wrapped
            encryption = {"commitment": sha256(b"liuhen/footage" + self.key)}
        told = {1: {"id": 1, "kind": "picture", "codec": "h264", "timescale": 90000},
                2: {"id": 2, "kind": "sound", "codec": "aac", "timescale": camera.RATE}}
        self.segment = {"number": number, "init": sha256(init), "parts": 0, "kept": 0, "encryption": encryption}
        self.files[(self.generation, self.start, number)] = bytearray(init)
        return self.append("segment", {
            "recording": self.start, "segment": number, "init": sha256(init), "init_size": len(init),
            "tracks": [told[track] for track in tracks], "zero": -5, "pre_event": pre_event, "encryption": encryption})

    def file(self):
        """The open segment's bytes."""
        return self.files[(self.generation, self.start, self.segment["number"])]

    def part(self, footage=None, keep=True):
        """Adds a part; keep False leaves its bytes out of the file. Its seq and its bytes."""
        data, tracks = footage or self.camera.shoot()
        encryption = None
        if self.encrypted:
            self.counter += 1
            encryption, data = lock_footage(self.key, self.counter, self.segment["init"], data)
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

    def lose(self, footage=None, torn=None):
        """A part whose write failed, and its part.lost; torn: name under which the first bytes are kept."""
        seq, content = self.part(footage, keep=False)
        kept = None
        if torn:
            self.torn[torn] = content[:100]
            kept = {"file": torn, "size": 100, "hash": sha256(content[:100])}
        self.append("part.lost", {"entry": seq, "reason": "write failed", "torn": kept})
        return seq

    def end_segment(self):
        return self.append("segment.end", {"recording": self.start, "segment": self.segment["number"],
                                           "size": len(self.file()), "parts": self.segment["kept"]})

    def end(self, reason="button"):
        """Ends the open segment and the recording."""
        self.end_segment()
        return self.append("end", {"recording": self.start, "reason": reason})

    def shut_down(self):
        return self.append("shutdown", {"reason": "button"})

    def write(self, folder):
        """Writes card and keystore."""
        out = {}
        for (generation, start, number), data in self.files.items():
            out[f"card/footage/{generation}-{start}/{number}.mp4"] = bytes(data)
        for generation, (entries, chapters) in {**self.past, self.generation: (self.entries, self.chapters)}.items():
            first = self.pruned.get(generation, 0)
            for begin, raw in chapters.items():
                if begin >= first:
                    out[f"card/ledger/{generation}/{begin:010d}.cbor"] = b"".join(raw)
            if first:
                out[f"card/ledger/{generation}/anchor.cbor"] = entries[0] + entries[first - 1]
        out.update({f"card/torn/{name}": data for name, data in self.torn.items()})
        out["keystore/state.cbor"] = cbor.encode({
            "version": 1, "device": DEVICE, "generation": self.generation, "boot": self.boot, "head": self.head,
            "docking": self.docking, "resume_keys": [self.resume.pem()], "checkpoints": {}})
        for name, data in out.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        return out


def lock_private(key, counter, salt, text):
    """{commitment, counter, locked} of a text under a names key."""
    value = salt + cbor.encode(text)
    locked = AESGCM(key).encrypt(bytes(4) + counter.to_bytes(8, "big"), value, b"liuhen/private")
    return {"commitment": sha256(value), "counter": counter, "locked": locked}


def lock_footage(key, counter, init, data):
    """(`encryption` of the part, box `locked`) of moof mdat."""
    nonce = counter.to_bytes(8, "big")
    locked = AESGCM(key).encrypt(bytes(4) + nonce, data, init)
    salt = HKDF(hashes.SHA256(), 32, b"", b"liuhen/clear" + nonce).derive(key)
    return {"counter": counter, "clear": sha256(salt + data)}, uuid_box(LOCKED, len(locked)) + locked
