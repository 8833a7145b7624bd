# SPDX-License-Identifier: Apache-2.0
"""Step 5 of the check of a vault: the leaves of access, in their order (access.md)."""

from . import cbor, webauthn
from .kinds import array, data, digest, optional, record, text, unsigned
from .merkle import leaf_hash
from .signed import Message, sha256

POWERS = ("copy", "emergency", "hold", "inspect", "paper", "retention", "view")
PURPOSES = ("view", "copy", "inspect", "hold", "retention")
REASONS = ("malformed", "signature", "replayed", "dismissed", "person", "request", "power", "not_yet", "expired", "self",
           "no_grant", "ended", "used_up", "span")
DAY = 24 * 3600 * 1_000_000


def _instant(value):
    return unsigned(value) and value < 1 << 63


def _truth(value):
    return type(value) is bool


def _version(value):
    return type(value) is int and value == 1


def _host(value):
    return text(value) and 1 <= len(value.encode()) <= 253


def _of(*words):
    return lambda value: type(value) is str and value in words


def _bytes(most, least=0):
    return lambda value: data(value) and least <= len(value) <= most


def _powers(value):
    return array(_of(*POWERS))(value) and 1 <= len(value) <= 8 and all(a < b for a, b in zip(value, value[1:]))


def _subject(value):
    if not _SUBJECT(value):
        return False
    start, end, recording = value["from"], value["to"], value["recording"]
    if (start is None) != (end is None) or (start is not None and (start >= end or recording is None)):
        return False
    return recording is None or (value["object"] is None and value["generation"] is not None)


def _use_subject(value):
    return _subject(value) and (value["recording"] is not None or value["object"] is not None)


_SUBJECT = record(device=text, generation=optional(unsigned), recording=optional(unsigned), object=optional(digest),
                  **{"from": optional(unsigned), "to": optional(unsigned)})
_APPOINTMENT = {"version": _version, "vault": text, "person": digest, "powers": _powers, "from": _instant, "until": _instant,
                "credential": _bytes(1023, 1), "key": lambda value: webauthn.load_point(value) is not None, "rp": _host,
                "origin": _host}
_DISMISSAL = {"version": _version, "vault": text, "person": digest, "credential": optional(_bytes(1023, 1)), "at": _instant}
_APPROVAL = {"version": _version, "vault": text, "request": digest, "leaf": digest, "decision": _of("granted", "refused"),
             "grant": optional(digest), "from": optional(_instant), "until": optional(_instant), "uses": optional(unsigned),
             "manner": _of("key", "paper", "emergency")}
_SIGNATURE = record(person=digest, credential=_bytes(1023), authenticator=_bytes(4096), client=_bytes(4096),
                    signature=_bytes(80))
_USE = {"grant": digest, "by": digest, "subject": _use_subject}
BODIES = {
    "appointment": record(message=data), "dismissal": record(message=data),
    "request": record(request=digest, purpose=_of(*PURPOSES), by=digest, reason=digest, case=optional(digest), emergency=_truth,
                      subjects=lambda value: array(_subject)(value) and 1 <= len(value) <= 64),
    "approval": record(approval=data, signatures=lambda value: array(_SIGNATURE)(value) and 1 <= len(value) <= 4),
    "view": record(view=digest, **_USE), "copy": record(copy=digest, **_USE),
    "access.refused": record(what=_of(*PURPOSES, "approval", "appointment", "dismissal"), by=optional(digest),
                             reason=_of(*REASONS)),
    "grant.ended": record(grant=digest, by=digest),
    # Of these the leaf's own reader has judged the other fields (custody.md).
    "hold.placed": lambda body: True,
    "hold.lifted": lambda body: optional(digest)(body.get("grant")),
    "retention": lambda body: record(months=optional(unsigned))(body) and optional(digest)(body.get("grant")),
}


def _exactly(value, fields):
    return type(value) is dict and len(value) == len(fields) and record(**fields)(value)


def _outside(span, time):
    return "not_yet" if time < span["from"] else "expired" if time >= span["until"] else None


def lies_in(inner, outer):
    """Whether a subject lies in another (access.md §2)."""
    def allows(name):
        return outer[name] is None or outer[name] == inner[name]
    if inner["device"] != outer["device"] or not allows("generation") or inner["object"] != outer["object"]:
        return False
    if inner["object"] is not None:
        return True
    whole = outer["from"] is None or (inner["from"] is not None and outer["from"] <= inner["from"] and
                                      inner["to"] <= outer["to"])
    return allows("recording") and whole


def _kept(body):
    """The subject of a hold or a class, as a request would name it."""
    return {**{name: body[name] for name in ("device", "generation", "recording", "object")}, "from": None, "to": None}


def _same(one, other):
    return all(one[name] == other[name] for name in one)


def _shorter(months, than):
    return months is not None and (than is None or months < than)


class Access:
    """What a log says of access, leaf by leaf."""

    def __init__(self, root):
        self.root, self.origin = root, None
        self.appointed, self.messages, self.requests, self.grants, self.uses = {}, set(), {}, {}, set()
        self.dismissed = {}  # ("person" or "credential", which): the latest `at`
        self.holds, self.months = set(), {}  # that stand: (name, subject); of a subject's newest class

    def take(self, leaf, raw):
        """Why this leaf should not stand, or None."""
        kind, body = leaf["kind"], leaf["body"]
        if kind == "log.opened":
            self.origin = body["origin"] if self.origin is None else self.origin
            return None
        if kind not in BODIES:
            return None
        if not BODIES[kind](body):
            return "malformed"
        return getattr(self, "_" + kind.replace(".", "_"))(body, leaf["time"], raw)

    def _message(self, content_type, body, fields):
        """(payload, None) of a message to be taken, or (None, reason)."""
        try:
            message = Message(content_type, body["message"])
        except ValueError:
            return None, "malformed"
        if not _exactly(message.map, fields) or message.map["vault"] != self.origin:
            return None, "malformed"
        if "until" in fields and message.map["from"] >= message.map["until"]:
            return None, "malformed"
        if not message.by(self.root.key):
            return None, "signature"
        return message.map, "replayed" if sha256(body["message"]) in self.messages else None

    def _appointment(self, body, _time, _raw):
        one, wrong = self._message("liuhen/appointment", body, _APPOINTMENT)
        if wrong:
            return wrong
        ends = [self.dismissed.get(("person", one["person"]), 0), self.dismissed.get(("credential", one["credential"]), 0)]
        if one["from"] < max(ends):
            return "dismissed"
        held = self.appointed.get(one["credential"])
        if held and any(held["terms"][name] != one[name] for name in ("person", "key", "rp", "origin")):
            return "person"
        self.messages.add(sha256(body["message"]))
        self.appointed[one["credential"]] = {"terms": one, "dismissed": False, "counter": held["counter"] if held else None}
        return None

    def _dismissal(self, body, _time, _raw):
        one, wrong = self._message("liuhen/dismissal", body, _DISMISSAL)
        if wrong:
            return wrong
        self.messages.add(sha256(body["message"]))
        of = ("person", one["person"]) if one["credential"] is None else ("credential", one["credential"])
        self.dismissed[of] = max(self.dismissed.get(of, 0), one["at"])
        ended = {credential for credential, held in self.appointed.items()
                 if of in (("credential", credential), ("person", held["terms"]["person"]))}
        for credential in ended:
            self.appointed[credential]["dismissed"] = True
        for grant in self.grants.values():
            grant["dismissed"] = grant["dismissed"] or bool(ended & grant["credentials"])
        return None

    def _request(self, body, _time, raw):
        if body["request"] in self.requests:
            return "replayed"
        self.requests[body["request"]] = {"body": body, "leaf": leaf_hash(raw), "decided": False}
        return None

    def _approval(self, body, time, _raw):
        content = self._content(body["approval"])
        if content is None:
            return "malformed"
        asked = self.requests.get(content["request"])
        if asked is None or asked["leaf"] != content["leaf"] or not self._suits(content, asked["body"]):
            return "request"
        if asked["decided"] or content["grant"] in self.grants:
            return "replayed"
        signatures = body["signatures"]
        if len({one["person"] for one in signatures}) != len(signatures):
            return "person"
        challenge = sha256(b"liuhen/approval" + body["approval"])
        wrong = [self._signature(one, challenge, time) for one in signatures]
        wrong += self._powers(content, asked["body"], signatures)
        reason = next(filter(None, wrong), None)
        if reason is None:
            self._grant(content, asked, signatures)
        return reason

    def _content(self, raw):
        """A's map, or None if it is not as it should be."""
        try:
            content = cbor.decode(raw)
        except ValueError:
            return None
        if not _exactly(content, _APPROVAL) or content["vault"] != self.origin:
            return None
        terms = [content[name] for name in ("grant", "from", "until", "uses")]
        if content["decision"] == "refused":
            return content if terms == [None] * 4 else None
        longest = DAY if content["manner"] == "emergency" else 92 * DAY
        if None in terms or not 0 < content["until"] - content["from"] <= longest or not 1 <= content["uses"] <= 1000:
            return None
        return content

    @staticmethod
    def _suits(content, asked):
        if content["manner"] == "paper":
            return asked["purpose"] not in ("hold", "retention")
        return content["manner"] == "key" or (
            asked["emergency"] and asked["purpose"] == "view" and content["decision"] == "granted")

    def _signature(self, one, challenge, time):
        held = self.appointed.get(one["credential"])
        if held is None or held["terms"]["person"] != one["person"]:
            return "power"
        terms = held["terms"]
        if held["dismissed"]:
            return "dismissed"
        if _outside(terms, time):
            return _outside(terms, time)
        if not webauthn.holds(one, challenge, terms["rp"], terms["origin"], webauthn.load_point(terms["key"])):
            return "signature"
        now, before = webauthn.counter(one), held["counter"]
        return "replayed" if before is not None and now <= before and (now or before) else None

    def _powers(self, content, asked, signatures):
        manner = content["manner"]
        power = asked["purpose"] if manner == "key" else manner
        for one in signatures:
            if manner == "key" and one["person"] == asked["by"]:
                yield "self"
            held = self.appointed.get(one["credential"])
            if held is None or power not in held["terms"]["powers"]:
                yield "power"
        two = manner == "paper" or (
            manner == "key" and content["decision"] == "granted" and power in ("hold", "retention"))
        if len(signatures) < (2 if two else 1):
            yield "power"

    def _grant(self, content, asked, signatures):
        asked["decided"] = True
        for one in signatures:
            self.appointed[one["credential"]]["counter"] = webauthn.counter(one)
        if content["decision"] == "granted":
            self.grants[content["grant"]] = {"terms": content, "asked": asked["body"], "used": 0, "ended": False,
                                             "dismissed": False, "credentials": {one["credential"] for one in signatures}}

    def _view(self, body, time, _raw):
        return self._use(body, body["view"], ("view", "inspect"), time)

    def _copy(self, body, time, _raw):
        return self._use(body, body["copy"], ("copy",), time)

    def _use(self, body, name, purposes, time):
        grant = self.grants.get(body["grant"])
        reason = self._uncovered(grant, body, name, purposes, time) if grant else "no_grant"
        self.uses.add(name)
        if grant:
            grant["used"] += 1
        return reason

    def _uncovered(self, grant, body, name, purposes, time):
        asked, terms = grant["asked"], grant["terms"]
        if asked["purpose"] not in purposes:
            return "request"
        if body["by"] != asked["by"]:
            return "person"
        if _outside(terms, time):
            return _outside(terms, time)
        for word, applies in (("ended", grant["ended"]), ("dismissed", grant["dismissed"]),
                              ("used_up", grant["used"] >= terms["uses"]),
                              ("span", not any(lies_in(body["subject"], one) for one in asked["subjects"])),
                              ("replayed", name in self.uses)):
            if applies:
                return word
        return None

    def _hold_placed(self, body, _time, _raw):
        self.holds.add((body["hold"], *_kept(body).values()))

    def _hold_lifted(self, body, time, _raw):
        hold = (body["hold"], *_kept(body).values())
        reason = self._by_two("hold", body, time) if hold in self.holds else None
        if reason is None:
            self.holds.discard(hold)
        return reason

    def _retention(self, body, time, _raw):
        subject, reason = (*_kept(body).values(),), None
        if subject in self.months and _shorter(body["months"], self.months[subject]):
            reason = self._by_two("retention", body, time)
        if reason is None:
            self.months[subject] = body["months"]
        return reason

    def _by_two(self, purpose, body, time):
        """Why a leaf that ends a hold or shortens a class is not covered (access.md §4.2), or None; it is a use."""
        grant = self.grants.get(body.get("grant"))
        if grant is None:
            return "no_grant"
        asked, terms = grant["asked"], grant["terms"]
        grant["used"] += 1
        if asked["purpose"] != purpose:
            return "request"
        if _outside(terms, time):
            return _outside(terms, time)
        for word, applies in (("ended", grant["ended"]), ("dismissed", grant["dismissed"]),
                              ("used_up", grant["used"] > terms["uses"]),
                              ("span", not any(_same(_kept(body), one) for one in asked["subjects"]))):
            if applies:
                return word
        return None

    def _access_refused(self, _body, _time, _raw):
        return None

    def _grant_ended(self, body, _time, _raw):
        if body["grant"] not in self.grants:
            return "no_grant"
        self.grants[body["grant"]]["ended"] = True
        return None


def check_access(report, root, leaves, raws):
    """The findings of access of a log; leaves: their maps, None where malformed."""
    access = Access(root)
    for index, (leaf, raw) in enumerate(zip(leaves, raws)):
        why = access.take(leaf, raw) if leaf else None
        if why:
            report.access.append({"leaf": index, "kind": leaf["kind"], "why": why})
