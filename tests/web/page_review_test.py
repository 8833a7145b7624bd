#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What was granted in a hurry is reviewed afterwards over HTTPS: by whom, once, for whom to see; a start and a rebuild keep it."""

import hashlib
import os
import sqlite3
import sys
import tempfile

from access_site import HOUR, SECOND, Access, main, now

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from liuhen_check import cbor  # noqa: E402
from register_replay import reviews  # noqa: E402

SAID = "情况并不紧急，应按一般程序申请。"
TWICE = "这次紧急调阅已经审查，审查意见不能更改。请刷新页面查看审查意见。"
OWN = "不得审查本人申请或本人批准的紧急调阅，请由其他机关负责人或法制监督员审查。"
NONE = "该申请不是已批准的紧急调阅，无须审查，请刷新页面查看。"
#: Who is told of what is due may review; all of them log in again after a start.
NUMBERS = ("head", "supervisor", "reviewer", "officer", "custodian", "audadmin", "deputy", "second", "both")


class Review(Access):
    """One story, in the order of its cases."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-review-")
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name)
        for number, *roles in (("deputy", "head"), ("second", "supervisor"), ("both", "head", "reviewer")):
            made = cls.people["sysadmin"].must(201, "POST", "/api/v1/accounts", {"work_number": number, "name": f"{number}的名字", "unit": "机关"})
            cls.people["secadmin"].must(200, "PUT", f"/api/v1/accounts/{made['account']['person']}/roles", {"roles": roles})
            cls.people[number] = type(cls.head)(cls.site).enrol(number, made["first_password"])
        cls.both_key = cls.site.appoint("both", cls.people["both"].person, "view", "emergency")
        cls.hurried = cls.own = None

    @staticmethod
    def path(request):
        return f"/api/v1/requests/{request['id']}/review"

    def write(self, who, request, justified, words=SAID):
        body = {"justified": justified, "words": words}
        self.contract.check_request(self.contract.of("reviewEmergency"), body)
        return self.must(self.people[who], "reviewEmergency", self.path(request), body)

    def told(self, who, request, body=None):
        """Code and Chinese sentence of a refusal."""
        answer = self.people[who].ask("POST", self.path(request), body or {"justified": True, "words": SAID})
        self.assertGreaterEqual(answer.status, 400, answer.body)
        self.contract.check_named("Error", answer.json)
        self.assertTrue(answer.json["error"]["message_en"].endswith("."))
        return answer.status, answer.code, answer.json["error"]["message_zh"]

    def due(self, who):
        """Requests that this person is told to review."""
        items = [each for each in self.people[who].must(200, "GET", "/api/v1/todo")["items"] if each["kind"] == "emergency.unreviewed"]
        for each in items:
            self.assertEqual((each["level"], each["count"]), ("alarm", 1))
            self.assertIn("不到 1 天", each["text_zh"])
        return [each["link"].removeprefix("/requests?request=") for each in items]

    def seen(self, who, request):
        return self.must(self.people[who], "request", f"/api/v1/requests/{request['id']}")["review"]

    def in_log(self, request):
        """What the audit administrator sees of its approval: (whether reviews are told of there, the review)."""
        answer = self.must(self.people["audadmin"], "custodyLog", "/api/v1/log?kind=approval&limit=200")
        leaf = next(each for each in answer["items"] if each["index"] == request["decision"]["leaf"])
        return "review" in leaf, leaf.get("review")

    def hurry(self, asker, by, key):
        start = now() - SECOND
        made = self.decide(self.ask(asker, emergency=True), self.bounds(start=start, until=start + HOUR), by, key)
        self.assertEqual(made["decision"]["manner"], "emergency")
        return made

    def test_01_it_is_due_for_who_had_no_part_in_it(self):
        cls = type(self)
        cls.hurried = self.hurry(self.supervisor, self.head, self.key)
        cls.own = self.hurry(self.people["both"], self.people["both"], self.both_key)  # who asks may open it themselves
        one, other = self.hurried["id"], self.own["id"]
        for who, due in (("deputy", [one, other]), ("second", [one, other]), ("head", [other]), ("supervisor", [other]), ("both", [one]),
                         ("reviewer", []), ("officer", []), ("custodian", []), ("audadmin", [])):
            self.assertEqual(self.due(who), due, who)
        self.assertIn("supervisor的名字", next(each["text_zh"] for each in self.people["deputy"].must(200, "GET", "/api/v1/todo")["items"]
                                            if each["link"].endswith(one)))
        self.assertIsNone(self.seen("supervisor", self.hurried))
        self.assertEqual(self.in_log(self.hurried), (True, None))

    def test_02_who_may_not_and_of_what_there_is_no_review(self):
        for who in ("supervisor", "head"):
            self.assertEqual(self.told(who, self.hurried), (403, "own_review", OWN), who)
        self.assertEqual(self.told("both", self.own), (403, "own_review", OWN))
        for who in ("reviewer", "officer", "custodian", "sysadmin", "secadmin", "audadmin"):
            self.assertEqual(self.told(who, self.hurried)[:2], (403, "forbidden"), who)
        self.assertEqual(self.told("anonymous", self.hurried)[:2], (401, "not_logged_in"))
        usual = self.ask(self.supervisor)
        waiting = self.ask(self.supervisor, emergency=True)
        refused = self.decide(self.ask(self.supervisor, emergency=True), "decision=refused")
        for each in (usual, waiting, refused):
            self.assertEqual(self.told("deputy", each), (409, "not_emergency", NONE))
        granted = self.decide(usual)
        self.assertEqual(self.told("deputy", granted), (409, "not_emergency", NONE))
        self.assertEqual((granted["review"], self.in_log(granted)), (None, (False, None)))
        for name in ("0" * 64, "x"):
            self.assertEqual(self.told("deputy", {"id": name})[:2], (404, "not_found"))
        fine = {"justified": False, "words": SAID}
        for body in ({**fine, "words": ""}, {**fine, "words": "一\n二"}, {**fine, "words": "字" * 1001}, {**fine, "justified": "false"},
                     {**fine, "justified": None}, {"words": SAID}, {"justified": False}, {**fine, "by": self.supervisor.person}):
            self.assertEqual(self.told("deputy", self.hurried, body)[:2], (422, "wrong_field"), body)
        self.assertEqual((self.seen("head", self.hurried), reviews(self.register())), (None, {}))
        self.assertEqual(self.opened(), 5)  # reasons of requests: nothing was kept of what was refused

    def register(self):
        return os.path.join(self.site.folder, "dock", "register.db")

    def words(self):
        return sqlite3.connect(f"file:{os.path.join(self.site.folder, 'dock', 'words.db')}?mode=rw", uri=True)

    def opened(self):
        connection = self.words()
        try:
            return connection.execute("select count(*) from opening").fetchone()[0]
        finally:
            connection.close()

    def test_03_it_is_written_once_and_all_see_it_who_should(self):
        before = now()
        made = self.write("deputy", self.hurried, False)
        review = made["review"]
        self.assertEqual((review["by"]["person"], review["justified"], review["words"]), (self.people["deputy"].person, False, SAID))
        self.assertTrue(before <= review["at_us"] <= now())
        self.assertEqual({**made, "review": None}, self.hurried)
        for who in ("supervisor", "head", "both", "reviewer"):
            self.assertEqual(self.seen(who, self.hurried), review, who)
        listed = self.must(self.supervisor, "listRequests", "/api/v1/requests?mine=true&limit=200")["items"]
        self.assertEqual([each["review"] for each in listed if each["id"] == self.hurried["id"]], [review])
        self.assertEqual({each["id"] for each in listed if each["review"]}, {self.hurried["id"]})
        self.assertEqual(self.in_log(self.hurried), (True, {"by": review["by"]["person"], "at_us": review["at_us"], "justified": False}))
        self.assertEqual([self.due(who) for who in ("deputy", "second", "both")], [[self.own["id"]], [self.own["id"]], []])
        for who in ("deputy", "second"):
            for justified in (True, False):
                self.assertEqual(self.told(who, self.hurried, {"justified": justified, "words": "改判"}), (409, "reviewed_before", TWICE))
        self.assertEqual(self.opened(), 6)
        self.assertEqual(self.seen("head", self.hurried), review)
        # Who opened their own is judged by a supervisor too.
        self.assertTrue(self.write("second", self.own, True, "现场即将灭失，事后补充了书面材料。")["review"]["justified"])
        for who in ("head", "deputy", "supervisor", "second", "both"):
            self.assertEqual(self.due(who), [])

    def test_04_the_register_holds_what_the_page_shows_and_no_words(self):
        noted = reviews(self.register())
        self.assertEqual(set(noted), {each["decision"]["grant"] for each in (self.hurried, self.own)})
        for request in (self.hurried, self.own):
            one, shown = noted[request["decision"]["grant"]], self.seen("head", request)
            self.assertEqual((one["request"], one["by"], one["at_us"], one["justified"]),
                             (request["id"], shown["by"]["person"], shown["at_us"], shown["justified"]))
            connection = self.words()
            salt, text = connection.execute("select salt, text from opening where commitment = ?", (bytes.fromhex(one["words"]),)).fetchone()
            connection.close()
            self.assertEqual(text, shown["words"])
            self.assertEqual(hashlib.sha256(b"liuhen/custody" + salt + cbor.encode(text)).hexdigest(), one["words"])
        with open(self.register(), "rb") as file:
            self.assertNotIn(SAID.encode(), file.read())

    def test_05_a_start_and_a_catalogue_made_anew_keep_it(self):
        before = [self.seen("head", each) for each in (self.hurried, self.own)]
        self.site.stop("dock")
        self.site.stop("vault")
        self.site.run("liuhen-dock", "rebuild", "--config", self.site.toml)
        self.site.start_vault()
        self.site.start_dock()
        for number in NUMBERS:
            person = self.people[number]
            self.assertEqual(person.log_in(number, person.password, person.code()).status, 201)
        self.assertEqual([self.seen("head", each) for each in (self.hurried, self.own)], before)
        self.assertEqual(self.in_log(self.hurried)[1]["justified"], False)
        self.assertEqual(self.due("second"), [])
        self.assertEqual(self.told("second", self.hurried), (409, "reviewed_before", TWICE))

    def test_06_words_that_are_erased_leave_the_review(self):
        connection = self.words()
        with connection:
            connection.execute("delete from opening where text = ?", (SAID,))
        connection.close()
        review = self.seen("supervisor", self.hurried)
        self.assertEqual((review["words"], review["justified"], review["by"]["person"]), ("", False, self.people["deputy"].person))
        self.assertEqual(self.told("second", self.hurried)[1], "reviewed_before")

    def test_07_beyond_five_the_rest_is_counted(self):
        for _ in range(7):
            self.hurry(self.supervisor, self.head, self.key)
        items = [each for each in self.people["second"].must(200, "GET", "/api/v1/todo")["items"] if each["kind"] == "emergency.unreviewed"]
        self.assertEqual([each["count"] for each in items], [1, 1, 1, 1, 1, 2])
        self.assertEqual((items[-1]["link"], items[-1]["text_zh"]), ("/requests", "另有 2 件紧急调阅待审查，请逐件审查。"))

    def test_99_the_log_is_whole(self):
        self.assert_whole()


if __name__ == "__main__":
    main("Review")
