#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What ends a hold takes two signatures over HTTPS: the first waits, the second completes it, and the vault judges both."""

import re
import tempfile
import time

from access_site import HOUR, SECOND, Access, main, now


class Two(Access):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-two-")
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name)
        made = cls.people["sysadmin"].must(201, "POST", "/api/v1/accounts", {"work_number": "deputy", "name": "副职", "unit": "机关"})
        cls.people["secadmin"].must(200, "PUT", f"/api/v1/accounts/{made['account']['person']}/roles", {"roles": ["head"]})
        cls.deputy = type(cls.head)(cls.site).enrol("deputy", made["first_password"])
        cls.deputy_key = cls.site.appoint("deputy", cls.deputy.person, "hold")
        cls.head_key = cls.site.appoint("head-hold", cls.head.person, "hold", "retention")
        cls.custodian = cls.people["custodian"]

    def asked(self, **other):
        return self.ask(self.custodian, purpose="hold", **other)

    def path(self, request):
        return f"/api/v1/requests/{request['id']}/approval"

    def sign(self, request, query, by, key):
        """The request after one more signature."""
        return self.decide(request, query, by, key)

    def now_of(self, request):
        return self.must(self.custodian, "request", f"/api/v1/requests/{request['id']}")

    def place(self):
        film = self.film
        said = self.site.run("liuhen-dock", "hold", "place", "--device", film["device"], "--generation", film["generation"], "--recording", film["start"],
                             "--reason", "诉讼", "--by", "周敏", "--config", self.site.toml)
        return re.search("[0-9a-f]{64}", said).group()

    def test_01_the_whole_way(self):
        hold, made, query = self.place(), self.asked(), self.bounds(uses=1)
        self.assertIsNone(made["first_signature"])
        first = self.sign(made, query, self.head, self.head_key)
        self.assertEqual((first["state"], first["decision"]), ("open", None))
        self.assertEqual((first["first_signature"]["by"]["person"], first["first_signature"]["uses"]), (self.head.person, 1))
        # Once is not twice, and bounds that differ are another approval.
        self.assertEqual(self.refused(self.head, "GET", f"{self.path(made)}?{query}"), "signed_first")
        self.assertEqual(self.refused(self.deputy, "GET", f"{self.path(made)}?{self.bounds(uses=2)}"), "signed_otherwise")
        self.assertEqual(self.leaves("approval"), [])
        self.site.stop("dock")
        self.site.start_dock()
        again = {role: self.people[role] for role in ("officer", "custodian", "head", "supervisor", "reviewer", "audadmin")}
        for number, person in {**again, "deputy": self.deputy}.items():
            self.assertEqual(person.log_in(number, person.password, person.code()).status, 201)
        self.assertEqual(self.now_of(made)["first_signature"], first["first_signature"])
        done = self.sign(made, query, self.deputy, self.deputy_key)
        self.assertEqual((done["state"], done["first_signature"]), ("granted", None))
        self.assertEqual([each["person"] for each in done["decision"]["by"]], [self.head.person, self.deputy.person])
        lift = ["liuhen-dock", "hold", "lift", hold, "--reason", "结案", "--by", "周敏", "--config", self.site.toml]
        self.site.run(*lift, "--grant", done["decision"]["grant"])
        for _ in range(50):  # the leaf is under a checkpoint within a second
            if self.now_of(made)["decision"]["used"]:
                break
            time.sleep(0.1)
        self.assertEqual(self.now_of(made)["decision"]["used"], 1)

    def test_02_either_may_refuse_alone(self):
        made, query = self.asked(), self.bounds(uses=1)
        self.sign(made, query, self.head, self.head_key)
        done = self.sign(made, "decision=refused", self.deputy, self.deputy_key)
        self.assertEqual((done["state"], done["first_signature"]), ("refused", None))
        self.assertEqual([each["person"] for each in done["decision"]["by"]], [self.deputy.person])
        self.assertEqual(self.refused(self.head, "GET", f"{self.path(made)}?{query}"), "decided_before")

    def test_03_a_first_signature_that_holds_no_more_is_given_anew(self):
        made, other, query = self.asked(), self.asked(), self.bounds(uses=1)
        self.sign(made, query, self.head, self.head_key)
        self.sign(other, "decision=refused", self.head, self.head_key)  # the key counts on
        self.assertIsNone(self.now_of(made)["first_signature"])
        first = self.sign(made, query, self.deputy, self.deputy_key)
        self.assertEqual(first["first_signature"]["by"]["person"], self.deputy.person)
        self.assertEqual(self.sign(made, query, self.head, self.head_key)["state"], "granted")

    def test_04_time_ends_a_first_signature(self):
        made, start = self.asked(), now()
        self.sign(made, self.bounds(start=start - 2 * HOUR, until=start - HOUR), self.head, self.head_key)
        self.assertIsNone(self.now_of(made)["first_signature"])

    def test_05_what_cannot_hold_is_not_kept(self):
        made, query = self.asked(), self.bounds(uses=1)
        options = self.options(made, query, self.head)
        body = {"approval": options["approval"], **self.key.sign(options["public_key"])}  # appointed for views
        self.assertEqual(self.refused(self.head, "POST", self.path(made), body), "no_key")
        altered = {**body, **self.head_key.sign({**options["public_key"], "challenge": "AAAA"})}
        self.assertEqual(self.refused(self.head, "POST", self.path(made), altered), "wrong_signature")
        self.assertEqual(self.refused(self.deputy, "POST", self.path(made), altered), "foreign_key")
        self.assertIsNone(self.now_of(made)["first_signature"])
        # Two made at the same time: the second is of other bytes.
        two = [self.options(made, query, by) for by in (self.head, self.deputy)]
        bodies = [{
    "approval" : each["approval"], **key.sign(each["public_key"])} for each, key in zip(two, (self.head_key, self.deputy_key))]
        self.must(self.head, "approve", self.path(made), bodies[0])
        self.assertEqual(self.refused(self.head, "POST", self.path(made), bodies[0]), "signed_first")
        self.assertEqual(self.refused(self.deputy, "POST", self.path(made), bodies[1]), "signed_otherwise")

    def test_06_who_may_ask_and_for_what(self):
        fine = {"purpose": "hold", "subjects": [self.subject()], "reason": "x", "emergency": False}
        self.assertEqual(self.refused(self.people["officer"], "POST", "/api/v1/requests", fine), "forbidden")
        for wrong in ({**self.subject(), "from_ns": "0", "to_ns": "5"}, {**self.subject(), "recording": None},
                      {**self.subject(), "recording": None, "generation": None}):
            self.assertEqual(self.refused(self.custodian, "POST", "/api/v1/requests", {**fine, "subjects": [wrong]}), "wrong_field")
        self.assertEqual(self.refused(self.custodian, "POST", "/api/v1/requests", {**fine, "emergency": True}), "wrong_field")

    def test_07_what_is_approved_on_paper_two_register(self):
        clerks = {"custodian": self.custodian, "supervisor": self.supervisor}
        keys = {name: self.site.appoint(name, person.person, "paper") for name, person in clerks.items()}
        made, query = self.ask(self.supervisor), self.bounds() + "&manner=paper"
        self.assertEqual(self.refused(self.custodian, "GET", f"{self.path(made)}?{self.bounds()}"), "forbidden")  # by key: heads alone
        self.assertEqual(self.refused(self.custodian, "GET", f"{self.path(made)}?decision=refused&manner=paper"), "wrong_field")
        self.assertEqual(self.refused(self.head, "GET", f"{self.path(made)}?{query}"), "no_key")  # not appointed for paper
        first = self.sign(made, query, self.custodian, keys["custodian"])
        self.assertEqual((first["state"], first["first_signature"]["manner"]), ("open", "paper"))
        self.assertEqual(self.refused(self.custodian, "GET", f"{self.path(made)}?{query}"), "signed_first")
        done = self.sign(made, query, self.supervisor, keys["supervisor"])  # who asks may witness
        self.assertEqual((done["state"], done["decision"]["manner"]), ("granted", "paper"))
        self.assertEqual([each["person"] for each in done["decision"]["by"]], [each.person for each in clerks.values()])
        self.view(self.supervisor, done["decision"]["grant"])
        # A head decides by key whatever somebody has begun to register.
        made = self.ask(self.supervisor)
        self.sign(made, query, self.custodian, keys["custodian"])
        self.assertEqual(self.decide(made)["decision"]["manner"], "key")
        hold = self.asked()
        self.assertEqual(self.refused(self.supervisor, "GET", f"{self.path(hold)}?{query}"), "wrong_field")

    def test_08_a_grant_is_given_back_or_taken_back(self):
        def path(request):
            return f"/api/v1/requests/{request['id']}/end"
        for by in (self.supervisor, self.head):
            made = self.decide(self.ask(self.supervisor))
            grant = made["decision"]["grant"]
            view = self.view(self.supervisor, grant)
            self.assertEqual(self.refused(self.reviewer, "POST", path(made), {"grant": grant}), "forbidden")
            self.assertEqual(self.refused(self.people["officer"], "POST", path(made), {"grant": grant}), "not_found")
            self.assertEqual(self.refused(by, "POST", path(made), {"grant": "0" * 64}), "not_found")
            self.assertEqual(self.must(by, "endGrant", path(made), {"grant": grant})["state"], "ended")
            self.assertEqual(self.refused(by, "POST", path(made), {"grant": grant}), "grant_ended")
            self.assertEqual(self.refused(self.supervisor, "GET", view["playlist"]), "grant_ended")
            self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/views", {"grant": grant, "subject": self.subject()}), "grant_ended")
            self.assertEqual(self.leaves("grant.ended")[0]["by"], by.person)

    def test_09_an_import_is_looked_at_under_a_grant_for_it(self):
        content = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 12
        declared = {"file": "现场照片.jpg", "size": len(content), "media": "photo", "maker": "佳能", "device": "EOS 0117", "wearer": "王芳",
                    "from_us": now() - HOUR, "until_us": now() - SECOND, "reason": "市场检查"}
        begun = self.must(self.custodian, "beginImport", "/api/v1/imports", declared)
        path = f"/api/v1/imports/{begun['upload']}"
        sent = self.custodian.ask("PUT", path + "/bytes?offset=0", content, headers={"Content-Type": "application/octet-stream"})
        self.assertEqual(sent.status, 200, sent.body)
        kept = self.must(self.custodian, "endImport", path + "/end", {})["object"]
        type(self).imported = [kept]
        subject = {"device": "import", "generation": None, "recording": None, "object": kept, "from_ns": None, "to_ns": None}
        grant = self.granted(self.supervisor, subject, uses=1)
        # Neither somebody else, nor for other bytes, nor under a recorder's name.
        for client, other, code in ((self.reviewer, subject, "grant_of_other"), (self.supervisor, self.subject(), "outside_span"),
                                    (self.supervisor, {**subject, "object": "0" * 64}, "outside_span"),
                                    (self.supervisor, {**subject, "device": self.film["device"]}, "outside_span")):
            self.assertEqual(self.refused(client, "POST", "/api/v1/views", {"grant": grant, "subject": other}), code)
        view = self.view(self.supervisor, grant, subject)
        self.assertEqual((view["playlist"], view["marks"], view["file"]), (None, None, f"/api/v1/views/{view['id']}/file"))
        whole = self.supervisor.ask("GET", view["file"])
        self.contract.check_answer(self.contract.of("viewFile"), whole)
        self.assertEqual((whole.status, whole.body, whole.headers["Content-Type"]), (200, content, "image/jpeg"))
        self.assertEqual(whole.headers["Content-Disposition"], f'attachment; filename="{kept[:16]}"')
        self.assertEqual(whole.headers["X-Content-Type-Options"], "nosniff")
        some = self.supervisor.ask("GET", view["file"], headers={"Range": "bytes=2-1001"})
        self.assertEqual((some.status, some.body), (206, content[2:1002]))
        self.assertEqual(self.refused(self.reviewer, "GET", view["file"]), "not_found")
        self.assertEqual(self.refused(self.supervisor, "GET", f"/api/v1/views/{view['id']}/playlist.m3u8"), "not_playable")
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/views", {"grant": grant, "subject": subject}), "grant_used_up")
        # A recording is no file.
        film = self.view(self.supervisor, self.granted(self.supervisor))
        self.assertIsNone(film["file"])
        self.assertEqual(self.refused(self.supervisor, "GET", f"/api/v1/views/{film['id']}/file"), "not_found")

    def test_99_the_log_is_whole(self):
        self.assert_whole(self.imported)


if __name__ == "__main__":
    main("Two")
