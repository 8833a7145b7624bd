#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks liuhen evidence with nothing but docs/format, python3-cbor2 and python3-cryptography."""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check.agency import Agency, read  # noqa: E402
from liuhen_check.card import check_recorder  # noqa: E402
from liuhen_check.merkle import Note  # noqa: E402
from liuhen_check.report import CannotTell, Report  # noqa: E402
from liuhen_check.vault import Vault  # noqa: E402


def check(path, trust=None, checkpoint=None):
    """The answer for one recorder, card or vault folder; CannotTell if there is none."""
    report = Report()
    has = {name for name in ("card", "keystore", "ledger", "footage", "objects", "log")
           if os.path.lexists(os.path.join(path, name))}
    agency = Agency([os.path.join(path, "..", "agency"), os.path.join(path, "..", "..", "agency")], trust)
    if has & {"objects", "log"}:
        Vault(report, agency, path).check(_earlier(checkpoint))
    elif has & {"card", "keystore"}:
        keystore = os.path.join(path, "keystore") if "keystore" in has else None
        check_recorder(report, agency, os.path.join(path, "card"), keystore, "card/")
    elif has & {"ledger", "footage"}:
        check_recorder(report, agency, path, None, "")
    else:
        raise CannotTell(f"{path} is no recorder, card or vault")
    return report.answer()


def _earlier(checkpoint):
    if checkpoint is None:
        return None
    try:
        return Note((read(checkpoint) or b"").decode("utf-8"))
    except ValueError as error:
        raise CannotTell(f"checkpoint {checkpoint}: {error}") from error


def answer(path, trust=None, checkpoint=None):
    """check(), with an answer also where there is none."""
    try:
        return check(path, trust, checkpoint)
    except (CannotTell, OSError) as error:
        return {"verdict": None, "witnessed": False, "first_bad": None, "findings": [], "problems": [],
                "error": str(error)}


def batch():
    """One path, and maybe TAB and a root, on each line; one line of JSON for each."""
    for line in sys.stdin:
        path, _, trust = line.rstrip("\n").partition("\t")
        print(json.dumps(answer(path, trust or None)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?")
    parser.add_argument("--trust")
    parser.add_argument("--checkpoint")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--batch", action="store_true")
    arguments = parser.parse_args()
    if arguments.batch:
        batch()
        return 0
    if arguments.path is None:
        parser.error("a path is needed")
    result = answer(arguments.path, arguments.trust, arguments.checkpoint)
    if arguments.json:
        print(json.dumps(result))
    elif "error" in result:
        print(f"cannot tell: {result['error']}")
    else:
        print(result["verdict"] + (", witnessed" if result["witnessed"] else ""))
        for problem in result["problems"]:
            print("  {verdict} at {generation}/{seq} {file}@{offset}: {text}".format(**problem))
    return 2 if "error" in result else 0 if result["verdict"] == "intact" else 1


if __name__ == "__main__":
    sys.exit(main())
