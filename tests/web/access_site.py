# SPDX-License-Identifier: Apache-2.0
"""A bureau with approvers: keys that the agency appointed, requests, decisions, views over HTTPS."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import unittest

from authenticator import Authenticator
from contract import Contract
from page_site import Site

from liuhen_life.rig import Settings

# A photo; then one recording with what was before the press, and for a while neither picture nor sound.
# A busy machine takes seconds to be ready.
DAY = [{"at": 5.0, "do": "press_photo"}, {"at": 9.0, "do": "press_record"}, {"at": 11.0, "do": "press_mark"},
       {"at": 22.0, "do": "camera_unplug"}, {"at": 22.0, "do": "microphone_unplug"},
       {"at": 27.0, "do": "camera_return"}, {"at": 27.0, "do": "microphone_return"}, {"at": 30.0, "do": "press_mark"},
       {"at": 33.0, "do": "dock"}]
VAULT = "dock-01-vault"
SECOND = 1_000_000
HOUR = 3600 * SECOND


def now():
    return time.time_ns() // 1000


def boxes_of(data):
    """(type, whole box) of a file."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        yield data[at + 4:at + 8], data[at:at + size]
        at += size


def clear_of(data):
    """ftyp moov and the fragments of a segment in the clear."""
    return b"".join(box for kind, box in boxes_of(data) if kind != b"uuid")


class AccessSite(Site):
    def __init__(self, folder, programs, ui=None):
        super().__init__(folder, programs, DAY, Settings(pre_event_seconds=2), ui)
        self.origin = f"https://localhost:{self.port}"

    def appoint(self, name, person, *powers, start="2020-01-01T00:00Z", until="2120-01-01T00:00Z"):
        """A person's new authenticator, appointed by the agency's root and presented at the dock."""
        made = Authenticator(self.origin)
        page, message = (os.path.join(self.folder, f"{name}.{end}") for end in ("json", "cose"))
        with open(page, "w", encoding="utf-8") as file:
            json.dump(made.page(person), file)
        self.run("liuhen", "enroll", "approver", "--agency", self.rig.agency, "--vault", VAULT, "--page", page,
                 *[word for power in powers for word in ("--power", power)], "--from", start, "--to", until, "--out", message)
        self.run("liuhen-dock", "appoint", message, "--config", self.toml)
        return made

    def dismiss(self, name, person):
        message = os.path.join(self.folder, f"{name}-gone.cose")
        self.run("liuhen", "dismiss", "--agency", self.rig.agency, "--vault", VAULT, "--person", person, "--out", message)
        self.run("liuhen-dock", "appoint", message, "--config", self.toml)


class Access(unittest.TestCase):
    """What the tests of access share; the site is made once for each class of them."""

    PROGRAMS = ""
    SITE = AccessSite
    maxDiff = None

    @classmethod
    def begin(cls, folder, ui=None):
        cls.site = cls.SITE(folder, cls.PROGRAMS, ui)
        cls.addClassCleanup(cls.site.end)
        cls.people = cls.site.set_up()
        cls.contract = Contract()
        cls.head, cls.supervisor, cls.reviewer = (cls.people[role] for role in ("head", "supervisor", "reviewer"))
        recordings = cls.people["custodian"].must(200, "GET", "/api/v1/recordings")["items"]
        cls.film = next(each for each in recordings if each["manner"] == "video")
        cls.photo = next((each for each in recordings if each["manner"] == "photo"), None)
        cls.key = cls.site.appoint("head", cls.head.person, "view", "copy", "emergency")

    def subject(self, recording=None, span=(None, None)):
        of = recording or self.film
        return {"device": of["device"], "generation": of["generation"], "recording": of["start"], "object": None,
                "from_ns": span[0], "to_ns": span[1]}

    def must(self, client, name, path, body=None):
        """The answer of an operation that must succeed, held against the contract."""
        operation = self.contract.of(name)
        answer = client.ask(operation.method, path, body)
        self.assertLess(answer.status, 300, answer.body)
        self.contract.check_answer(operation, answer)
        return answer.json

    def refused(self, client, method, path, body=None, **more):
        """The code of a refusal, which is in words and has nothing else in it."""
        answer = client.ask(method, path, body, **more)
        self.assertGreaterEqual(answer.status, 400, answer.body[:200])
        self.contract.check_named("Error", answer.json)
        error = answer.json["error"]
        self.assertTrue(error["message_zh"].endswith("。"), error)
        self.assertTrue(re.search("[\u4e00-\u9fff]", error["message_zh"]), error)
        return error["code"]

    def ask(self, client, subject=None, purpose="view", **other):
        body = {"purpose": purpose, "subjects": [subject or self.subject()], "reason": "核对执法过程", "emergency": False, **other}
        return self.must(client, "createRequest", "/api/v1/requests", body)

    @staticmethod
    def bounds(uses=2, start=None, until=None):
        start = now() - SECOND if start is None else start
        return f"decision=granted&from_us={start}&until_us={until or start + HOUR}&uses={uses}"

    def options(self, request, query=None, by=None):
        return self.must(by or self.head, "approvalToSign", f"/api/v1/requests/{request['id']}/approval?{query or self.bounds()}")

    def decide(self, request, query=None, by=None, key=None):
        """The request as decided."""
        options = self.options(request, query, by)
        body = {"approval": options["approval"], **(key or self.key).sign(options["public_key"])}
        return self.must(by or self.head, "approve", f"/api/v1/requests/{request['id']}/approval", body)

    def granted(self, client, subject=None, **bounds):
        """The name of a grant."""
        return self.decide(self.ask(client, subject), self.bounds(**bounds))["decision"]["grant"]

    def view(self, client, grant, subject=None):
        return self.must(client, "beginView", "/api/v1/views", {"grant": grant, "subject": subject or self.subject()})

    def clear_footage(self):
        """{segment number: bytes in the clear} of the film, as who holds the evidence key makes them."""
        out = os.path.join(self.site.folder, "clear")
        if not os.path.exists(out):
            self.site.run("liuhen", "open", os.path.join(self.site.folder, "vault"), "--key",
                          os.path.join(self.site.rig.agency, "evidence-key.pem"), "--out", out)
        film = self.film
        timeline = self.people["custodian"].must(
            200, "GET", f"/api/v1/recordings/{film['device']}/{film['generation']}/{film['start']}")
        found = {}
        for segment in timeline["segments"]:
            with open(os.path.join(out, segment["object"] + ".mp4"), "rb") as file:
                found[int(segment["segment"])] = clear_of(file.read())
        return timeline, found

    def assert_whole(self, imported=()):
        """Dock and vault are stopped; the log is whole, and no view or approval stands in it that should not. Nothing but objects that were
        imported, if any, is unproven."""
        for name in ("dock", "vault"):
            if name in self.site.processes:  # a story may have ended it
                self.site.stop(name)
        done = subprocess.run([os.path.join(self.PROGRAMS, "liuhen"), "verify", "--json", os.path.join(self.site.folder, "vault")],
                              capture_output=True, text=True, timeout=300, check=False)
        told = json.loads(done.stdout)
        due = (1, "unproven", []) if imported else (0, "intact", [])
        self.assertEqual((done.returncode, told["verdict"], told["access"]), due, done.stderr)
        self.assertEqual([(each["verdict"], each["file"].replace("/", "").endswith(name)) for each, name in zip(told["problems"], imported, strict=True)],
                         [("unproven", True)] * len(imported))

    def leaves(self, kind):
        """Bodies of a kind, the newest first; those under the newest checkpoint."""
        return [leaf["body"] for leaf in self.people["audadmin"].must(200, "GET", f"/api/v1/log?kind={kind}&limit=200")["items"]]



def main(case):
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    known, rest = parser.parse_known_args()
    Access.PROGRAMS = known.programs
    unittest.main(argv=[sys.argv[0], *rest], defaultTest=case)


__all__ = ["Access", "HOUR", "SECOND", "VAULT", "boxes_of", "main", "now"]
