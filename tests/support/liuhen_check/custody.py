# SPDX-License-Identifier: Apache-2.0
"""The custody log of a vault (custody.md §1 and §5 step 1)."""

import os
import re

from .certificate import parse, trusted
from .files import is_folder, listing, open_file, read
from .merkle import NOTE_BYTES, Note, leaf_hash, root_of
from .receipt import read_leaf

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_TILE = re.compile(r"log/tile/(0|[1-9][0-9]?|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


DEEPEST = 9  # a folder so many levels below log/ is a stray
CHECKPOINT, WITNESSED, TILE_BYTES = "log/checkpoint", "log/witnessed", 256 * 65537
EVIDENCE = ("object", "quarantine", "imported", "fork")


def walk(folder, label):
    """(label, path, "file" or "other") of what lies under a folder, folders themselves apart."""
    stack = [iter(_kinds(folder, label))]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif found[2] == "folder" and len(stack) < DEEPEST:
            stack.append(iter(_kinds(found[1], found[0])))
        else:
            yield found[0], found[1], "other" if found[2] == "folder" else found[2]


def _kinds(folder, label):
    return [(f"{label}/{entry.name}", entry.path, "folder" if entry.is_dir(follow_symlinks=False) else
             "file" if entry.is_file(follow_symlinks=False) else "other") for entry in listing(folder)]


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


def _holds(path, wanted):
    """Whether a file holds exactly these bytes."""
    stored = open_file(path)
    if stored is None:
        return False
    with stored:
        return stored.size == len(wanted) and stored.take(0, len(wanted)) == wanted


class Log:
    """A log read and checked; what is wrong is reported, what can be read is kept."""

    def __init__(self, report, agency, folder):
        self.report, self.agency, self.folder = report, agency, folder
        self.raw, self.leaves, self.note, self.public = [], [], None, None
        self._witnessed = agency.witnessed()
        self._evidence = 0  # behind the last leaf that tells of bytes
        if os.path.lexists(self._path("log")) and not is_folder(self._path("log")):
            self._bad("log", "the log is no folder")
            return
        try:
            self.note = Note(read(self._path(CHECKPOINT), NOTE_BYTES) or b"")
        except ValueError as error:
            self._bad(CHECKPOINT, f"checkpoint is absent or malformed: {error}")
        if self.note:
            self._read_leaves()
        self._tiles()
        self._opened()
        if self.public:
            self._seen()
        report.leaves = len(self.raw)

    def _path(self, name):
        return os.path.join(self.folder, *name.split("/"))

    def _bad(self, name, text):
        self.report.add("altered", None, None, name, None, text)

    def _read_leaves(self):
        size = self.note.size
        for number in range((size + 255) // 256):
            width = min(256, size - 256 * number)
            name = tile_name("entries", number, width)
            data = read(self._path(name), TILE_BYTES)
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
            self._bad(CHECKPOINT, "the leaves give another root")

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
        if leaf and leaf["kind"] in EVIDENCE:
            self._evidence = len(self.leaves)

    def _tiles(self):
        """Every file must equal what the leaves give, and all that they give must be there."""
        levels, hashes = [], [leaf_hash(leaf) for leaf in self.raw]
        while hashes:
            levels.append(hashes)
            hashes = [root_of(hashes[at:at + 256]) for at in range(0, len(hashes) - 255, 256)]
        due = {tile_name(level, number, min(256, len(row) - 256 * number))
               for level, row in enumerate(levels) for number in range((len(row) + 255) // 256)}
        for name, path, kind in walk(self._path("log"), "log"):
            due.discard(name)
            if name == CHECKPOINT and kind == "file" or name == WITNESSED:
                continue
            match = _TILE.match(name)
            wanted = self._content(match, levels) if match and kind == "file" else None
            if wanted is None:
                self._bad(name, "nothing of this name and kind belongs to the log")
            elif not _holds(path, wanted):
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
            self._bad(CHECKPOINT, "no leaf 0 of kind log.opened")
            return
        body, root = first["body"], self.agency.root
        key = parse(body["checkpoint_certificate"])
        if not trusted(key, "checkpoint", root, body["origin"]) or not trusted(
                parse(body["receipt_certificate"]), "receipt", root):
            self._bad(CHECKPOINT, "certificates of leaf 0 are not the agency's")
            return
        public = key.key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        if self.note.origin != body["origin"] or not self.note.signed_by(body["origin"], public):
            self._bad(CHECKPOINT, "checkpoint is not signed by the key of leaf 0")
            return
        self.public = public
        if self._witnessed(self.note):
            self.report.witnessed, self.report.witnessed_leaves = True, self.note.size

    def _seen(self):
        """The newest note that was witnessed, which lies beside the checkpoint."""
        if not os.path.lexists(self._path(WITNESSED)):
            return
        try:
            note = Note(read(self._path(WITNESSED), NOTE_BYTES) or b"")
        except ValueError as error:
            self._bad(WITNESSED, f"the witnessed note is malformed: {error}")
            return
        if not self._contains(WITNESSED, note) or not self._witnessed(note):
            return
        self.report.witnessed |= note.size >= self._evidence
        self.report.witnessed_leaves = max(self.report.witnessed_leaves, note.size)

    def check_against(self, note):
        """Whether an earlier note of this log agrees with the leaves."""
        self._contains(CHECKPOINT, note)

    def _contains(self, name, note):
        """Whether a note is one of this log and of its past; told under a name if not."""
        origin = self.leaves[0]["body"]["origin"] if self.public else None
        if note.origin != origin or not note.signed_by(origin, self.public):
            self._bad(name, "a checkpoint that is not one of this log")
            return False
        if note.size > len(self.raw) or root_of([leaf_hash(leaf) for leaf in self.raw[:note.size]]) != note.root:
            self._bad(name, "the log does not contain the tree of this checkpoint")
            return False
        return True
