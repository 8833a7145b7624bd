# SPDX-License-Identifier: Apache-2.0
"""The check of a vault (custody.md §5)."""

import hashlib
import re

from .agency import listing, read
from .card import check_origins, check_pruned, check_tail, find
from .chain import Generation, Ledger
from .custody import Log
from .footage import Footage

_OBJECT = re.compile(r"objects/([0-9a-f]{2})/(\1[0-9a-f]{62})\Z")


def object_label(digest):
    """Path of an object in the vault."""
    return f"objects/{digest.hex()[:2]}/{digest.hex()}"


class Vault:
    """One vault's objects against its log."""

    def __init__(self, report, agency, folder):
        self.report, self.agency, self.folder = report, agency, folder
        self.bad = []

    def check(self, earlier=None):
        """All steps; earlier: the note of --checkpoint or None."""
        log = Log(self.report, self.agency, self.folder)
        if earlier:
            log.check_against(earlier)
        leaves = [leaf for leaf in log.leaves if leaf]
        objects = [leaf["body"] for leaf in leaves if leaf["kind"] == "object"]
        self._objects(objects, [leaf["body"] for leaf in leaves if leaf["kind"] in ("quarantine", "fork")])
        for device in sorted({body["device"] for body in objects}):
            self._device(device, self._distinct([body for body in objects if body["device"] == device]))
        for body in self.bad:
            label = object_label(body["object"])
            if not any(problem["file"] == label for problem in self.report.problems):
                self.report.add("altered", body["generation"], body["seq"], label, 0, "object is not what its leaf names")
        for leaf in leaves:
            if leaf["kind"] == "fork":
                body = leaf["body"]
                self.report.add("altered", body["generation"], body["seq"], None, None, "two histories of one recorder")

    def _objects(self, objects, others):
        """Step 2 of the check."""
        there = {}
        for folder in listing(f"{self.folder}/objects"):
            within = listing(folder.path) if folder.is_dir(follow_symlinks=False) else [folder]
            for entry in within:
                label = "objects/" + (entry.name if entry is folder else f"{folder.name}/{entry.name}")
                regular = entry.is_file(follow_symlinks=False)
                there[label] = entry.path if regular and _OBJECT.match(label) else None
        kept = {}
        for body in objects:
            kept.setdefault(object_label(body["object"]), body)
        aside = {object_label(body["object"]) for body in others} - set(kept)
        for label, path in there.items():
            if path is None or label not in kept and label not in aside:
                self.report.add("altered", None, None, label, None, "no leaf names this file")
        for label, body in kept.items():
            data = self._read(label) if there.get(label) else None
            if data is None:
                self.report.add("incomplete", body["generation"], body["seq"], label, None, "object is absent")
            elif len(data) != body["size"] or hashlib.sha256(data).digest() != body["object"]:
                self.bad.append(body)
        for label in sorted(aside):
            data = self._read(label) if there.get(label) else None
            if data is None:
                self.report.add("incomplete", None, None, label, None, "quarantined object is absent")
            elif hashlib.sha256(data).hexdigest() != label[-64:]:
                self.report.add("altered", None, None, label, None, "quarantined object has another hash")

    def _read(self, label):
        return read(f"{self.folder}/{label}")

    def _distinct(self, bodies):
        """One leaf for each place; two of other content are a problem."""
        places = {}
        for body in bodies:
            place = (body["type"], body["generation"]) + (
                (body["first"],) if body["type"] == "chapter" else (body["recording"], body["segment"]))
            held = places.setdefault(place, body)
            if held["object"] != body["object"]:
                self.report.add("altered", body["generation"], min(held["seq"], body["seq"]), None, None,
                                "two objects of one place")
        return list(places.values())

    def _device(self, device, bodies):
        ledger = Ledger(self.report, device, stored=True)
        for number in sorted({body["generation"] for body in bodies if body["type"] == "chapter"}):
            chapters = sorted((body["first"], object_label(body["object"])) for body in bodies
                              if body["type"] == "chapter" and body["generation"] == number)
            ledger.read(Generation(number, [(first, label, self._read(label)) for first, label in chapters]))
        check_origins(self.report, ledger, self.agency)
        named = set()
        for number, generation in ledger.generations.items():
            stored = {(body["recording"], body["segment"]): object_label(body["object"]) for body in bodies
                      if body["type"] == "segment" and body["generation"] == number}
            footage = Footage(self.report, generation, self.agency.root)
            footage.check(lambda segment, stored=stored: self._load(stored, segment))
            named.update((number,) + place for place in footage.places)
        self._leaves(ledger, bodies, named)
        check_tail(self.report, ledger)
        check_pruned(self.report, ledger, self.agency.root)
        find(self.report, ledger)

    def _load(self, stored, segment):
        label = stored.get((segment.recording, segment.number))
        return label, self._read(label) if label else None

    def _leaves(self, ledger, bodies, named):
        """What leaves say of their last entry against the entries read."""
        for body in bodies:
            generation = ledger.generations.get(body["generation"])
            label = object_label(body["object"])
            entry = generation.entry(body["seq"]) if generation else None
            place = (body["generation"], body["seq"], label, None)
            if entry is None:
                if body["type"] == "segment" and (body["generation"], body["recording"], body["segment"]) not in named:
                    self.report.add("incomplete", *place, "the chapter of this segment is absent")
            elif entry.hash != body["entry"]:
                self.report.add("altered", *place, "leaf names another entry than the chapter holds")
            elif body["type"] == "segment" and (body["generation"], body["recording"], body["segment"]) not in named:
                self.report.add("altered", *place, "no segment entry names this object")
