#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What requests, decisions and views over HTTPS refuse: no byte without a grant, each in one exact sentence."""

import os
import sys
import tempfile
import time

from access_site import HOUR, SECOND, Access, main, now
from authenticator import PRESENT, Authenticator, to_bytes, to_text

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from liuhen_check import cbor  # noqa: E402


class Refused(Access):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-refused-")
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name)
        # Somebody who is both, and somebody of whom the agency has appointed nothing.
        cls.both = cls.another("both", "head", "reviewer")
        cls.other = cls.another("other", "head")
        cls.both_key = cls.site.appoint("both", cls.both.person, "view")

    @classmethod
    def another(cls, number, *roles):
        """One more account with these roles, logged in."""
        made = cls.people["sysadmin"].must(201, "POST", "/api/v1/accounts", {"work_number": number, "name": number, "unit": "二大队"})
        cls.people["secadmin"].must(200, "PUT", f"/api/v1/accounts/{made['account']['person']}/roles", {"roles": list(roles)})
        return type(cls.head)(cls.site).enrol(number, made["first_password"])

    def path(self, request):
        return f"/api/v1/requests/{request['id']}/approval"

    def signed(self, request, query=None, by=None, key=None, options=None, **other):
        """The body of a decision."""
        options = options or self.options(request, query, by)
        return {"approval": options["approval"], **(key or self.key).sign(options["public_key"], **other)}

    def refused_view(self, client, grant, subject=None):
        return self.refused(client, "POST", "/api/v1/views", {"grant": grant, "subject": subject or self.subject()})

    def open_state(self, request):
        self.assertEqual(self.must(self.head, "request", f"/api/v1/requests/{request['id']}")["state"], "open")

    def test_01_no_byte_without_a_grant(self):
        made = self.ask(self.supervisor)
        grant = cbor.decode(to_bytes(self.options(made)["approval"]))["grant"].hex()
        for name in (grant, made["id"], "0" * 64):
            self.assertEqual(self.refused_view(self.supervisor, name), "no_grant")
            for what in ("playlist.m3u8", "marks.vtt", "segments/0.mp4", "segments/1.mp4"):
                self.assertEqual(self.refused(self.supervisor, "GET", f"/api/v1/views/{name}/{what}"), "not_found")

    def test_02_nobody_approves_what_they_asked_for(self):
        made = self.ask(self.both)
        query = self.bounds()
        self.assertEqual(self.refused(self.both, "GET", f"{self.path(made)}?{query}"), "self_approval")
        # Signed all the same, over what was made for somebody else.
        options = self.options(made, query)
        body = self.signed(made, options=options, key=self.both_key)
        self.assertEqual(self.refused(self.both, "POST", self.path(made), body), "self_approval")
        self.open_state(made)
        self.ask(self.supervisor)  # brings what was logged before under a checkpoint
        told = [(each["what"], each["by"], each["reason"]) for each in self.leaves("access.refused")]
        self.assertIn(("approval", self.both.person, "self"), told)

    def test_03_the_person_of_the_session_is_the_person_of_the_key(self):
        made = self.ask(self.supervisor)
        body = self.signed(made)
        self.assertEqual(self.refused(self.both, "POST", self.path(made), body), "foreign_key")
        self.assertEqual(self.refused(self.other, "POST", self.path(made), body), "no_key")
        self.assertEqual(self.refused(self.other, "GET", f"{self.path(made)}?{self.bounds()}"), "no_key")
        stranger = Authenticator(self.site.origin)
        self.assertEqual(self.refused(self.head, "POST", self.path(made), self.signed(made, key=stranger)), "foreign_key")
        stranger.credential = self.key.credential  # another key under the right name
        self.assertEqual(self.refused(self.head, "POST", self.path(made), self.signed(made, key=stranger)), "wrong_signature")
        self.open_state(made)
        self.assertEqual(self.must(self.head, "approve", self.path(made), self.signed(made))["state"], "granted")

    def test_04_what_was_altered_does_not_hold(self):
        made, other = self.ask(self.supervisor), self.ask(self.supervisor)
        options = self.options(made)
        good = self.signed(made, options=options)
        content = cbor.decode(to_bytes(options["approval"]))

        def with_content(**fields):
            return {**good, "approval": to_text(cbor.encode({**content, **fields}))}

        rows = [("more uses", with_content(uses=1000), "wrong_signature"), ("longer", with_content(until=content["until"] + 1), "wrong_signature"),
                ("another grant", with_content(grant=bytes(32)), "wrong_signature"), ("another leaf", with_content(leaf=bytes(32)), "other_request"),
                ("another log", with_content(vault="dock-02-vault"), "other_request"), ("no approval", {**good, "approval": "AAAA"}, "other_request"),
                ("a flipped bit", {**good, "signature": to_text(bytes([48]) + to_bytes(good["signature"])[1:-1] + b"\x01")}, "wrong_signature"),
                ("not verified", self.signed(made, options=options, flags=PRESENT), "wrong_signature"),
                ("another page", self.signed(made, options=options, origin="https://evil.example"), "wrong_signature"),
                ("in a frame of another page", self.signed(made, options=options, crossOrigin=True), "wrong_signature"),
                ("no assertion", self.signed(made, options=options, type="webauthn.create"), "wrong_signature"),
                ("no base64url", {**good, "client": "=="}, "wrong_field"), ("a field more", {**good, "more": 1}, "wrong_field"),
                ("a field less", {name: good[name] for name in good if name != "client"}, "wrong_field")]
        for name, body, code in rows:
            with self.subTest(name):
                self.assertEqual(self.refused(self.head, "POST", self.path(made), body), code)
        self.assertEqual(self.refused(self.head, "POST", self.path(other), good), "other_request")
        self.open_state(made)
        self.open_state(other)

    def test_05_a_decision_is_taken_once(self):
        made = self.ask(self.supervisor)
        body = self.signed(made)
        self.must(self.head, "approve", self.path(made), body)
        self.assertEqual(self.refused(self.head, "POST", self.path(made), body), "decided_before")
        self.assertEqual(self.refused(self.head, "GET", f"{self.path(made)}?decision=refused"), "decided_before")
        # An authenticator that was copied counts behind.
        late = self.ask(self.supervisor)
        self.key.counter -= 1
        self.assertEqual(self.refused(self.head, "POST", self.path(late), self.signed(late)), "signed_before")
        self.open_state(late)

    def test_06_a_grant_is_for_one_person_a_time_and_so_many_uses(self):
        grant = self.granted(self.supervisor, uses=1)
        self.assertEqual(self.refused_view(self.reviewer, grant), "grant_of_other")
        self.assertEqual(self.refused_view(self.supervisor, grant, self.subject(self.photo)), "outside_span")
        self.assertEqual(self.refused_view(self.supervisor, grant, {**self.subject(), "generation": "1"}), "outside_span")
        self.assertEqual(self.refused_view(self.supervisor, grant, {**self.subject(), "device": "LH-000002"}), "outside_span")
        view = self.view(self.supervisor, grant)
        self.assertEqual(self.refused_view(self.supervisor, grant), "grant_used_up")
        for what in ("playlist.m3u8", "marks.vtt", "segments/1.mp4"):  # somebody else's session
            for client in (self.reviewer, self.people["officer"], self.people["custodian"]):
                self.assertEqual(self.refused(client, "GET", f"/api/v1/views/{view['id']}/{what}"), "not_found")
            self.assertEqual(self.refused(self.people["anonymous"], "GET", f"/api/v1/views/{view['id']}/{what}"), "not_logged_in")
            self.assertEqual(self.refused(self.head, "GET", f"/api/v1/views/{view['id']}/{what}"), "forbidden")
        self.assertEqual(self.refused_view(self.supervisor, self.granted(self.supervisor, start=now() + HOUR)), "grant_not_yet")
        copying = self.decide(self.ask(self.supervisor, purpose="copy"))["decision"]["grant"]
        self.assertEqual(self.refused_view(self.supervisor, copying), "grant_for_other")

    def test_07_time_ends_a_grant_and_what_it_opened(self):
        until = now() + 6 * SECOND
        request = self.ask(self.supervisor)
        grant = self.decide(request, self.bounds(until=until))["decision"]["grant"]
        view = self.view(self.supervisor, grant)
        path = f"/api/v1/views/{view['id']}/segments/1.mp4"
        self.assertEqual(self.supervisor.ask("GET", path).status, 200)
        while now() < until:
            time.sleep(0.1)
        self.assertEqual(self.refused_view(self.supervisor, grant), "grant_expired")
        self.assertEqual(self.refused(self.supervisor, "GET", path), "not_found")
        self.assertEqual(self.must(self.head, "request", f"/api/v1/requests/{request['id']}")["state"], "ended")

    def test_08_a_change_needs_token_and_origin(self):
        made, grant = self.ask(self.supervisor), self.granted(self.supervisor)
        rows = [(self.supervisor, "/api/v1/requests", {"purpose": "view", "subjects": [self.subject()], "reason": "x", "emergency": False}),
                (self.head, self.path(made), self.signed(made)),
                (self.supervisor, "/api/v1/views", {"grant": grant, "subject": self.subject()})]
        before = [len(self.leaves(kind)) for kind in ("request", "approval", "view")]
        for client, path, body in rows:
            self.assertEqual(self.refused(client, "POST", path, body, token=False), "wrong_csrf")
            self.assertEqual(self.refused(client, "POST", path, body, headers={"Origin": "https://evil.example"}), "foreign_origin")
        self.assertEqual([len(self.leaves(kind)) for kind in ("request", "approval", "view")], before)

    def test_09_what_is_no_request_is_refused_in_words(self):
        fine = {"purpose": "view", "subjects": [self.subject()], "reason": "x", "emergency": False}
        of = self.subject()
        rows = [({**fine, "purpose": "look"}, "wrong_field"), ({**fine, "subjects": []}, "wrong_field"), ({**fine, "subjects": [of] * 65}, "wrong_field"),
                ({**fine, "reason": ""}, "wrong_field"), ({**fine, "reason": "字" * 1025}, "wrong_field"), ({**fine, "case": ""}, "wrong_field"),
                ({**fine, "emergency": 1}, "wrong_field"), ({**fine, "by": self.head.person}, "wrong_field"),
                ({**fine, "subjects": [{**of, "from_ns": "5"}]}, "wrong_field"), ({**fine, "subjects": [{**of, "from_ns": "5", "to_ns": "5"}]}, "wrong_field"),
                ({**fine, "subjects": [{**of, "generation": None}]}, "wrong_field"), ({**fine, "subjects": [{**of, "generation": "01"}]}, "wrong_field"),
                ({**fine, "subjects": [{**of, "object": "0" * 64}]}, "wrong_field"), ({**fine, "subjects": [{**of, "device": "a/b"}]}, "wrong_field"),
                ({**fine, "subjects": [{**of, "recording": str(2 ** 64 - 1)}]}, "wrong_field"),
                ({**fine, "subjects": [{name: of[name] for name in of if name != "object"}]}, "wrong_field"),
                ({**fine, "subjects": [{**of, "recording": "999"}]}, "not_found")]
        for body, code in rows:
            with self.subTest(str(body)[:150]):
                self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", body), code)
        # Not handed out to them: an officer cannot even learn that it is there.
        self.assertEqual(self.refused(self.people["officer"], "POST", "/api/v1/requests", fine), "not_found")
        made = self.ask(self.supervisor)
        for query in ("", "?decision=maybe", "?decision=granted", f"?decision=refused&uses=1", "?" + self.bounds(uses=0), "?" + self.bounds(uses=1001),
                      "?" + self.bounds(start=5, until=5), "?" + self.bounds(start=5, until=5 + 93 * 24 * HOUR), "?decision=refused&x=1"):
            with self.subTest(query):
                self.assertEqual(self.refused(self.head, "GET", self.path(made) + query), "wrong_field")

    def test_10_who_is_dismissed_ends_what_they_granted(self):
        made = self.ask(self.supervisor)
        grant = self.decide(made, by=self.both, key=self.both_key)["decision"]["grant"]
        view = self.view(self.supervisor, grant)
        path = f"/api/v1/views/{view['id']}/segments/1.mp4"
        self.assertEqual(self.supervisor.ask("GET", path).status, 200)
        late = self.ask(self.supervisor)
        options = self.options(late, by=self.both)
        self.site.dismiss("both", self.both.person)
        self.assertEqual(self.refused(self.supervisor, "GET", path), "grant_dismissed")
        self.assertEqual(self.refused_view(self.supervisor, grant), "grant_dismissed")
        body = self.signed(late, options=options, key=self.both_key)
        self.assertEqual(self.refused(self.both, "POST", self.path(late), body), "key_dismissed")
        self.assertEqual(self.must(self.head, "request", f"/api/v1/requests/{made['id']}")["state"], "ended")

    def test_98_without_a_vault_nothing_is_lost_and_all_is_said(self):
        self.site.stop("vault")
        for client, method, path, body in (
                (self.supervisor, "GET", "/api/v1/requests", None),
                (self.supervisor, "POST", "/api/v1/views", {"grant": "0" * 64, "subject": self.subject()}),
                (self.supervisor, "POST", "/api/v1/requests", {"purpose": "view", "subjects": [self.subject()], "reason": "x", "emergency": False})):
            self.assertEqual(self.refused(client, method, path, body), "vault_away")

    def test_99_the_log_is_whole(self):
        self.assert_whole()


if __name__ == "__main__":
    main("Refused")
