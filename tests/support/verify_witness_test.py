#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""custody.md §6: when a checkpoint is witnessed, and what a policy of witnesses is."""

import base64
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check.merkle import Note, key_id  # noqa: E402
from liuhen_check.report import CannotTell  # noqa: E402
from liuhen_sample.agency import ORIGIN, WITNESS, public  # noqa: E402
from liuhen_sample.cases import Cases  # noqa: E402
from liuhen_sample.keys import Source  # noqa: E402

POLICY, CHECKPOINT = "../agency/witnesses/policy", "../vault/log/checkpoint"
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


if __name__ == "__main__":
    unittest.main()
