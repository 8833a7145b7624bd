#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The desk's day over HTTP: people, recorder and list are entered, the recorder goes out, is overdue, comes back, is lost.

Each request and each answer is held against openapi.yaml. The cases are one story, in their order.
"""

import argparse
import csv
import io
import json
import sys
import tempfile
import time
import unittest
from urllib.parse import quote

from contract import Contract
from page_site import ADMINISTRATORS, Site, wait_for

PROGRAMS = ""
SECOND = 1_000_000
HOUR = 3600 * SECOND
PLACE = "城关镇农贸市场"
NAMES = {"custodian": "赵敏", "head": "钱局", "officer": "王芳", "mate": "李强", "stranger": "孙磊"}
#: Long enough to be seen by a bay that looks every two seconds, on a busy machine too: it comes back when the recording ended.
AGAIN = [{"at": 0.5, "do": "press_record"}, {"at": 12.0, "do": "camera_unplug"}, {"at": 12.0, "do": "microphone_unplug"},
         {"at": 15.0, "do": "camera_return"}, {"at": 15.0, "do": "microphone_return"}, {"at": 22.0, "do": "hold_record"}, {"at": 25.0, "do": "dock"}]
HEADINGS = "序号,执法类别,执法环节,记录方式,记录场合,记录内容,开始记录时间,记录过程,结束记录时间,记录部门,记录人员\n"
ROWS = ("1,行政处罚,现场检查,拍照或录音录像,检查场所,检查过程,进入现场时,,离开现场时,执法大队,执法人员\n"
        "2,行政强制,查封扣押,录音录像（全程）,查封现场,查封过程,进入现场时,全程,离开现场时,执法大队,执法人员\n")
#: What the register answers to nobody but business roles.
READING = ("units", "officers", "devices", "handouts", "book", "matters", "acts", "cases", "links")


def now_us():
    return int(time.time() * SECOND)


class Desk(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="liuhen-desk-")
        cls.site = Site(cls.folder.name, PROGRAMS)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.site.end)
        cls.people = cls.site.set_up()
        for number in ("mate", "stranger"):
            cls.people[number] = cls.site.add_person(cls.people, number, NAMES[number], "officer")
        cls.contract = Contract()
        cls.first = cls.people["custodian"].must(200, "GET", "/api/v1/recordings")["items"][0]
        cls.device = cls.first["device"]
        cls.number, cls.until = None, None

    # what is asked and answered, as the contract has it

    def tell(self, caller, status, method, path, body=None):
        operation = self.contract.at(method, path)
        if status == 201:
            self.contract.check_request(operation, body)
        answer = self.people[caller].ask(method, path, body)
        self.contract.check_answer(operation, answer)
        self.assertEqual(answer.status, status, answer.body.decode())
        return answer

    def get(self, caller, path):
        return self.tell(caller, 200, "GET", path).json

    def post(self, caller, path, body):
        return self.tell(caller, 201, "POST", path, body).json

    def refused(self, caller, path, body, code, status=409):
        """The sentence that people read."""
        answer = self.tell(caller, status, "POST", path, body)
        self.assertEqual(answer.code, code)
        self.assertTrue(answer.json["error"]["message_zh"].endswith("。"))
        return answer.json["error"]["message_zh"]

    def person(self, who):
        return self.people[who].person

    def order(self, **changed):
        start = now_us()
        return {"device": self.device, "wearer": self.person("officer"), "companions": [self.person("mate")], "matters": ["2"],
                "place": PLACE, "from_us": start, "until_us": start + 8 * HOUR, **changed}

    def handout(self, caller="custodian", query=""):
        """The newest one."""
        return self.get(caller, "/api/v1/handouts" + query)["items"][0]

    def todo(self, who, part):
        return [item for item in self.get(who, "/api/v1/todo")["items"] if part in item["kind"]]

    # the story

    def test_01_people_are_entered_with_the_ids_of_their_accounts(self):
        unit = {"unit": "SC", "name": "市场监管综合行政执法大队", "closed": False}
        self.post("custodian", "/api/v1/units", unit)
        self.assertEqual(self.get("head", "/api/v1/units")["items"], [unit])
        self.refused("custodian", "/api/v1/devices/LH-1/find", {"note": "x"}, "by_unknown")
        for who, name in NAMES.items():
            licence = f"豫G{who}" if who in ("officer", "mate", "stranger") else None
            officer = {"person": self.person(who), "name": name, "unit": "SC", "work_number": who, "licence": licence,
                       "closed": False}
            self.post("custodian", "/api/v1/officers", officer)
            self.assertIn(officer, self.get("custodian", "/api/v1/officers")["items"])
        wrong = {"person": "0" * 63 + "1", "name": "周", "unit": "SC", "work_number": "mate", "licence": None, "closed": False}
        self.assertIn("李强", self.refused("custodian", "/api/v1/officers", wrong, "officer_twice"))
        self.refused("custodian", "/api/v1/officers", {**wrong, "work_number": "a b"}, "work_number_malformed")
        for change in ({"closed": "no"}, {"person": "xyz"}, {"more": 1}):
            answer = self.tell("custodian", 422, "POST", "/api/v1/officers", {**wrong, **change})
            self.assertEqual(answer.json["error"]["field"], next(iter(change)))

    def test_02_a_recorder_is_enrolled_by_two_and_a_list_imported_whole(self):
        self.refused("custodian", "/api/v1/handouts", self.order(), "device_unknown")
        self.post("custodian", "/api/v1/devices", {"device": self.device, "model": "LH-1", "asset": "ZC-88", "unit": "SC"})
        self.refused("custodian", "/api/v1/handouts", self.order(), "device_registered")
        enrolment = f"/api/v1/devices/{self.device}/enrolment"
        self.refused("custodian", enrolment, {"second": self.person("custodian")}, "second_person")
        self.post("custodian", enrolment, {"second": self.person("head")})
        wait_for("the bay tells the register of the recorder",
                 lambda: self.get("custodian", "/api/v1/devices")["items"][0]["self_check"])
        device = self.get("officer", "/api/v1/devices?unit=SC")["items"][0]
        self.assertEqual((device["state"], device["out"], device["bay"], device["self_check"]["passed"]),
                         ("enrolled", False, "bay-1", True))
        self.refused("custodian", "/api/v1/handouts", self.order(), "list_missing")
        entry = {"version": "2026", "from_us": now_us() - HOUR, "source": "清单.csv", "csv": HEADINGS + ROWS}
        broken = {**entry, "csv": (HEADINGS + ROWS).replace("录音录像（全程）", "手写")}
        self.assertIn("第 3 行“记录方式”：“手写”", self.refused("custodian", "/api/v1/matters", broken, "list_malformed"))
        self.assertIsNone(self.get("custodian", "/api/v1/matters")["version"])
        self.post("custodian", "/api/v1/matters", entry)
        self.refused("custodian", "/api/v1/matters", entry, "list_twice")
        matters = self.get("reviewer", "/api/v1/matters")
        self.assertEqual([(row["number"], row["step"], row["full"]) for row in matters["items"]],
                         [("1", "现场检查", False), ("2", "查封扣押", True)])
        self.assertEqual([version["version"] for version in matters["versions"]], ["2026"])

    def test_03_it_goes_out_to_two_with_one_wearer(self):
        for change, code in (({"companions": []}, "alone"), ({"companions": [self.person("head")]}, "officer_without_licence"),
                             ({"companions": [self.person("officer")]}, "person_twice"), ({"matters": ["3"]}, "matter_unknown"),
                             ({"place": ""}, "text_missing"), ({"until_us": now_us() - HOUR, "from_us": 0}, "until_passed")):
            with self.subTest(code):
                self.refused("custodian", "/api/v1/handouts", self.order(**change), code)
        order = self.order(until_us=now_us() + 5 * SECOND)
        type(self).until = order["until_us"]
        made = self.post("custodian", "/api/v1/handouts", order)
        type(self).number = made["number"]
        self.assertRegex(self.number, r"^20\d\d-0001$")
        self.assertIn("王芳", self.refused("custodian", "/api/v1/handouts", self.order(), "device_out"))
        wait_for("the assignment is delivered", lambda: self.handout()["delivered"])
        for who in ("custodian", "head", "supervisor", "officer", "mate"):
            handout = self.handout(who, f"?at_us={self.until}")
            self.assertEqual((handout["number"], handout["state"]), (self.number, "out"), who)
        self.assertEqual((handout["wearer"], handout["holder"], handout["companions"], handout["handed_out_by"]),
                         ({"person": self.person("officer"), "name": "王芳"}, {"person": self.person("officer"), "name": "王芳"},
                          [{"person": self.person("mate"), "name": "李强"}], {"person": self.person("custodian"), "name": "赵敏"}))
        self.assertEqual(handout["matters"], [{"number": "2", "label": "行政强制/查封扣押", "full": True}])
        self.assertEqual(self.get("stranger", "/api/v1/handouts")["items"], [])
        bay = self.get("custodian", "/api/v1/bays")["items"][0]
        self.assertEqual([each["person"] for each in bay["officers"]], [self.person("officer"), self.person("mate")])
        self.assertEqual(self.get("mate", "/api/v1/bays")["items"][0]["officers"], bay["officers"])
        self.assertEqual(self.get("stranger", "/api/v1/bays")["items"][0]["officers"], [])

    def test_04_what_is_overdue_stands_on_top_until_it_is_back(self):
        wait_for("it is overdue", lambda: self.handout()["state"] == "overdue")
        self.assertGreater(now_us(), self.until)
        for who in ("custodian", "head"):
            top = self.get(who, "/api/v1/todo")["items"][0]
            self.assertEqual((top["kind"], top["level"], top["link"]), ("handout.overdue", "alarm", "/desk"))
            for part in (self.device, "王芳", self.number):
                self.assertIn(part, top["text_zh"])
        for who in ("officer", "mate"):
            self.assertIn("您领用的", self.todo(who, "overdue")[0]["text_zh"])
        for who in ("stranger", "reviewer", *ADMINISTRATORS):
            self.assertEqual(self.todo(who, "overdue"), [], who)
        self.assertEqual([one["number"] for one in self.get("head", "/api/v1/handouts?state=overdue")["items"]], [self.number])
        self.assertEqual(self.get("stranger", "/api/v1/handouts?state=overdue")["items"], [])

    def test_05_officers_see_what_they_filmed_and_nothing_else(self):
        for who in ("officer", "mate", "stranger"):
            self.assertEqual(self.get(who, "/api/v1/recordings")["items"], [])  # filmed before it was handed out
        self.site.record_again(AGAIN)
        wait_for("the second recording is taken in",
                 lambda: len([each for each in self.get("custodian", "/api/v1/recordings")["items"]
                              if each["end_us"] and each["stored_segments"] == each["segments"]]) >= 2)
        newest = self.get("custodian", "/api/v1/recordings")["items"][0]
        type(self).second = newest
        self.assertEqual([(each["person"], each["name"]) for each in newest["officers"]],
                         [(self.person("officer"), "officer的名字"), (self.person("mate"), "李强")])
        self.assertEqual(self.first["officers"], [])
        path = "/api/v1/recordings/{device}/{generation}/{start}"
        for who in ("officer", "mate"):
            self.assertEqual([each["start"] for each in self.get(who, "/api/v1/recordings")["items"]], [newest["start"]])
            self.assertEqual(self.get(who, path.format(**newest))["recording"], newest)
        self.assertEqual(self.get("stranger", "/api/v1/recordings")["items"], [])
        for who, recording in (("stranger", newest), ("officer", self.first)):
            self.assertEqual(self.tell(who, 404, "GET", path.format(**recording)).code, "not_found")
        of = f"/api/v1/recordings?officer={self.person('mate')}"
        self.assertEqual([each["start"] for each in self.get("head", of)["items"]], [newest["start"]])
        self.assertEqual(self.tell("stranger", 403, "GET", of).code, "forbidden")
        for query, due in (("unit=SC", True), ("unit=综合行政", True), ("unit=GS", False), ("matter=查封", True), ("matter=现场检查", False),
                           ("place=农贸", True), ("place=车站", False), ("unit=SC&matter=查封&place=城关", True), ("case=案", False)):
            with self.subTest(query):
                found = self.get("head", f"/api/v1/recordings?{quote(query, safe='=&')}")["items"]
                self.assertEqual([each["start"] for each in found], [newest["start"]] if due else [])
        self.assertEqual(self.get("stranger", "/api/v1/recordings?unit=SC")["items"], [])

    def test_05_what_was_interrupted_without_a_word_is_explained_in_writing(self):
        path = "/api/v1/recordings/{device}/{generation}/{start}".format(**self.second)
        cuts = self.get("officer", path)["interruptions"]
        self.assertEqual([each["explanations"] for each in cuts], [[]] * len(cuts))
        self.assertGreater(len(cuts), 0)
        cut = cuts[0]["seq"]
        link = f"/recordings/{self.second['device']}/{self.second['generation']}/{self.second['start']}?interruption="
        for who in ("officer", "mate", "custodian", "supervisor"):
            self.assertIn(link + cut, [each["link"] for each in self.todo(who, "interruption.unexplained")], who)
        for who in ("stranger", "head"):
            self.assertEqual(self.todo(who, "interruption.unexplained"), [], who)
        body = {**{name: self.second[name] for name in ("device", "generation", "start")}, "seq": cut, "words": "摄像头接触不良，已更换接线。"}
        self.refused("stranger", "/api/v1/explanations", body, "not_found", 404)
        self.refused("officer", "/api/v1/explanations", {**body, "seq": "999999"}, "not_found", 404)
        for words in ("", "一\n二", "字" * 1001):
            self.assertEqual(self.tell("officer", 422, "POST", "/api/v1/explanations", {**body, "words": words}).json["error"]["field"], "words")
        self.post("officer", "/api/v1/explanations", body)
        self.post("mate", "/api/v1/explanations", {**body, "words": "补充：换线用时约三秒。"})
        for who in ("officer", "reviewer"):
            told = self.get(who, path)["interruptions"][0]["explanations"]
            self.assertEqual([(each["words"], each["by"]["person"]) for each in told],
                             [(body["words"], self.person("officer")), ("补充：换线用时约三秒。", self.person("mate"))])
        for who in ("officer", "custodian", "supervisor"):
            self.assertNotIn(link + cut, [each["link"] for each in self.todo(who, "interruption.unexplained")], who)

    def test_06_a_hand_over_in_the_field_counts_once_the_desk_confirms_it(self):
        path = f"/api/v1/handouts/{self.number}/handovers"
        entry = {"from": self.person("officer"), "to": self.person("stranger"), "at_us": now_us(), "note": "换班"}
        self.refused("stranger", path, entry, "not_found", 404)
        self.refused("mate", path, {**entry, "from": self.person("mate")}, "holder_other")
        self.post("officer", path, entry)
        self.assertEqual([item["count"] for item in self.todo("custodian", "handover.unconfirmed")], [1])
        self.assertEqual(self.handout("stranger")["holder"]["name"], "孙磊")
        self.assertIn("孙磊", self.todo("head", "overdue")[0]["text_zh"])
        self.assertEqual(self.tell("officer", 403, "POST", f"{path}/0/confirmation", {"note": ""}).code, "forbidden")
        self.refused("custodian", f"{path}/1/confirmation", {"note": ""}, "handover_unknown")
        self.refused("custodian", f"{path}/x/confirmation", {"note": ""}, "not_found", 404)
        self.post("custodian", f"{path}/0/confirmation", {"note": "电话核实"})
        self.assertEqual(self.todo("custodian", "handover.unconfirmed"), [])
        self.assertIsNotNone(self.handout()["handovers"][0]["confirmed_us"])
        self.assertEqual(len(self.get("officer", "/api/v1/recordings")["items"]), 1)  # theirs: filmed before
        self.assertEqual(self.get("stranger", "/api/v1/recordings")["items"], [])

    def test_07_it_comes_back_and_the_book_tells_all(self):
        path = f"/api/v1/handouts/{self.number}/return"
        self.refused("custodian", path, {"undamaged": False, "note": ""}, "text_missing")
        self.refused("custodian", "/api/v1/handouts/2020-0001/return", {"undamaged": True, "note": ""}, "handout_unknown")
        self.post("custodian", path, {"undamaged": False, "note": "镜头有划痕"})
        self.refused("custodian", path, {"undamaged": True, "note": ""}, "handout_returned")
        handout = self.handout()
        self.assertEqual((handout["state"], handout["undamaged"], handout["note"]), ("returned", False, "镜头有划痕"))
        for who in ("custodian", "head", "officer"):
            self.assertEqual(self.todo(who, "overdue"), [])
        self.assertEqual(self.handout("head", f"?at_us={self.until + 1}")["state"], "overdue")  # so it was
        book = self.tell("supervisor", 200, "GET", "/api/v1/book.csv").body.decode("utf-8-sig")
        row = dict(zip(*csv.reader(io.StringIO(book))))
        self.assertEqual((row["状态"], row["佩戴人"], row["同行人员"]), ("已归还", "王芳 officer 豫Gofficer", "李强 mate 豫Gmate"))
        self.assertIn("孙磊", row["现场交接"])

    def test_08_acts_cases_and_links_of_others_are_not_an_officers(self):
        self.post("custodian", "/api/v1/units", {"unit": "GS", "name": "城郊所", "closed": False})
        act = {"number": "XC-1", "state": "planned", "name": "农贸市场检查", "list": "2026", "matter": "1", "unit": "SC",
               "officers": [self.person("officer")], "place": PLACE, "party": "某商户", "from_us": None, "until_us": None, "reason": ""}
        self.post("officer", "/api/v1/acts", act)
        others = {**act, "number": "XC-2", "unit": "GS", "officers": []}
        self.refused("officer", "/api/v1/acts", others, "not_found", 404)
        self.post("custodian", "/api/v1/acts", others)
        self.refused("officer", "/api/v1/acts", {**others, "unit": "SC"}, "not_found", 404)  # not drawn over either
        case = {"number": "案〔2026〕1号", "name": "涉嫌无照经营", "unit": "SC", "concluded_us": None}
        self.post("mate", "/api/v1/cases", case)
        self.post("custodian", "/api/v1/cases", {**case, "number": "案〔2026〕2号", "unit": "GS"})
        for path, own in (("/api/v1/acts", "XC-1"), ("/api/v1/cases", case["number"])):
            self.assertEqual([each["number"] for each in self.get("mate", path)["items"]], [own])
            self.assertEqual(len(self.get("reviewer", path)["items"]), 2)
        recording = "{device}/{generation}/{start}"
        ends = {"type": "act", "id": "XC-1", "other_type": "recording", "other_id": recording.format(**self.second)}
        self.refused("stranger", "/api/v1/links", ends, "not_found", 404)  # of their unit, but not what they filmed
        self.refused("officer", "/api/v1/links", {**ends, "id": "XC-2"}, "not_found", 404)
        self.refused("officer", "/api/v1/links", {**ends, "other_id": recording.format(**self.first)}, "not_found", 404)
        self.post("officer", "/api/v1/links", ends)
        self.refused("mate", "/api/v1/links", ends, "link_twice")
        links = self.get("supervisor", f"/api/v1/links?type=recording&id={quote(ends['other_id'], safe='')}")["items"]
        self.assertEqual([(link["a"]["id"], link["linked_by"]["name"]) for link in links], [("XC-1", "王芳")])
        self.refused("stranger", "/api/v1/links/removal", {**ends, "reason": "误"}, "not_found", 404)
        self.refused("mate", "/api/v1/links/removal", {**ends, "reason": ""}, "text_missing")
        self.post("mate", "/api/v1/links/removal", {**ends, "reason": "关联错误"})
        self.assertEqual(self.get("supervisor", "/api/v1/links?type=act&id=XC-1")["items"], [])
        # By an act a recording is of a case, and is found by it.
        self.post("officer", "/api/v1/links", ends)
        self.post("mate", "/api/v1/links", {"type": "case", "id": case["number"], "other_type": "act", "other_id": "XC-1"})
        for who, query, due in (("head", "case=无照经营", True), ("officer", f"case={case['number']}&unit=SC", True), ("head", "case=〔2026〕2号", False),
                                ("head", "case=无照&place=车站", False), ("stranger", "case=无照经营", False)):
            with self.subTest(query):
                found = self.get(who, f"/api/v1/recordings?{quote(query, safe='=&')}")["items"]
                self.assertEqual([each["start"] for each in found], [self.second["start"]] if due else [])

    def test_09_a_loss_names_what_has_no_receipt_and_shuts_the_bay(self):
        path = f"/api/v1/devices/{self.device}"
        self.refused("officer", path + "/loss", {"reason": "丢失"}, "not_found", 404)  # not in their hands
        self.post("custodian", "/api/v1/handouts", self.order())
        self.refused("stranger", path + "/loss", {"reason": "丢失"}, "not_found", 404)
        self.refused("officer", path + "/loss", {"reason": ""}, "text_missing")
        self.post("officer", path + "/loss", {"reason": "执法途中丢失"})
        docking = max(entry["seq"] for entry in self.site.rig.entries() if entry["kind"] == "docking")
        device = self.get("head", "/api/v1/devices")["items"][0]
        self.assertEqual((device["state"], device["out"], device["loss"]["reason"]), ("lost", False, "执法途中丢失"))
        self.assertIn(f"第 0 代第 {docking} 条", device["loss"]["unreceipted"][0])
        self.assertIn("之后的全部音像记录未取得入库回执", device["loss"]["unreceipted"][0])
        self.assertEqual(self.handout("mate")["state"], "lost")
        self.refused("custodian", "/api/v1/handouts", self.order(), "device_lost")
        wait_for("the bay refuses it", lambda: f"certificate of {self.device} is revoked" in self.site.said("dock"))
        self.post("custodian", path + "/find", {"note": "群众送还"})
        self.refused("custodian", "/api/v1/handouts", self.order(), "device_found")
        self.post("custodian", path + "/revocation", {"reason": "报废"})
        self.refused("custodian", path + "/enrolment", {"second": self.person("head")}, "device_revoked")

    def test_10_pages_of_a_list_are_the_list(self):
        for path in ("/api/v1/units", "/api/v1/officers", "/api/v1/devices", "/api/v1/handouts", "/api/v1/acts", "/api/v1/cases"):
            with self.subTest(path):
                whole = self.get("custodian", path + "?limit=200")
                items, after = [], ""
                while after is not None and len(items) <= len(whole["items"]):
                    page = self.get("custodian", f"{path}?limit=1{after and '&after=' + quote(after, safe='')}")
                    items, after = items + page["items"], page["next"]
                self.assertEqual(items, whole["items"])
                self.assertIsNone(whole["next"])

    def test_11_wrong_roles_read_nothing_of_it_anywhere(self):
        secrets = [part.encode() for part in (*NAMES.values(), PLACE, "某商户", self.number, "豫G")]
        for who in (*ADMINISTRATORS, "signed-in", "enrolling", "anonymous"):
            for name in READING:
                answer = self.people[who].ask("GET", self.contract.of(name).path)
                self.contract.check_named("Error", answer.json)
                self.assertIn(answer.status, (401, 403), (who, name))
                self.assertFalse([part for part in secrets if part in answer.body], (who, name))
        for who, path in (("officer", "/api/v1/book.csv"), ("officer", "/api/v1/links?type=act&id=XC-1"),
                          ("reviewer", "/api/v1/handouts"), ("reviewer", "/api/v1/officers")):
            self.assertEqual(self.tell(who, 403, "GET", path).code, "forbidden")
        log = json.dumps(self.people["audadmin"].must(200, "GET", "/api/v1/log?limit=200"), ensure_ascii=False).encode()
        self.assertFalse([part for part in secrets if part in log])
        self.assertNotIn("孙磊", json.dumps(self.get("officer", "/api/v1/handouts?state=lost"), ensure_ascii=False))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    known, rest = parser.parse_known_args()
    PROGRAMS = known.programs
    unittest.main(argv=[sys.argv[0], *rest])
