#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks liuhen evidence with nothing but docs/format, python3-cbor2 and python3-cryptography."""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check.agency import Agency  # noqa: E402
from liuhen_check.card import check_recorder, find_foreign  # noqa: E402
from liuhen_check.files import open_file  # noqa: E402
from liuhen_check.merkle import NOTE_BYTES, Note  # noqa: E402
from liuhen_check.report import CannotTell, Report  # noqa: E402
from liuhen_check.vault import Vault  # noqa: E402

KINDS = {"recorder": ("card",), "card": ("ledger",), "vault": ("log", "objects")}
HELP = """PATH is one of
  a recorder  a folder that holds card/ (and keystore/)
  a card      a folder that holds ledger/
  a vault     a folder that holds log/ or objects/
A folder that is none or more than one of these is not checked.

The agency's root certificate is --trust, or root.pem in agency/ beside PATH or one folder up. Registrations
and witnesses are read from the folder of the root.

--json prints verdict (intact, unproven, incomplete, altered), witnessed, witnessed_leaves and leaves (of a
vault's log), first_bad (generation, seq, file, offset, or null), findings (facts that change no verdict) and
problems, the latter two with kind or verdict, place and text, and access (leaf, kind and why of what was not
approved). --batch reads one PATH a line, maybe a TAB and a root, and prints one line of JSON for each.

exit status: 0 intact, 1 anything else, 2 cannot tell (no such folder, no root, unreadable, called wrongly)"""


def kind_of(path):
    """recorder, card or vault; CannotTell if the folder is none or several of these."""
    if not os.path.isdir(path):
        raise CannotTell(f"{path} is no folder")
    found = [kind for kind, names in KINDS.items() if any(os.path.lexists(os.path.join(path, name)) for name in names)]
    if len(found) != 1:
        raise CannotTell(f"{path} is {' and '.join(found) if found else 'no recorder, card or vault'}")
    return found[0]


def check(path, trust=None, checkpoint=None):
    """The answer for one recorder, card or vault folder; CannotTell if there is none."""
    report, kind, path = Report(), kind_of(path), os.path.join(path, "")
    earlier = _earlier(checkpoint)
    agency = Agency([os.path.join(path, "..", "agency"), os.path.join(path, "..", "..", "agency")], trust)
    if kind == "vault":
        Vault(report, agency, path).check(earlier)
    elif kind == "recorder":
        keystore = os.path.realpath(os.path.join(path, "keystore"))
        check_recorder(report, agency, os.path.join(path, "card"), keystore, "card/")
        find_foreign(report, os.path.join(path, "card"), "card/")
    else:
        check_recorder(report, agency, path, None, "")
        find_foreign(report, path)
    return report.answer()


def _earlier(checkpoint):
    if checkpoint is None:
        return None
    file = open_file(os.path.realpath(checkpoint))
    if file is None:
        raise CannotTell(f"checkpoint {checkpoint} is no file")
    with file:
        raw = file.take(0, NOTE_BYTES + 1)
    try:
        return Note(raw)
    except ValueError as error:
        raise CannotTell(f"checkpoint {checkpoint}: {error}") from error


def answer(path, trust=None, checkpoint=None):
    """check(), with an answer also where there is none."""
    try:
        return check(path, trust, checkpoint)
    except (CannotTell, OSError, ValueError) as error:
        return {"verdict": None, "witnessed": False, "witnessed_leaves": 0, "leaves": 0, "first_bad": None,
                "findings": [], "problems": [], "access": [], "error": str(error)}


def batch():
    """One path, and maybe TAB and a root, on each line; one line of JSON for each."""
    for line in sys.stdin:
        path, _, trust = line.rstrip("\n").partition("\t")
        print(json.dumps(answer(path, trust or None)), flush=True)


def show(result):
    """The answer for people."""
    if "error" in result:
        print(f"cannot tell: {result['error']}")
        return
    seen = f" ({result['witnessed_leaves']} of {result['leaves']} leaves)" if result["leaves"] else ""
    print(result["verdict"] + (", witnessed" if result["witnessed"] else ", unwitnessed") + seen)
    for problem in result["problems"]:
        print("  {verdict} at {generation}/{seq} {file}@{offset}: {text}".format(**problem))
    for finding in result["findings"]:
        print("  {kind} at {generation}/{seq} {file}: {text}".format(**finding))
    for finding in result["access"]:
        print("  access: leaf {leaf} ({kind}): {why}".format(**finding))


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=HELP,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", metavar="PATH", help="the folder to check")
    parser.add_argument("--trust", metavar="ROOT.pem", help="the agency's root certificate")
    parser.add_argument("--checkpoint", metavar="FILE",
                        help="a checkpoint from elsewhere that a vault's log must contain")
    parser.add_argument("--json", action="store_true", help="answer for machines")
    parser.add_argument("--batch", action="store_true", help="check the paths on standard input")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    if arguments.batch:
        batch()
        return 0
    if arguments.path is None:
        parser.error("a PATH is needed")
    result = answer(arguments.path, arguments.trust, arguments.checkpoint)
    if arguments.json:
        print(json.dumps(result))
    else:
        show(result)
    return 2 if "error" in result else 0 if result["verdict"] == "intact" and not result["access"] else 1


if __name__ == "__main__":
    sys.exit(main())
