#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The catalogue can be deleted and made anew to the same content, from the vault's log and objects alone (invariant 7)."""

import argparse
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "attack"))

from stored import stored  # noqa: E402

# A receipt acknowledged since the last docking stands in no chapter yet; it is given once more.
NOT_PROJECTED = "receipt_delivered"


class Failed(Exception):
    """A sentence about what is not as it must be."""


def expect(true, sentence):
    if not true:
        raise Failed(sentence)


def rows_of(database):
    """All rows of all tables, sorted."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        tables = [name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
        return {table: sorted(connection.execute(f"select * from {table}"), key=repr) for table in tables}
    finally:
        connection.close()


class Dock:
    def __init__(self, folder, programs):
        self.folder, self.program = folder, os.path.join(programs, "liuhen-dock")
        self.config = os.path.join(folder, "dock", "dock.toml")
        self.database = os.path.join(folder, "dock", "catalogue.db")
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)^vault_folder = .*$", 'vault_folder = "../vault"', text))

    def rebuild(self, code):
        done = subprocess.run([self.program, "rebuild", "--config", self.config], capture_output=True, text=True,
                              timeout=60, check=False)
        expect(done.returncode == code, f"rebuild answered {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def chapter(self):
        (name,) = next(iter(sqlite3.connect(self.database).execute(
            "select lower(hex(object)) from object where type = 'chapter' order by leaf")))
        return os.path.join(self.folder, "vault", "objects", name[:2], name)


def flip(path):
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        file.seek(100)
        byte = file.read(1)[0]
        file.seek(100)
        file.write(bytes([byte ^ 1]))


def story(dock):
    before = rows_of(dock.database)
    expect(before["chapter"] and before["segment"] and before["object"], "the dock's catalogue holds too little")

    print(dock.rebuild(0).strip())
    after = rows_of(dock.database)
    acknowledged = after.pop(NOT_PROJECTED), before.pop(NOT_PROJECTED)
    expect(after == before, "the catalogue made anew differs from the one that intake made")
    expect(set(acknowledged[0]) <= set(acknowledged[1]), "a receipt is noted as given that never was")
    expect(os.path.exists(dock.database + ".before"), "the old catalogue is not beside the new one")

    os.remove(dock.database)
    dock.rebuild(0)
    again = rows_of(dock.database)
    again.pop(NOT_PROJECTED)
    expect(again == before, "the catalogue made without an old one differs")

    chapter = dock.chapter()
    flip(chapter)
    said = dock.rebuild(1)
    expect("is not what the log names" in said and os.path.basename(chapter) in said, f"a damaged chapter: {said}")
    expect(len(rows_of(dock.database)["chapter"]) == len(before["chapter"]) - 1, "a damaged chapter was entered")
    flip(chapter)

    kept = rows_of(dock.database)
    checkpoint = os.path.join(dock.folder, "vault", "log", "checkpoint")
    shutil.copy(checkpoint, checkpoint + ".good")
    with open(checkpoint, "ab") as file:
        file.write(b"x")
    said = dock.rebuild(1)
    expect("custody log" in said and "liuhen verify" in said, f"a damaged log: {said}")
    expect(rows_of(dock.database) == kept, "a damaged log changed the catalogue")
    os.replace(checkpoint + ".good", checkpoint)
    print(dock.rebuild(0).strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="folder with the programs")
    parser.add_argument("--made", required=True, help="folder where recordings are kept between tests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rebuild-") as folder:
        copy = os.path.join(folder, "dock")
        shutil.copytree(stored(options.made, options.programs), copy)
        try:
            story(Dock(copy, options.programs))
        except Failed as failed:
            print(f"rebuild: {failed}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
