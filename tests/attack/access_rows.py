# SPDX-License-Identifier: Apache-2.0
"""Rows 36, 44 and 45: bytes without a signed approval, approvals that are none, uses that go beyond them."""

import os
import time

from access_evidence import DAY, SECOND, VAULT, AccessAttack, Approver, name_of, now, refused, subject_of
from evidence import BIN, MADE
from fixture import run_program
from liuhen_check import cbor
from stored import stored
from vault_evidence import StoredVault


def boxes_of(data):
    """(type, whole box) of a file."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        yield data[at + 4:at + 8], data[at:at + size]
        at += size


def clear_of(data):
    """ftyp moov and the fragments of a stored, clear segment."""
    return b"".join(box for kind, box in boxes_of(data) if kind != b"uuid")


class Rows(AccessAttack):
    def setUp(self):
        self.vault = self.enterContext(self.fresh())
        self.subject, self.segments = self.first_segment(self.vault)

    def stored_bytes(self, number):
        digest = self.segments[number].hex()
        return self.vault.data(f"objects/{digest[:2]}/{digest}")

    # Row 36: the dock's process taken over.

    def test_row_36_no_byte_without_a_signed_approval(self):
        dock = self.running(self.vault)
        self.assertIn("index", dock.appoint(dock.head, "view"))
        asked = dock.request(self.subject)
        content, grant = dock.approval(asked)
        for use in (grant, asked["request"], bytes(32), name_of("view")):
            self.no_bytes(dock.read(use, 0))
            self.no_bytes(dock.ask(verb="parts", use=use, segment=0, first=0))
            self.no_bytes(dock.view(use, self.subject))
        # Its own key in the head's name, the head's credential with its own key, somebody never appointed, no signature.
        own = Approver(dock.source, "own key of the attacker")
        for person, credential in ((dock.head.person, own.credential), (dock.head.person, dock.head.credential),
                                   (own.person, own.credential), (dock.officer, dock.head.credential)):
            own.person, own.credential = person, credential
            self.no_bytes(dock.approve(content, own))
        self.no_bytes(dock.ask(verb="approve", approval=content, signatures=[]))
        # An appointment by a root of its own; one that the page might make; the right one for another vault.
        for message in (own.appointment(own.key, VAULT, ("view",), now(), now() + DAY), b"",
                        own.appointment(dock.root, "dock-02-vault", ("view",), now(), now() + DAY)):
            self.no_bytes(dock.present(message))
        self.no_bytes(dock.view(grant, self.subject))
        self.assertIn("index", dock.approve(content, dock.head))  # what the head signed is the one thing that opens
        opened = dock.view(grant, self.subject)
        self.assertEqual(dock.whole(opened["use"], 0), clear_of(self.stored_bytes(0)))
        self.ends_clean(self.vault, dock)

    def test_row_36_the_leaf_stands_before_the_first_byte(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        opened = dock.view(dock.granted(self.subject), self.subject)
        # Whoever kills the vault right now finds the leaf under the published checkpoint.
        self.assertIn(opened["use"], [body["view"] for body in self.leaves_of(self.vault, "view")])
        self.assertIn("bytes", dock.read(opened["use"], 0))
        dock.running.kill()
        self.assertEqual(self.judge(self.vault.path)["verdict"], "intact")

    def test_row_36_encrypted_footage_needs_the_vaults_key(self):
        vault = self.enterContext(StoredVault(stored(MADE, BIN, encrypted=True)))
        subject, segments = self.first_segment(vault)
        key = vault.root + "/agency/evidence-key.pem"
        digest = segments[0].hex()
        locked = vault.data(f"objects/{digest[:2]}/{digest}")
        with self.subTest("no key"):
            dock = self.running(vault)
            dock.appoint(dock.head, "view")
            opened = dock.view(dock.granted(subject), subject)
            self.assertEqual(dock.read(opened["use"], 0)["error"], "failed_precondition")
            dock.running.__exit__()
        with self.subTest("a key that others can read"):
            os.chmod(key, 0o644)
            with self.assertRaisesRegex(RuntimeError, "chmod 600"):
                self.running(vault, f'evidence_key = "{key}"')
        os.chmod(key, 0o600)
        dock = self.running(vault, f'evidence_key = "{key}"', 'sandbox = "required"')
        opened = dock.view(dock.granted(subject), subject)
        clear = dock.whole(opened["use"], 0)
        run_program(os.path.join(BIN, "liuhen"), "open", vault.path, "--key", key, "--out", vault.root + "/clear")
        with open(f"{vault.root}/clear/{digest}.mp4", "rb") as file:
            self.assertEqual(clear, clear_of(file.read()))
        self.assertNotIn(clear[-200:], locked)
        parts = dock.ask(verb="parts", use=opened["use"], segment=0, first=0)
        offset, size = parts["parts"][-1][:2]
        self.assertEqual(dock.read(opened["use"], 0, offset + 8, size)["bytes"], clear[offset + 8:offset + size])
        self.ends_clean(vault, dock)

    # Row 44: approvals that are none.

    def test_row_44_by_oneself(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view", "copy")
        content, grant = dock.approval(dock.request(self.subject, by=dock.head.person))
        self.assertEqual(refused(dock.approve(content, dock.head)), "self")
        self.assertEqual(refused(dock.view(grant, self.subject, by=dock.head.person)), "no_grant")
        self.ends_clean(self.vault, dock)

    def test_row_44_used_again(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        asked = dock.request(self.subject)
        content, _ = dock.approval(asked)
        signature = dock.head.sign(content)
        again = {"verb": "approve", "approval": content, "signatures": [signature]}
        self.assertIn("index", dock.ask(**again))
        self.assertEqual(refused(dock.ask(**again)), "replayed")
        # The same signature for another request, and the same request once more for more uses.
        other, _ = dock.approval(dock.request(self.subject))
        self.assertEqual(refused(dock.ask(verb="approve", approval=other, signatures=[signature])), "signature")
        more, _ = dock.approval(asked, uses=1000, grant=name_of("another grant"))
        self.assertEqual(refused(dock.approve(more, dock.head)), "replayed")
        # After a start all is remembered.
        dock.running.__exit__()
        dock = self.running(self.vault)
        self.assertEqual(refused(dock.ask(**again)), "replayed")
        self.ends_clean(self.vault, dock)

    def test_row_44_altered(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        asked = dock.request(self.subject)
        content, _ = dock.approval(asked)
        signature = dock.head.sign(content)
        meant = cbor.decode(content)
        elsewhere = dock.request(subject_of(self.subject["device"]))
        for field, value in (("uses", 1000), ("until", meant["until"] + DAY), ("from", meant["from"] - DAY),
                             ("grant", name_of("x")), ("manner", "paper"), ("request", elsewhere["request"]),
                             ("leaf", elsewhere["leaf"])):
            with self.subTest(field):
                changed = cbor.encode({**meant, field: value})
                answer = dock.ask(verb="approve", approval=changed, signatures=[signature])
                self.assertIn(refused(answer), ("signature", "request"))
        both = cbor.encode({**meant, "request": elsewhere["request"], "leaf": elsewhere["leaf"]})
        self.assertEqual(refused(dock.ask(verb="approve", approval=both, signatures=[signature])), "signature")
        for name in ("authenticator", "client", "signature"):
            with self.subTest(name):
                data = bytearray(signature[name])
                data[-3] ^= 1
                answer = dock.ask(verb="approve", approval=content, signatures=[{**signature, name: bytes(data)}])
                self.assertEqual(refused(answer), "signature")
        self.assertGreaterEqual(len(rows := self.refusals(dock)), 10, rows)  # every one is told
        self.ends_clean(self.vault, dock)

    def refusals(self, dock):
        dock.ask(verb="checkpoint", old_size=0)
        return [body for body in self.leaves_of(self.vault, "access.refused") if body["what"] == "approval"]

    def test_row_44_expired(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        soon = now() + 6_000_000  # time enough for what comes before, on a busy machine
        grant = dock.granted(self.subject, uses=5, start=now() - 1_000_000, end=soon)
        opened = dock.view(grant, self.subject)
        self.assertIn("bytes", dock.read(opened["use"], 0))
        early = dock.granted(self.subject, start=now() + DAY)
        self.assertEqual(refused(dock.view(early, self.subject)), "not_yet")
        while now() <= soon:
            time.sleep(0.05)
        self.no_bytes(dock.read(opened["use"], 0))
        self.assertEqual(refused(dock.view(grant, self.subject)), "expired")
        late = Approver(dock.source, "whose time is over")
        dock.present(late.appointment(dock.root, VAULT, ("view",), now() - 2 * DAY, now() - DAY))
        content, _ = dock.approval(dock.request(self.subject))
        self.assertEqual(refused(dock.approve(content, late)), "expired")
        self.ends_clean(self.vault, dock)

    def test_row_44_by_a_removed_head(self):
        dock = self.running(self.vault)
        start = now() - DAY
        appointment = dock.head.appointment(dock.root, VAULT, ("view",), start, start + 300 * DAY)
        self.assertIn("index", dock.present(appointment))
        grant = dock.granted(self.subject, uses=5)
        opened = dock.view(grant, self.subject)
        unused = dock.granted(self.subject)
        content, _ = dock.approval(dock.request(self.subject))
        self.assertIn("index", dock.dismiss(dock.head))
        self.assertEqual(refused(dock.approve(content, dock.head)), "dismissed")
        self.no_bytes(dock.read(opened["use"], 0))
        for one in (grant, unused):
            self.assertEqual(refused(dock.view(one, self.subject)), "dismissed")
        # The old appointment, shown again by who has it, and one that was signed before and never shown.
        self.assertEqual(refused(dock.present(appointment)), "replayed")
        held = dock.head.appointment(dock.root, VAULT, ("view", "copy"), start, start + 300 * DAY)
        self.assertEqual(refused(dock.present(held)), "dismissed")
        self.assertEqual(refused(dock.approve(content, dock.head)), "dismissed")
        self.ends_clean(self.vault, dock)

    def test_row_44_by_a_key_nobody_countersigned(self):
        dock = self.running(self.vault)
        stranger = Approver(dock.source, "stranger")
        content, grant = dock.approval(dock.request(self.subject))
        self.assertEqual(refused(dock.approve(content, stranger)), "power")
        # Signed by the dock's own key, by the log's vault certificate's, by nobody.
        message = stranger.appointment(stranger.key, VAULT, ("view",), now() - DAY, now() + DAY)
        self.assertEqual(refused(dock.present(message)), "signature")
        self.assertEqual(refused(dock.present(message[:-1])), "malformed")
        self.assertEqual(refused(dock.approve(content, stranger)), "power")
        self.assertEqual(refused(dock.view(grant, self.subject)), "no_grant")
        # Somebody appointed for something else.
        dock.appoint(dock.deputy, "hold", "retention", "paper")
        self.assertEqual(refused(dock.approve(content, dock.deputy)), "power")
        self.ends_clean(self.vault, dock)

    def test_row_44_written_into_the_log_by_who_holds_its_key(self):
        """The vault's own key can write such leaves; what it cannot do is sign for the head: both checkers tell."""
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        content, grant = dock.approval(dock.request(self.subject))
        dock.running.__exit__()
        leaves = self.vault.leaves()
        stranger = Approver(dock.source, "stranger")
        stranger.person, stranger.credential = dock.head.person, dock.head.credential
        bodies = [("approval", {"approval": content, "signatures": [stranger.sign(content)]}),
                  ("view", {"view": name_of("v"), "grant": grant, "by": dock.officer, "subject": self.subject})]
        invented = [cbor.encode({"version": 1, "time": now(), "kind": kind, "body": body}) for kind, body in bodies]
        self.vault.rebuild(leaves + invented)
        told = self.judge(self.vault.path)
        self.assertEqual(told["verdict"], "intact")
        self.assertEqual([(one["leaf"], one["kind"], one["why"]) for one in told["access"]],
                         [(len(leaves), "approval", "signature"), (len(leaves) + 1, "view", "no_grant")])

    # Row 45: uses that go beyond what was approved.

    def test_row_45_without_approval(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        asked = dock.request(self.subject)
        content, grant = dock.approval(asked)
        self.assertEqual(refused(dock.view(grant, self.subject)), "no_grant")
        refusal, _ = dock.approval(asked, decision="refused", grant=None, **{"from": None, "until": None, "uses": None})
        self.assertIn("index", dock.approve(refusal, dock.head))
        self.assertEqual(refused(dock.view(grant, self.subject)), "no_grant")
        self.assertEqual(refused(dock.approve(content, dock.head)), "replayed")
        self.ends_clean(self.vault, dock)

    def test_row_45_beyond_the_span(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        span = subject_of(self.subject["device"], self.subject["recording"], 0, (SECOND // 2, SECOND))
        grant = dock.granted(span, uses=20)
        for other in (self.subject, {**span, "from": 0}, {**span, "to": SECOND + 1}, {**span, "recording": 1},
                      {**span, "generation": 1}, {**span, "device": "LH-OTHER"},
                      subject_of(span["device"], None, 0, digest=self.segments[0])):
            with self.subTest(other):
                self.assertEqual(refused(dock.view(grant, other)), "span")
        self.assertEqual(refused(dock.view(grant, span, by=name_of("another"))), "person")
        self.assertEqual(refused(dock.view(grant, span, verb="copy")), "request")
        opened = dock.view(grant, span)
        some, whole = dock.whole(opened["use"], 0), clear_of(self.stored_bytes(0))
        self.assertLess(len(some), len(whole))
        given = [box for kind, box in boxes_of(some) if kind == b"mdat"]
        parts = dock.ask(verb="parts", use=opened["use"], segment=0, first=0)["parts"]
        self.assertEqual(len(given), len(parts))
        for _, _, start, end, _ in parts:  # whole parts that touch the span, sound beside the picture included
            self.assertTrue(start < SECOND and end > SECOND // 2 - 500_000_000, (start, end))
        last = [box for kind, box in boxes_of(whole) if kind == b"mdat"][-1]
        self.assertNotIn(last, some)
        for segment in (1, 7, 1 << 40):
            self.no_bytes(dock.read(opened["use"], segment))
        for offset in (len(some), len(some) + 10, 1 << 60):
            self.assertEqual(dock.read(opened["use"], 0, offset)["bytes"], b"")
        self.ends_clean(self.vault, dock)

    def test_row_45_more_often_than_approved(self):
        dock = self.running(self.vault)
        dock.appoint(dock.head, "view")
        grant = dock.granted(self.subject, uses=2)
        first = dock.view(grant, self.subject)
        for _ in range(5):  # what is read again under one view is one use
            self.assertTrue(dock.whole(first["use"], 0))
        dock.running.kill()
        dock = self.running(self.vault)
        self.no_bytes(dock.read(first["use"], 0))  # a start ends views; their uses stay used
        second = dock.view(grant, self.subject)
        self.assertIn("bytes", dock.read(second["use"], 0))
        self.assertEqual(refused(dock.view(grant, self.subject)), "used_up")
        self.assertIn("index", dock.ask(verb="end", grant=grant, by=dock.officer))
        self.no_bytes(dock.read(second["use"], 0))
        self.ends_clean(self.vault, dock)
        self.assertEqual(len(self.leaves_of(self.vault, "view")), 2)
