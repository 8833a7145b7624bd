#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""access.md §6: leaves that the rule of access should not have written, told by both checkers with the same reason."""

import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check import cbor  # noqa: E402
from liuhen_check.webauthn import read_client  # noqa: E402
from liuhen_sample.agency import OPENED, ORIGIN, SampleAgency  # noqa: E402
from liuhen_sample.approver import DAY, Approver, approval_of, name_of, subject_of  # noqa: E402
from liuhen_sample.keys import Source  # noqa: E402
from liuhen_sample.tamper import Folder  # noqa: E402

NOW = OPENED + DAY
ASKED = subject_of("LH-1", 3, span=(10, 20))
KEPT = {"device": "LH-1", "generation": 0, "recording": 3, "object": None}


class Story:
    """A log of access under way, and why each of its leaves should not stand ("" if it may)."""

    def __init__(self, folder):
        self.folder, self.source, self.now, self.due = folder, Source(5), NOW, []
        self.agency = SampleAgency(self.source, os.path.join(folder, "agency"))
        self.head, self.deputy, self.clerk = (Approver(self.source, name) for name in ("head", "deputy", "clerk"))
        self.second = self.deputy
        self.appoint(self.head, ("copy", "emergency", "hold", "retention", "view"))
        self.appoint(self.deputy, ("hold", "paper", "retention"))
        self.appoint(self.clerk, ("emergency", "paper"))

    def log(self, kind, body, why=""):
        self.agency.leaves.append(cbor.encode({"version": 1, "time": self.now, "kind": kind, "body": body}))
        if why:
            self.due.append({"leaf": len(self.agency.leaves) - 1, "kind": kind, "why": why})

    def appoint(self, who, powers, why="", /, **other):
        message = who.appointment(self.agency.root, ORIGIN, powers, NOW - DAY, NOW + 365 * DAY, **other)
        self.log("appointment", {"message": message}, why)
        return message

    def dismiss(self, who, why="", **other):
        message = who.dismissal(self.agency.root, ORIGIN, self.now, **other)
        self.log("dismissal", {"message": message}, why)
        return message

    def ask(self, name="r", why="", **other):
        self.request = {"request": name_of(name), "purpose": "view", "subjects": [ASKED], "by": name_of("officer"),
                        "reason": name_of("reason"), "case": None, "emergency": False, **other}
        self.log("request", self.request, why)
        if not why:
            self.asked = self.agency.leaves[-1]

    def grant(self):
        return name_of("grant of " + self.request["request"].hex())

    def approve(self, *by, why="", refuse=False, sign=None, **other):
        content = approval_of(ORIGIN, (self.request["request"], self.asked), None if refuse else self.grant(), self.now,
                              self.now + DAY, **other)
        body = {"approval": content, "signatures": [who.sign(content) for who in by or (self.head,)]}
        self.log("approval", sign(body) if sign else body, why)

    def use(self, name="v", why="", kind="view", subject=ASKED, **other):
        self.log(kind, {kind: name_of(name), "grant": self.grant(), "by": self.request["by"], "subject": subject,
                        **other}, why)

    def place(self, name="h", subject=KEPT):
        self.log("hold.placed", {**subject, "hold": name_of(name), "reason": name_of("why"), "by": name_of("who")})

    def lift(self, name="h", why="", subject=KEPT, **other):
        self.log("hold.lifted", {**subject, "hold": name_of(name), "reason": name_of("why"), "by": name_of("who"),
                                 "grant": self.grant(), **other}, why)

    def keep(self, months, why="", subject=KEPT, **other):
        self.log("retention", {**subject, "class": "c", "by": name_of("who"), "months": months, "grant": None, **other}, why)

    def granted(self, name, purpose, subject=KEPT, /, **other):
        """A grant of two persons for one subject."""
        self.ask(name, purpose=purpose, subjects=[{**subject, "from": None, "to": None}])
        self.approve(self.head, self.second, **other)
        return self.grant()

    def write(self):
        self.agency.write_vault(os.path.join(self.folder, "vault"), [])
        return Folder(self.folder)


class Access(unittest.TestCase):
    maxDiff = None

    def told(self, script):
        """Both checkers tell what the script expects."""
        with tempfile.TemporaryDirectory() as folder:
            story = Story(folder)
            script(story)
            result = story.write().verdict("vault")
            self.assertEqual(result["verdict"], "intact")
            self.assertEqual(result["access"], story.due)

    def test_what_stands(self):
        def script(story):
            story.ask()
            story.use(why="no_grant")
            story.approve()
            story.use("v1")
            story.use("v2", subject=subject_of("LH-1", 3, span=(12, 13)))
            story.use("v3", why="used_up")
            story.ask("copy", purpose="copy")
            story.approve()
            story.use("c", kind="copy")
            story.ask("hold", purpose="hold")
            story.approve(story.head, story.deputy)
            story.ask("paper")
            story.approve(story.clerk, story.deputy, manner="paper")
            story.ask("emergency", emergency=True, by=story.clerk.person)
            story.approve(story.clerk, manner="emergency")
            story.use("e")
            story.ask("refused")
            story.approve(refuse=True)
            story.log("access.refused", {"what": "view", "by": None, "reason": "no_grant"})
        self.told(script)

    def test_approvals_that_do_not_hold(self):
        rows = {
            "another request": ("request", {"request": name_of("x")}), "another leaf": ("request", {"leaf": name_of("x")}),
            "another log": ("malformed", {"vault": "other.example"}), "too long": ("malformed", {"until": NOW + 93 * DAY}),
            "no time": ("malformed", {"until": NOW}), "a time beyond all": ("malformed", {"until": 1 << 63}),
            "no use": ("malformed", {"uses": 0}), "too many uses": ("malformed", {"uses": 1001}),
            "another version": ("malformed", {"version": 2}), "a field more": ("malformed", {"x": 1}),
            "another decision": ("malformed", {"decision": "maybe"}), "a refusal that grants": ("malformed", {"decision": "refused"}),
            "another manner": ("malformed", {"manner": "mail"}), "no emergency": ("request", {"manner": "emergency"}),
            "paper by one": ("power", {"manner": "paper"}),
        }
        for sentence, (why, other) in rows.items():
            with self.subTest(sentence):
                def script(story):
                    story.ask()
                    story.approve(why=why, **other)
                    story.use(why="no_grant")
                    story.approve()
                self.told(script)

    def test_signatures_that_do_not_hold(self):
        def altered(name, change):
            def sign(body):
                body["signatures"][0][name] = change(body["signatures"][0][name])
                return body
            return {"sign": sign}
        rows = {
            "nobody there": ("signature", lambda s: setattr(s.head, "flags", 4), {}),
            "nobody verified": ("signature", lambda s: setattr(s.head, "flags", 1), {}),
            "another page": ("signature", lambda s: setattr(s.head, "page", "https://dock.example"), {}),
            "within another page": ("signature", lambda s: setattr(s.head, "more", ',"crossOrigin":true'), {}),
            "a text for a truth": ("signature", lambda s: setattr(s.head, "more", ',"crossOrigin":"false"'), {}),
            "a name twice": ("signature", lambda s: setattr(s.head, "more", ',"origin":"https://dock.example:8443"'), {}),
            "half a surrogate": ("signature", lambda s: setattr(s.head, "more", ',"x":"\\ud800"'), {}),
            "too deep": ("signature", lambda s: setattr(s.head, "more", ',"x":' + "[" * 16 + "]" * 16), {}),
            "deep": ("", lambda s: setattr(s.head, "more", ',"x":' + "[" * 15 + "]" * 15), {}),
            "a great number": ("", lambda s: setattr(s.head, "more", ',"x":[1e999,-0,' + "9" * 2000 + "]"), {}),
            "no number": ("signature", lambda s: setattr(s.head, "more", ',"x":NaN'), {}),
            "a byte of the signature": ("signature", None, altered("signature", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))),
            "a longer signature": ("signature", None, altered("signature", lambda raw: raw + b"\0")),
            "too long a signature": ("malformed", None, altered("signature", lambda raw: raw + bytes(80))),
            "short authenticator data": ("signature", None, altered("authenticator", lambda raw: raw[:36])),
            "another counter": ("signature", None, altered("authenticator", lambda raw: raw[:-1] + b"\1")),
            "a mark before the client data": ("signature", None, altered("client", lambda raw: b"\xef\xbb\xbf" + raw)),
            "another one's name": ("power", lambda s: setattr(s.head, "person", s.deputy.person), {}),
            "nobody appointed": ("power", lambda s: setattr(s.head, "credential", b"x"), {}),
            "a removed head": ("dismissed", lambda s: s.dismiss(s.head), {}),
            "a removed key": ("dismissed", lambda s: s.dismiss(s.head, credential=s.head.credential), {}),
            "after its time": ("expired", lambda s: setattr(s, "now", NOW + 365 * DAY), {}),
            "before its time": ("not_yet", lambda s: setattr(s, "now", NOW - DAY - 1), {}),
        }
        for sentence, (why, before, other) in rows.items():
            with self.subTest(sentence):
                def script(story):
                    story.ask()
                    if before:
                        before(story)
                    story.approve(why=why, **other)
                self.told(script)

    def test_who_may_decide(self):
        def script(story):
            story.ask("own", by=story.head.person)
            story.approve(why="self")
            story.approve(why="self", refuse=True)
            story.approve(story.deputy, why="power")
            story.ask("two", purpose="hold")
            story.approve(story.head, why="power")
            story.approve(story.head, story.head, why="person")
            story.approve(story.head, story.clerk, why="power")
            story.approve(story.deputy, story.clerk, manner="paper", why="request")
            story.approve(story.head, refuse=True)
            story.approve(story.head, story.deputy, why="replayed")
            story.ask("again")
            story.approve()
            taken = story.grant()
            story.approve(why="replayed", grant=name_of("another"))
            story.ask("own", why="replayed")
            story.ask("third")
            story.approve(why="replayed", grant=taken)
            story.ask("late", emergency=True)
            story.approve(story.clerk, manner="emergency", until=NOW + DAY + 1, why="malformed")
            story.approve(story.clerk, manner="emergency", refuse=True, why="request")
            story.approve(story.deputy, manner="emergency", why="power")
        self.told(script)

    def test_counters(self):
        def script(story):
            for number, (counter, why) in enumerate(((5, ""), (5, "replayed"), (4, "replayed"), (0, "replayed"), (6, ""))):
                story.ask(f"r{number}")
                story.head.counter = counter
                story.approve(why=why)
        self.told(script)

    def test_uses_that_are_not_covered(self):
        rows = {
            "a longer span": ("span", {"subject": subject_of("LH-1", 3, span=(10, 21))}),
            "all of it": ("span", {"subject": subject_of("LH-1", 3)}),
            "another recording": ("span", {"subject": subject_of("LH-1", 4, span=(10, 20))}),
            "another generation": ("span", {"subject": subject_of("LH-1", 3, 1, span=(10, 20))}),
            "another device": ("span", {"subject": subject_of("LH-2", 3, span=(10, 20))}),
            "an object": ("span", {"subject": subject_of("LH-1", digest=name_of("o"))}),
            "no recording": ("malformed", {"subject": subject_of("LH-1")}),
            "a span of nothing": ("malformed", {"subject": subject_of("LH-1", 3, span=(10, 10))}),
            "half a span": ("malformed", {"subject": subject_of("LH-1", 3, span=(10, None))}),
            "no generation": ("malformed", {"subject": subject_of("LH-1", 3, None)}),
            "a copy": ("request", {"kind": "copy"}), "somebody else": ("person", {"by": name_of("x")}),
            "no such grant": ("no_grant", {"grant": name_of("x")}), "more fields": ("", {"x": 1}),
        }
        for sentence, (why, other) in rows.items():
            with self.subTest(sentence):
                def script(story):
                    story.ask()
                    story.approve()
                    story.use(why=why, **other)
                self.told(script)

    def test_holds_lifted_by_two(self):
        def script(story):
            story.place()
            story.place("other")
            story.granted("two", "hold", uses=1)
            story.lift()
            story.lift()  # it does not stand: it means nothing, and is no use
            story.lift("other", "used_up")
            story.granted("again", "hold", uses=2)
            story.lift("other")
            story.lift("never placed", grant=None)
            story.place("other")
            story.lift("other")
            story.lift("other", grant=name_of("x"))
            thing = {**KEPT, "recording": None, "object": name_of("o")}
            story.place("thing", thing)
            story.granted("thing", "hold", thing)
            story.lift("thing", subject=KEPT)  # of another subject it does not stand
            story.lift("thing", subject=thing)
        self.told(script)

    def test_holds_lifted_without(self):
        other = {**KEPT, "recording": 4}
        rows = {
            "no grant": ("no_grant", {"grant": None}, None), "an unknown grant": ("no_grant", {"grant": name_of("x")}, None),
            "a grant that is no hash": ("malformed", {"grant": bytes(31)}, None),
            "a grant in words": ("malformed", {"grant": "yes"}, None),
            "another purpose": ("request", {}, lambda s: s.granted("r", "retention")),
            "another recording": ("span", {}, lambda s: s.granted("r", "hold", other)),
            "another generation": ("span", {}, lambda s: s.granted("r", "hold", {**KEPT, "generation": 1})),
            "all of the device": ("span", {}, lambda s: s.granted("r", "hold", {**KEPT, "recording": None})),
            "early": ("not_yet", {}, lambda s: setattr(s, "now", NOW - 1)),
            "late": ("expired", {}, lambda s: setattr(s, "now", NOW + DAY)),
            "given back": ("ended", {}, lambda s: s.log("grant.ended", {"grant": s.grant(), "by": name_of("x")})),
            "dismissed": ("dismissed", {}, lambda s: s.dismiss(s.deputy)),
            "used by a view": ("used_up", {}, lambda s: [s.use("v", "request"), s.use("w", "request")]),
        }
        for sentence, (why, fields, before) in rows.items():
            with self.subTest(sentence):
                def script(story):
                    story.place()
                    story.granted("h", "hold")
                    if before:
                        before(story)
                    story.lift(why=why, **fields)
                    story.now, story.second = NOW, Approver(story.source, "another")
                    story.appoint(story.second, ("hold",))
                    story.granted("after", "hold", uses=1)
                    story.lift()  # it stood on
                    story.place("h2")
                    story.lift("h2", "used_up")
                self.told(script)

    def test_one_signature_lifts_nothing(self):
        def script(story):
            story.place()
            for name, by, signers, why in (("one", "officer", ["head"], "power"), ("self", "head", ["head", "deputy"], "self"),
                                           ("twice", "officer", ["head", "head"], "person")):
                story.ask(name, purpose="hold", by=name_of(by), subjects=[{**KEPT, "from": None, "to": None}])
                story.approve(*(getattr(story, who) for who in signers), why=why)
                story.lift(why="no_grant")
            story.ask("a span", purpose="hold")
            story.approve(story.head, story.deputy)
            story.lift(why="span")
        self.told(script)

    def test_classes(self):
        def script(story):
            story.keep(120)
            story.keep(360)
            story.keep(360, grant=name_of("nobody asks for it"))
            story.keep(120, "no_grant")
            story.keep(359, "no_grant", grant=name_of("x"))
            story.keep(360)  # the shorter ones had no effect
            story.keep(None)
            story.keep((1 << 64) - 1, "no_grant")
            story.keep(None)
            story.keep(1, subject={**KEPT, "generation": 1})
            grant = story.granted("shorter", "retention", uses=3)
            story.keep(1, "malformed", grant=b"x")
            story.keep(240, grant=grant)
            story.keep(120, grant=grant)
            story.keep(120, grant=grant)  # not shorter: no use
            story.keep(1, grant=grant)
            story.keep(0, "used_up", grant=grant)
            story.keep(2)
            story.keep(1, "request", grant=story.granted("hold", "hold"))
            for months in (-1, "12", True, b""):
                story.keep(months, "malformed")
            story.log("retention", {**KEPT, "class": "c", "by": name_of("who")}, "malformed")
            story.keep(1, "span", grant=story.granted("other", "retention", {**KEPT, "device": "LH-2"}))
        self.told(script)

    def test_grants_that_are_over(self):
        def given_back(story):
            story.log("grant.ended", {"grant": story.grant(), "by": name_of("anybody")})

        def again(story):
            story.dismiss(story.head)
            story.appoint(story.head, ("view",), **{"from": NOW})
        rows = {"early": ("not_yet", lambda s: setattr(s, "now", NOW - 1)),
                "late": ("expired", lambda s: setattr(s, "now", NOW + DAY)), "given back": ("ended", given_back),
                "dismissed": ("dismissed", lambda s: s.dismiss(s.head)), "appointed again": ("dismissed", again),
                "another dismissed": ("", lambda s: s.dismiss(s.deputy)), "used before": ("replayed", lambda s: s.use())}
        for sentence, (why, before) in rows.items():
            with self.subTest(sentence):
                def script(story):
                    story.ask()
                    story.approve()
                    before(story)
                    story.use(why=why)
                self.told(script)

    def test_appointments(self):
        def script(story):
            new = Approver(story.source, "new")
            stranger = story.source.p256("stranger")
            message = new.appointment(stranger, ORIGIN, ("view",), NOW, NOW + DAY)
            story.log("appointment", {"message": message}, "signature")
            story.log("dismissal", {"message": message}, "malformed")
            story.log("dismissal", {"message": story.head.dismissal(stranger, ORIGIN, NOW)}, "signature")
            story.appoint(new, ("view",), "malformed", vault="other.example")
            story.appoint(new, ("all",), "malformed")
            story.appoint(new, (), "malformed")
            story.appoint(new, ("view",), "malformed", powers=["view", "copy"])
            story.appoint(new, ("view",), "malformed", key=new.point()[:-1] + bytes([new.point()[-1] ^ 1]))
            story.appoint(new, ("view",), "malformed", credential=b"")
            story.appoint(new, ("view",), "malformed", rp="")
            story.appoint(new, ("view",), "malformed", origin="x" * 254)
            story.appoint(new, ("view",), "malformed", until=NOW - DAY)
            story.appoint(new, ("view",), "person", credential=b"head")
            first = story.appoint(new, ("view", "paper"))
            story.appoint(new, ("paper",))
            story.log("appointment", {"message": first}, "replayed")
            story.appoint(new, ("view",), "person", rp="another.example")
            story.ask()
            story.approve(new, why="power")
            gone = story.dismiss(new)
            story.log("dismissal", {"message": gone}, "replayed")
            story.appoint(new, ("view",), "dismissed")
            other = Approver(story.source, "another key")
            other.person = new.person
            story.appoint(other, ("view",), "dismissed", **{"from": NOW - 1})
            story.appoint(other, ("view",), **{"from": NOW})
            story.approve(other)
        self.told(script)

    def test_bodies_that_are_none(self):
        def script(story):
            for kind in ("appointment", "dismissal", "request", "approval", "view", "copy", "access.refused", "grant.ended"):
                story.log(kind, {"x": 1}, "malformed")
            story.log("weather", {"x": 1})
            story.log("grant.ended", {"grant": name_of("x"), "by": name_of("y")}, "no_grant")
            story.log("access.refused", {"what": "view", "by": None, "reason": "mood"}, "malformed")
            story.log("access.refused", {"what": "dance", "by": None, "reason": "span"}, "malformed")
            story.ask(why="malformed", subjects=[])
            story.ask(why="malformed", subjects=[ASKED] * 65)
            story.ask(why="malformed", purpose="dance")
            story.ask(why="malformed", emergency=0)
            story.ask(subjects=[ASKED] * 64)
        self.told(script)

    def test_random_bytes_of_leaves(self):
        """A changed byte anywhere in the leaves: whatever it is, both say the same."""
        rng = random.Random(11)
        for _ in range(60):
            with tempfile.TemporaryDirectory() as folder:
                story = Story(folder)
                story.ask()
                story.approve()
                story.use()
                index = rng.randrange(1, len(story.agency.leaves))
                leaf = bytearray(story.agency.leaves[index])
                leaf[rng.randrange(len(leaf))] ^= 1 << rng.randrange(8)
                story.agency.leaves[index] = bytes(leaf)
                story.write().verdict("vault")

    def test_client_data_that_are_none(self):
        for raw in (b"", b"[]", b"{", b'{"a":1,}', b'{"a":01}', b'{"a":+1}', b'{"a":.5}', b'{"a":"\t"}', b"{'a':1}",
                    b'{"a":1}x', b'{"a":"\xff"}', b'{"a":{"b":1,"b":2}}', b"null"):
            with self.subTest(raw), self.assertRaises(ValueError):
                read_client(raw)


if __name__ == "__main__":
    unittest.main()
