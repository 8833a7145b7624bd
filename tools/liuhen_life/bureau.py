# SPDX-License-Identifier: Apache-2.0
"""A small bureau's day, entered by way of the page: accounts, people, a recorder, the list of matters, acts, hand-outs. All names are invented."""

import secrets
import time
from dataclasses import asdict, dataclass

from .page import Client, wait_for

SECOND = 1_000_000
HOUR = 3600 * SECOND
UNIT = {"unit": "SC", "name": "方城县示范执法队", "closed": False}
LIST = "示范清单"
ADMINISTRATORS = {"sysadmin": ("G001", "系统管理员"), "secadmin": ("G002", "安全管理员"), "audadmin": ("G003", "审计管理员")}
#: role, work number, name, 执法证号
PEOPLE = (("custodian", "K001", "赵敏", None), ("head", "J001", "钱卫国", None), ("supervisor", "F001", "周正", None),
          ("reviewer", "F002", "郑洁", None), ("officer", "4711", "王芳", "豫G4711"), ("officer", "4712", "李强", "豫G4712"),
          ("officer", "4713", "吴涛", "豫G4713"))
MATTERS = """序号,执法类别,执法环节,记录方式,记录场合,记录内容,开始记录时间,记录过程,结束记录时间,记录部门,记录人员
1,行政许可,接收受理材料,录音录像,办理窗口,接收材料,接收材料时,,作出是否受理时,许可科,窗口人员
2,行政处罚,现场检查,拍照或录音录像,检查场所,检查过程,进入现场时,,离开现场时,执法队,执法人员
3,行政处罚,询问,录音录像,询问场所,询问过程,询问开始时,,询问完毕时,执法队,执法人员
4,行政处罚,抽样取证,录音录像,取证现场,抽样过程,入场时,,抽样结束时,执法队,执法人员
5,行政强制,查封扣押,录音录像（全程）,查封现场,查封扣押过程,进入现场时,全程,离开现场时,执法队,执法人员
"""


@dataclass
class LogIn:
    """What somebody logs in with."""

    role: str
    work_number: str
    name: str
    password: str
    secret: str  # of one-time codes, Base32


def now_us():
    return int(time.time() * SECOND)


class Bureau:
    """`place` has the agency's `root` (a path) and the page's `port`."""

    def __init__(self, place, device):
        self.place, self.device, self.by_number, self.log_ins = place, device, {}, []

    def enrol(self, role, number, name, first):
        client = Client(self.place).enrol(number, first, secrets.token_urlsafe(15))
        self.by_number[number] = client
        self.log_ins.append(LogIn(role, number, name, client.password, client.secret))
        return client

    def open_accounts(self, firsts):
        """`firsts`: the first password of each administrator's role."""
        makes, gives, _ = [self.enrol(role, *ADMINISTRATORS[role], firsts[role]) for role in ADMINISTRATORS]
        for role, number, name, licence in PEOPLE:
            made = makes.must(201, "POST", "/api/v1/accounts", {
                "work_number": number, "name": name, "unit": UNIT["name"], "licence": licence})
            gives.must(200, "PUT", f"/api/v1/accounts/{made['account']['person']}/roles", {"roles": [role]})
            self.enrol(role, number, name, made["first_password"])

    def post(self, number, path, body):
        return self.by_number[number].must(201, "POST", "/api/v1/" + path, body)

    def get(self, path):
        return self.by_number["K001"].must(200, "GET", "/api/v1/" + path)

    def fill_register(self):
        self.post("K001", "units", UNIT)
        for _, number, name, licence in PEOPLE:
            self.post("K001", "officers", {"person": self.by_number[number].person, "name": name, "unit": UNIT["unit"],
                                           "work_number": number, "licence": licence, "closed": False})
        self.post("K001", "devices", {"device": self.device, "model": "LH-1", "asset": "ZC-0001", "unit": UNIT["unit"]})
        self.post("K001", f"devices/{self.device}/enrolment", {"second": self.by_number["J001"].person})
        self.post("K001", "matters", {"version": LIST, "from_us": now_us() - 24 * HOUR, "source": "示范清单.csv", "csv": MATTERS})

    def file_recordings(self):
        """What was filmed becomes an act, and the act a case."""
        recordings = [each for each in self.get("recordings")["items"] if each["end_us"]]
        if not recordings:
            return
        act = {"number": "XC-2026-001", "state": "registered", "name": "方城县人民广场流动摊点检查", "list": LIST, "matter": "2",
               "unit": UNIT["unit"], "officers": [self.by_number[number].person for number in ("4711", "4712")],
               "place": "方城县人民广场", "party": "某流动摊点", "from_us": min(each["start_us"] for each in recordings),
               "until_us": max(each["end_us"] for each in recordings), "reason": ""}
        self.post("4711", "acts", act)
        case = {"number": "方市监案〔2026〕1号", "name": "某流动摊点涉嫌占道经营", "unit": UNIT["unit"], "concluded_us": None}
        self.post("4711", "cases", case)
        self.post("4711", "links", {"type": "act", "id": act["number"], "other_type": "case", "other_id": case["number"]})
        for each in recordings:
            self.post("K001", "links", {"type": "act", "id": act["number"], "other_type": "recording",
                                        "other_id": f"{each['device']}/{each['generation']}/{each['start']}"})

    def hand_out(self, wearer, companion, place, seconds):
        """The number of the hand-out, once the recorder has entered its assignment."""
        start = now_us()
        number = self.post("K001", "handouts", {
            "device": self.device, "wearer": self.by_number[wearer].person, "companions": [self.by_number[companion].person],
            "matters": ["2", "5"], "place": place, "from_us": start, "until_us": start + seconds * SECOND})["number"]
        wait_for("the recorder has the assignment", lambda: self.get("handouts")["items"][0]["delivered"])
        return number

    def live_a_day(self):
        """The recorder, which must be in a bay, goes out and comes back; it goes out again, and is overdue after a minute."""
        wait_for("the recorder tells its self check", lambda: self.get("devices")["items"][0]["self_check"])
        number = self.hand_out("4711", "4712", "城关镇农贸市场", 8 * 3600)
        self.post("K001", f"handouts/{number}/return", {"undamaged": True, "note": ""})
        self.hand_out("4712", "4713", "方城县人民广场", 60)
        self.post("4712", "acts", {
            "number": "XC-2026-002", "state": "planned", "name": "广场周边食品经营检查", "list": LIST, "matter": "2", "unit": UNIT["unit"],
            "officers": [self.by_number[number].person for number in ("4712", "4713")], "place": "方城县人民广场", "party": "",
            "from_us": now_us() + HOUR, "until_us": now_us() + 3 * HOUR, "reason": ""})

    def told(self):
        """The log-ins, for a file that its owner alone reads."""
        return [asdict(each) for each in self.log_ins]


def fill(place, device, firsts):
    """A bureau's day in a dock that is new; the log-ins."""
    bureau = Bureau(place, device)
    bureau.open_accounts(firsts)
    bureau.fill_register()
    bureau.file_recordings()
    bureau.live_a_day()
    return bureau
