# SPDX-License-Identifier: Apache-2.0
"""The check of a recorder or a card (ledger.md §7)."""

import os
import re

from .chain import Generation, Ledger
from .files import is_folder, listing, open_file
from .findings import find_all
from .footage import Footage
from .kinds import TORN_NAME, torn_of
from .origin import check_head, check_origins, check_pruned, check_tails
from .receipt import Receipts

NUMBER = re.compile(r"(0|[1-9][0-9]{0,19})\Z")
ENTRIES = re.compile(r"([0-9]{10})\.cbor\Z")
FOOTAGE = re.compile(r"(0|[1-9][0-9]{0,19})-(0|[1-9][0-9]{0,19})\Z")
SEGMENT = re.compile(r"(0|[1-9][0-9]{0,19})\.mp4\Z")
ANCHOR = "anchor.cbor"


class Card:
    """Files of one card by what their names say (step 1)."""

    def __init__(self, report, folder, prefix):
        self.report, self.folder, self.prefix = report, folder, prefix
        self.ledger, self.anchors, self.footage, self.torn = {}, {}, {}, {}
        for name, look in (("ledger", self._generation), ("footage", self._recording), ("torn", self._torn)):
            path = os.path.join(folder, name)
            if os.path.lexists(path) and not is_folder(path):
                self._stray(name)
            for entry in listing(path):
                look(entry)

    def label(self, *names):
        """A path as problems name it."""
        return self.prefix + "/".join(names)

    def _stray(self, *names):
        self.report.add("altered", None, None, self.label(*names), None, "nothing of this name and kind belongs here")

    @staticmethod
    def _is(entry, folder):
        return entry.is_dir(follow_symlinks=False) if folder else entry.is_file(follow_symlinks=False)

    @staticmethod
    def _numbers(match):
        """The numbers in a name, or None if there is none or one needs more than 64 bits."""
        numbers = tuple(map(int, match.groups())) if match else ()
        return numbers if numbers and all(number < 1 << 64 for number in numbers) else None

    def _generation(self, folder):
        place = self._numbers(NUMBER.match(folder.name))
        if not (self._is(folder, True) and place):
            self._stray("ledger", folder.name)
            return
        files = listing(folder.path)
        kept = [(int(match.group(1)), entry) for entry in files if (match := ENTRIES.match(entry.name)) and
                self._is(entry, False)]
        pruned = kept and kept[0][0] > 0
        names = {entry.name for _, entry in kept}
        for entry in files:
            if entry.name == ANCHOR and pruned and self._is(entry, False):
                self.anchors[place[0]] = (self.label("ledger", folder.name, ANCHOR), entry.path)
            elif entry.name not in names:
                self._stray("ledger", folder.name, entry.name)
        if kept:
            self.ledger[place[0]] = [(seq, self.label("ledger", folder.name, entry.name), entry.path)
                                     for seq, entry in kept]

    def _recording(self, folder):
        place = self._numbers(FOOTAGE.match(folder.name))
        if not (self._is(folder, True) and place):
            self._stray("footage", folder.name)
            return
        for entry in listing(folder.path):
            segment = self._numbers(SEGMENT.match(entry.name))
            if self._is(entry, False) and segment:
                self.footage[place + segment] = (self.label("footage", folder.name, entry.name), entry.path)
            else:
                self._stray("footage", folder.name, entry.name)

    def _torn(self, entry):
        if self._is(entry, False) and TORN_NAME.match(entry.name):
            self.torn[entry.name] = entry.path
        else:
            self._stray("torn", entry.name)

    def generation(self, number):
        """The files of a generation."""
        return Generation(number, self.ledger[number], self.anchors.get(number))

    def place(self, number):
        """For Footage.check: the file and path of a segment of this generation."""
        def one(segment):
            found = self.footage.get((number, segment.recording, segment.number))
            name = f"{number}-{segment.recording}"
            return found or (self.label("footage", name, f"{segment.number}.mp4"), None)
        return one


def check_recorder(report, agency, folder, keystore, prefix):
    """All steps for a card folder; keystore: the folder beside it, or None for a card alone."""
    folder = os.path.realpath(folder)
    card = Card(report, folder, prefix)
    if not card.ledger:
        report.add("incomplete", None, None, None, None, "no ledger file")
    ledger = Ledger(report)
    for number in sorted(card.ledger):
        ledger.read(card.generation(number))
    receipts = Receipts(ledger, agency.root)
    check_origins(report, ledger, agency, receipts)
    if keystore is not None:
        check_head(report, ledger, keystore)
    named = set()
    for number, generation in ledger.generations.items():
        footage = Footage(report, generation, receipts, ledger.device)
        footage.check(card.place(number))
        named.update((number,) + place for place in footage.places)
    _check_unnamed(report, ledger, card, named)
    _check_torn(report, ledger, card, receipts)
    check_tails(report, ledger)
    check_pruned(report, ledger, receipts)
    find_all(report, ledger)


def _check_unnamed(report, ledger, card, named):
    """Segment files that no `segment` entry names; the ledger may be shorter than the boxes by the next one."""
    ahead = None
    if ledger.generations:
        last = list(ledger.generations.values())[-1]
        if last.problem in (None, "incomplete") and last.order.open is not None:
            ahead = (last.number, last.order.open, last.order.next_segment.get(last.order.open, 0))
    for place, (label, _) in sorted(card.footage.items(), key=lambda item: os.fsencode(item[1][0])):
        if place not in named:
            report.add("incomplete" if place == ahead else "altered", None, None, label, None,
                       "no segment entry names this file")


def _check_torn(report, ledger, card, receipts):
    named = {}
    for entry in ledger.entries():
        for torn in torn_of(entry):
            named.setdefault(torn["file"], []).append((torn["size"], torn["hash"], entry))
    for name, path in card.torn.items():
        said = named.pop(name, None)
        if said is None:
            report.add("incomplete", None, None, card.label("torn", name), None, "no entry names this file")
        elif not _as_said(path, said):
            report.add("altered", None, None, card.label("torn", name), None, "other length or hash than an entry says")
    for name in sorted(named):
        if not all(_torn_released(ledger, receipts, name, entry) for _, _, entry in named[name]):
            report.add("incomplete", None, None, card.label("torn", name), None, "a torn file is gone")


def _as_said(path, said):
    """Whether a torn file has a length and hash that an entry gives."""
    stored = open_file(path)
    if stored is None:
        return False
    with stored:
        hashes = {digest for size, digest, _ in said if size == stored.size}
        return bool(hashes) and stored.sha256() in hashes


def _torn_released(ledger, receipts, name, entry):
    wanted = {"type": "torn", "device": ledger.device, "generation": entry.generation, "entry": entry.hash}
    return any(receipt.says(**wanted) for receipt in receipts.released(entry.generation, name))


def find_foreign(report, path, prefix=""):
    """Other things in the card's folder than the evidence."""
    for entry in listing(path):
        if entry.name not in ("ledger", "footage", "torn", "reserve", "lost+found"):
            report.find("foreign_file", None, "no part of the evidence", prefix + entry.name)
