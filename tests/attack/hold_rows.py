# SPDX-License-Identifier: Apache-2.0
"""Row 46: a hold lifted, or a retention class shortened, by one person."""

from access_evidence import DAY, AccessAttack, name_of, now, refused
from liuhen_check import cbor

WORDS = {"reason": "case closed", "by": "custodian"}


class Rows(AccessAttack):
    def setUp(self):
        self.vault = self.enterContext(self.fresh())
        self.subject, self.segments = self.first_segment(self.vault)
        self.dock = self.begin()
        for who in (self.dock.head, self.dock.deputy):
            self.assertIn("index", self.dock.appoint(who, "hold", "retention"))

    def begin(self):
        self.dock = self.running(self.vault)
        return self.dock

    def again(self, how="__exit__"):
        getattr(self.dock.running, how)()
        return self.begin()

    def named(self, of):
        """A subject as the verbs about holds name it."""
        return {key: of[key] for key in ("device", "generation", "recording", "object") if of[key] is not None}

    def place(self, of=None):
        return self.dock.ask(verb="hold.place", **self.named(of or self.subject), **WORDS)["hold"]

    def lift(self, hold, grant=None):
        return self.dock.ask(verb="hold.lift", hold=hold, **WORDS, **({"grant": grant} if grant else {}))

    def keep(self, of_class, grant=None):
        return self.dock.ask(verb="retention.set", **self.named(self.subject), by=WORDS["by"],
                             **{"class": of_class, **({"grant": grant} if grant else {})})

    def standing(self):
        return [hold["hold"] for hold in self.dock.ask(verb="hold.list")["holds"]]

    def classes(self):
        return [one["class"] for one in self.dock.ask(verb="retention.list")["set"]]

    def decide(self, purpose, *by, of=None, asker=None, **other):
        """The answer to an approval by these, and the grant that it names."""
        asked = self.dock.request(of or self.subject, purpose=purpose, by=asker)
        content, grant = self.dock.approval(asked, **other)
        return self.dock.approve(content, *by), grant

    def granted(self, purpose, **other):
        answer, grant = self.decide(purpose, self.dock.head, self.dock.deputy, **other)
        self.assertIn("index", answer)
        return grant

    def test_row_46_a_hold_lifted_by_one(self):
        head, deputy = self.dock.head, self.dock.deputy
        hold, other = self.place(), self.place()
        self.assertEqual(refused(self.lift(hold)), "no_grant")
        self.assertEqual(refused(self.lift(hold, name_of("a grant of nobody"))), "no_grant")
        for why, by, asker in (("power", [head], None), ("person", [head, head], None), ("self", [head, deputy], head.person)):
            with self.subTest(why):
                answer, grant = self.decide("hold", *by, asker=asker)
                self.assertEqual(refused(answer), why)
                self.assertEqual(refused(self.lift(hold, grant)), "no_grant")
        asked = self.dock.request(self.subject, purpose="hold")
        for manner in ("paper", "emergency"):
            content, _ = self.dock.approval(asked, manner=manner)
            self.assertEqual(refused(self.dock.approve(content, head, deputy)), "request")
        self.assertEqual(self.standing(), [hold, other])
        # Two others: this hold, once; after a start too.
        grant = self.granted("hold", uses=1)
        self.again("kill")
        self.assertIn("leaf", self.lift(hold, grant))
        self.assertEqual(refused(self.lift(other, grant)), "used_up")
        self.again()
        self.assertEqual(refused(self.lift(other, grant)), "used_up")
        self.assertEqual(self.standing(), [other])
        self.ends_clean(self.vault, self.dock)
        self.assertEqual(len(self.leaves_of(self.vault, "hold.lifted")), 1)
        told = [(body["what"], body["reason"]) for body in self.leaves_of(self.vault, "access.refused")]
        self.assertIn(("hold", "no_grant"), told)
        self.assertIn(("hold", "used_up"), told)

    def test_row_46_a_grant_for_something_else(self):
        thing = {**self.subject, "recording": None, "object": self.segments[0]}
        hold, of_thing = self.place(), self.place(thing)
        self.dock.appoint(self.dock.head, "hold", "retention", "view")
        part = {**self.subject, "from": 0, "to": 1}
        for why, grant in (("span", self.granted("hold", of=thing)), ("span", self.granted("hold", of=part)),
                           ("span", self.granted("hold", of={**self.subject, "recording": None})),
                           ("request", self.granted("retention")), ("request", self.dock.granted(self.subject)),
                           ("not_yet", self.granted("hold", start=now() + DAY))):
            with self.subTest(why):
                self.assertEqual(refused(self.lift(hold, grant)), why)
        ended = self.granted("hold")
        self.assertIn("index", self.dock.ask(verb="end", grant=ended, by=self.dock.officer))
        self.assertEqual(refused(self.lift(hold, ended)), "ended")
        unused = self.granted("hold", of=thing)
        self.dock.dismiss(self.dock.deputy)
        self.assertEqual(refused(self.lift(of_thing, unused)), "dismissed")
        self.assertEqual(self.standing(), [hold, of_thing])
        self.ends_clean(self.vault, self.dock)

    def test_row_46_a_class_shortened_by_one(self):
        for longer in ("years-10", "years-30", "permanent"):
            self.assertIn("leaf", self.keep(longer))
        self.assertEqual(refused(self.keep("years-30")), "no_grant")
        answer, grant = self.decide("retention", self.dock.head)
        self.assertEqual(refused(answer), "power")
        self.assertEqual(refused(self.keep("years-30", grant)), "no_grant")
        self.assertEqual(refused(self.keep("years-30", self.granted("hold"))), "request")
        self.again("kill")
        self.assertEqual(refused(self.keep("years-10")), "no_grant")
        grant = self.granted("retention", uses=1)
        self.assertIn("leaf", self.keep("permanent", grant))  # as long as before: no use
        self.assertIn("leaf", self.keep("years-30", grant))
        self.assertEqual(refused(self.keep("years-10", grant)), "used_up")
        self.assertEqual(self.classes(), ["years-30"])
        self.ends_clean(self.vault, self.dock)

    def test_row_46_written_by_a_vault_that_asks_nobody(self):
        """Who holds the log's key can write such leaves: both checkers tell, and a hold so lifted stands for the rule."""
        self.place()
        self.keep("permanent")
        grant = self.granted("hold", uses=5)
        self.dock.running.__exit__()
        leaves = self.vault.leaves()
        placed, = self.leaves_of(self.vault, "hold.placed")
        kept, = self.leaves_of(self.vault, "retention")
        self.assertEqual(kept["months"], None)
        bodies = [("hold.lifted", placed, "no_grant"), ("hold.lifted", {**placed, "grant": name_of("x")}, "no_grant"),
                  ("retention", {**kept, "class": "years-10", "months": 120}, "no_grant"),
                  ("retention", {**kept, "class": "years-10", "months": 120, "grant": grant}, "request"),
                  ("retention", {**kept, "months": "12"}, "malformed"), ("retention", kept, None),
                  ("hold.lifted", {**placed, "grant": grant}, None), ("hold.lifted", placed, None)]
        invented = [cbor.encode({"version": 1, "time": now(), "kind": kind, "body": body}) for kind, body, _ in bodies]
        self.vault.rebuild(leaves + invented)
        told = self.judge(self.vault.path)
        self.assertEqual(told["verdict"], "intact")
        self.assertEqual([(one["leaf"], one["kind"], one["why"]) for one in told["access"]],
                         [(len(leaves) + n, kind, why) for n, (kind, _, why) in enumerate(bodies) if why])
