# SPDX-License-Identifier: Apache-2.0
"""Entries of a ledger as `liuhen ledger --json` prints them."""

import json
import re
import subprocess

_STRING_OR_BYTES = re.compile(r'"(?:\\.|[^"\\])*"|h\'([0-9a-f]*)\'')


def _plain(diagnostic):
    """A body in diagnostic notation as JSON has it: bytes become their hexadecimal digits."""
    as_json = _STRING_OR_BYTES.sub(lambda m: m.group(0) if m.group(1) is None else f'"{m.group(1)}"', diagnostic)
    return json.loads(as_json)


def read_entries(liuhen, path):
    """All entries of a recorder, a card or a .cbor file in order, `body` as Python values."""
    done = subprocess.run([liuhen, "ledger", path, "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"print ledger of {path}: {done.stderr.strip()}")
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    for entry in entries:
        entry["body"] = _plain(entry["body"])
    return entries


def gone_parts(entries):
    """(generation, seq) of the `part` entries whose bytes the card does not hold: lost or missing."""
    gone = set()
    for entry in entries:
        if entry["kind"] == "part.lost":
            gone.add((entry["generation"], entry["body"]["entry"]))
        elif entry["kind"] == "recovery":
            gone.update((entry["generation"], seq) for seq in entry["body"]["missing"])
    return gone


def stored_parts(entries):
    """The `part` entries whose bytes the card holds, each with the `segment` entry it belongs to."""
    gone = gone_parts(entries)
    segments = {}
    for entry in entries:
        body = entry["body"]
        if entry["kind"] == "segment":
            segments[(entry["generation"], body["recording"], body["segment"])] = entry
        elif entry["kind"] == "part" and (entry["generation"], entry["seq"]) not in gone:
            yield entry, segments[(entry["generation"], body["recording"], body["segment"])]
