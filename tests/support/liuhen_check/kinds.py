# SPDX-License-Identifier: Apache-2.0
"""The payload of an entry and the bodies of its kinds (ledger.md §3 and §5)."""

import re

from . import cbor
from .signed import load_key

_DEVICE = re.compile(r"[A-Za-z0-9._-]{1,32}\Z")
TORN_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}\.torn\Z")
NAMING = {"genesis", "rollback", "docking", "boot", "epoch"}


def unsigned(value):
    return type(value) is int and value >= 0


def integer(value):
    return type(value) is int and -(1 << 63) <= value < 1 << 63


def text(value):
    return type(value) is str


def data(value):
    return type(value) is bytes


def digest(value):
    return type(value) is bytes and len(value) == 32


def key(value):
    return load_key(value) is not None


def at_most(bits):
    """An unsigned integer up to 2^bits."""
    return lambda value: unsigned(value) and value <= 1 << bits


def optional(check):
    return lambda value: value is None or check(value)


def array(check):
    return lambda value: type(value) is list and all(map(check, value))


def record(**fields):
    """A map with at least these fields."""
    return lambda value: type(value) is dict and all(
        name in value and check(value[name]) for name, check in fields.items())


def _track(value):
    return type(value) is list and len(value) == 4 and all(map(unsigned, value))


def _tracks(value):
    return array(_track)(value) and all(a[0] < b[0] for a, b in zip(value, value[1:]))


def _nonce(value):
    return data(value) and 16 <= len(value) <= 64


def _null(value):
    return value is None


def _torn_list(value):
    return array(torn)(value) and len(value) <= 256


def private(value):
    """A name or place that is committed to and locked (§8)."""
    return type(value) is dict and len(value) == 3 and record(commitment=digest, counter=unsigned, locked=data)(value)


head = record(generation=unsigned, seq=unsigned, hash=digest)
torn = record(file=lambda value: text(value) and TORN_NAME.match(value) is not None, size=unsigned, hash=digest)
_KEYS = {"epoch_key": key, "resume_key": key}
_ORIGIN = {"certificate": data, **_KEYS, "head": optional(head), "docking": optional(head)}
_PLACE = {"recording": unsigned, "segment": unsigned}

BODIES = {
    "genesis": {**_ORIGIN, "resume": optional(data)},
    "rollback": {**_ORIGIN, "resume": _null, "card": optional(head)},
    "boot": _KEYS,
    "epoch": _KEYS,
    "docking": {"nonce": _nonce, "statement": data, **_KEYS},
    "recovery": {"torn": _torn_list, "missing": array(unsigned), "recording": optional(unsigned)},
    "end": {"recording": unsigned},
    "segment": {**_PLACE, "init": digest, "init_size": at_most(20), "encryption": optional(record(commitment=digest))},
    "part": {**_PLACE, "part": unsigned, "offset": at_most(40), "size": at_most(26), "hash": digest, "init": digest,
             "tracks": _tracks, "encryption": optional(record(counter=unsigned, clear=digest))},
    "part.lost": {"entry": unsigned, "torn": optional(torn)},
    "segment.end": {**_PLACE, "size": unsigned, "parts": unsigned},
    "interruption": {"recording": unsigned, "tracks": array(unsigned)},
    "resume": {"recording": unsigned, "tracks": array(unsigned)},
    "receipt": {"message": data},
    "handover": {"from": private, "to": private},
    "release": {"generation": unsigned, "recording": optional(unsigned), "segment": optional(unsigned),
                "chapter": optional(unsigned), "torn": optional(text), "receipt": head},
}
OPTIONAL = {"start": {"wearer": private, "place": private}}
_FREED = ((True, True, False, False), (False, False, True, False), (False, False, False, True))


def freed(body):
    """What a release frees, as (generation, recording, segment), (generation, chapter) or (generation, torn)."""
    return (body["generation"],) + tuple(
        body[name] for name in ("recording", "segment", "chapter", "torn") if body[name] is not None)


def privates(entry):
    """The private values of an entry."""
    names = {"start": ("wearer", "place"), "handover": ("from", "to")}.get(entry.kind, ())
    return [entry.body[name] for name in names if name in entry.body]


def torn_of(entry):
    """The torn files that an entry names."""
    if entry.kind == "recovery":
        return entry.body["torn"]
    return [entry.body["torn"]] if entry.kind == "part.lost" and entry.body["torn"] is not None else []


def _utc(value):
    return (type(value) is list and len(value) == 3 and integer(value[0]) and unsigned(value[1]) and value[1] <= 4
            and optional(unsigned)(value[2]))


_PAYLOAD = {
    1: lambda value: type(value) is int and value == 1,
    2: lambda value: text(value) and _DEVICE.match(value) is not None,
    3: unsigned, 4: unsigned, 5: digest, 6: unsigned, 7: unsigned, 8: _utc,
    9: lambda value: text(value) and 1 <= len(value.encode()) <= 32,
    10: lambda value: type(value) is dict and all(map(text, value)),
}


def read_payload(raw):
    """The payload's map; ValueError if it or the body of its kind breaks a rule."""
    payload = cbor.decode(raw)
    if type(payload) is not dict or list(payload) != list(_PAYLOAD):
        raise ValueError("payload has other keys than 1 to 10")
    for number, check in _PAYLOAD.items():
        if not check(payload[number]):
            raise ValueError(f"payload field {number} is not as it must be")
    body = payload[10]
    for name, check in BODIES.get(payload[9], {}).items():
        if name not in body or not check(body[name]):
            raise ValueError(f"field {name} of {payload[9]} is absent or of another type")
    for name, check in OPTIONAL.get(payload[9], {}).items():
        if name in body and not check(body[name]):
            raise ValueError(f"field {name} of {payload[9]} is of another type")
    if payload[9] == "release" and tuple(
            body[name] is not None for name in ("recording", "segment", "chapter", "torn")) not in _FREED:
        raise ValueError("release frees not exactly one thing")
    return payload
