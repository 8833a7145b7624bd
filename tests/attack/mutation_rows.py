# SPDX-License-Identifier: Apache-2.0
"""Row 51: seeded random mutations of a card and of a vault; and, on the samples, both checkers on all of them."""

import json
import os
import subprocess
import tempfile

from evidence import BIN, HERE, Attack
from make_sample import make

LONG = os.environ.get("LIUHEN_LONG") == "1"
COUNT = 10000 if LONG else 1000
SHARE = 5
MUTATE = os.path.join(BIN, "..", "tests", "attack_mutate")
VERIFY = os.path.join(HERE, "..", "support", "verify.py")


class Rows(Attack):
    def mutate(self, made, what, count, share, seed):
        """None intact, none crashing; that share with the same answer by the other checker."""
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.original)) as out:
            done = subprocess.run([MUTATE, made, what, str(count), str(seed), str(share), out], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(os.path.join(out, "answers.jsonl"), encoding="utf-8") as file:
                ours = [json.loads(line) for line in file]
            root = os.path.join(made, "agency", "root.pem")
            lines = "".join(f"{one['path']}\t{root}\n" for one in ours)
            done = subprocess.run(["/usr/bin/python3", VERIFY, "--batch"], input=lines, capture_output=True, text=True,
                                  check=True)
            theirs = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual(len(ours), len(theirs))
            said = ("verdict", "first_bad", "witnessed")
            wrong = [(one["how"], [one[name] for name in said], [other[name] for name in said])
                     for one, other in zip(ours, theirs) if any(one[name] != other[name] for name in said)]
            self.assertEqual(wrong, [])

    def test_row_51_card_of_the_real_recorder(self):
        self.mutate(self.original, "recorder", COUNT, SHARE, 51)

    def test_row_51_vault(self):
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.original)) as made:
            make(made)
            self.mutate(made, "vault", COUNT, SHARE, 52)

    def test_row_51_samples_with_both_checkers(self):
        for encrypted in (False, True):
            with tempfile.TemporaryDirectory(dir=os.path.dirname(self.original)) as made:
                make(made, seed=8, encrypted=encrypted, size=600)
                for what in ("recorder", "card", "vault"):
                    with self.subTest(f"{what} {encrypted}"):
                        self.mutate(made, what, COUNT // 5, 100, 53)
