#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Imports over HTTP, against the real dock and vault: a file goes up in pieces, is kept as it was, listed as it was declared.

Each request and each answer is held against openapi.yaml. The cases are one story, in their order.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import tempfile
import time
import unittest

from contract import Contract
from page_site import Site

PROGRAMS = ""
IMPORTS = "/api/v1/imports"
WEARER, REASON, FILE = "韩梅梅", "市场检查 2026-117", "询问笔录照片.jpg"
SMALL, LARGE = 2_500_000, 64_000_000
#: What the dock's process may grow by while a large file goes through it.
ROOM_KB = 32_000


class Imports(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="liuhen-imports-")
        cls.site = Site(cls.folder.name, PROGRAMS)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.site.end)
        cls.people = cls.site.set_up()
        for number in ("second", "third", "fourth"):
            cls.people[number] = cls.site.add_person(cls.people, number, f"{number}的名字", "custodian")
        cls.contract = Contract()

    def ask(self, caller, method, path, body=None):
        operation = self.contract.at(method, path)
        headers = {"Content-Type": "application/octet-stream"} if operation.bytes else {}
        answer = self.people[caller].ask(method, path, body, headers=headers)
        if answer.status < 300 and body is not None and not operation.bytes:
            self.contract.check_request(operation, body)
        self.contract.check_answer(operation, answer)
        return answer

    def must(self, status, *asked):
        answer = self.ask(*asked)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def refused(self, code, *asked):
        answer = self.ask(*asked)
        self.assertEqual(answer.code, code, answer.body)
        return answer.json["error"]

    @staticmethod
    def declared(size, **others):
        now = int(time.time() * 1_000_000)
        return {"file": FILE, "size": size, "media": "photo", "maker": "大华", "device": "camera 3", "wearer": WEARER,
                "from_us": now - 7_200_000_000, "until_us": now - 3_600_000_000, "reason": REASON, **others}

    def begin(self, caller, size, **others):
        begun = self.must(201, caller, "POST", IMPORTS, self.declared(size, **others))
        return f"{IMPORTS}/{begun['upload']}", begun["piece_bytes"]

    def send(self, caller, path, piece_bytes, content):
        for at in range(0, len(content), piece_bytes):
            stands = self.must(200, caller, "PUT", f"{path}/bytes?offset={at}", content[at:at + piece_bytes])
            self.assertEqual(stands["offset"], min(at + piece_bytes, len(content)))

    def listed(self):
        return self.must(200, "custodian", "GET", IMPORTS + "?limit=200")["items"]

    def object(self, name):
        return os.path.join(self.folder.name, "vault", "objects", name[:2], name)

    def memory(self):
        """The most that the dock's process ever took, in kB."""
        with open(f"/proc/{self.site.processes['dock'].pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))

    def test_01_a_file_is_kept_as_it_was_and_listed_as_it_was_declared(self):
        self.assertEqual(self.listed(), [])
        content = os.urandom(SMALL)
        path, piece_bytes = self.begin("custodian", SMALL)
        self.send("custodian", path, piece_bytes, content)
        kept = self.must(201, "custodian", "POST", path + "/end", {})
        self.assertEqual((kept["object"], kept["known"]), (hashlib.sha256(content).hexdigest(), False))
        with open(self.object(kept["object"]), "rb") as file:
            self.assertEqual(file.read(), content)
        item = self.listed()[0]
        declared = self.declared(SMALL)
        for field in ("file", "size", "media", "maker", "device", "wearer", "reason"):
            self.assertEqual(item[field], declared[field])
        self.assertEqual((item["leaf"], item["object"], item["by"]), (kept["leaf"], kept["object"], "custodian的名字 custodian"))
        self.assertEqual(self.must(200, "supervisor", "GET", IMPORTS)["items"], [item])
        self.refused("import_over", "custodian", "POST", path + "/end", {})

    def test_02_the_log_names_nobody_and_the_vault_is_unproven(self):
        leaves = self.people["audadmin"].must(200, "GET", "/api/v1/log?kind=imported")["items"]
        self.assertEqual([leaf["body"]["media"] for leaf in leaves], ["photo"])
        told = json.dumps(leaves, ensure_ascii=False)
        for word in (WEARER, REASON, FILE, "custodian"):
            self.assertNotIn(word, told)
        self.assertIn("大华", told)

    def test_03_what_does_not_follow_is_refused_and_the_upload_stands(self):
        content = os.urandom(3000)
        path, _ = self.begin("custodian", len(content))
        put = ("custodian", "PUT")
        self.must(200, *put, path + "/bytes?offset=0", content[:1000])
        for offset, piece in ((0, content[:1000]), (2000, content[2000:]), (1000, content)):
            self.refused("wrong_piece", *put, f"{path}/bytes?offset={offset}", piece)
        self.refused("wrong_piece", "custodian", "POST", path + "/end", {})
        for caller in ("second", "third"):
            self.refused("import_over", caller, "PUT", path + "/bytes?offset=1000", content[1000:])
            self.refused("import_over", caller, "POST", path + "/end", {})
        self.refused("wrong_field", *put, path + "/bytes", content[1000:])
        self.refused("wrong_field", *put, path + "/bytes?offset=1000", b"")
        self.must(200, *put, path + "/bytes?offset=1000", content[1000:])
        self.assertEqual(self.must(201, "custodian", "POST", path + "/end", {})["object"], hashlib.sha256(content).hexdigest())
        plain = self.people["custodian"].ask("PUT", path + "/bytes?offset=0", b"{}")
        self.assertEqual((plain.status, plain.code), (400, "malformed_body"))

    def test_04_a_wrong_declaration_is_named_and_nothing_begins(self):
        soon = int(time.time() * 1_000_000) + 3_600_000_000
        rows = [("media", "text"), ("media", None), ("maker", ""), ("maker", "大" * 22), ("device", "x" * 65), ("wearer", "a\nb"),
                ("until_us", 0), ("until_us", soon), ("from_us", -1), ("size", 0), ("size", 1.5), ("size", 1 << 36), ("reason", ""),
                ("file", ""), ("file", "x" * 256), ("by", "李雷")]
        for field, value in rows:
            with self.subTest(field=field, value=value):
                self.assertEqual(self.refused("wrong_field", "custodian", "POST", IMPORTS, {**self.declared(9), field: value})["field"],
                                 field)

    def test_05_one_upload_a_person_and_three_at_once(self):
        first, _ = self.begin("custodian", 10)
        again, _ = self.begin("custodian", 10)
        self.refused("import_over", "custodian", "PUT", first + "/bytes?offset=0", b"x")
        self.must(200, "custodian", "PUT", again + "/bytes?offset=0", b"x")
        for caller in ("second", "third"):
            self.begin(caller, 10)
        error = self.refused("too_many_imports", "fourth", "POST", IMPORTS, self.declared(10))
        self.assertIn(str(error["retry_after_s"]), error["message_zh"])
        self.assertEqual(len(self.listed()), 2)

    def test_06_a_large_file_goes_through_in_little_memory(self):
        content = os.urandom(1_000_000) * (LARGE // 1_000_000)
        before = self.memory()
        path, piece_bytes = self.begin("custodian", LARGE, file="监控.mp4", media="video")
        self.send("custodian", path, piece_bytes, content)
        kept = self.must(201, "custodian", "POST", path + "/end", {})
        self.assertEqual(kept["object"], hashlib.sha256(content).hexdigest())
        self.assertLess(self.memory() - before, ROOM_KB)

    def test_07_pages_of_the_list_are_the_list(self):
        whole, items, after = self.listed(), [], ""
        while after is not None and len(items) <= len(whole):
            page = self.must(200, "custodian", "GET", f"{IMPORTS}?limit=1{after and '&after=' + after}")
            items, after = items + page["items"], page["next"]
        self.assertEqual(items, whole)
        self.assertEqual([item["media"] for item in whole], ["video", "photo", "photo"])
        for after in ("-1", "x", "9" * 20):
            self.refused("wrong_field", "custodian", "GET", f"{IMPORTS}?after={after}")

    def test_08_a_vault_that_goes_away_keeps_nothing_of_it(self):
        before = self.listed()
        path, _ = self.begin("custodian", 10)
        self.must(200, "custodian", "PUT", path + "/bytes?offset=0", b"01234")
        self.site.stop("vault", signal.SIGKILL)
        self.refused("vault_away", "custodian", "PUT", path + "/bytes?offset=5", b"56789")
        self.refused("import_over", "custodian", "POST", path + "/end", {})
        self.refused("vault_away", "custodian", "POST", IMPORTS, self.declared(10))
        self.refused("vault_away", "custodian", "GET", IMPORTS)
        self.site.start_vault()
        self.assertEqual(self.listed(), before)
        self.assertEqual(os.listdir(os.path.join(self.folder.name, "vault", "incoming")), [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    known, rest = parser.parse_known_args()
    PROGRAMS = known.programs
    unittest.main(argv=[sys.argv[0], *rest])
