#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who may include whom, where third-party headers live, file lengths and SPDX lines.

The rules are the tables below; docs/architecture.md explains them. Prints `file:line: rule`; exits 1 on a finding.
Usage: tools/lint/includes.py [ROOT]
"""

import re
import sys
from pathlib import Path

HARD_LENGTH = 600
LONG_LENGTH = 400
TOP_FOLDERS = ("common", "hal", "firmware", "dock", "tools", "tests")
CXX = {".cpp", ".hpp", ".h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# A folder and what it may include besides itself; the longest folder that begins a file's path counts.
MAY_INCLUDE = {
    "common/core": [],
    "common/crypto": ["common/core"],
    "common/media": ["common/core"],
    "common/tlog": ["common/core", "common/crypto"],
    "common/net": ["common/core", "common/crypto"],
    "common/evidence": ["common"],
    "hal": ["common/core"],
    "hal/linux": ["common/core", "hal"],
    "hal/sim": ["common/core", "hal"],
    "firmware": ["common", "hal", "firmware"],
    "firmware/app": ["common", "hal", "hal/linux", "hal/sim", "firmware"],
    "dock": ["common", "hal", "dock"],
    "dock/vault": ["common"],
    "dock/app": ["common", "hal", "hal/linux", "hal/sim", "dock"],
    "tools": ["common", "tools"],
    "tools/bench": ["common", "hal", "hal/sim", "firmware", "dock", "tools"],
    "tests": ["common", "hal", "hal/linux", "hal/sim", "firmware", "dock", "tools", "tests"],
    "tests/common": ["common", "tests"],
    "tests/hal": ["common", "hal", "hal/linux", "hal/sim", "tests"],
    "tests/firmware": ["common", "hal", "hal/linux", "hal/sim", "firmware", "tests"],
    "tests/dock": ["common", "hal", "hal/linux", "hal/sim", "dock", "tests"],
    "tests/tools": ["common", "tools", "tests"],
}

# Parts of a permitted folder that need a permission of their own.
OWN_PERMISSION = ("hal/linux", "hal/sim")

# Third-party headers and their homes; the tests of a home may use them too.
THIRD_PARTY_HOME = [
    (re.compile(r"^gst/|^glib"), ["firmware/capture", "hal", "tools/bench", "tools/sanitizers"]),
    (re.compile(r"^sqlite3(ext)?\.h$"), ["dock/catalogue", "dock/vault"]),
    (re.compile(r"^openssl/"), ["common/crypto", "common/net"]),
    (re.compile(r"^boost/(beast|asio)(/|\.hpp$)"), ["common/net", "dock/web"]),
    (re.compile(r"^libusb"), ["hal/linux"]),
    (re.compile(r"^seccomp\.h$"), ["dock/vault/sandbox"]),
    (re.compile(r"^argon2\.h$"), ["dock/access"]),
    (re.compile(r"^tl/expected\.hpp$"), ["common/core/result.hpp"]),
]


def is_inside(path, folder):
    return path == folder or path.startswith(folder + "/")


def longest_match(path, folders):
    fitting = [folder for folder in folders if is_inside(path, folder)]
    return max(fitting, key=len, default=None)


def check_own_include(path, target):
    """The rule that including `target` from `path` breaks, or None."""
    if target.split("/")[0] not in TOP_FOLDERS or ".." in target.split("/"):
        return f'"{target}" does not start at the root of the repository ({", ".join(TOP_FOLDERS)})'
    home = longest_match(path, MAY_INCLUDE)
    if home is None:
        return f"{path} stands in no folder that tools/lint/includes.py knows"
    allowed = [home] + MAY_INCLUDE[home]
    guarded = longest_match(target, OWN_PERMISSION)
    if guarded is not None:
        permitted = guarded in allowed
    else:
        permitted = any(is_inside(target, folder) for folder in allowed)
    if permitted:
        return None
    return f'{home} may not include "{target}"; it may include {", ".join(allowed)}'


def check_third_party(path, target):
    for pattern, homes in THIRD_PARTY_HOME:
        if pattern.search(target):
            if any(is_inside(path, home) or is_inside(path, "tests/" + home) for home in homes):
                return None
            return f"<{target}> has its home in {', '.join(homes)}"
    return None


def check_includes(path, lines, root):
    for number, line in enumerate(lines, start=1):
        found = INCLUDE.match(line)
        if not found:
            continue
        quote, target = found.groups()
        if quote == "<":
            problem = check_third_party(path, target)
        else:
            problem = check_own_include(path, target)
            if problem is None and not (root / target).is_file():
                problem = f'"{target}" does not exist'
        if problem:
            yield number, problem


def source_files(root):
    """Every source file of ours, as (path from the root, whether it is C++)."""
    candidates = [root / "CMakeLists.txt"]
    for top in TOP_FOLDERS + (".ci",):
        candidates += sorted((root / top).rglob("*"))
    for file in candidates:
        if not file.is_file() or file.is_symlink() or "node_modules" in file.parts:
            continue
        path = file.relative_to(root).as_posix()
        if file.suffix in CXX:
            yield path, True
        elif file.name == "CMakeLists.txt" or file.suffix in {".cmake", ".py", ".sh"}:
            yield path, False
        elif file.suffix == "" and not re.match(r"tests/.*(data|corpus)/", path):
            with open(file, "rb") as stream:
                if stream.read(2) == b"#!":
                    yield path, False


def has_spdx(lines):
    start = 1 if lines and lines[0].startswith("#!") else 0
    return len(lines) > start and "SPDX-License-Identifier: " in lines[start]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    findings, notes, count = [], [], 0
    for path, is_cxx in source_files(root):
        count += 1
        try:
            lines = (root / path).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            findings.append(f"{path}:1: not UTF-8: {error}")
            continue
        if not has_spdx(lines):
            findings.append(f"{path}:1: the first line (after #!) must be the SPDX line")
        if len(lines) > HARD_LENGTH:
            findings.append(f"{path}:{len(lines)}: longer than {HARD_LENGTH} lines")
        elif len(lines) > LONG_LENGTH:
            notes.append(f"{path}:{len(lines)}: note: longer than {LONG_LENGTH} lines")
        if is_cxx:
            findings += [f"{path}:{number}: {problem}" for number, problem in check_includes(path, lines, root)]
    for line in notes + findings:
        print(line)
    if count == 0:
        print(f"includes: no source file under {root}")
        return 1
    print(f"includes: {count} files, {len(findings) or 'no'} finding{'s' if len(findings) > 1 else ''}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
