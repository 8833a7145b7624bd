#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The screen at the bays over HTTP: opened from the console, hand-out and return by card or PIN, and nothing else.

Each request and each answer is held against openapi.yaml. The cases are one story, in their order.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import unittest

from contract import Contract
from page_site import Client, Site, Terminal, wait_for

PROGRAMS = ""
SECOND = 1_000_000
HOUR = 3600 * SECOND
BAY = "bay-1"
NAMES = {"custodian": "赵敏", "head": "钱局", "officer": "王芳", "mate": "李强", "stranger": "孙磊"}
CARDS = {"officer": "0012345678", "mate": "0087654321", "head": "0011110000", "stranger": "0055555555"}
PIN, OTHER_PIN = "480516", "480517"
MATTERS = ("序号,执法类别,执法环节,记录方式,记录场合,记录内容,开始记录时间,记录过程,结束记录时间,记录部门,记录人员\n"
           "1,行政处罚,现场检查,拍照或录音录像,检查场所,检查过程,进入现场时,,离开现场时,执法大队,执法人员\n")


def now_us():
    return int(time.time() * SECOND)


def card(who):
    return {"card": CARDS[who]}


def pin(who, digits):
    return {"work_number": who, "pin": digits}


class AtTheBays(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="liuhen-terminal-")
        cls.site = Site(cls.folder.name, PROGRAMS)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.site.end)
        cls.people = cls.site.set_up()
        for number in ("mate", "stranger"):
            cls.people[number] = cls.site.add_person(cls.people, number, NAMES[number], "officer")
        cls.contract = Contract()
        custodian = cls.people["custodian"]
        cls.device = custodian.must(200, "GET", "/api/v1/recordings")["items"][0]["device"]
        custodian.must(201, "POST", "/api/v1/units", {"unit": "SC", "name": "执法大队", "closed": False})
        for who, name in NAMES.items():
            licence = f"豫G{who}" if who in ("officer", "mate", "stranger") else None
            custodian.must(201, "POST", "/api/v1/officers", {"person": cls.people[who].person, "name": name, "unit": "SC",
                                                             "work_number": who, "licence": licence, "closed": False})
        cls.terminal = Terminal(cls.site)

    # what is asked and answered, as the contract has it

    def tell(self, caller, status, method, path, body=None):
        operation = self.contract.at(method, path)
        self.contract.check_request(operation, body)
        answer = caller.ask(method, path, body)
        self.contract.check_answer(operation, answer)
        self.assertEqual(answer.status, status, answer.body.decode())
        return answer

    def refused(self, path, body, code, caller=None):
        """The sentence, which names nobody."""
        sentence = self.tell(caller or self.terminal, 409, "POST", path, body)
        self.assertEqual(sentence.code, code)
        text = sentence.json["error"]["message_zh"]
        self.assertTrue(text.endswith("。"))
        return text

    def order(self, **changed):
        return {"bay": BAY, "device": self.device, "wearer": card("officer"), "companions": [card("mate")], "matters": ["1"],
                "place": "城关镇农贸市场", "until_us": now_us() + 8 * HOUR, **changed}

    def bay(self):
        """The bay as the screen shows it."""
        return self.tell(self.terminal, 200, "GET", "/api/v1/terminal").json["bays"][0]

    def handout(self):
        return self.people["custodian"].must(200, "GET", "/api/v1/handouts")["items"][0]

    def credential(self, who, number=None, digits=None, caller="custodian"):
        path = f"/api/v1/officers/{self.people[who].person}/credential"
        return self.people[caller].ask("POST", path, {"card": number, "pin": digits})

    def console(self, *arguments):
        return self.site.run("liuhen-dock", "terminal", *arguments, "--config", self.site.toml)

    # the story

    def test_01_the_console_makes_it_and_its_code_opens_it_once(self):
        self.assertEqual(self.tell(self.terminal, 401, "GET", "/api/v1/terminal").code, "not_terminal")
        code = self.site.terminal_code("前台")
        self.assertIn("前台  waits for its code", self.console("list"))
        for wrong in ("aaaa-aaaa-aaaa-aaaa", code[:-1], "'; drop table terminal"):
            self.assertEqual(self.tell(self.terminal, 401, "POST", "/api/v1/terminal", {"code": wrong}).code, "wrong_code")
        answer = self.terminal.open(code.upper().replace("-", " "))
        self.contract.check_answer(self.contract.of("openTerminal"), answer)
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.json["name"], "前台")
        other = Terminal(self.site)
        self.assertEqual(other.open(code).code, "wrong_code")
        self.assertIsNone(other.key)
        self.assertIn("前台  open since", self.console("list"))
        with self.assertRaisesRegex(RuntimeError, "there is one named 前台"):
            self.site.terminal_code("前台")

    def test_02_only_a_custodian_gives_cards_and_pins_and_nothing_tells_them(self):
        self.assertEqual(self.credential("officer", CARDS["officer"]).status, 201)
        self.assertEqual(self.credential("mate", CARDS["mate"], PIN).status, 201)
        for who in ("head", "stranger"):
            self.assertEqual(self.credential(who, CARDS[who]).status, 201)
        for who, number, digits, status, code in (
                ("stranger", CARDS["officer"], None, 409, "card_twice"), ("stranger", None, "111111", 409, "pin_malformed"),
                ("stranger", None, "12345", 409, "pin_malformed"), ("stranger", "123", None, 422, "wrong_field"),
                ("stranger", 12345, None, 422, "wrong_field"), ("signed-in", None, PIN, 409, "officer_unknown")):
            answer = self.credential(who, number, digits)
            self.contract.check_named("Error", answer.json)
            self.assertEqual((answer.status, answer.code), (status, code))
        for caller in ("officer", "head", "sysadmin", "mate"):
            self.assertEqual(self.credential("mate", None, PIN, caller).code, "forbidden")
        secrets = [text.encode() for text in (*CARDS.values(), PIN)]
        for path in ("/api/v1/officers", "/api/v1/people", "/api/v1/handouts"):
            body = self.people["custodian"].ask("GET", path).body
            self.assertFalse([text for text in secrets if text in body], path)
        for name in ("register.db", "terminals.db", "people.db"):
            with open(os.path.join(self.folder.name, "dock", name), "rb") as file:
                kept = file.read()
            self.assertFalse([text for text in (*secrets, self.terminal.key.encode()) if text in kept], name)
            self.assertEqual(os.stat(os.path.join(self.folder.name, "dock", "terminals.db")).st_mode & 0o777, 0o600)

    def test_03_it_shows_what_may_go_out_and_why_not(self):
        self.assertEqual((self.bay()["state"], self.bay()["device"]), ("held", self.device))
        self.assertIn("未登记", self.bay()["why_zh"])
        custodian = self.people["custodian"]
        custodian.must(201, "POST", "/api/v1/devices", {"device": self.device, "model": "LH-1", "asset": "", "unit": "SC"})
        self.assertIn("入网", self.bay()["why_zh"])
        wait_for("the bay tells the register of the recorder", lambda: custodian.must(200, "GET", "/api/v1/devices")["items"][0]["bay"])
        self.refused("/api/v1/terminal/handouts", self.order(), "device_registered")
        custodian.must(201, "POST", f"/api/v1/devices/{self.device}/enrolment", {"second": self.people["head"].person})
        wait_for("it may go out", lambda: self.bay()["state"] == "free")
        self.refused("/api/v1/terminal/handouts", self.order(), "list_missing")
        custodian.must(201, "POST", "/api/v1/matters", {"version": "2026", "from_us": now_us() - HOUR, "source": "清单", "csv": MATTERS})
        shown = self.tell(self.terminal, 200, "GET", "/api/v1/terminal")
        self.assertEqual(shown.json["matters"], [{"number": "1", "label": "行政处罚/现场检查", "manner": "拍照或录音录像", "full": False}])

    def test_04_each_must_show_who_they_are_and_the_recorder_be_there(self):
        path = "/api/v1/terminal/handouts"
        for change, code in (({"bay": "bay-2"}, "not_in_bay"), ({"device": "LH-nowhere"}, "not_in_bay"), ({"companions": []}, "alone"),
                             ({"wearer": {"card": "0099999999"}}, "credential_wrong"), ({"wearer": pin("officer", PIN)}, "credential_wrong"),
                             ({"companions": [{"card": "0099999999"}]}, "credential_wrong"), ({"companions": [card("officer")]}, "person_twice"),
                             ({"companions": [card("mate"), pin("mate", PIN)]}, "person_twice"),
                             ({"companions": [card("head")]}, "officer_without_licence"), ({"matters": ["7"]}, "matter_unknown"),
                             ({"place": ""}, "text_missing"), ({"until_us": now_us() - HOUR}, "times_backwards")):
            with self.subTest(code):
                self.refused(path, self.order(**change), code)
        for change, field in (({"wearer": {"person": self.people["officer"].person}}, "wearer"), ({"wearer": None}, "wearer"),
                              ({"companions": [{"card": "1"}]}, "companions"), ({"companions": [self.people["mate"].person]}, "companions"),
                              ({"companions": [card("mate")] * 16}, "companions"), ({"wearer": {**card("officer"), "pin": PIN}}, "wearer"), ({"more": 1}, "more")):
            answer = self.terminal.ask("POST", path, self.order(**change))
            self.contract.check_named("Error", answer.json)
            self.assertEqual((answer.status, answer.json["error"]["field"]), (422, field))
        self.assertEqual(self.people["custodian"].must(200, "GET", "/api/v1/handouts")["items"], [])

    def test_05_five_wrong_pins_lock_it(self):
        order = self.order(companions=[pin("mate", OTHER_PIN)])
        for _ in range(5):
            self.refused("/api/v1/terminal/handouts", order, "credential_wrong")
        right = self.order(companions=[pin("mate", PIN)])
        self.assertIn("15 分钟后", self.refused("/api/v1/terminal/handouts", right, "pin_locked"))
        self.refused("/api/v1/terminal/handouts", self.order(companions=[pin("nobody", PIN)]), "credential_wrong")

    def test_06_two_take_it_without_a_custodian(self):
        before = now_us()
        order = self.order()
        made = self.tell(self.terminal, 201, "POST", "/api/v1/terminal/handouts", order).json
        handout = self.handout()
        self.assertEqual((handout["number"], handout["device"], handout["wearer"]["name"], handout["handed_out_by"]["name"]),
                         (made["number"], self.device, "王芳", "王芳"))
        self.assertEqual([each["name"] for each in handout["companions"]], ["李强"])
        self.assertEqual((handout["until_us"], handout["matters"][0]["number"]), (order["until_us"], "1"))
        self.assertGreaterEqual(handout["from_us"], before)
        self.assertEqual((self.bay()["state"], self.bay()["until_us"]), ("out", order["until_us"]))
        wait_for("the assignment is delivered", lambda: self.bay()["delivered"])
        for name in NAMES.values():  # also of who has it
            self.assertNotIn(name, self.refused("/api/v1/terminal/handouts", self.order(), "device_out"))
        self.assertNotIn("王芳", json.dumps(self.tell(self.terminal, 200, "GET", "/api/v1/terminal").json, ensure_ascii=False))

    def test_07_anybody_of_them_brings_it_back(self):
        brought = {"bay": BAY, "device": self.device, "who": card("stranger")}
        path = "/api/v1/terminal/returns"
        self.refused(path, {**brought, "who": {"card": "0099999999"}}, "credential_wrong")
        self.refused(path, {**brought, "bay": "bay-2"}, "not_in_bay")
        self.tell(self.terminal, 201, "POST", path, brought)
        handout = self.handout()
        self.assertEqual((handout["state"], handout["undamaged"]), ("returned", True))
        self.assertEqual(self.bay()["state"], "free")
        self.assertIn("无须归还", self.refused(path, brought, "handout_unknown"))

    def test_08_its_cookie_opens_nothing_else_and_no_session_opens_it(self):
        as_session = Client(self.site)
        as_session.cookie, as_session.csrf = self.terminal.key, self.terminal.csrf
        for operation in self.contract.operations:
            if "anonymous" in operation.roles or "terminal" in operation.roles:
                continue
            path = operation.path.format(person=self.people["officer"].person, device=self.device, generation=0, start=0,
                                         number="2026-0001", index=0, id="0" * 64, n=0, upload="0" * 64)
            body = b"bytes" if operation.bytes else {} if operation.changes else None
            for caller in (self.terminal, as_session):
                answer = caller.ask(operation.method, path, body, {"Content-Type": "application/octet-stream"} if operation.bytes else None)
                self.assertEqual((answer.status, answer.code), (401, "not_logged_in"), operation.name)
                self.assertEqual(set(answer.json), {"error"})
        both = Terminal(self.site)
        both.key, both.csrf = self.people["officer"].cookie, self.people["officer"].csrf
        for name, body in (("terminal", None), ("handOutHere", self.order()), ("takeBackHere", {"bay": BAY, "device": self.device, "who": card("mate")})):
            operation = self.contract.of(name)
            for caller in (self.people["officer"], self.people["custodian"], both, Client(self.site)):
                answer = caller.ask(operation.method, operation.path, body)
                self.assertEqual((answer.status, answer.code), (401, "not_terminal"), name)
            if body:
                for token in ({}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": self.people["officer"].csrf}):
                    answer = self.terminal.ask(operation.method, operation.path, body, headers=token, token=False)
                    self.assertEqual((answer.status, answer.code), (403, "wrong_csrf"))
                answer = self.terminal.ask(operation.method, operation.path, body, headers={"Origin": "https://evil.example"})
                self.assertEqual((answer.status, answer.code), (403, "foreign_origin"))
        self.assertEqual(self.handout()["state"], "returned")

    def test_09_it_stays_open_over_a_kill_of_the_dock(self):
        self.assertEqual(self.site.stop("dock", signal.SIGKILL), -signal.SIGKILL)
        self.site.start_dock()
        wait_for("the bay sees the recorder again", lambda: self.bay()["state"] == "free")
        locked = self.order(companions=[pin("mate", PIN)])
        self.refused("/api/v1/terminal/handouts", locked, "pin_locked")

    def test_10_ended_it_opens_nothing(self):
        self.console("end", "前台")
        for name, body in (("terminal", None), ("handOutHere", self.order())):
            operation = self.contract.of(name)
            answer = self.terminal.ask(operation.method, operation.path, body)
            self.assertEqual((answer.status, answer.code), (401, "not_terminal"))
        self.assertIn("前台  ended", self.console("list"))
        with self.assertRaisesRegex(RuntimeError, "none named 前台 is open"):
            self.console("end", "前台")
        unused = self.site.terminal_code("前台")
        self.console("end", "前台")
        self.assertEqual(Terminal(self.site).open(unused).code, "wrong_code")

    def test_11_guessing_is_bounded_and_told_without_what_was_typed(self):
        again = self.site.add_terminal("前台")
        stranger = Terminal(self.site)
        waits = [stranger.open(f"guess-{n}").status for n in range(25)]
        self.assertEqual(waits[-1], 429)
        self.assertLessEqual(waits.count(401), 20)
        answer = again.ask("POST", "/api/v1/terminal/returns", {"bay": BAY, "device": self.device, "who": card("mate")})
        self.assertEqual((answer.status, answer.code), (429, "too_many"))
        self.assertEqual(again.ask("GET", "/api/v1/terminal").status, 200)
        custodian, audadmin = (self.site.log_in_again(self.people[who], who) for who in ("custodian", "audadmin"))
        leaves = audadmin.must(200, "GET", "/api/v1/log?kind=incident&limit=200")["items"]
        told = {leaf["body"]["what"] for leaf in leaves}
        self.assertLessEqual({"terminal.made", "terminal.opened", "terminal.ended", "terminal.failed"}, told)
        text = json.dumps(leaves, ensure_ascii=False)
        for secret in (*CARDS.values(), PIN, OTHER_PIN, "guess", *NAMES.values()):
            self.assertNotIn(secret, text)
        audit = audadmin.must(200, "GET", "/api/v1/audit?limit=200")["items"]
        self.assertEqual(len([line for line in audit if line["what"] == "terminal.opened"]), 2)
        self.assertEqual(custodian.must(200, "GET", "/api/v1/handouts?state=out")["items"], [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    known, rest = parser.parse_known_args()
    PROGRAMS = known.programs
    unittest.main(argv=[sys.argv[0], *rest])
