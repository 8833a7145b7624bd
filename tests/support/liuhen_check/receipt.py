# SPDX-License-Identifier: Apache-2.0
"""Leaves of the custody log and receipts (custody.md §2 and §4)."""

from . import cbor
from .certificate import parse, trusted
from .kinds import array, data, digest, integer, optional, text, unsigned
from .merkle import Note, leaf_hash, path_root
from .signed import Message


def one(value):
    return type(value) is int and value == 1


def object_type(value):
    return value in ("chapter", "segment") and type(value) is str


_OBJECT = {"object": digest, "size": unsigned, "type": object_type, "device": text, "generation": unsigned,
           "seq": unsigned, "entry": digest, "verdict": text, "findings": array(text)}
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
}
_PLACES = {"chapter": ("first",), "segment": ("recording", "segment")}
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
    if len(raw) > 65535 or not _fields(leaf, outer) or len(leaf) != 4:
        raise ValueError("leaf: not version, time, kind, body")
    body = leaf["body"]
    if not all(type(name) is str for name in body) or not _fields(body, LEAVES.get(leaf["kind"], {})):
        raise ValueError(f"leaf: body of {leaf['kind']}")
    if leaf["kind"] == "object" and not all(unsigned(body.get(name)) for name in _PLACES[body["type"]]):
        raise ValueError("leaf: place of an object")
    return leaf


class Receipt:
    """A receipt that verifies; ValueError if it does not."""

    def __init__(self, raw, root):
        message = Message("liuhen/receipt", raw)
        self.map = value = message.map
        if not _fields(value, _RECEIPT) or len(value) != len(_RECEIPT):
            raise ValueError("receipt: fields")
        certificate = parse(value["certificate"])
        if not trusted(certificate, "receipt", root) or not message.by(certificate.key):
            raise ValueError("receipt: not signed by a vault of the agency")
        leaf = read_leaf(value["leaf"])
        if leaf["kind"] != "object" or leaf["time"] != value["stored"]:
            raise ValueError("receipt: leaf is of another kind or time")
        body = leaf["body"]
        names = ["object", "size", "type", "device", "generation", "seq", "entry"]
        if any(body[name] != value[name] for name in names) or any(
                (body[name] if value["type"] == "segment" else None) != value[name]
                for name in ("recording", "segment")):
            raise ValueError("receipt: leaf says other than the receipt")
        note = Note(value["checkpoint"])
        found = path_root(leaf_hash(value["leaf"]), value["index"], note.size, value["path"])
        if note.origin != value["vault"] or found != note.root:
            raise ValueError("receipt: leaf is not in the checkpoint's tree")

    def of(self, kind, device, generation):
        """Whether it is for this ledger and this type of object."""
        return (self.map["type"], self.map["device"], self.map["generation"]) == (kind, device, generation)


def read_receipt(entry, root):
    """The receipt in a receipt entry if it verifies, else None."""
    if entry is None or entry.kind != "receipt":
        return None
    try:
        return Receipt(entry.body["message"], root)
    except ValueError:
        return None
