# SPDX-License-Identifier: Apache-2.0
"""Rows 26, 33, 35 and 39 where the vault has a second copy: what receipts say, and what the copy finds and mends."""

import os
import shutil
import subprocess
import time

from dock_rows import PATIENCE, Socket
from evidence import BIN
from fixture import DEVICE
from liuhen_check import cbor
from liuhen_check.signed import Message
from vault_evidence import VaultAttack, object_of, rows_of

STORED = "select type, generation, first, recording, segment, hash from object where shelf = 'stored' order by leaf"


class Rows(VaultAttack):
    def setUp(self):
        """Yesterday's vault, and today's evidence to hand over to it."""
        self.today = self.enterContext(self.fresh())
        self.vault = self.enterContext(self.fresh("yesterday"))
        self.second = self.vault.root + "/second"
        self.before = rows_of(self.vault.path, STORED)

    def offers(self, rows):
        """Objects as a dock hands them over, chapters first: (fields, bytes)."""
        for kind, generation, first, recording, segment, digest in rows:
            place = {"first": first} if kind == "chapter" else {"recording": recording, "segment": segment}
            data = self.today.data(f"objects/{digest.hex()[:2]}/{digest.hex()}")
            yield {"type": kind, "device": DEVICE, "generation": generation, "size": len(data), **place}, data

    def hand_over(self, offers):
        """What the vault answers to a dock that sends everything, honestly or not."""
        answers = []
        for fields, data in offers:
            with Socket(self.vault.path + "/vault.sock") as stream:
                answer = stream.ask(verb="offer", **fields)
                if answer["state"] == "receiving":
                    upload = answer["upload"]
                    stream.ask(data, verb="bytes", upload=upload, offset=0, length=len(data), sync=True)
                    answer = stream.ask(verb="commit", upload=upload)
                answers.append(answer)
        self.wait_for_copies()
        return answers

    def wait_for_copies(self):
        """Until the second copy, if it can be used, has what was stored before there was one."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with Socket(self.vault.path + "/vault.sock") as stream:
                status = stream.ask(verb="status")
            if status["second"] or status["uncopied"] == 0:
                return
            time.sleep(0.05)
        self.fail(f"the second copy lacks {status['uncopied']} objects after {PATIENCE} s")

    def run_vault(self, more=""):
        """Hands over what was new today, or asks for its receipts again."""
        offers = list(self.offers(row for row in rows_of(self.today.path, STORED) if row not in self.before))
        self.assertGreaterEqual(len(offers), 2)
        return self.vault_starts(self.vault, lambda: self.hand_over(offers),
                                 f'second_copy = "{self.second}"\n{more}')

    def copies(self, answer):
        return Message("liuhen/receipt", answer["receipt"]).map["copies"]

    def test_row_26_one_copy_against_the_policy(self):
        """The second copy is away: whoever speaks for the dock gets no receipt, and nothing that says two copies."""
        os.makedirs(self.second)
        with open(self.second + "/somebody-elses", "w", encoding="utf-8"):
            pass
        for answer in self.run_vault():
            self.assertEqual(answer["state"], "again", answer)
            self.assertNotIn("receipt", answer)
            self.assertIn("wait for the second copy", answer["reason"])
        self.expect(self.vault, "intact")
        shutil.rmtree(self.second)
        for answer in self.run_vault():
            self.assertEqual((answer["state"], self.copies(answer)), ("receipted", 2))
        self.expect_second("intact")

    def test_row_26_one_copy_by_a_logged_policy(self):
        os.makedirs(self.second)
        with open(self.second + "/somebody-elses", "w", encoding="utf-8"):
            pass
        for answer in self.run_vault("single_copy_after_hours = 72\n"):
            self.assertEqual((answer["state"], self.copies(answer)), ("receipted", 1))
        policies = [cbor.decode(leaf)["body"] for leaf in self.vault.leaves()
                    if cbor.decode(leaf)["kind"] == "policy"]
        self.assertEqual(policies, [{"single_copy": True, "minimum_age_hours": 72}])
        self.expect(self.vault, "intact")

    def expect_second(self, verdict):
        """What both checkers say of the second copy, alone."""
        self.assertEqual(self.judge(self.second)["verdict"], verdict)

    def restore(self):
        done = subprocess.run([os.path.join(BIN, "liuhen-vault"), "restore", "--config",
                               self.vault.root + "/dock/vault.toml"], capture_output=True, text=True, timeout=120,
                              check=False)
        return done.returncode, done.stdout + done.stderr

    def test_row_33_and_35_are_mended_from_the_second_copy(self):
        """Edited, deleted, exchanged: the verdict says it, the drill puts it back, the bad bytes are kept."""
        self.run_vault()
        names = self.vault.objects()
        whole = {name: self.vault.data(name) for name in names}
        # Two segments: of one whose chapter is gone, nothing more is said than that.
        edited, deleted = (f"objects/{name[:2]}/{name}" for (name,) in rows_of(
            self.vault.path, "select lower(hex(hash)) from object where type = 'segment' order by leaf limit 2"))
        self.vault.put(edited, whole[edited][:-1] + bytes([whole[edited][-1] ^ 1]))
        os.remove(os.path.join(self.vault.path, deleted))
        self.expect(self.vault, "altered", edited, deleted)
        code, said = self.restore()
        self.assertEqual(code, 0, said)
        self.assertEqual({name: self.vault.data(name) for name in names}, whole)
        self.expect(self.vault, "intact")
        kept = [os.path.join(folder, name) for folder, _, files in os.walk(self.vault.path + "/damaged") for name in files]
        self.assertEqual([os.path.basename(path) for path in kept], [os.path.basename(edited)])
        told = [cbor.decode(leaf)["body"] for leaf in self.vault.leaves() if cbor.decode(leaf)["kind"] == "incident"]
        self.assertTrue(any(body["what"] == "restored" and os.path.basename(edited) in body["detail"] for body in told))

    test_row_35_mended = test_row_33_and_35_are_mended_from_the_second_copy

    def test_row_39_set_back_beside_its_second_copy(self):
        """Yesterday's whole folder put back: the vault does not start, and a restore brings today again."""
        before = self.vault.root + "/before"
        shutil.copytree(self.vault.path, before)
        self.run_vault()
        today, leaves = self.vault.objects(), self.vault.leaves()
        shutil.rmtree(self.vault.path)
        os.rename(before, self.vault.path)
        self.assertIn("set back", self.vault_starts(self.vault, more=f'second_copy = "{self.second}"\n'))
        code, said = self.restore()
        self.assertEqual(code, 0, said)
        self.assertEqual(self.vault.objects(), today)
        again = self.vault.leaves()
        shared = min(len(leaves), len(again))
        self.assertGreaterEqual(shared, len([leaf for leaf in leaves if object_of(leaf)]))
        self.expect(self.vault, "intact")
        self.expect_second("intact")

    def test_row_35_whole_vault_lost(self):
        """Nothing of the vault is left but keys and registrations: it is made anew, and takes up where it was."""
        self.run_vault()
        objects = self.vault.objects()
        held = rows_of(self.vault.path, "select device, generation, first, last, hash from chapter order by leaf")
        due = rows_of(self.vault.path, "select * from due order by seq")
        shutil.rmtree(self.vault.path)
        code, said = self.restore()
        self.assertEqual(code, 0, said)
        self.assertEqual(self.vault.objects(), objects)
        self.assertEqual(rows_of(self.vault.path, "select device, generation, first, last, hash from chapter order by leaf"),
                         held)
        self.assertEqual(rows_of(self.vault.path, "select * from due order by seq"), due)
        self.expect(self.vault, "intact")
        answers = self.vault_starts(self.vault, lambda: self.hand_over(self.offers(rows_of(self.today.path, STORED))),
                                    f'second_copy = "{self.second}"\n')
        self.assertEqual({(answer["state"], self.copies(answer)) for answer in answers}, {("receipted", 2)})
