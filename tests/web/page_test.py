#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""All endpoints for all roles, against the real dock over TLS, held against openapi.yaml."""

import argparse
import json
import signal
import socket
import ssl
import sys
import tempfile
import time
import unittest

from contract import Contract
from page_site import ADMINISTRATORS, ROLES, SCRIPT, Client, Site

PROGRAMS = ""
CALLERS = ("anonymous", "enrolling", "signed-in", "terminal", *ROLES)
#: Operations whose success would take a caller away from the other tests.
GUARDED = {"logOut"}
#: What was filmed before the recorder was handed out to anybody is no officer's.
NOT_THEIRS = ("recording", "officer")
#: Parameters without which an operation answers nothing.
NEEDED = {"links": "?type=act&id=none", "approvalToSign": "?decision=refused"}
LISTS = {"listAccounts": "sysadmin", "findPeople": "custodian", "listRecordings": "custodian", "custodyLog": "audadmin",
         "audit": "audadmin"}


class Page(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="liuhen-page-")
        cls.site = Site(cls.folder.name, PROGRAMS)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.site.end)
        cls.people = cls.site.set_up()
        cls.people["terminal"] = cls.site.add_terminal("前台")
        cls.contract = Contract()
        cls.recording = cls.people["custodian"].must(200, "GET", "/api/v1/recordings")["items"][0]

    def path_of(self, operation):
        """With what exists in place of the braces; requests and views are named that nobody made."""
        path = operation.path.format(person=self.people["officer"].person, device=self.recording["device"],
                                     generation=self.recording["generation"], start=self.recording["start"],
                                     number="2026-0001", index=0, id="0" * 64, n=0, upload="0" * 64)
        return path + NEEDED.get(operation.name, "")

    def harmless(self, operation):
        """A body that is understood and refused, so that nothing is changed by who may."""
        if operation.bytes:
            return b"no offset says where they belong"
        return {"nonsense": 1} if operation.changes and operation.name not in GUARDED else None

    def ask(self, caller, operation, **more):
        if operation.name == "events":
            connection, head = self.people[caller].begin(operation.method, operation.path)
            text = b"" if head.status == 200 else head.read()
            connection.close()
            return type("Head", (), {"status": head.status, "headers": head.headers, "body": text,
                                     "json": json.loads(text or b"null")})
        if operation.bytes:
            more["headers"] = {"Content-Type": "application/octet-stream", **more.get("headers", {})}
        return self.people[caller].ask(operation.method, self.path_of(operation), self.harmless(operation), **more)

    @staticmethod
    def due(caller, roles):
        """The error that the caller gets, None if they may."""
        if "anonymous" in roles or caller in roles or (caller in ROLES and "signed-in" in roles):
            return None
        if "terminal" in roles:
            return 401, "not_terminal"
        outside = (401, "not_logged_in")
        return {"anonymous": outside, "terminal": outside, "enrolling": (403, "must_enrol")}.get(caller, (403, "forbidden"))

    def test_01_the_server_has_exactly_the_routes_of_the_contract(self):
        table = json.loads(self.site.run("liuhen-dock", "routes"))
        has = {(row["method"], row["path"], row["operation"], frozenset(row["roles"])) for row in table}
        promised = {(each.method, each.path, each.name, each.roles) for each in self.contract.operations}
        self.assertEqual(has, promised)
        self.assertEqual(len(table), len(has))

    def test_02_every_endpoint_for_every_role(self):
        for operation in self.contract.operations:
            for caller in CALLERS:
                with self.subTest(operation=operation.name, caller=caller):
                    if operation.name in GUARDED and self.due(caller, operation.roles) is None:
                        continue
                    answer, due = self.ask(caller, operation), self.due(caller, operation.roles)
                    self.contract.check_answer(operation, answer)
                    if due:
                        self.assertEqual((answer.status, answer.json["error"]["code"]), due)
                        self.assertEqual(set(answer.json), {"error"})
                    elif operation.changes:
                        self.assertEqual((answer.status, answer.json["error"]["code"]), (422, "wrong_field"))
                    elif "{id}" in operation.path or (operation.name, caller) == NOT_THEIRS:
                        self.assertEqual((answer.status, answer.json["error"]["code"]), (404, "not_found"))
                    else:
                        self.assertEqual(answer.status, 200)
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    self.assertIn("default-src 'self'", answer.headers["Content-Security-Policy"])

    def test_03_a_change_needs_the_token_the_origin_and_the_host(self):
        for operation in [each for each in self.contract.operations if each.changes]:
            for caller in [each for each in CALLERS if self.due(each, operation.roles) is None]:
                with self.subTest(operation=operation.name, caller=caller):
                    foreign = self.ask(caller, operation, headers={"Origin": "https://localhost"})
                    self.assertEqual((foreign.status, foreign.code), (403, "foreign_origin"))
                    other = self.ask(caller, operation, headers={"Host": "evil.example"})
                    self.assertEqual((other.status, other.code), (403, "foreign_origin"))
                    if "anonymous" in operation.roles:
                        continue
                    for token in ({}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": self.people["head"].csrf[:-1] + "g"}):
                        answer = self.ask(caller, operation, token=False, headers=token)
                        self.assertEqual((answer.status, answer.code), (403, "wrong_csrf"))

    def test_04_nonsense_is_refused_in_words(self):
        sysadmin = self.people["sysadmin"]
        fine = {"work_number": "9", "name": "张", "unit": "一"}
        rows = [("GET", "/api/v1/nothing", None, 404, "no_such_path"), ("GET", "/api/v1/accounts/", None, 404, "no_such_path"),
                ("PATCH", "/api/v1/accounts", {}, 405, "wrong_method"), ("GET", "/api/v1/accounts?x=1", None, 422, "wrong_field"),
                ("GET", "/api/v1/accounts?limit=0", None, 422, "wrong_field"),
                ("GET", "/api/v1/accounts?limit=201", None, 422, "wrong_field"),
                ("GET", "/api/v1/accounts?limit=1&limit=2", None, 422, "wrong_field"),
                ("GET", "/api/v1/accounts?q=%zz", None, 422, "wrong_field"),
                ("GET", "/api/v1/accounts?after=-1", None, 422, "wrong_field"),
                ("GET", f"/api/v1/accounts/{'0' * 64}/roles", None, 404, "not_found"),
                ("GET", "/api/v1/accounts/..%2f/roles", None, 404, "not_found"),
                ("POST", "/api/v1/accounts", b"{", 400, "malformed_body"),
                ("POST", "/api/v1/accounts", b'{"name":"a","name":"b"}', 400, "malformed_body"),
                ("POST", "/api/v1/accounts", b"[" * 5000, 400, "malformed_body"),
                ("POST", "/api/v1/accounts", b" " * 70_000, 413, "too_large"),
                ("POST", "/api/v1/accounts", {**fine, "work_number": "a b"}, 422, "wrong_field"),
                ("POST", "/api/v1/accounts", {**fine, "name": "a\nb"}, 422, "wrong_field"),
                ("POST", "/api/v1/accounts", {**fine, "name": "长" * 65}, 422, "wrong_field"),
                ("POST", "/api/v1/accounts", {**fine, "more": 1}, 422, "wrong_field"),
                ("POST", "/api/v1/accounts", {**fine, "work_number": "officer"}, 409, "work_number_taken")]
        for method, path, body, status, code in rows:
            with self.subTest(path=path, body=str(body)[:40]):
                answer = sysadmin.ask(method, path, body)
                self.contract.check_named("Error", answer.json)
                self.assertEqual((answer.status, answer.code), (status, code))

    def test_05_pages_of_a_list_are_the_list(self):
        for name, caller in LISTS.items():
            with self.subTest(name):
                path = self.contract.of(name).path
                whole = self.people[caller].must(200, "GET", path + "?limit=200")
                self.assertTrue(whole["items"])
                self.assertIsNone(whole["next"])
                items, after = [], ""
                while after is not None and len(items) <= len(whole["items"]):
                    page = self.people[caller].must(200, "GET", f"{path}?limit=1{after and '&after=' + after}")
                    self.assertLessEqual(len(page["items"]), 1)
                    items, after = items + page["items"], page["next"]
                self.assertEqual(items, whole["items"])

    def test_06_a_timeline_is_what_was_filmed(self):
        custodian = self.people["custodian"]
        path = self.path_of(self.contract.of("recording"))
        timeline = custodian.must(200, "GET", path)
        self.assertEqual(timeline["recording"], self.recording)
        self.assertEqual(self.recording["verdict"], "intact")
        self.assertTrue(timeline["segments"] and all(each["object"] and each["verdict"] == "intact"
                                                     for each in timeline["segments"]))
        self.assertEqual(len(timeline["marks"]), 1)
        self.assertEqual(self.people["officer"].ask("GET", path).code, "not_found")  # not handed out to them
        self.assertEqual(self.people["officer"].must(200, "GET", "/api/v1/recordings")["items"], [])
        start = self.recording["start_us"]
        for query, count in ((f"from_us={start}", 1), (f"from_us={start + 1}", 0), (f"to_us={start}", 0), ("device=nobody", 0),
                             ("verdict=altered", 0), ("verdict=intact", 1)):
            self.assertEqual(len(custodian.must(200, "GET", f"/api/v1/recordings?{query}")["items"]), count, query)

    def test_07_administrators_read_no_names_of_acts_and_the_log_none_at_all(self):
        log = json.dumps(self.people["audadmin"].must(200, "GET", "/api/v1/log?limit=200"), ensure_ascii=False)
        for role in ROLES:
            self.assertNotIn(f"{role}的名字", log)
        for administrator in ADMINISTRATORS:
            for name in ("bays", "listRecordings", "recording", "findPeople", "quarantine", "officers", "devices", "handouts", "book",
                         "matters", "acts", "cases", "links", "listImports"):
                answer = self.ask(administrator, self.contract.of(name))
                self.assertEqual(answer.status, 403)
                self.assertNotIn(self.recording["device"].encode(), answer.body)

    def test_08_events_come_at_once_and_end_with_the_session(self):
        client = Client(self.site)
        supervisor = self.people["supervisor"]
        self.assertEqual(client.log_in("supervisor", supervisor.password, supervisor.code()).status, 201)
        connection, head = client.begin("GET", "/api/v1/events")
        self.assertEqual(head.headers["Content-Type"], "text/event-stream")
        seen = {}

        def next_event():
            lines = []
            while (line := head.readline().decode().rstrip("\n")) or not lines:
                if line and not line.startswith(":"):
                    lines.append(line)
            return lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))
        for _ in range(2):
            kind, data = next_event()
            seen[kind] = data
        self.contract.check_named("Bays", seen["bays"])
        self.contract.check_named("Todo", seen["todo"])
        self.assertEqual(client.ask("DELETE", "/api/v1/session").status, 204)
        kind, data = next_event()
        while kind != "end":
            kind, data = next_event()
        self.contract.check_named("Error", data)
        self.assertEqual(head.read(), b"")
        connection.close()
        self.assertEqual(client.ask("GET", "/api/v1/me").code, "not_logged_in")

    def test_09_the_page_is_files_and_nothing_else(self):
        nobody = self.people["anonymous"]
        for path in ("/", "/recordings/x", "/index.html"):
            answer = nobody.ask("GET", path)
            self.assertEqual((answer.status, b"<title>" in answer.body), (200, True), path)
            policy = answer.headers["Content-Security-Policy"]
            self.assertIn("default-src 'self'", policy)
            self.assertNotIn("unsafe", policy)
        script = nobody.ask("GET", "/assets/a.js")
        self.assertEqual(script.body.decode(), SCRIPT)
        self.assertIn("immutable", script.headers["Cache-Control"])
        packed = nobody.ask("GET", "/assets/a.js", headers={"Accept-Encoding": "br, gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(len(packed.body), len(script.body))
        self.assertNotEqual(packed.headers["ETag"], script.headers["ETag"])
        again = nobody.ask("GET", "/assets/a.js", headers={"If-None-Match": script.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        for path in ("/assets/b.js", "/../dock.toml", "/assets/%2e%2e/%2e%2e/dock.toml", "/people.db", "/assets/a.js.gz"):
            self.assertEqual(nobody.ask("GET", path).status, 404, path)
        context = ssl.create_default_context(cafile=self.site.root)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError), socket.create_connection(("127.0.0.1", self.site.port)) as plain:
            context.wrap_socket(plain, server_hostname="localhost")

    def test_10_accounts_from_first_password_to_closing(self):
        sysadmin, secadmin = self.people["sysadmin"], self.people["secadmin"]
        made = sysadmin.must(201, "POST", "/api/v1/accounts", {"work_number": "7001", "name": "王五", "unit": "二大队"})
        person, first = made["account"]["person"], made["first_password"]
        client = Client(self.site)
        self.assertEqual(client.log_in("7001", first).json["lacks"], ["password", "totp"])
        for password, code in (("short", "password_rule"), ("my number 7001 ok", "password_rule"), (first, "same_password")):
            answer = client.ask("PUT", "/api/v1/me/password", {"current": first, "password": password})
            self.assertEqual(answer.code, code)
        self.assertEqual(client.ask("PUT", "/api/v1/me/totp", {"totp": "000000"}).code, "totp_not_begun")
        client.enrol("7001", first)
        roles = f"/api/v1/accounts/{person}/roles"
        secadmin.must(200, "PUT", roles, {"roles": ["officer"]})
        self.assertEqual(client.ask("GET", "/api/v1/me").code, "not_logged_in")  # new roles, new session
        for asked, code in ((["officer", "sysadmin"], "administrator_alone"), (["nobody"], "wrong_field"),
                            (["officer", "officer"], "wrong_field")):
            self.assertEqual(secadmin.ask("PUT", roles, {"roles": asked}).code, code)
        own = f"/api/v1/accounts/{secadmin.person}/roles"
        self.assertEqual(secadmin.ask("PUT", own, {"roles": ["secadmin"]}).code, "own_roles")
        for verb in ("closure", "reset"):
            answer = sysadmin.ask("POST", f"/api/v1/accounts/{sysadmin.person}/{verb}", {"reason": "x"})
            self.assertEqual(answer.code, "own_account")
        self.assertEqual(sysadmin.ask("POST", f"/api/v1/accounts/{secadmin.person}/reset", {"reason": "x"}).code, "console_only")
        self.assertEqual(sysadmin.ask("POST", f"/api/v1/accounts/{secadmin.person}/closure", {"reason": "x"}).code,
                         "last_administrator")
        self.assertEqual(client.log_in("7001", client.password, client.code()).status, 201)
        again = sysadmin.must(200, "POST", f"/api/v1/accounts/{person}/reset", {"reason": "手机丢失"})
        self.assertEqual((again["account"]["roles"], again["account"]["enrolled"]), ([], False))
        self.assertEqual(client.ask("GET", "/api/v1/me").code, "not_logged_in")
        self.assertEqual(client.log_in("7001", client.password, client.code()).code, "wrong_login")
        sysadmin.must(200, "POST", f"/api/v1/accounts/{person}/closure", {"reason": "调离"})
        self.assertEqual(client.log_in("7001", again["first_password"]).code, "wrong_login")
        self.assertEqual(secadmin.ask("PUT", roles, {"roles": []}).code, "account_closed")
        told = [line["what"] for line in self.people["audadmin"].must(200, "GET", f"/api/v1/audit?person={person}")["items"]]
        for what in ("made", "password.set", "totp.set", "role.given", "role.ended", "reset", "closed", "login", "login.failed"):
            self.assertIn(what, told)

    def test_11_guessing_is_bounded_and_told_without_names(self):
        self.people["sysadmin"].must(201, "POST", "/api/v1/accounts", {"work_number": "guessed", "name": "赵六", "unit": "x"})
        client = Client(self.site)
        for _ in range(5):
            self.assertEqual(client.log_in("guessed", "wrong").code, "wrong_login")
        answer = client.log_in("guessed", "wrong")
        self.assertEqual((answer.status, answer.code), (429, "too_many"))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertIn(answer.headers["Retry-After"], answer.json["error"]["message_zh"])
        leaves = self.people["audadmin"].must(200, "GET", "/api/v1/log?kind=incident")["items"]
        failed = [leaf["body"] for leaf in leaves if leaf["body"]["what"] == "login.failed"]
        self.assertEqual(len(failed), 1)  # one an hour
        self.assertNotIn("guessed", json.dumps(failed))

    def test_12_a_killed_dock_keeps_what_it_answered_and_no_session(self):
        sysadmin = self.people["sysadmin"]
        made = sysadmin.must(201, "POST", "/api/v1/accounts", {"work_number": "kept", "name": "留", "unit": "x"})
        self.assertEqual(self.site.stop("dock", signal.SIGKILL), -signal.SIGKILL)
        with open(self.site.toml, "a", encoding="utf-8") as file:
            file.write("idle_seconds = 3\n")  # [web] is the last table
        self.site.start_dock()
        self.assertEqual(sysadmin.ask("GET", "/api/v1/me").code, "not_logged_in")
        again = Client(self.site)
        code = sysadmin.code()
        self.assertEqual(again.log_in("sysadmin", sysadmin.password, code).status, 201)
        listed = again.must(200, "GET", "/api/v1/accounts?q=kept")["items"]
        self.assertEqual([each["person"] for each in listed], [made["account"]["person"]])
        replayed = Client(self.site)  # the same code again
        self.assertEqual(replayed.log_in("sysadmin", sysadmin.password, code).code, "wrong_login")
        time.sleep(3.5)
        expired = again.ask("GET", "/api/v1/accounts")
        self.assertEqual((expired.status, expired.code), (401, "not_logged_in"))
        self.contract.check_named("Error", expired.json)

    def test_13_without_a_vault_the_page_says_so(self):
        self.site.stop("vault", signal.SIGKILL)
        supervisor, client = self.people["supervisor"], Client(self.site)
        self.assertEqual(client.log_in("supervisor", supervisor.password, supervisor.code()).status, 201)
        for path in ("/api/v1/status", "/api/v1/log", "/api/v1/quarantine", "/api/v1/imports"):
            answer = client.ask("GET", path)
            self.assertEqual((answer.status, answer.code), (503, "vault_away"), path)
        todo = client.must(200, "GET", "/api/v1/todo")["items"]
        self.assertEqual(todo[0]["kind"], "vault.away")
        self.assertEqual(client.ask("GET", "/api/v1/recordings").status, 200)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    known, rest = parser.parse_known_args()
    PROGRAMS = known.programs
    unittest.main(argv=[sys.argv[0], *rest])
