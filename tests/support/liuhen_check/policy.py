# SPDX-License-Identifier: Apache-2.0
"""Which cosignatures make a checkpoint witnessed (custody.md §6)."""

import re

from .merkle import read_vkey

POLICY_BYTES, LINES_OF_A_SORT = 65536, 64
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(rb"[1-9][0-9]{0,5}\Z")
_LOG, _WITNESS = 1, 4


class Policy:
    """A tlog-policy file; ValueError if it is malformed."""

    def __init__(self, raw):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        self._members, self._quorums = set(), 0
        if len(raw) > POLICY_BYTES or _FORBIDDEN.search(raw):
            raise ValueError("policy: too long, or a control character")
        if raw and not raw.endswith(b"\n"):
            raise ValueError("policy: the last line does not end")
        for line in raw.split(b"\n"):
            items = [item for item in re.split(rb"[ \t]+", line) if item]
            if items and not items[0].startswith(b"#"):
                self._line(items[0], items[1:])
        if self._quorums != 1:
            raise ValueError("policy: not one quorum")

    def _line(self, sort, items):
        if sort == b"log" and len(items) in (1, 2):
            self.logs.append(self._key(items[0], _LOG, [key for _, key in self.logs]))
            full = len(self.logs)
        elif sort == b"witness" and len(items) in (2, 3):
            self._new(items[0])
            self.witnesses[items[0]] = self._key(items[1], _WITNESS, [key for _, key in self.witnesses.values()])
            full = len(self.witnesses)
        elif sort == b"group" and len(items) >= 3:
            self._group(items[0], items[1], items[2:])
            full = len(self.groups)
        elif sort == b"quorum" and len(items) == 1:
            self._quorums, full = self._quorums + 1, 0
            if items[0] != b"none":
                self._known(items[0])
                self.quorum = items[0]
        else:
            raise ValueError("policy: a line of no sort")
        if full > LINES_OF_A_SORT:
            raise ValueError("policy: too many lines of a sort")

    @staticmethod
    def _key(text, algorithm, taken):
        text = text.decode("utf-8")  # UnicodeDecodeError is a ValueError
        vkey = read_vkey(text)
        if vkey is None or vkey[1] != algorithm or vkey[2] in taken:
            raise ValueError("policy: key")
        return vkey[0], vkey[2]

    def _new(self, name):
        if name == b"none" or name in self.witnesses or name in self.groups:
            raise ValueError("policy: a name is taken")

    def _known(self, name):
        if name not in self.witnesses and name not in self.groups:
            raise ValueError("policy: a name that no line before defines")

    def _group(self, name, least, members):
        for member in members:
            self._known(member)
            if member in self._members:
                raise ValueError("policy: a member twice")
            self._members.add(member)
        if least in (b"all", b"any"):
            count = len(members) if least == b"all" else 1
        else:
            count = int(least) if _NUMBER.match(least) else 0
        if not 1 <= count <= len(members):
            raise ValueError("policy: threshold")
        self._new(name)
        self.groups[name] = count, members

    def witnessed(self, note):
        """Whether the quorum cosigned a Note."""
        if self.quorum is None or self.logs and not any(note.signed_by(*log) for log in self.logs):
            return False
        saw = {name for name, key in self.witnesses.items() if note.cosigned_by(*key)}
        for name, (least, members) in self.groups.items():  # in the order of their lines
            if len(saw.intersection(members)) >= least:
                saw.add(name)
        return self.quorum in saw
