#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the documents: links resolve, ADRs are numbered and whole, both READMEs name both commands, no build machine leaks in.

Prints `file:line: problem`; exits 1 on a finding. Usage: tools/lint/docs.py [ROOT]
"""

import os
import re
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HOME_PATH = re.compile(r"(?<![\w.~$}/])/(home|Users|work|root)/\w")
SKIPPED = {".git", "build", "node_modules"}
ADR_NAME = re.compile(r"^(\d{4})-[a-z0-9-]+\.md$")
ADR_PARTS = ("Status:", "Date:", "## Context", "## Options", "## Decision", "## Consequences",
             "## How we would notice we were wrong")
READMES = ("README.md", "README.zh-CN.md")
COMMANDS = ("tools/demo", "tools/test")


def documents(root):
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]  # tests make and remove folders there
        found += [Path(folder) / name for name in names if name.endswith(".md")]
    yield from sorted(found)


def check_document(file):
    fenced = False
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
        if HOME_PATH.search(line):
            yield number, "names a path of somebody's machine"
        if fenced:
            continue
        for target in LINK.findall(line):
            path = target.split("#")[0]
            if path and "://" not in target and not (file.parent / path).exists():
                yield number, f"link to {target}, which does not exist"


def check_adrs(root):
    numbers = []
    for file in sorted((root / "docs/adr").glob("*.md")):
        found = ADR_NAME.match(file.name)
        if not found:
            yield file, "an ADR is named NNNN-title.md"
            continue
        numbers.append(int(found.group(1)))
        text = file.read_text(encoding="utf-8")
        for part in ADR_PARTS:
            if not re.search("^" + re.escape(part), text, re.MULTILINE):
                yield file, f'lacks "{part}"'
    if numbers != list(range(1, len(numbers) + 1)):
        yield root / "docs/adr", f"ADR numbers have a gap or a double: {numbers}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    findings, count = [], 0
    for file in documents(root):
        count += 1
        name = file.relative_to(root)
        findings += [f"{name}:{number}: {problem}" for number, problem in check_document(file)]
    findings += [f"{file.relative_to(root)}:1: {problem}" for file, problem in check_adrs(root)]
    for name in READMES:
        text = (root / name).read_text(encoding="utf-8") if (root / name).is_file() else ""
        findings += [f"{name}:1: does not name {command}" for command in COMMANDS if command not in text]
    print("\n".join(findings + [f"docs: {count} files, {len(findings) or 'no'} finding{'s' if len(findings) > 1 else ''}"]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
