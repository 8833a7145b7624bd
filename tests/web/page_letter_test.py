#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Requests from outside by letter, over HTTPS before the real dock and vault: the scan goes up, the head reads it, and what was
approved covers it.

The committed text is read here as docs/format/access.md section 2.1 has it, and by nothing of the dock.
"""

import datetime
import hashlib
import os
import signal
import sqlite3
import sys
import tempfile

from access_site import Access, main
from authenticator import to_bytes

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from liuhen_check import cbor  # noqa: E402

PIECE, LONGEST = 1 << 20, 4 << 20
COURT = {"name": "方城县人民法院", "letter_number": "（2026）豫1322法函7号", "letter_date": "2026-11-02"}
REASON = "行政诉讼案件调取现场检查录像"
BEGINNINGS = {"pdf": b"%PDF-1.7\n", "jpg": b"\xff\xd8\xff\xe0", "png": b"\x89PNG\r\n\x1a\n"}


def scan_of(size, kind="pdf"):
    begin = BEGINNINGS[kind]
    return begin + os.urandom(size - len(begin))


def day_in(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


class Letter(Access):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-letter-")
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name)
        cls.letters = os.path.join(folder.name, "dock", "letters")
        cls.scan = scan_of(2_500_000)

    def put(self, client, offset, piece):
        return client.ask("PUT", f"/api/v1/letter?offset={offset}", piece, headers={"Content-Type": "application/octet-stream"})

    def send(self, client, content):
        """The hash of a scan that has come whole, as the dock tells it."""
        told = None
        for at in range(0, len(content), PIECE):
            answer = self.put(client, at, content[at:at + PIECE])
            self.assertEqual(answer.status, 200, answer.body)
            self.contract.check_answer(self.contract.of("letterBytes"), answer)
            told = answer.json
            self.assertEqual(told["offset"], min(at + PIECE, len(content)))
        self.assertEqual(told["scan"], hashlib.sha256(content).hexdigest())
        return told["scan"]

    def body(self, scan, purpose="copy", reason=REASON, **other):
        return {"purpose": purpose, "subjects": [self.subject()], "reason": reason, "emergency": False,
                "outsider": {**COURT, "scan": scan, **other}}

    def ask_for(self, client, content, **other):
        body = self.body(self.send(client, content), **other)
        self.contract.check_request(self.contract.of("createRequest"), body)
        made = self.must(client, "createRequest", "/api/v1/requests", body)
        self.assertEqual(made["outsider"], body["outsider"])
        return made

    def refused_piece(self, client, offset, piece):
        answer = self.put(client, offset, piece)
        self.contract.check_answer(self.contract.of("letterBytes"), answer)
        return answer.status, answer.code

    def letter(self, client, request):
        return client.ask("GET", f"/api/v1/requests/{request['id']}/letter")

    def count(self):
        return len(self.leaves("request"))

    def committed(self, leaf):
        """The text that opens the reason of a request's leaf."""
        database = sqlite3.connect(f"file:{os.path.join(self.site.folder, 'dock', 'words.db')}?mode=ro", uri=True)
        salt, text = database.execute("select salt, text from opening where commitment = ?", (bytes.fromhex(leaf["reason"]),)).fetchone()
        database.close()
        self.assertEqual(hashlib.sha256(b"liuhen/custody" + salt + cbor.encode(text)).hexdigest(), leaf["reason"])
        return text

    def test_01_the_head_reads_who_asks_and_the_letter_before_deciding(self):
        made = self.ask_for(self.supervisor, self.scan)
        self.assertEqual((made["reason"], made["state"], made["by"]["person"]), (REASON, "open", self.supervisor.person))
        shown = self.must(self.head, "listRequests", "/api/v1/requests?state=open")["items"]
        self.assertEqual([each["outsider"] for each in shown], [made["outsider"]])
        for client in (self.head, self.supervisor):
            answer = self.letter(client, made)
            self.contract.check_answer(self.contract.of("letter"), answer)
            self.assertEqual((answer.status, answer.body), (200, self.scan))
            self.assertEqual(answer.headers["Content-Disposition"], f'attachment; filename="letter-{made["outsider"]["scan"][:12]}.pdf"')
            self.assertEqual((answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]), ("nosniff", "no-store"))
        for caller, due in (("officer", (404, "not_found")), ("sysadmin", (403, "forbidden")), ("secadmin", (403, "forbidden")),
                            ("audadmin", (403, "forbidden")), ("signed-in", (403, "forbidden")), ("anonymous", (401, "not_logged_in"))):
            answer = self.letter(self.people[caller], made)
            self.contract.check_named("Error", answer.json)
            self.assertEqual((answer.status, answer.code), due, caller)
        decided = self.decide(made)
        self.assertEqual((decided["state"], decided["outsider"]), ("granted", made["outsider"]))

    def test_02_what_is_approved_covers_the_letter(self):
        scan = scan_of(1000, "png")
        made = self.ask_for(self.reviewer, scan, purpose="view")
        content = cbor.decode(to_bytes(self.options(made)["approval"]))
        leaf = self.people["audadmin"].must(200, "GET", "/api/v1/log?kind=request&limit=1")["items"][0]
        self.assertEqual(content["leaf"].hex(), leaf["hash"])  # what the head's key signs names this leaf
        self.assertEqual(self.committed(leaf["body"]).split("\n"),
                         [REASON, "liuhen/letter", COURT["name"], COURT["letter_number"], COURT["letter_date"],
                          hashlib.sha256(scan).hexdigest()])

    def test_03_a_request_of_the_bureau_itself_is_as_it_was(self):
        for outsider in ({}, {"outsider": None}):
            made = self.ask(self.supervisor, **outsider)
            self.assertIsNone(made["outsider"])
            self.assertEqual(self.committed(self.leaves("request")[0]), made["reason"])
            answer = self.letter(self.head, made)
            self.assertEqual((answer.status, answer.code), (404, "not_found"))

    def test_04_a_wrong_file_is_named_and_nothing_is_kept(self):
        before = sorted(os.listdir(self.letters)), self.count()
        for content in (b"PK\x03\x04" + os.urandom(100), b"<html>%PDF-", b"GIF89a", b"%PDF", b"\xff\xd8", b" %PDF-1.7"):
            self.assertEqual(self.refused_piece(self.supervisor, 0, content), (422, "letter_type"))
        long = scan_of(LONGEST + 1)
        self.send(self.supervisor, long[:LONGEST])
        self.assertEqual(self.refused_piece(self.supervisor, LONGEST, long[LONGEST:]), (413, "letter_too_large"))
        self.assertEqual(self.refused_piece(self.supervisor, LONGEST + 1, b"x"), (422, "wrong_field"))
        self.assertEqual(self.put(self.supervisor, 0, long[:PIECE + 1]).status, 413)
        self.assertEqual(self.refused_piece(self.supervisor, 0, b""), (422, "wrong_field"))
        scan = hashlib.sha256(long[:LONGEST]).hexdigest()
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", self.body(scan)), "letter_over")
        self.assertEqual((sorted(os.listdir(self.letters)), self.count()), before)

    def test_05_a_scan_is_whole_and_of_who_asks(self):
        before = self.count()
        content = scan_of(3000, "jpg")
        scan = hashlib.sha256(content).hexdigest()
        body = self.body(scan)
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", body), "letter_over")
        self.assertEqual(self.put(self.supervisor, 0, content[:1000]).status, 200)
        for offset, piece in ((0, content[1000:]), (500, content[500:]), (2000, content[2000:])):
            self.assertIn(self.refused_piece(self.supervisor, offset, piece)[1], ("letter_over", "letter_type"))
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", body), "letter_over")
        self.assertEqual(self.refused_piece(self.reviewer, 1000, content[1000:]), (409, "letter_over"))
        self.send(self.supervisor, content)
        self.assertEqual(self.refused(self.reviewer, "POST", "/api/v1/requests", body), "letter_over")
        self.assertEqual(self.count(), before)
        made = self.must(self.supervisor, "createRequest", "/api/v1/requests", body)
        self.assertEqual(self.letter(self.supervisor, made).body, content)
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", body), "letter_over")  # a scan a request
        again = self.ask_for(self.reviewer, content)  # the same letter for another request is one file
        self.assertEqual(self.letter(self.head, again).body, content)
        self.assertEqual(os.listdir(self.letters).count(scan), 1)

    def test_06_every_field_of_the_letter_is_judged(self):
        before = self.count()
        scan = self.send(self.supervisor, self.scan)
        rows = [({"name": ""}, "name"), ({"name": "院" * 129}, "name"), ({"name": "a\nb"}, "name"), ({"letter_number": ""}, "letter_number"),
                ({"letter_number": "7" * 65}, "letter_number"), ({"letter_date": "2026-02-29"}, "letter_date"),
                ({"letter_date": "2026/11/02"}, "letter_date"), ({"letter_date": day_in(2)}, "letter_date"), ({"scan": scan.upper()}, "scan"),
                ({"scan": "0"}, "scan"), ({"more": "x"}, "more")]
        for other, field in rows:
            with self.subTest(other):
                answer = self.supervisor.ask("POST", "/api/v1/requests", {**self.body(scan), "outsider": {**COURT, "scan": scan, **other}})
                self.assertEqual((answer.code, answer.json["error"]["field"]), ("wrong_field", field))
        for body, field in (({**self.body(scan), "purpose": "hold"}, "outsider"), ({**self.body(scan), "outsider": "court"}, "outsider"),
                            ({**self.body(scan), "outsider": COURT}, "scan"), (self.body(scan, reason="𠮷" * 1024), "reason")):
            answer = self.supervisor.ask("POST", "/api/v1/requests", body)
            self.assertEqual((answer.code, answer.json["error"]["field"]), ("wrong_field", field))
        self.assertEqual(self.count(), before)
        # What is longest is taken, and today's letter where the day has begun already.
        made = self.must(self.supervisor, "createRequest", "/api/v1/requests", self.body(
            scan, reason="由" * 1024, name="院" * 128, letter_number="号" * 64, letter_date=day_in(0)))
        self.assertEqual(self.must(self.head, "request", f"/api/v1/requests/{made['id']}"), made)

    def test_07_what_is_altered_or_gone_on_disk_is_named(self):
        content = scan_of(LONGEST)
        made = self.ask_for(self.supervisor, content)
        path = os.path.join(self.letters, made["outsider"]["scan"])
        self.assertEqual((os.stat(self.letters).st_mode & 0o777, os.stat(path).st_mode & 0o777), (0o700, 0o600))
        for other in (content[:-1], content[:-1] + bytes([content[-1] ^ 1]), content + b"x", b""):
            with open(path, "wb") as file:
                file.write(other)
            answer = self.letter(self.head, made)
            self.contract.check_named("Error", answer.json)
            self.assertEqual((answer.status, answer.code), (409, "letter_altered"))
            self.assertEqual(self.send(self.supervisor, content), made["outsider"]["scan"])
            self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", self.body(made["outsider"]["scan"])), "letter_altered")
            with open(path, "rb") as file:
                self.assertEqual(file.read(), other)  # never replaced
        os.rename(path, path + ".away")
        answer = self.letter(self.head, made)
        self.assertEqual((answer.status, answer.code), (409, "letter_gone"))
        self.assertIn("备份", answer.json["error"]["message_zh"])
        with open(path, "wb") as file:
            file.write(content)
        self.assertEqual(self.letter(self.head, made).body, content)
        os.remove(path + ".away")

    def test_08_nothing_of_it_is_in_the_vault(self):
        for folder, _, names in os.walk(os.path.join(self.site.folder, "vault")):
            for name in [each for each in names if not each.endswith(".sock")]:
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                for words in (COURT["name"].encode(), COURT["letter_number"].encode(), self.scan[:64],
                              hashlib.sha256(self.scan).digest(), hashlib.sha256(self.scan).hexdigest().encode()):
                    self.assertNotIn(words, data, name)

    def test_09_a_killed_dock_has_what_it_answered_and_forgets_what_was_on_its_way(self):
        content = scan_of(1000)
        made = self.ask_for(self.supervisor, content)
        waiting = self.send(self.supervisor, scan_of(2000))
        self.site.stop("dock", signal.SIGKILL)
        self.site.start_dock()
        for number, person in (("head", self.head), ("supervisor", self.supervisor), ("audadmin", self.people["audadmin"])):
            self.assertEqual(person.log_in(number, person.password, person.code()).status, 201)
        self.assertEqual(self.letter(self.head, made).body, content)
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", self.body(waiting)), "letter_over")
        self.assertEqual([name for name in os.listdir(self.letters) if name.endswith(".new")], [])

    def test_98_without_a_vault_nothing_is_asked(self):
        content = scan_of(1000)
        scan = self.send(self.supervisor, content)
        self.site.stop("vault")
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", self.body(scan)), "vault_away")
        self.site.start_vault()
        before = self.count()
        made = self.ask_for(self.supervisor, content)
        self.assertEqual((self.letter(self.head, made).body, self.count()), (content, before + 1))

    def test_99_the_log_is_whole(self):
        self.assert_whole()


if __name__ == "__main__":
    main("Letter")
