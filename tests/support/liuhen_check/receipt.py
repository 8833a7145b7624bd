# SPDX-License-Identifier: Apache-2.0
"""Leaves of the custody log and receipts (custody.md §2 and §4)."""

from . import cbor
from .certificate import parse, trusted
from .kinds import array, data, digest, freed, integer, optional, text, unsigned
from .merkle import Note, leaf_hash, path_root
from .report import RANK
from .signed import Message


def one(value):
    return type(value) is int and value == 1


def object_type(value):
    return type(value) is str and value in _PLACES


def verdict(value):
    return type(value) is str and value in RANK


def truth(value):
    return type(value) is bool


def findings(value):
    return array(text)(value) and len(value) <= 16 and all(len(each.encode()) <= 64 for each in value)


def one_of(*words):
    return lambda value: type(value) is str and value in words


def short(value):
    return text(value) and 1 <= len(value.encode()) <= 64


_PLACES = {"chapter": {"first": unsigned}, "segment": {"recording": unsigned, "segment": unsigned},
           "torn": {"file": text}}
_OBJECT = {"object": digest, "size": unsigned, "type": object_type, "device": text, "generation": unsigned,
           "seq": unsigned, "entry": digest, "verdict": verdict, "findings": findings}
_SUBJECT = {"device": text, "generation": unsigned, "recording": optional(unsigned), "object": optional(digest),
            "by": digest}
LEAVES = {
    "log.opened": {"origin": text, "checkpoint_certificate": data, "receipt_certificate": data},
    "object": _OBJECT,
    "quarantine": {"object": digest, "size": unsigned, "type": text, "device": text, "generation": optional(unsigned),
                   "recording": optional(unsigned), "segment": optional(unsigned), "first": optional(unsigned),
                   "reason": text},
    "fork": {"device": text, "generation": unsigned, "seq": unsigned, "held": digest, "other": digest,
             "object": digest},
    "incident": {"what": text, "subject": text, "detail": text},
    "receipt": {"object": digest, "message": digest},
    "policy": {"single_copy": truth, "minimum_age_hours": optional(unsigned)},
    "hold.placed": {**_SUBJECT, "hold": digest, "reason": digest},
    "hold.lifted": {**_SUBJECT, "hold": digest, "reason": digest},
    "retention": {**_SUBJECT, "class": text},
    "imported": {"object": digest, "size": unsigned, "origin": one_of("import"), "verdict": one_of("unproven"),
                 "media": one_of("video", "photo", "sound"), "maker": short, "device": short, "from": unsigned, "until": unsigned, "file": digest,
                 "wearer": digest, "reason": digest, "by": digest},
}
_CLAIM = ("device", "generation", "seq", "entry")
LEAF_BYTES, OBJECT_LEAF_BYTES = 65535, 4096
_RECEIPT = {"version": one, "vault": text, "certificate": data, "device": text, "generation": unsigned,
            "type": object_type, "recording": optional(unsigned), "segment": optional(unsigned), "seq": unsigned,
            "entry": digest, "object": digest, "size": unsigned, "stored": integer, "copies": unsigned,
            "index": unsigned, "path": array(digest), "checkpoint": text, "leaf": data}


def _fields(value, checks):
    return type(value) is dict and all(name in value and check(value[name]) for name, check in checks.items())


def read_leaf(raw):
    """The leaf's map; ValueError if malformed."""
    leaf = cbor.decode(raw)
    outer = {"version": one, "time": integer, "kind": text, "body": lambda value: type(value) is dict}
    if len(raw) > LEAF_BYTES or not _fields(leaf, outer) or len(leaf) != 4:
        raise ValueError("leaf: not version, time, kind, body")
    body = leaf["body"]
    if not all(type(name) is str for name in body) or not _fields(body, LEAVES.get(leaf["kind"], {})):
        raise ValueError(f"leaf: body of {leaf['kind']}")
    if leaf["kind"] in ("hold.placed", "hold.lifted", "retention") and (
            (body["recording"] is None) == (body["object"] is None)):
        raise ValueError("leaf: not one of recording and object")
    if leaf["kind"] == "imported" and body["from"] > body["until"]:
        raise ValueError("leaf: an import's span ends before it begins")
    if leaf["kind"] == "object" and (len(raw) > OBJECT_LEAF_BYTES or not _fields(body, _PLACES[body["type"]])):
        raise ValueError("leaf: place of an object, or too long for one")
    return leaf


class Receipt:
    """A receipt that verifies; ValueError if it does not."""

    def __init__(self, raw, root):
        message = Message("liuhen/receipt", raw)
        self.map = value = message.map
        if not _fields(value, _RECEIPT) or len(value) != len(_RECEIPT):
            raise ValueError("receipt: fields")
        certificate = parse(value["certificate"])
        if not trusted(certificate, "receipt", root, value["vault"]) or not message.by(certificate.key):
            raise ValueError("receipt: not signed by a vault of the agency")
        leaf = read_leaf(value["leaf"])
        if leaf["kind"] != "object" or leaf["time"] != value["stored"]:
            raise ValueError("receipt: leaf is of another kind or time")
        self.leaf = body = leaf["body"]
        names = ["object", "size", "type", "device", "generation", "seq", "entry"]
        if any(body[name] != value[name] for name in names) or any(
                (body[name] if value["type"] == "segment" else None) != value[name]
                for name in ("recording", "segment")):
            raise ValueError("receipt: leaf says other than the receipt")
        note = Note(value["checkpoint"])
        found = path_root(leaf_hash(value["leaf"]), value["index"], note.size, value["path"])
        if note.origin != value["vault"] or found != note.root:
            raise ValueError("receipt: leaf is not in the checkpoint's tree")

    def says(self, **fields):
        """Whether the receipt has these values."""
        return all(self.map[name] == value for name, value in fields.items())


class Receipts:
    """The `receipt` and `release` entries of all generations, found by what they name; each is verified once."""

    def __init__(self, ledger, root):
        self._root, self._releases, self._found, self._claimed = root, {}, {}, {}
        self._entries = {}
        for entry in ledger.entries():
            if entry.kind == "receipt":
                self._entries[(entry.generation, entry.seq)] = entry
                self._claim(entry)
            elif entry.kind == "release":
                self._releases.setdefault(freed(entry.body), []).append(entry.body["receipt"])
        self._chapters = {}
        for place in self._releases:
            if len(place) == 2 and unsigned(place[1]):
                self._chapters.setdefault(place[0], []).append(place[1])

    def _claim(self, entry):
        """Remembers what an entry says of a chapter, so that only what fits need be verified."""
        try:
            said = Message("liuhen/receipt", entry.body["message"]).map
        except ValueError:
            return
        claim = tuple(said.get(name) for name in _CLAIM)
        if said.get("type") == "chapter" and not any(isinstance(value, (dict, list)) for value in claim):
            self._claimed.setdefault(claim, []).append(entry)

    def _receipt(self, head):
        """The receipt of the entry that a head names, if it was read with that hash and verifies."""
        place = (head["generation"], head["seq"])
        entry = self._entries.get(place)
        if entry is None or entry.hash != head["hash"]:
            return None
        if place not in self._found:
            try:
                self._found[place] = Receipt(entry.body["message"], self._root)
            except ValueError:
                self._found[place] = None
        return self._found[place]

    def released(self, *place):
        """The receipts that verify of the releases of a place, as kinds.freed() has it."""
        return [receipt for receipt in map(self._receipt, self._releases.get(place, [])) if receipt]

    def chapters(self, generation):
        """Seqs of the last entries of the released chapters of a generation."""
        return self._chapters.get(generation, [])

    def holds_chapter(self, device, head):
        """Whether a receipt verifies for the chapter of which this head is the last entry."""
        claimed = self._claimed.get((device, head["generation"], head["seq"], head["hash"]), [])
        return any(self._receipt({"generation": entry.generation, "seq": entry.seq, "hash": entry.hash})
                   for entry in claimed)
