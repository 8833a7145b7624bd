# SPDX-License-Identifier: Apache-2.0
"""The custody log of a vault (custody.md §1 and §5 step 1)."""

import os
import re

from .agency import listing, read
from .certificate import parse, trusted
from .merkle import Note, leaf_hash, root_of
from .receipt import read_leaf

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_TILE = re.compile(r"log/tile/(0|[1-9][0-9]?|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


def walk(folder, label):
    """(label, path, regular file or not) of everything under a folder that is not a folder."""
    for entry in listing(folder):
        name = f"{label}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path, name)
        else:
            yield name, entry.path, entry.is_file(follow_symlinks=False)


def tile_name(level, number, width):
    """Name of a tile under log/tile."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return f"log/tile/{level}/{'/'.join(groups)}" + ("" if width == 256 else f".p/{width}")


def split_leaves(data, count):
    """The leaves of an entries tile; ValueError if it does not hold exactly count."""
    leaves, pos = [], 0
    for _ in range(count):
        size = int.from_bytes(data[pos:pos + 2], "big")
        if pos + 2 + size > len(data):
            raise ValueError("entries tile is cut off")
        leaves.append(data[pos + 2:pos + 2 + size])
        pos += 2 + size
    if pos != len(data):
        raise ValueError("entries tile goes on")
    return leaves


class Log:
    """A log read and checked; what is wrong is reported, what can be read is kept."""

    def __init__(self, report, agency, folder):
        self.report, self.agency, self.folder = report, agency, folder
        self.raw, self.leaves, self.note, self.public = [], [], None, None
        try:
            self.note = Note((read(self._path("log/checkpoint")) or b"").decode("utf-8"))
        except ValueError as error:
            self._bad("log/checkpoint", f"checkpoint is absent or malformed: {error}")
        if self.note:
            self._read_leaves()
        self._tiles()
        self._opened()

    def _path(self, name):
        return os.path.join(self.folder, *name.split("/"))

    def _bad(self, name, text):
        self.report.add("altered", None, None, name, None, text)

    def _read_leaves(self):
        size = self.note.size
        for number in range((size + 255) // 256):
            width = min(256, size - 256 * number)
            name = tile_name("entries", number, width)
            data = read(self._path(name))
            try:
                if data is None:
                    raise ValueError("entries tile is absent")
                raw = split_leaves(data, width)
            except ValueError as error:
                self._bad(name, str(error))
                break
            for leaf in raw:
                self._leaf(name, leaf)
            self.raw += raw
        if len(self.raw) == size and root_of([leaf_hash(leaf) for leaf in self.raw]) != self.note.root:
            self._bad("log/checkpoint", "the leaves give another root")

    def _leaf(self, name, raw):
        index = len(self.leaves)
        try:
            leaf = read_leaf(raw)
            if (leaf["kind"] == "log.opened") != (index == 0):
                raise ValueError("leaf: log.opened is the first and no other")
        except ValueError as error:
            leaf = None
            self._bad(name, str(error))
        self.leaves.append(leaf)

    def _tiles(self):
        """Every file must equal what the leaves give, and all that they give must be there."""
        levels, hashes = [], [leaf_hash(leaf) for leaf in self.raw]
        while hashes:
            levels.append(hashes)
            hashes = [root_of(hashes[at:at + 256]) for at in range(0, len(hashes) - 255, 256)]
        due = {tile_name(level, number, min(256, len(row) - 256 * number))
               for level, row in enumerate(levels) for number in range((len(row) + 255) // 256)}
        for name, path, regular in walk(self._path("log"), "log"):
            due.discard(name)
            if name == "log/checkpoint" and regular:
                continue
            match = _TILE.match(name)
            wanted = self._content(match, levels) if match and regular else None
            if wanted is None:
                self._bad(name, "no file of this name belongs to the log")
            elif read(path) != wanted:
                self._bad(name, "tile is not what the leaves give")
        for name in sorted(due):
            self._bad(name, "tile is absent")

    def _content(self, match, levels):
        """What a tile of this name must hold, or None if there is none."""
        number, width = int(re.sub("[x/]", "", match.group(2))), int(match.group(3) or 256)
        level = match.group(1)
        if level == "entries":
            row = self.raw
        else:
            row = levels[int(level)] if int(level) < len(levels) else []
        items = row[256 * number:256 * number + width]
        if tile_name(level, number, width) != match.group(0) or len(items) != width:
            return None
        if level == "entries":
            items = [len(leaf).to_bytes(2, "big") + leaf for leaf in items]
        return b"".join(items)

    def _opened(self):
        """Leaf 0 against the agency, the checkpoint against leaf 0, witnesses."""
        first = self.leaves[0] if self.leaves else None
        if first is None or first["kind"] != "log.opened":
            self._bad("log/checkpoint", "no leaf 0 of kind log.opened")
            return
        body, root = first["body"], self.agency.root
        key = parse(body["checkpoint_certificate"])
        if not trusted(key, "checkpoint", root, body["origin"]) or not trusted(
                parse(body["receipt_certificate"]), "receipt", root):
            self._bad("log/checkpoint", "certificates of leaf 0 are not the agency's")
            return
        public = key.key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        if self.note.origin != body["origin"] or not self.note.signed_by(body["origin"], public):
            self._bad("log/checkpoint", "checkpoint is not signed by the key of leaf 0")
            return
        self.public = public
        self.report.witnessed = any(self.note.cosigned_by(*witness) for witness in self.agency.witnesses())

    def check_against(self, note):
        """Whether an earlier note of this log agrees with the leaves."""
        if self.note and (note.origin != self.note.origin or not self.public
                          or not note.signed_by(note.origin, self.public)):
            self._bad("log/checkpoint", "the given checkpoint is not one of this log")
        elif note.size > len(self.raw) or root_of([leaf_hash(leaf) for leaf in self.raw[:note.size]]) != note.root:
            self._bad("log/checkpoint", "the log does not contain the tree of the given checkpoint")
