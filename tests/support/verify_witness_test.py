#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""custody.md §6: when a checkpoint is witnessed, and what a policy of witnesses is."""

import base64
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check import cbor  # noqa: E402
from liuhen_check.merkle import Note, key_id, leaf_hash  # noqa: E402
from liuhen_check.report import CannotTell  # noqa: E402
from liuhen_sample.agency import ORIGIN, WITNESS, public  # noqa: E402
from liuhen_sample.cases import Cases  # noqa: E402
from liuhen_sample.keys import Source  # noqa: E402

POLICY, CHECKPOINT, SEEN = "../agency/witnesses/policy", "../vault/log/checkpoint", "../vault/log/witnessed"
TIME = 1_770_000_200


def vkey(name, key, algorithm=4):
    raw = base64.b64encode(bytes([algorithm]) + public(key)).decode()
    return f"{name}+{key_id(name, algorithm, public(key)).hex()}+{raw}"


def cosignature(name, key, body, time=TIME):
    """A line by which a witness says that it saw a note's text."""
    signature = key.sign(f"cosignature/v1\ntime {time}\n{body}".encode())
    raw = key_id(name, 4, public(key)) + time.to_bytes(8, "big") + signature
    return f"\u2014 {name} {base64.b64encode(raw).decode()}\n"


KEYS = {f"w{number}": Source(number).ed25519("witness") for number in range(1, 6)}
LINES = {name: f"witness {name} {vkey(name, key)}\n" for name, key in KEYS.items()}
TWO_OF_THREE = LINES["w1"] + LINES["w2"] + LINES["w3"] + "group g 2 w1 w2 w3\nquorum g\n"


class Witnessed(Cases):
    def witnessed(self, policy, *names, lying=()):
        """What both checkers say of a vault whose checkpoint these witnesses cosigned; `lying` ones another text."""
        folder = self.sample().fresh()
        note = folder.data(CHECKPOINT).decode()
        body = Note(note).body
        note += "".join(cosignature(name, KEYS[name], body) for name in names)
        note += "".join(cosignature(name, KEYS[name], body.replace("\n", "x\n", 1)) for name in lying)
        folder.put(CHECKPOINT, note.encode())
        if policy is not None:
            folder.put(POLICY, policy if isinstance(policy, bytes) else policy.encode())
        result = folder.verdict("vault")
        self.expect(result, "intact")
        return result["witnessed"]

    def test_any_witness_is_enough_without_a_policy(self):
        self.assertTrue(self.witnessed(None))  # the sample's own
        self.assertTrue(self.witnessed(None, "w1"))  # whoever else signed

    def test_a_quorum_of_two_of_three(self):
        rows = [((), (), False), (("w1",), (), False), (("w4", "w5"), (), False), (("w1", "w3"), (), True),
                (("w1", "w2", "w3"), (), True), (("w1",), ("w2",), False), (("w1", "w2"), ("w3",), True),
                (("w1", "w1"), (), False), ((), ("w1", "w2", "w3"), False)]
        for names, lying, wanted in rows:
            with self.subTest(names=names, lying=lying):
                self.assertEqual(self.witnessed(TWO_OF_THREE, *names, lying=lying), wanted)

    def test_groups_of_groups(self):
        policy = "".join(LINES.values()) + "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup both all x y\nquorum both\n"
        rows = [(("w1", "w2", "w4"), True), (("w1", "w2", "w3"), False), (("w4", "w5", "w1"), False),
                (("w2", "w3", "w5"), True)]
        for names, wanted in rows:
            with self.subTest(names):
                self.assertEqual(self.witnessed(policy, *names), wanted)

    def test_what_a_policy_asks_of_the_log(self):
        log = self.sample().agency.log_key
        one, other = vkey(ORIGIN, log, 1), vkey(ORIGIN, Source(77).ed25519("log"), 1)
        tail = LINES["w1"] + "quorum w1\n"
        self.assertTrue(self.witnessed(f"log {one} https://example.org/\n{tail}", "w1"))
        self.assertTrue(self.witnessed(f"log {other}\nlog {one}\n{tail}", "w1"))
        self.assertFalse(self.witnessed(f"log {other}\n{tail}", "w1"))

    def test_nobody_saw_it_with_no_quorum(self):
        self.assertFalse(self.witnessed("quorum none\n", "w1"))
        self.assertFalse(self.witnessed(LINES["w1"] + "quorum none\n", "w1"))

    def test_keys_beside_a_policy_do_not_count(self):
        self.assertFalse(self.witnessed(LINES["w1"] + "quorum w1\n"))  # the sample's own witness signed
        self.assertTrue(self.witnessed(f"witness own {vkey(WITNESS, self.sample().agency.witness_key)}\nquorum own\n"))

    def test_a_checkpoint_that_the_log_did_not_sign_is_not_witnessed(self):
        folder = self.sample().fresh()
        lines = folder.data(CHECKPOINT).decode().split("\n")
        lines[4] = lines[4][:-8] + ("AAAAAAA=" if not lines[4].endswith("AAAAAAA=") else "BBBBBBA=")
        folder.put(CHECKPOINT, "\n".join(lines).encode())
        result = folder.verdict("vault")
        self.expect(result, "altered", None, "log/checkpoint", None)
        self.assertFalse(result["witnessed"])

    def test_what_a_policy_is(self):
        w1, w2, quorum = LINES["w1"], LINES["w2"], "quorum w1\n"
        twice = w1.replace("witness w1", "witness again")
        many = "".join(f"group g{number} any {'w1' if number == 0 else f'g{number - 1}'}\n" for number in range(64))
        rows = [
            ("a witness that is the quorum", w1 + quorum, True), ("blanks and comments", "\n \t\n# a\n \t# b\n" + w1 + quorum, True),
            ("tabs between", w1.replace(" ", "\t \t") + "\t quorum  w1 \n", True),
            ("lines behind the quorum", w1 + quorum + w2, True), ("a URL", w1[:-1] + " http://w1.example/\n" + quorum, True),
            ("a name in any bytes", (w1.replace("witness w1", "witness \u7559") + "quorum \u7559\n"), True),
            ("bytes that are no UTF-8", w1.encode().replace(b"witness w1", b"witness \xff\xfe") + b"quorum \xff\xfe\n", True),
            ("a witness called group", w1.replace("witness w1", "witness group") + "quorum group\n", True),
            ("64 groups", w1 + many + "quorum g63\n", True),
            ("nothing", "", False), ("no quorum", w1, False), ("two quorums", w1 + quorum + quorum, False),
            ("a quorum before it is defined", quorum + w1, False), ("a quorum of nobody", w1 + "quorum w2\n", False),
            ("a quorum of two names", w1 + w2 + "quorum w1 w2\n", False), ("a quorum without a name", w1 + "quorum\n", False),
            ("a last line that does not end", w1 + "quorum w1", False), ("a carriage return", w1 + "quorum w1\r\n", False),
            ("a zero byte", w1 + "quorum w1\0\n", False), ("a delete byte", "#\x7f\n" + w1 + quorum, False),
            ("a word of no sort", "mirror a\n" + w1 + quorum, False), ("another case", w1 + "Quorum w1\n", False),
            ("a name twice", w1 + w2.replace("witness w2", "witness w1") + quorum, False),
            ("a key twice", w1 + twice + quorum, False), ("the name none", w1.replace("witness w1", "witness none") + quorum, False),
            ("a group called none", w1 + "group none any w1\n" + quorum, False),
            ("a log's key as a witness", f"witness a {vkey('a', KEYS['w1'], 1)}\nquorum a\n", False),
            ("a witness's key as a log", f"log {vkey('a', KEYS['w2'])}\n" + w1 + quorum, False),
            ("a key with another id", w1[:-5] + "AAA=\n" + quorum, False),
            ("a witness without a key", "witness w1\nquorum w1\n", False),
            ("a witness with too much", w1[:-1] + " a b\n" + quorum, False),
            ("a group of one", w1 + "group g 1 w1\nquorum g\n", True), ("a group of nobody", w1 + "group g any\nquorum g\n", False),
            ("a threshold of nought", w1 + "group g 0 w1\nquorum g\n", False),
            ("a threshold above its members", w1 + "group g 2 w1\nquorum g\n", False),
            ("a threshold with a nought before it", w1 + "group g 01 w1\nquorum g\n", False),
            ("a threshold with a sign", w1 + "group g +1 w1\nquorum g\n", False),
            ("a threshold of another word", w1 + "group g most w1\nquorum g\n", False),
            ("a huge threshold", w1 + "group g 99999999999999999999999 w1\nquorum g\n", False),
            ("a member twice", w1 + "group g any w1 w1\nquorum g\n", False),
            ("a member of two groups", w1 + "group g any w1\ngroup h any w1\nquorum g\n", False),
            ("a member that comes later", w1 + "group g any w1 w2\n" + w2 + "quorum g\n", False),
            ("a group in itself", w1 + "group g any g\nquorum g\n", False), ("none as a member", w1 + "group g any none\nquorum g\n", False),
            ("65 groups", w1 + many + "group g64 any g63\nquorum g64\n", False),
            ("65 536 bytes", "#" + "a" * (65536 - len(w1 + quorum) - 2) + "\n" + w1 + quorum, True),
            ("and no more", "#" + "a" * (65536 - len(w1 + quorum) - 1) + "\n" + w1 + quorum, False)]
        for sentence, policy, good in rows:
            with self.subTest(sentence):
                if good:
                    self.assertTrue(self.witnessed(policy, "w1"))
                else:
                    with self.assertRaises(CannotTell):
                        self.witnessed(policy, "w1")

    def test_a_policy_that_cannot_be_read(self):
        folder = self.sample().fresh()
        os.mkdir(folder.full(POLICY))
        with self.assertRaises(CannotTell):
            folder.verdict("vault")


class Seen(Cases):
    """The newest note that was witnessed, beside a checkpoint that nobody cosigned yet."""

    def folder(self, seen=None):
        """A vault under an unwitnessed checkpoint, with these bytes as the witnessed note."""
        folder = self.sample().fresh()
        folder.put(CHECKPOINT, self.sample().agency.note(witnessed=False).encode())
        if seen is not None:
            folder.put(SEEN, seen if isinstance(seen, bytes) else seen.encode())
        return folder

    def leaves(self):
        """(how many leaves the sample's log has, how many of them up to the last that tells of bytes)"""
        kinds = [cbor.decode(leaf)["kind"] for leaf in self.sample().agency.leaves]
        return len(kinds), max(at + 1 for at, kind in enumerate(kinds) if kind in ("object", "quarantine", "fork"))

    def told(self, result):
        return result["witnessed"], result["witnessed_leaves"], result["leaves"]

    def test_the_witnessed_tree_holds_all_evidence(self):
        agency = self.sample().agency
        before = list(agency.leaves)
        try:
            for kind, body in (("receipt", {"object": bytes(32), "message": bytes(32)}), ("of tomorrow", {})):
                agency.log(kind, body)
            size, evidence = self.leaves()
            self.assertEqual((evidence, size), (len(before), len(before) + 2))
            for count in range(1, size + 1):
                with self.subTest(count):
                    folder = self.folder()
                    agency.write_vault(folder.path + "/vault", [])
                    folder.put(CHECKPOINT, agency.note(witnessed=False).encode())
                    folder.put(SEEN, agency.note(count=count).encode())
                    result = folder.verdict("vault")
                    self.expect(result, "intact")
                    self.assertEqual(self.told(result), (count >= evidence, count, size))
        finally:
            agency.leaves = before

    def test_the_larger_of_the_two_counts(self):
        size, _ = self.leaves()
        folder = self.sample().fresh()
        folder.put(SEEN, self.sample().agency.note(count=1).encode())
        self.assertEqual(self.told(folder.verdict("vault")), (True, size, size))

    def test_without_the_file_the_checkpoint_alone_counts(self):
        size, _ = self.leaves()
        self.assertEqual(self.told(self.folder().verdict("vault")), (False, 0, size))
        self.assertEqual(self.told(self.sample().fresh().verdict("vault")), (True, size, size))
        self.assertEqual(self.told(self.sample().fresh().verdict()), (False, 0, 0))

    def test_what_others_signed_changes_no_verdict(self):
        size, _ = self.leaves()
        good = self.sample().agency.note(count=size).split("\n")
        raw = bytearray(base64.b64decode(good[5].split(" ")[2]))
        raw[20] ^= 1
        bad = "\n".join(good[:5] + [" ".join(good[5].split(" ")[:2] + [base64.b64encode(raw).decode()])] + good[6:])
        for seen in (bad, self.sample().agency.note(witnessed=False, count=size)):
            result = self.folder(seen).verdict("vault")
            self.expect(result, "intact")
            self.assertEqual(self.told(result), (False, 0, size))

    def test_a_policy_that_it_does_not_meet(self):
        size, _ = self.leaves()
        folder = self.folder(self.sample().agency.note(count=size))
        folder.put(POLICY, (LINES["w1"] + "quorum w1\n").encode())
        self.assertEqual(self.told(folder.verdict("vault")), (False, 0, size))
        body = Note(folder.data(SEEN)).body
        folder.put(SEEN, folder.data(SEEN) + cosignature("w1", KEYS["w1"], body).encode())
        self.assertEqual(self.told(folder.verdict("vault")), (True, size, size))

    def test_another_history_is_altered(self):
        agency, other = self.sample().agency, self.sample(seed=9).agency
        own = [list(agency.leaves), list(agency.leaves)]
        own[0][1], own[1][1:] = agency.leaves[2], agency.leaves[1:] + agency.leaves[-1:]
        rows = [("a root that its leaves do not give", self.signed(own[0])),
                ("more leaves than the log has", self.signed(own[1])),
                ("of another agency's log", other.note(count=3)), ("no note", b"x\n"), ("empty", b""),
                ("with bytes behind it", agency.note(count=3) + "x"), ("not UTF-8", b"\xff" + agency.note().encode()),
                ("too long", agency.note().encode() + b"\xe2\x80\x94 a AAAAAAAA\n" * 6000),
                ("not signed by the log", self.unsigned(agency.note(count=3)))]
        for sentence, seen in rows:
            with self.subTest(sentence):
                result = self.folder(seen).verdict("vault")
                self.expect(result, "altered", None, "log/witnessed", None)
                self.assertEqual(self.told(result)[:2], (False, 0))

    def signed(self, leaves):
        """The log's own note over other leaves."""
        agency = self.sample().agency
        kept, agency.leaves = agency.leaves, leaves
        try:
            return agency.note()
        finally:
            agency.leaves = kept

    @staticmethod
    def unsigned(note):
        lines = note.split("\n")
        return "\n".join(lines[:4] + lines[5:])

    def test_what_is_no_file(self):
        for sentence, make in (("a folder", os.mkdir), ("a pipe", os.mkfifo),
                               ("a link to a good one", lambda path: os.symlink("checkpoint", path))):
            with self.subTest(sentence):
                folder = self.sample().fresh()
                make(folder.full(SEEN))
                result = folder.verdict("vault")
                self.expect(result, "altered", None, "log/witnessed", None)
                self.assertTrue(result["witnessed"])  # the checkpoint itself is

    def test_a_log_that_was_set_back_shows_it(self):
        agency, (size, _) = self.sample().agency, self.leaves()
        folder = self.folder(agency.note(count=size))
        for name in ("checkpoint", f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
            folder.remove("../vault/log/" + name)
        hashes = b"".join(leaf_hash(leaf) for leaf in agency.leaves[:1])
        folder.put("../vault/log/tile/0/000.p/1", hashes)
        folder.put("../vault/log/tile/entries/000.p/1", len(agency.leaves[0]).to_bytes(2, "big") + agency.leaves[0])
        folder.put(CHECKPOINT, agency.note(count=1).encode())
        problems = folder.verdict("vault")["problems"]
        self.assertIn(("altered", "log/witnessed"), [(p["verdict"], p["file"]) for p in problems])
        folder.remove(CHECKPOINT)  # without one nothing is known of the note
        result = folder.verdict("vault")
        self.expect(result, "altered", None, "log/checkpoint", None)
        self.assertEqual(self.told(result), (False, 0, 0))


class Keys(Cases):
    """A verifier key and a newline, read where there is a log."""

    def test_files_of_keys(self):
        good = vkey("w1", KEYS["w1"])
        rows = [("a key and a newline", good + "\n", True), ("of a log", vkey("w1", KEYS["w1"], 1) + "\n", True),
                ("no newline", good, False), ("two newlines", good + "\n\n", False),
                ("two keys", good + "\n" + vkey("w2", KEYS["w2"]) + "\n", False), ("a space behind", good + " \n", False),
                ("a carriage return", good + "\r\n", False), ("a newline before", "\n" + good + "\n", False),
                ("nothing", "", False), ("another type", vkey("w1", KEYS["w1"], 2) + "\n", False),
                ("a control character in the name", vkey("w\x01", KEYS["w1"]) + "\n", False),
                ("no UTF-8", (good + "\n").encode().replace(b"w1", b"\xff\xfe"), False),
                ("too long", vkey("w" * 65536, KEYS["w1"]) + "\n", False)]
        for sentence, text, good in rows:
            with self.subTest(sentence):
                folder = self.sample().fresh()
                folder.put("../agency/witnesses/w1.vkey", text if isinstance(text, bytes) else text.encode())
                if good:
                    self.expect(folder.verdict("vault"), "intact")
                else:
                    with self.assertRaises(CannotTell):
                        folder.verdict("vault")

    def test_a_card_has_no_log_to_be_witnessed(self):
        folder = self.sample().fresh()
        folder.put("../agency/witnesses/other.vkey", b"no key\n")
        folder.put(POLICY, b"no policy\n")
        for what in ("recorder", "recorder/card"):
            self.expect(folder.verdict(what), "intact")
        with self.assertRaises(CannotTell):
            folder.verdict("vault")


if __name__ == "__main__":
    unittest.main()
