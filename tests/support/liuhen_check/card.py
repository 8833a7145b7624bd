# SPDX-License-Identifier: Apache-2.0
"""The check of a recorder or a card (ledger.md §7)."""

import os
import re

from . import cbor, kinds
from .agency import listing, read
from .chain import Generation, Ledger, check_origin
from .footage import Footage
from .receipt import read_receipt
from .signed import sha256

NUMBER = re.compile(r"(0|[1-9][0-9]{0,19})\Z")
ENTRIES = re.compile(r"([0-9]{10})\.cbor\Z")
FOOTAGE = re.compile(r"(0|[1-9][0-9]{0,19})-(0|[1-9][0-9]{0,19})\Z")
SEGMENT = re.compile(r"(0|[1-9][0-9]{0,19})\.mp4\Z")
TORN = re.compile(r".+\.torn\Z", re.DOTALL)
ANCHOR = "anchor.cbor"
CLOSED = ("end", "shutdown", "recovery", "docking")


class Card:
    """Files of one card by what their names say."""

    def __init__(self, report, folder, prefix):
        self.report, self.folder, self.prefix = report, folder, prefix
        self.ledger, self.anchors, self.footage, self.torn = {}, {}, {}, []
        self._ledger()
        self._footage()
        for entry in self._list("torn"):
            if self._is(entry, False) and TORN.match(entry.name):
                self.torn.append((entry.name, self._label("torn", entry.name), entry.path))
            else:
                self._stray("torn", entry.name)

    def _list(self, *names):
        return listing(os.path.join(self.folder, *names))

    def _label(self, *names):
        return self.prefix + "/".join(names)

    def _stray(self, *names):
        self.report.add("altered", None, None, self._label(*names), None, "no name for a file here")

    @staticmethod
    def _is(entry, folder):
        return entry.is_dir(follow_symlinks=False) if folder else entry.is_file(follow_symlinks=False)

    @staticmethod
    def _numbers(match):
        """The numbers in a name, or None if there is none or one needs more than 64 bits."""
        numbers = tuple(map(int, match.groups())) if match else ()
        return numbers if numbers and all(number < 1 << 64 for number in numbers) else None

    def _ledger(self):
        for folder in self._list("ledger"):
            if not (self._is(folder, True) and self._numbers(NUMBER.match(folder.name))):
                self._stray("ledger", folder.name)
                continue
            for entry in self._list("ledger", folder.name):
                match, number = ENTRIES.match(entry.name), int(folder.name)
                label = self._label("ledger", folder.name, entry.name)
                pruned = number in self.ledger and min(self.ledger[number])[0] > 0
                if not self._is(entry, False) or not (match or entry.name == ANCHOR and pruned):
                    self._stray("ledger", folder.name, entry.name)
                elif match:
                    self.ledger.setdefault(number, []).append((int(match.group(1)), label, entry.path))
                else:
                    self.anchors[number] = (label, entry.path)

    def _footage(self):
        for folder in self._list("footage"):
            place = self._numbers(FOOTAGE.match(folder.name))
            if not (self._is(folder, True) and place):
                self._stray("footage", folder.name)
                continue
            for entry in self._list("footage", folder.name):
                segment = self._numbers(SEGMENT.match(entry.name))
                if not (self._is(entry, False) and segment):
                    self._stray("footage", folder.name, entry.name)
                else:
                    label = self._label("footage", folder.name, entry.name)
                    self.footage[place + segment] = (label, entry.path)

    def generation(self, number):
        """The files of a generation, read."""
        files = [(seq, label, read(path) or b"") for seq, label, path in sorted(self.ledger[number])]
        anchor = self.anchors.get(number)
        return Generation(number, files, (anchor[0], read(anchor[1]) or b"") if anchor else None)

    def load(self, number):
        """For Footage.check: where a segment stands and its bytes."""
        def one(segment):
            label, path = self.footage.get((number, segment.recording, segment.number), (None, None))
            if label is None:
                name = f"{number}-{segment.recording}"
                return self._label("footage", name, f"{segment.number}.mp4"), None
            return label, read(path)
        return one


def check_recorder(report, agency, folder, keystore, prefix):
    """All steps for a card folder; keystore: folder or None."""
    card = Card(report, folder, prefix)
    if not card.ledger:
        report.add("incomplete", None, None, None, None, "no ledger file")
    ledger = Ledger(report)
    for number in sorted(card.ledger):
        ledger.read(card.generation(number))
    check_origins(report, ledger, agency)
    if keystore is not None:
        _check_head(report, ledger, keystore)
    named = set()
    for number, generation in ledger.generations.items():
        footage = Footage(report, generation, agency.root)
        footage.check(card.load(number))
        named.update((number,) + place for place in footage.places)
    for place, (label, _) in card.footage.items():
        if place not in named:
            report.add("altered", None, None, label, None, "no segment entry names this file")
    _check_torn(report, ledger, card)
    check_tail(report, ledger)
    check_pruned(report, ledger, agency.root)
    find(report, ledger)


def check_origins(report, ledger, agency):
    """Step 3 for all generations."""
    for number, generation in ledger.generations.items():
        first = generation.entry(0)
        if first is not None:
            check_origin(report, ledger, generation, agency.root, agency.registration(first.device, number))


def _check_head(report, ledger, keystore):
    """Step 4."""
    raw = read(os.path.join(keystore, "state.cbor"))
    file = "keystore/state.cbor"
    if raw is None:
        report.add("incomplete", None, None, file, None, "the keystore has no state")
        return
    try:
        state = cbor.decode(raw)
    except ValueError as error:
        state = str(error)
    wanted = kinds.record(version=lambda v: type(v) is int and v == 1, generation=kinds.unsigned, boot=kinds.unsigned,
                          head=kinds.optional(kinds.head))
    if not wanted(state):
        report.add("altered", None, None, file, None, "the keystore's state is malformed")
        return
    last = [g.entries[-1] for g in ledger.generations.values() if g.entries]
    if last and (state["generation"], state["boot"]) != (last[-1].generation, last[-1].boot):
        report.find("keystore gap", None, None, "generation or boot of the keystore are not those of the last entry")
    head = state["head"]
    if head is None:
        return
    generation = ledger.generations.get(head["generation"])
    found = generation.hash_at(head["seq"]) if generation else None
    if found is None:
        report.add("incomplete", head["generation"], head["seq"], None, None, "the keystore's head is absent")
    elif found != head["hash"]:
        report.add("altered", head["generation"], head["seq"], None, None, "the keystore's head has another hash")


def _check_torn(report, ledger, card):
    named = {}
    for generation in ledger.generations.values():
        for entry in generation.entries:
            for torn in entry.body["torn"] if entry.kind == "recovery" else []:
                named.setdefault(torn["file"], []).append((torn["size"], torn["hash"], entry))
    for name, label, path in card.torn:
        said = named.pop(name, None)
        data = read(path) or b""
        if said is None:
            report.add("incomplete", None, None, label, None, "no recovery names this file")
        elif not any((size, digest) == (len(data), sha256(data)) for size, digest, _ in said):
            report.add("altered", None, None, label, None, "other length or hash than a recovery says")
    for name, said in named.items():
        report.find("torn file gone", said[0][2].generation, said[0][2].seq, name)


def check_tail(report, ledger):
    """Step 6."""
    highest = list(ledger.generations.values())[-1:]
    if not highest or highest[0].problem:
        return
    if not highest[0].entries:
        report.add("incomplete", highest[0].number, highest[0].first, highest[0].files[0][1], 0, "no entry was read")
    elif highest[0].entries[-1].kind not in CLOSED:
        last = highest[0].entries[-1]
        report.add("incomplete", last.generation, last.seq + 1, last.file, last.offset + len(last.raw),
                   "nothing closes the ledger")


def check_pruned(report, ledger, root):
    """Step 7."""
    for generation in ledger.generations.values():
        if generation.first > 0 and not any(
                _covers(generation, read_receipt(entry, root), entry) for entry in generation.entries):
            report.add("incomplete", generation.number, 0, None, None, "no receipt covers the pruned stretch")


def _covers(generation, receipt, entry):
    if receipt is None or not receipt.of("chapter", entry.device, generation.number):
        return False
    seq = receipt.map["seq"]
    named = generation.entry(seq)
    return (seq >= generation.first - 1 and generation.hash_at(seq) == receipt.map["entry"]
            and (named is None or named.kind == "docking"))


def find(report, ledger):
    """Declared losses are findings."""
    for generation in ledger.generations.values():
        for entry in generation.entries:
            if entry.kind in ("part.lost", "interruption", "fault", "late", "rollback"):
                report.find(entry.kind, generation.number, entry.seq, entry.kind)
            elif entry.kind == "recovery" and (entry.body["missing"] or entry.body["torn"]):
                report.find("recovery", generation.number, entry.seq, f"missing {entry.body['missing']}")
