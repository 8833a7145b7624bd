# SPDX-License-Identifier: Apache-2.0
"""Entries of a generation and their keys (ledger.md §7, step 2)."""

from . import cbor, kinds
from .certificate import key_of
from .files import open_file
from .order import Order
from .report import CannotTell
from .signed import ENTRY, Message, frame, load_key, sha256, verify

FILE_BYTES = 1 << 30
ANCHOR_BYTES = 1 << 18
SIGNED_EVERY = 4096


class Entry:
    """One entry where it stands."""

    __slots__ = ("generation", "seq", "file", "offset", "raw", "hash", "_within", "boot", "boottime", "utc", "kind",
                 "body", "device", "previous")

    def __init__(self, file, offset, raw):
        """raw: bytes that frame() takes for one entry; ValueError if they break a rule of payload or body."""
        _, first, last, _ = frame(raw, 0)
        self.file, self.offset, self.raw, self._within = file, offset, raw, (first, last)
        self.hash = sha256(raw)
        (_, self.device, self.generation, self.seq, self.previous, self.boot, self.boottime, self.utc, self.kind,
         self.body) = kinds.read_payload(raw[first:last]).values()

    @property
    def payload_raw(self):
        """The signed bytes of the payload."""
        return self.raw[self._within[0]:self._within[1]]

    def head(self):
        """The entry as others name it."""
        return {"generation": self.generation, "seq": self.seq, "hash": self.hash}


class Generation:
    """What was read of one generation."""

    def __init__(self, number, files, anchor=None):
        """files: (number in the name, file, path or None) in order; anchor: (file, path) or None."""
        self.number, self.files, self.anchor_file = number, files, anchor
        self.entries, self.by_seq = [], {}
        self.first = files[0][0]
        self.order = Order(number)
        self.problem = None

    def take(self, entry):
        """Counts an entry as read."""
        self.entries.append(entry)
        self.by_seq[entry.seq] = entry

    def entry(self, seq):
        """The entry read with this seq, the kept ones of a pruned stretch included, or None."""
        return self.by_seq.get(seq)

    def hash_at(self, seq):
        """Hash of the entry with this seq as far as it is known, or None."""
        entry = self.entry(seq)
        if entry is None and self.entries and seq == self.entries[0].seq - 1:
            return self.entries[0].previous
        return entry and entry.hash

    def resume_key_at(self, seq):
        """The resume key named last at or before seq, or None if no such entry was read."""
        for entry in reversed(self.entries):
            if entry.seq <= seq and entry.kind in kinds.NAMING:
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

    def entries(self):
        """All entries read, in order of generation and seq."""
        for generation in self.generations.values():
            yield from generation.entries

    def entry(self, generation, seq):
        """An entry read, or None."""
        found = self.generations.get(generation)
        return found and found.entry(seq)


class Reader:
    """Step 2: takes the files of one generation apart and checks each entry."""

    def __init__(self, ledger, generation):
        self.ledger, self.generation, self.report = ledger, generation, ledger.report
        self.expected = generation.first
        self.order = generation.order
        self.device = ledger.device
        self.last = None
        self.identity = self.epoch_key = self.resume_key = None
        self.unkeyed = False

    def run(self):
        """All files, up to the first problem."""
        files = self.generation.files
        if self.generation.first == 1:
            self._problem("altered", files[0][1], 0, "a pruned stretch of one entry is none")
            return
        if self.generation.first > 0 and not self._anchor():
            return
        for index, (number, file, path) in enumerate(files):
            if not self._next(number, file, path, index + 1 == len(files)):
                return

    def _next(self, number, file, path, is_last):
        """Reads one file; whether to go on."""
        wrong = None
        if self.last is not None and self.last.kind != "docking":
            wrong = "file begins while the chapter before is open"
        elif number != self.expected:
            wrong = f"file should begin at {self.expected}"
        stored = open_file(path) if path else None
        if stored is None:
            if not self.ledger.stored:
                raise CannotTell(f"{file} is gone")
            return self._problem("incomplete", None, None, "chapter is absent")
        with stored:
            if wrong and self.ledger.stored and number > self.expected and not self._open_chapter():
                return self._problem("incomplete", None, None, "chapter is absent")
            if wrong or stored.size > FILE_BYTES:
                return self._problem("altered", file, 0, wrong or "file is too long")
            data = stored.take(0, stored.size)
        return self._file(file, data, is_last)

    def _open_chapter(self):
        return self.last is not None and self.last.kind != "docking"

    def _problem(self, verdict, file, offset, text, seq=None):
        self.generation.problem = self.generation.problem or verdict
        self.report.add(verdict, self.generation.number, self.expected if seq is None else seq, file, offset, text)
        return False

    def _file(self, file, data, is_last):
        """Structure first, then the signatures that count; whether to go on."""
        taken, wrong, pos = [], None, 0
        while pos < len(data) and not wrong:
            parts = frame(data, pos)
            if parts[0] == "torn":
                wrong = ("incomplete" if is_last else "altered", pos, "entry is cut off")
            elif parts[0] == "malformed":
                wrong = ("altered", pos, "no entry here")
            else:
                text = self._take(file, pos, data[pos:parts[3]], taken)
                wrong = text and ("altered", pos, text)
                pos = parts[3]
        bad = _unsigned(taken, wrong is not None)
        for entry, _ in taken[:bad]:
            self.generation.take(entry)
            self.ledger.device = entry.device
        if bad < len(taken):
            entry = taken[bad][0]
            return self._problem("altered", file, entry.offset, "signature does not match", entry.seq)
        return not wrong or self._problem(wrong[0], file, *wrong[1:])

    def _take(self, file, pos, raw, taken):
        """What is wrong with an entry, its signature apart, or None; then it is added with its key."""
        try:
            entry = Entry(file, pos, raw)
        except ValueError as error:
            return str(error)
        if pos and self.last.kind == "docking":
            return "entry in the file of a chapter that has ended"
        if entry.device != (self.device or entry.device):
            return "other device"
        if entry.generation != self.generation.number or entry.seq != self.expected:
            return "other generation or seq than expected"
        before = self.last or self.generation.entry(entry.seq - 1)
        if entry.previous != (before.hash if before else bytes(32)) and not (before is None and entry.seq):
            return "does not name the entry before"
        wrong = self.order.check(entry) or self._keys(entry)
        if wrong:
            return wrong
        key = self.identity if entry.seq == 0 else self.resume_key if entry.kind == "boot" else self.epoch_key
        taken.append((entry, None if self.unkeyed else key))
        self._name(entry)
        self.last, self.device = entry, entry.device
        self.expected += 1
        return None

    def _keys(self, entry):
        """The key in a certificate, the statement in a docking."""
        if entry.seq == 0:
            self.identity = key_of(entry.body["certificate"])
            return None if self.identity else "no identity key in the certificate"
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
        """Reads the entries kept of a pruned stretch: that of seq 0 and its last docking; whether to go on."""
        first = self.generation.first
        stored = open_file(self.generation.anchor_file[1]) if self.generation.anchor_file else None
        if stored is None:
            self.unkeyed = True
            self.report.add("unproven", self.generation.number, first, self.generation.files[0][1], 0,
                            "the keys of a pruned stretch are not at hand")
            return True
        file, pos, kept = self.generation.anchor_file[0], 0, []
        with stored:
            data = stored.take(0, ANCHOR_BYTES)
        for seq in (0, first - 1):
            parts = frame(data, pos)
            wrong = self._anchored(file, pos, data[pos:parts[3]], seq, kept) if parts[0] == "entry" else "no entry here"
            if wrong:
                return self._problem("altered", file, pos, wrong, seq)
            pos = parts[3]
        if pos != len(data):
            return self._problem("altered", file, pos, "bytes after the docking", first - 1)
        for entry in kept:
            self.generation.take(entry)
            self._name(entry)
        self.ledger.device = self.device
        self.order.previous = kept[1]
        return True

    def _anchored(self, file, pos, raw, seq, kept):
        """What is wrong with an entry of the anchor, or None; then it is added."""
        try:
            entry = Entry(file, pos, raw)
        except ValueError as error:
            return str(error)
        if entry.device != (self.device or entry.device) or (entry.generation, entry.seq) != (
                self.generation.number, seq):
            return "other device, generation or seq than expected"
        if seq == 0:
            wrong = "names an entry before it" if entry.previous != bytes(32) else None
            wrong = wrong or Order(self.generation.number).check(entry) or self._keys(entry)
            if not wrong and not verify(self.identity, ENTRY, entry.payload_raw, raw[-64:]):
                wrong = "signature does not match"
        else:
            wrong = self._statement(entry) if entry.kind == "docking" else "no docking"
        self.device = entry.device
        kept.append(entry)
        return wrong


def _unsigned(taken, all_count):
    """Index of the first entry in order whose signature counts and does not hold, else their number.

    taken: (entry, key or None) of one file in order; all_count: a problem was found behind them.
    """
    def counts(index):
        entry, key = taken[index]
        return (entry.seq % SIGNED_EVERY == 0 or entry.kind in kinds.NAMING or index + 1 == len(taken)
                or taken[index + 1][1] is not key)

    def holds(index):
        entry, key = taken[index]
        return key is None or verify(key, ENTRY, entry.payload_raw, entry.raw[-64:])

    end = len(taken)
    if not all_count:
        end = next((index for index in range(end) if counts(index) and not holds(index)), None)
        if end is None:
            return len(taken)
    return next((index for index in range(end) if not holds(index)), end)
