# SPDX-License-Identifier: Apache-2.0
"""The check of a vault (custody.md §5)."""

import os
import re

from .access import check_access
from .chain import Generation, Ledger
from .custody import Log
from .files import is_folder, listing, open_file
from .findings import find_all
from .footage import Footage
from .kinds import torn_of
from .origin import check_origins, check_pruned, check_tails
from .receipt import Receipts

_OBJECT = re.compile(r"objects/([0-9a-f]{2})/(\1[0-9a-f]{62})\Z")


def object_label(digest):
    """Path of an object in the vault."""
    return f"objects/{digest.hex()[:2]}/{digest.hex()}"


def _grouped(bodies, name):
    """Bodies by the value of a field, in order of the values."""
    groups = {}
    for body in bodies:
        groups.setdefault(body[name], []).append(body)
    return dict(sorted(groups.items()))


class Vault:
    """One vault's objects against its log."""

    def __init__(self, report, agency, folder):
        self.report, self.agency, self.folder = report, agency, folder
        self.there, self.bad = {}, []

    def check(self, earlier=None):
        """All steps; earlier: the note of --checkpoint or None."""
        log = Log(self.report, self.agency, self.folder)
        if earlier:
            log.check_against(earlier)
        leaves = [leaf for leaf in log.leaves if leaf]
        objects = [leaf["body"] for leaf in leaves if leaf["kind"] == "object"]
        self._objects(objects, [leaf["body"] for leaf in leaves if leaf["kind"] in ("quarantine", "fork", "imported")],
                      {object_label(leaf["body"]["object"]) for leaf in leaves if leaf["kind"] == "imported"})
        for device, bodies in sorted(_grouped(objects, "device").items(), key=lambda item: item[0].encode()):
            self._device(device, self._distinct(bodies))
        told = {problem["file"] for problem in self.report.problems}
        for body in self.bad:
            label = object_label(body["object"])
            if label not in told:
                self.report.add("altered", body["generation"], body["seq"], label, 0, "object is not what its leaf names")
        for leaf in leaves:
            if leaf["kind"] == "fork":
                body = leaf["body"]
                self.report.add("altered", body["generation"], body["seq"], None, None, "two histories of one recorder")
        check_access(self.report, self.agency.root, log.leaves, log.raw)

    def _list(self):
        """The objects that are there: label to path, or None for what cannot be one."""
        root = f"{self.folder}/objects"
        if os.path.lexists(root) and not is_folder(root):
            self.report.add("altered", None, None, "objects", None, "the objects are in no folder")
            return
        for folder in listing(root):
            within = listing(folder.path) if folder.is_dir(follow_symlinks=False) else [folder]
            for entry in within:
                label = "objects/" + (entry.name if entry is folder else f"{folder.name}/{entry.name}")
                regular = entry.is_file(follow_symlinks=False)
                self.there[label] = entry.path if regular and _OBJECT.match(label) else None

    def _objects(self, objects, others, imported):
        """Step 2 of the check."""
        self._list()
        kept, aside = {}, {}
        for body in objects:
            kept.setdefault(object_label(body["object"]), []).append(body)
        for body in others:
            label = object_label(body["object"])
            if label not in kept:
                aside.setdefault(label, []).append(body)
        for label, path in self.there.items():
            if path is None or label not in kept and label not in aside:
                self.report.add("altered", None, None, label, None, "no leaf names this file")
        for label, bodies in kept.items():
            wrong = self._wrong(label, bodies)
            if wrong == "absent":
                self.report.add("incomplete", bodies[0]["generation"], bodies[0]["seq"], label, None, "object is absent")
            elif wrong:
                self.bad.append(wrong)
        for label in sorted(aside):
            wrong = self._wrong(label, aside[label])
            if wrong:
                self.report.add("incomplete" if wrong == "absent" else "altered", None, None, label, None,
                                "quarantined or imported object is absent or has another hash or size")
            elif label in imported:
                self.report.add("unproven", None, None, label, None, "imported: nothing proves its origin")

    def _wrong(self, label, bodies):
        """None, "absent", or the first of the leaves' bodies with which the object does not agree."""
        path = self.there.get(label)
        stored = open_file(path) if path else None
        if stored is None:
            return "absent"
        with stored:
            wrong = next((body for body in bodies if body.get("size", stored.size) != stored.size), None)
            return wrong or (bodies[0] if stored.sha256().hex() != label[-64:] else None)

    def _path(self, body):
        return self.there.get(object_label(body["object"]))

    def _distinct(self, bodies):
        """One leaf for each place; two of other content are a problem."""
        places = {}
        for body in bodies:
            place = (body["type"], body["generation"]) + {
                "chapter": lambda one: (one["first"],), "segment": lambda one: (one["recording"], one["segment"]),
                "torn": lambda one: (one["seq"], one["file"], one["object"])}[body["type"]](body)
            held = places.setdefault(place, body)
            if held["object"] != body["object"]:
                self.report.add("altered", body["generation"], min(held["seq"], body["seq"]), None, None,
                                "two objects of one place")
        return list(places.values())

    def _device(self, device, bodies):
        ledger = Ledger(self.report, device, stored=True)
        of = _grouped(bodies, "type")
        for number, chapters in _grouped(of.get("chapter", []), "generation").items():
            chapters = sorted(chapters, key=lambda body: body["first"])
            ledger.read(Generation(number, [
                (body["first"], object_label(body["object"]), self._path(body)) for body in chapters]))
        receipts = Receipts(ledger, self.agency.root)
        check_origins(self.report, ledger, self.agency, receipts)
        stored = {(body["generation"], body["recording"], body["segment"]): (
            object_label(body["object"]), self._path(body)) for body in of.get("segment", [])}
        named = set()
        for number, generation in ledger.generations.items():
            footage = Footage(self.report, generation, receipts, device)
            footage.check(lambda segment, number=number: stored.get(
                (number, segment.recording, segment.number), (None, None)))
            named.update((number,) + place for place in footage.places)
        check_tails(self.report, ledger)
        check_pruned(self.report, ledger, receipts)
        self._leaves(ledger, bodies, named)
        find_all(self.report, ledger)

    def _leaves(self, ledger, bodies, named):
        """What leaves say of their last entry against the entries read."""
        for body in bodies:
            entry = ledger.entry(body["generation"], body["seq"])
            place = (body["generation"], body["seq"], object_label(body["object"]), None)
            unnamed = body["type"] == "segment" and (
                body["generation"], body["recording"], body["segment"]) not in named
            if entry is None:
                if unnamed or body["type"] == "torn":
                    self.report.add("incomplete", *place, "the chapter of this object is absent")
            elif entry.hash != body["entry"]:
                self.report.add("altered", *place, "leaf names another entry than the chapter holds")
            elif unnamed:
                self.report.add("altered", *place, "no segment entry names this object")
            elif body["type"] == "torn" and not any(
                    (torn["file"], torn["size"], torn["hash"]) == (body["file"], body["size"], body["object"])
                    for torn in torn_of(entry)):
                self.report.add("altered", *place, "the entry names no such torn file")
