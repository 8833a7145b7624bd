#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""custody.md §1, §2 and §4: notes, leaves and receipts one by one."""

import base64
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check import cbor  # noqa: E402
from liuhen_check.certificate import parse  # noqa: E402
from liuhen_check.merkle import Note, key_id  # noqa: E402
from liuhen_check.receipt import Receipt, read_leaf  # noqa: E402
from liuhen_sample.agency import ORIGIN, WITNESS, SampleAgency, public  # noqa: E402
from liuhen_sample.keys import Source, sign1  # noqa: E402

ROOT = base64.b64encode(bytes(32)).decode()
HEAD = f"vault.example\n3\n{ROOT}\n\n"
LINE = "— a AAAAAAA=\n"


class Notes(unittest.TestCase):
    def test_what_a_note_is(self):
        rows = [
            ("three lines, an empty line and a signature", HEAD + LINE, True),
            ("64 signature lines", HEAD + LINE * 64, True), ("not 65", HEAD + LINE * 65, False),
            ("not none", HEAD, False), ("no empty line between them", HEAD + LINE + "\n" + LINE, False),
            ("every line ends", (HEAD + LINE)[:-1], False), ("no fourth line", "x\n" + HEAD + LINE, False),
            ("a size without leading zeros", HEAD.replace("\n3\n", "\n03\n") + LINE, False),
            ("a size of 64 bits", HEAD.replace("\n3\n", f"\n{(1 << 64) - 1}\n") + LINE, True),
            ("and no more", HEAD.replace("\n3\n", f"\n{1 << 64}\n") + LINE, False),
            ("a size without sign", HEAD.replace("\n3\n", "\n-3\n") + LINE, False),
            ("a root of 32 bytes", HEAD.replace(ROOT, "AAAA") + LINE, False),
            ("an origin of 64 letters", HEAD.replace("vault.example", "a" * 64) + LINE, True),
            ("not of 65", HEAD.replace("vault.example", "a" * 65) + LINE, False),
            ("an origin without slash", HEAD.replace("vault.example", "a/b") + LINE, False),
            ("an origin of something", HEAD.replace("vault.example", "") + LINE, False),
            ("a name in any script", HEAD + "— 留痕 AAAAAAA=\n", True),
            ("no + in a name", HEAD + "— a+b AAAAAAA=\n", False), ("no space in a name", HEAD + "— a b AAAAAAA=\n", False),
            ("no name that is empty", HEAD + "—  AAAAAAA=\n", False),
            ("no other dash", HEAD + "- a AAAAAAA=\n", False),
            ("no space behind", HEAD + "— a AAAAAAA= \n", False),
            ("five bytes in base64", HEAD + "— a AAAAAAA=\n", True), ("not four", HEAD + "— a AAAAAA==\n", False),
            ("padded base64", HEAD + "— a AAAAAAA\n", False), ("canonical base64", HEAD + "— a AAAAAAB=\n", False),
            ("no tab", HEAD + "— a\t AAAAAAA=\n", False), ("no carriage return", (HEAD + LINE).replace("\n", "\r\n"), False),
            ("no zero byte", HEAD + "— a\0 AAAAAAA=\n", False)]
        rows += [(f"no white space U+{ord(space):04X} in a name", HEAD + f"— a{space}b AAAAAAA=\n", False)
                 for space in "\x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000"]
        rows += [(f"U+{ord(letter):04X} is no white space", HEAD + f"— a{letter}b AAAAAAA=\n", True)
                 for letter in "\u200b\u180e\u2060\ufeff"]
        for sentence, text, good in rows:
            with self.subTest(sentence):
                self.assertEqual(self.is_note(text.encode()), good)
        long = HEAD + "— a " + base64.b64encode(bytes(48_000)).decode() + "\n"
        padding = "— b" + "b" * (65536 - len((long + "— b AAAAAAA=\n").encode())) + " AAAAAAA=\n"
        with self.subTest("65 536 bytes"):
            self.assertEqual(len((long + padding).encode()), 65536)
            self.assertTrue(self.is_note((long + padding).encode()))
        with self.subTest("not one more"):
            self.assertFalse(self.is_note((long + padding.replace("bb", "bbb", 1)).encode()))
        with self.subTest("only UTF-8"):
            self.assertFalse(self.is_note((HEAD + LINE).encode().replace(b"a ", b"\xff ")))

    @staticmethod
    def is_note(raw):
        try:
            Note(raw)
            return True
        except ValueError:
            return False

    def test_all_lines_of_one_key_must_verify(self):
        with tempfile.TemporaryDirectory() as folder:
            agency = SampleAgency(Source(3), folder)
        note = agency.note()
        log, witness = note.splitlines()[4:]

        def spoilt(line):
            raw = bytearray(base64.b64decode(line.split(" ")[2]))
            raw[-1] ^= 1
            return " ".join(line.split(" ")[:2] + [base64.b64encode(raw).decode()])
        head = note[:note.index("— ")]
        rows = [("one line", [log, witness], True, True), ("the same line twice", [log, log, witness, witness], True, True),
                ("a good and a bad line of the log", [log, spoilt(log), witness], False, True),
                ("a bad and a good line of the log", [spoilt(log), log, witness], False, True),
                ("a good and a bad line of the witness", [log, witness, spoilt(witness)], True, False),
                ("none of the log", [witness], False, True), ("none of the witness", [log], True, False),
                ("a line of that name and another id", [log, witness, f"— {ORIGIN} AAAAAAA="], True, True)]
        for sentence, lines, signed, cosigned in rows:
            with self.subTest(sentence):
                found = Note(head + "".join(line + "\n" for line in lines))
                self.assertEqual(found.signed_by(ORIGIN, public(agency.log_key)), signed)
                self.assertEqual(found.cosigned_by(WITNESS, public(agency.witness_key)), cosigned)
        self.assertEqual(len(key_id(ORIGIN, 1, public(agency.log_key))), 4)


OBJECT = {"object": bytes(32), "size": 1, "type": "segment", "device": "recorder-1", "generation": 0, "seq": 5,
          "entry": bytes(32), "recording": 2, "segment": 0, "verdict": "intact", "findings": []}


class Leaves(unittest.TestCase):
    def test_what_a_leaf_is(self):
        chapter = {**{key: value for key, value in OBJECT.items() if key not in ("recording", "segment")},
                   "type": "chapter", "first": 0}
        torn = {**{key: value for key, value in chapter.items() if key != "first"}, "type": "torn", "file": "a.torn"}
        rows = [
            ("an object is a segment", OBJECT, True), ("or a chapter", chapter, True), ("or a torn file", torn, True),
            ("nothing else", {**OBJECT, "type": "photo"}, False),
            ("a torn file bears its name", {**torn, "file": None}, False),
            ("a chapter has a first entry", {**chapter, "first": None}, False),
            ("a segment has a number", {**OBJECT, "segment": None}, False),
            ("a body may have more", {**OBJECT, "more": 1}, True)]
        rows += [(f"a verdict may be {verdict}", {**OBJECT, "verdict": verdict}, True)
                 for verdict in ("intact", "altered", "incomplete", "unproven")]
        rows += [("a verdict is one of four", {**OBJECT, "verdict": "good"}, False),
                 ("16 findings", {**OBJECT, "findings": ["x" * 64] * 16}, True),
                 ("not 17", {**OBJECT, "findings": ["x"] * 17}, False),
                 ("none of 65 bytes", {**OBJECT, "findings": ["é" * 32 + "x"]}, False),
                 ("none that is no text", {**OBJECT, "findings": [1]}, False),
                 ("an object leaf of 4096 bytes", {**OBJECT, "more": bytes(self.room())}, True),
                 ("not of 4097", {**OBJECT, "more": bytes(self.room() + 1)}, False)]
        for sentence, body, good in rows:
            with self.subTest(sentence):
                self.assertEqual(self.is_leaf(self.leaf("object", body)), good)
        self.assertEqual(len(self.leaf("object", {**OBJECT, "more": bytes(self.room())})), 4096)

    def test_other_leaves(self):
        good = {"version": 1, "time": 5, "kind": "unknown", "body": {}}
        rows = [("an unknown kind is a leaf", good, True), ("of more than 4096 bytes too", {**good, "body": {"x": bytes(9000)}}, True),
                ("but not of more than 65535", {**good, "body": {"x": bytes(65535)}}, False),
                ("with exactly four keys", {**good, "more": 1}, False),
                ("of version 1", {**good, "version": 2}, False), ("with a time", {**good, "time": "5"}, False),
                ("with a body", {**good, "body": []}, False), ("with text keys in it", {**good, "body": {1: 1}}, False),
                ("an incident has its fields", {**good, "kind": "incident", "body": {"what": "x", "subject": ""}}, False)]
        for sentence, leaf, is_one in rows:
            with self.subTest(sentence):
                self.assertEqual(self.is_leaf(cbor.encode(leaf)), is_one)

    def test_leaves_of_what_is_kept_how_long(self):
        subject = {"device": "CAM-1", "generation": 0, "recording": 7, "object": None, "by": bytes(32)}
        hold, retention = {**subject, "hold": bytes(32), "reason": bytes(32)}, {**subject, "class": "case"}
        policy = {"single_copy": True, "minimum_age_hours": None}
        rows = [("policy", policy, True), ("policy", {**policy, "minimum_age_hours": 72}, True),
                ("policy", {**policy, "minimum_age_hours": "72"}, False), ("policy", {**policy, "single_copy": 1}, False),
                ("policy", {"single_copy": True}, False), ("retention", retention, True),
                ("retention", {**retention, "class": None}, False), ("retention", {**retention, "by": "who"}, False)]
        for kind in ("hold.placed", "hold.lifted"):
            rows += [(kind, hold, True), (kind, {**hold, "recording": None, "object": bytes(32)}, True),
                     (kind, {**hold, "object": bytes(32)}, False), (kind, {**hold, "recording": None}, False),
                     (kind, {**hold, "reason": "because"}, False), (kind, {**hold, "hold": bytes(31)}, False)]
        for kind, body, good in rows:
            with self.subTest(kind, body=body):
                self.assertEqual(self.is_leaf(self.leaf(kind, body)), good)

    @classmethod
    def room(cls):
        """Bytes of filler in an object leaf of 4096 bytes."""
        return 4096 - len(cls.leaf("object", {**OBJECT, "more": bytes(3000)})) + 3000

    @staticmethod
    def leaf(kind, body):
        return cbor.encode({"version": 1, "time": 5, "kind": kind, "body": body})

    @staticmethod
    def is_leaf(raw):
        try:
            read_leaf(raw)
            return True
        except ValueError:
            return False


class Receipts(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            self.agency = SampleAgency(Source(3), folder)
        self.root = parse(self.agency.root_der)

    def store(self, kind="segment"):
        place = {"segment": {"recording": 2, "segment": 0}, "chapter": {"first": 0}, "torn": {"file": "a.torn"}}[kind]
        return self.agency.store({"type": kind, **place}, b"content", ("recorder-1", 0, 5, bytes(32)))

    def verifies(self, message):
        try:
            Receipt(message, self.root)
            return True
        except ValueError:
            return False

    def test_receipts_of_each_type(self):
        for kind in ("segment", "chapter", "torn"):
            with self.subTest(kind):
                self.assertTrue(self.verifies(self.agency.receipt(self.store(kind))))

    def test_what_must_hold(self):
        leaf, other = self.store(), self.store("chapter")
        source = self.agency.source
        named = self.agency.issue(6, "other.example", self.agency.receipt_key.spki())
        rows = [("all holds", {}, True), ("the certificate's subject is the vault", {"certificate": named}, False),
                ("the note's origin is the vault", {"vault": "other.example", "certificate": named}, False),
                ("its role is receipt", {"certificate": self.agency.issue(5, ORIGIN, self.agency.receipt_key.spki())}, False),
                ("the certificate is the root's", {"certificate": b""}, False),
                ("the key is the certificate's", {"key": source.p256("rogue")}, False),
                ("no key more", {"more": 1}, False), ("version 1", {"version": 2}, False),
                ("the path leads to the root", {"path": []}, False), ("from this leaf", {"index": other}, False),
                ("the leaf is this one", {"leaf": self.agency.leaves[other]}, False),
                ("the leaf is an object", {"leaf": self.agency.leaves[0], "index": 0}, False),
                ("the time is the leaf's", {"stored": 5}, False), ("the note is one", {"checkpoint": "x"}, False)]
        rows += [(f"{name} is the leaf's", {name: value}, False) for name, value in (
            ("device", "recorder-2"), ("generation", 1), ("type", "chapter"), ("recording", 3), ("segment", 1), ("seq", 6),
            ("entry", bytes(31) + b"x"), ("object", bytes(32)), ("size", 9), ("recording", None))]
        for sentence, change, good in rows:
            with self.subTest(sentence):
                self.assertEqual(self.verifies(self.agency.receipt(leaf, **change)), good)

    def test_a_message_of_another_type_is_no_receipt(self):
        message = self.agency.receipt(self.store())
        payload = cbor.decode(message[message.index(b"\xa0\x59") + 4:-66])
        self.assertTrue(self.verifies(sign1("liuhen/receipt", payload, self.agency.receipt_key)))
        self.assertFalse(self.verifies(sign1("liuhen/docking", payload, self.agency.receipt_key)))
        self.assertFalse(self.verifies(message + b"x"))
        del payload["copies"]
        self.assertFalse(self.verifies(sign1("liuhen/receipt", payload, self.agency.receipt_key)))


if __name__ == "__main__":
    unittest.main()
