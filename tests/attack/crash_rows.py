# SPDX-License-Identifier: Apache-2.0
"""Rows 29 to 31 with small counts; the suite crash runs the same cases in full."""

import os
import re
import subprocess
import unittest

from evidence import BIN


class Rows(unittest.TestCase):
    def passes(self, *cases):
        program = os.path.join(BIN, "..", "tests", "vault_crash_test")
        for case in cases:
            done = subprocess.run([program, f"-tc={case}"], capture_output=True, text=True, timeout=600, check=False,
                                  env={**os.environ, "LIUHEN_FEW": "1"})
            told = re.search(r"test cases:\s+(\d+) \|\s+(\d+) passed", done.stdout)
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-1000:])
            self.assertEqual(told.groups(), ("1", "1"), done.stdout)
            print(*re.findall(r"MESSAGE: (.*)", done.stdout), sep="\n")

    def test_row_29_killed_at_each_system_call(self):
        self.passes("killed at each system call of one commit*")

    def test_row_30_unsynced_data_lost_torn_reordered(self):
        self.passes("in every state that a power cut may leave of an intake*")

    def test_row_31_a_sync_fails_or_the_disk_is_full(self):
        self.passes("each sync of an intake fails once with EIO", "the disk is full at each write of an intake",
                    "the disk is full amid each write of an intake")
