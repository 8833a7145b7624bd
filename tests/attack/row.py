#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of one row of docs/attacks.md: row.py NUMBER. LIUHEN_BIN: programs; LIUHEN_MADE: where recordings go."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]

import access_rows  # noqa: E402
import cable_rows  # noqa: E402
import clock_rows  # noqa: E402
import copy_rows  # noqa: E402
import crash_rows  # noqa: E402
import crowd_rows  # noqa: E402
import dock_rows  # noqa: E402
import footage_rows  # noqa: E402
import hold_rows  # noqa: E402
import ledger_rows  # noqa: E402
import mutation_rows  # noqa: E402
import prevent_rows  # noqa: E402
import privacy_rows  # noqa: E402
import text_rows  # noqa: E402
import vault_rows  # noqa: E402
import witness_rows  # noqa: E402


def main():
    prefix = f"test_row_{int(sys.argv[1]):02d}_"
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for module in (access_rows, cable_rows, clock_rows, copy_rows, crash_rows, crowd_rows, dock_rows, footage_rows, hold_rows,
                   ledger_rows, mutation_rows, prevent_rows, privacy_rows, text_rows, vault_rows, witness_rows):
        for name in loader.getTestCaseNames(module.Rows):
            if name.startswith(prefix):
                suite.addTest(module.Rows(name))
    if suite.countTestCases() == 0:
        print(f"no test of row {sys.argv[1]}", file=sys.stderr)
        return 2
    return 0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
