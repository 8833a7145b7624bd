# SPDX-License-Identifier: Apache-2.0
"""Entries of a generation, their keys and their origin (ledger.md §7, steps 2 and 3)."""

from . import cbor, kinds
from .certificate import parse, trusted
from .order import Order
from .signed import ENTRY, Message, frame, load_key, sha256, verify


class Entry:
    """One entry where it stands."""

    __slots__ = ("generation", "seq", "file", "offset", "raw", "hash", "payload_raw", "payload", "boot", "boottime",
                 "kind", "body", "device", "previous")

    def __init__(self, file, offset, raw, payload_raw):
        self.file, self.offset, self.raw, self.payload_raw = file, offset, raw, payload_raw
        self.payload = kinds.read_payload(payload_raw)
        self.hash = sha256(raw)
        (_, self.device, self.generation, self.seq, self.previous, self.boot, self.boottime, _, self.kind,
         self.body) = self.payload.values()


class Generation:
    """What was read of one generation."""

    def __init__(self, number, files, anchor=None):
        """files: (number in the name, file, bytes) in order; anchor: (file, bytes) or None."""
        self.number, self.files, self.anchor_file = number, files, anchor
        self.entries, self.by_seq = [], {}
        self.first = files[0][0]
        self.anchor = {}
        self.problem = False

    def entry(self, seq):
        """The entry read with this seq, the kept ones of a pruned stretch included, or None."""
        return self.by_seq.get(seq) or self.anchor.get(seq)

    def hash_at(self, seq):
        """Hash of the entry with this seq as far as it is known, or None."""
        entry = self.entry(seq)
        if entry is None and seq == self.first - 1 and self.entries:
            return self.entries[0].previous
        return entry and entry.hash

    def resume_key_at(self, seq):
        """The resume key named last at or before seq, or None."""
        for entry in reversed(self.entries):
            if entry.seq <= seq and entry.kind in kinds.NAMING:
                return load_key(entry.body["resume_key"])
        for entry in reversed(self.anchor.values()):
            if entry.seq <= seq:
                return load_key(entry.body["resume_key"])
        return None


class Ledger:
    """Reads generations in rising order; device stays the same over all of them."""

    def __init__(self, report, device=None, stored=False):
        """stored: the files are chapters of a vault, where one may be absent."""
        self.report, self.device, self.stored = report, device, stored
        self.generations = {}

    def read(self, generation):
        """Step 2 for one generation."""
        self.generations[generation.number] = generation
        Reader(self, generation).run()


class Reader:
    """Step 2: takes the files of one generation apart and checks each entry."""

    def __init__(self, ledger, generation):
        self.ledger, self.generation, self.report = ledger, generation, ledger.report
        self.expected = generation.first
        self.order = Order(ledger.report, generation.number, generation.first)
        self.last = None
        self.identity = self.epoch_key = self.resume_key = None
        self.unkeyed = False

    def run(self):
        """All files, up to the first problem."""
        if self.generation.first > 0 and not self._anchor():
            return
        for index, (number, file, data) in enumerate(self.generation.files):
            wrong = None
            if self.last is not None and self.last.kind != "docking":
                wrong = "file begins while the chapter before is open"
            elif number != self.expected:
                wrong = f"file should begin at {self.expected}"
            if data is None or wrong and self.ledger.stored and self._chapter_absent(number):
                self._problem("incomplete", None, None, "chapter is absent")
            elif wrong:
                self._problem("altered", file, 0, wrong)
            elif self._file(file, data, index + 1 == len(self.generation.files)):
                continue
            return

    def _chapter_absent(self, number):
        return number > self.expected and (self.last is None or self.last.kind == "docking")

    def _problem(self, verdict, file, offset, text):
        self.generation.problem = True
        self.report.add(verdict, self.generation.number, self.expected, file, offset, text)
        return False

    def _file(self, file, data, is_last):
        pos = 0
        while pos < len(data):
            parts = frame(data, pos)
            if parts[0] == "torn":
                return self._problem("incomplete" if is_last else "altered", file, pos, "entry is cut off")
            if parts[0] == "malformed":
                return self._problem("altered", file, pos, "no entry here")
            wrong = None
            try:
                entry = Entry(file, pos, data[pos:parts[3]], data[parts[1]:parts[2]])
            except ValueError as error:
                wrong = str(error)
            wrong = wrong or self._entry(entry, pos)
            if wrong:
                return self._problem("altered", file, pos, wrong)
            pos = parts[3]
        return True

    def _entry(self, entry, pos):
        """What is wrong with the entry that should have seq expected, or None."""
        if pos and self.last.kind == "docking":
            return "entry in the file of a chapter that has ended"
        if entry.device != (self.ledger.device or entry.device):
            return "other device"
        if entry.generation != self.generation.number or entry.seq != self.expected:
            return "other generation or seq than expected"
        before = self.last or self.generation.anchor.get(entry.seq - 1)
        if entry.previous != (before.hash if before else bytes(32)) and not (before is None and entry.seq):
            return "does not name the entry before"
        wrong = self.order.check(entry) or self._signature(entry)
        if wrong:
            return wrong
        self.ledger.device = entry.device
        self._name(entry)
        self.generation.entries.append(entry)
        self.generation.by_seq[entry.seq] = entry
        self.last = entry
        self.expected += 1
        return None

    def _signature(self, entry):
        if entry.seq == 0:
            certificate = parse(entry.body["certificate"])
            if certificate is None or certificate.kind() != "p256":
                return "no identity key in the certificate"
            self.identity = certificate.key
            key = self.identity
        else:
            key = self.resume_key if entry.kind == "boot" else self.epoch_key
        if not self.unkeyed and not verify(key, ENTRY, entry.payload_raw, entry.raw[-64:]):
            return "signature does not match"
        return self._statement(entry) if entry.kind == "docking" else None

    def _statement(self, entry):
        body = entry.body
        wanted = {"device": entry.device, "epoch_key": body["epoch_key"], "generation": entry.generation,
                  "nonce": body["nonce"], "previous": entry.previous, "resume_key": body["resume_key"],
                  "seq": entry.seq}
        try:
            message = Message("liuhen/docking", body["statement"])
        except ValueError as error:
            return str(error)
        if message.payload != cbor.encode(wanted):
            return "statement says other than its docking"
        if self.identity is not None and not message.by(self.identity):
            return "statement is not signed by the identity key"
        return None

    def _name(self, entry):
        if entry.kind in kinds.NAMING:
            self.epoch_key, self.resume_key = load_key(entry.body["epoch_key"]), load_key(entry.body["resume_key"])
            self.unkeyed = False

    def _anchor(self):
        """Reads the entries kept of a pruned stretch: that of seq 0 and its last docking."""
        first = self.generation.first
        if self.generation.anchor_file is None:
            self.unkeyed = True
            self.report.add("unproven", self.generation.number, first, self.generation.files[0][1], 0,
                            "the keys of a pruned stretch are not at hand")
            return True
        file, data = self.generation.anchor_file
        pos = 0
        for seq in (0, first - 1):
            self.expected = seq
            parts = frame(data, pos)
            wrong = "no entry here" if parts[0] != "entry" else None
            try:
                entry = None if wrong else Entry(file, pos, data[pos:parts[3]], data[parts[1]:parts[2]])
            except ValueError as error:
                wrong = str(error)
            wrong = wrong or self._anchor_entry(entry, seq)
            if wrong:
                return self._problem("altered", file, pos, wrong)
            pos = parts[3]
            self.generation.anchor[seq] = entry
            self._name(entry)
        if pos != len(data):
            return self._problem("altered", file, pos, "bytes after the docking")
        self.expected = first
        self.order.previous = entry
        return True

    def _anchor_entry(self, entry, seq):
        if entry.device != (self.ledger.device or entry.device) or entry.seq != seq:
            return "other device or seq than expected"
        self.ledger.device = entry.device
        if seq == 0:
            if entry.generation != self.generation.number or entry.previous != bytes(32):
                return "no first entry of this generation"
            return Order(self.report, self.generation.number, 0).check(entry) or self._signature(entry)
        if entry.generation != self.generation.number or entry.kind != "docking":
            return "no docking of this generation"
        return self._statement(entry)


def check_origin(report, ledger, generation, root, registration):
    """Step 3 for one generation; registration: the agency's bytes or None."""
    first = generation.entry(0)
    if first is None:
        return
    number, place = generation.number, (generation.number, 0, first.file, first.offset)
    if not trusted(parse(first.body["certificate"]), "recorder", root, first.device):
        report.add("unproven", *place, "identity certificate is not the agency's for this recorder")
    if registration is None:
        report.add("incomplete", *place, "generation is not registered")
    else:
        wanted = {"device": first.device, "generation": number, "genesis": first.hash, "version": 1}
        try:
            message = Message("liuhen/registration", registration)
            wrong = message.payload != cbor.encode(wanted) or not message.by(root.key)
        except ValueError:
            wrong = True
        if wrong:
            report.add("altered", *place, "registration is of another first entry, or not the agency's")
    if first.kind == "rollback":
        report.add("incomplete", *place, "generation begins with a rollback")
    elif number > 0:
        _check_succession(report, ledger, first, place)


def _check_succession(report, ledger, first, place):
    head = first.body["head"]
    before = ledger.generations.get(head["generation"])
    if before is None:
        return
    found = before.hash_at(head["seq"])
    if found is None:
        report.add("incomplete", *place, "the entry named as head is absent")
        return
    body = first.body
    wanted = {"epoch_key": body["epoch_key"], "generation": first.generation, "head": head,
              "resume_key": body["resume_key"]}
    try:
        message = Message("liuhen/resume", body["resume"])
        signed = message.payload == cbor.encode(wanted) and message.by(before.resume_key_at(head["seq"]))
    except ValueError:
        signed = False
    if found != head["hash"] or not signed:
        report.add("altered", *place, "head has another hash, or resume is not signed by the key due")
