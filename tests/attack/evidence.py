# SPDX-License-Identifier: Apache-2.0
"""A recorder's folder as an attacker sees it, and the answer of both checkers to what they made of it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]

from fixture import recording  # noqa: E402
from liuhen_check import cbor  # noqa: E402
from liuhen_check.footage import LINK, PROOF, uuid_box  # noqa: E402
from liuhen_check.signed import frame, sha256  # noqa: E402
from liuhen_sample.keys import Source, sign1  # noqa: E402
from verify import answer, check  # noqa: E402

BIN = os.environ.get("LIUHEN_BIN", "")
MADE = os.environ.get("LIUHEN_MADE", "")
NAMING = ("genesis", "rollback", "docking", "boot", "epoch")


class Entry:
    """One entry of the ledger and where it stands."""

    def __init__(self, raw, file, offset):
        _, first, last, _ = frame(raw, 0)
        self.raw, self.file, self.offset = raw, file, offset
        self.payload = cbor.decode(raw[first:last])
        self.seq, self.kind, self.body = self.payload[4], self.payload[9], self.payload[10]


class Folder:
    """A copy of a recorder (and its agency) to tamper with."""

    def __init__(self, original, what="recorder"):
        self.root = tempfile.mkdtemp(prefix="attack-")
        shutil.copytree(os.path.join(original, "agency"), os.path.join(self.root, "agency"))
        self.path = os.path.join(self.root, "recorder")
        shutil.copytree(os.path.join(original, what), self.path)
        self.reload()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    def reload(self):
        """Reads the ledger of generation 0."""
        self.entries = []
        for name in sorted(os.listdir(self.full("card/ledger/0"))):
            file, at = f"card/ledger/0/{name}", 0
            data = self.data(file)
            while at < len(data):
                end = frame(data, at)[3]
                self.entries.append(Entry(data[at:end], file, at))
                at = end
        state = self.full("keystore/state.cbor")
        self.head = cbor.decode(self.data("keystore/state.cbor"))["head"] if os.path.exists(state) else None

    def full(self, name):
        return os.path.join(self.path, name)

    def data(self, name):
        with open(self.full(name), "rb") as file:
            return file.read()

    def put(self, name, data):
        os.makedirs(os.path.dirname(self.full(name)), exist_ok=True)
        with open(self.full(name), "wb") as file:
            file.write(data)

    def splice(self, name, at, remove, insert=b""):
        data = self.data(name)
        self.put(name, data[:at] + insert + data[at + remove:])

    def flip(self, name, at):
        self.splice(name, at, 1, bytes([self.data(name)[at] ^ 1]))

    def of(self, kind):
        return [entry for entry in self.entries if entry.kind == kind]

    def segment_file(self, body):
        return f"card/footage/0-{body['recording']}/{body['segment']}.mp4"

    def parts(self, segment=0):
        """The part entries of a segment whose bytes are in its file."""
        missing = {seq for entry in self.of("recovery") for seq in entry.body["missing"]}
        missing |= {entry.body["entry"] for entry in self.of("part.lost")}
        return [entry for entry in self.of("part") if entry.body["segment"] == segment and entry.seq not in missing]

    def media(self, part):
        """(offset in the file, moof mdat) of a part."""
        body, data = part.body, self.data(self.segment_file(part.body))
        link = int.from_bytes(data[body["offset"]:body["offset"] + 4], "big")
        return body["offset"] + link, data[body["offset"] + link:body["offset"] + body["size"]]

    def whole(self, part):
        """(first, behind) of a part's bytes, its proof included."""
        return part.body["offset"], part.body["offset"] + part.body["size"] + 24 + len(part.raw)


def rewrite(folder, first, source, change=None, media=None, inits=None, drop=(), key=None):
    """Everything from entry `first` on made anew and signed with other keys, consistently in ledger and boxes.

    change(entry, body) answers a new body; media: part seq to new moof mdat; inits: segment seq to new init;
    drop: seqs left out. key: signs all (else a key of the attacker's).
    """
    key = key or source.p256("attacker")
    point = key.point
    renamed, out, files, chapters = {}, [], {}, {}
    run = after_part = 0
    missing = {seq for entry in folder.of("recovery") for seq in entry.body["missing"]}
    for entry in folder.entries:
        if entry.seq in drop:
            continue
        seq, body, name = len(out), dict(entry.body), None
        renamed[entry.seq] = seq
        for field in ("recording", "entry"):
            if type(body.get(field)) is int:
                body[field] = renamed.get(body[field], body[field])
        if entry.kind == "recovery":
            body["missing"] = [renamed.get(old, old) for old in body["missing"]]
        if "segment" in body and "recording" in body:
            name = f"card/footage/0-{body['recording']}/{body['segment']}.mp4"
        fresh = seq >= first
        if fresh and entry.kind in NAMING:
            body["epoch_key"] = body["resume_key"] = point
        if entry.kind in ("start", "boot", "genesis"):
            run = seq
        if fresh and entry.kind == "segment":
            original = folder.data(folder.segment_file(entry.body))[:entry.body["init_size"]]
            init = (inits or {}).get(entry.seq, original)
            body["init"], body["init_size"] = sha256(init), len(init)
        content = b""
        if entry.kind == "segment":
            files[name] = bytearray((inits or {}).get(entry.seq, folder.data(folder.segment_file(entry.body))[
                :entry.body["init_size"]]))
        elif entry.kind == "part" and entry.seq not in missing:
            linked = b"".join(out[max(run, after_part):])
            content = uuid_box(LINK, len(linked)) + linked + (media or {}).get(entry.seq, folder.media(entry)[1])
        if fresh and entry.kind == "part":
            segment = [one for one in folder.of("segment") if one.body["segment"] == entry.body["segment"]][0]
            body["init"] = sha256((inits or {}).get(segment.seq, folder.data(folder.segment_file(segment.body))[
                :segment.body["init_size"]]))
            body["offset"], body["part"] = len(files[name]), folder_count(files, name)
            if content:
                body["size"], body["hash"] = len(content), sha256(content)
        if fresh and entry.kind == "segment.end":
            body["size"], body["parts"] = len(files[name]), folder_count(files, name)
        if fresh and change:
            body = change(entry, body)
        raw = entry.raw
        if fresh:
            payload = {**entry.payload, 4: seq, 5: sha256(out[-1]) if out else bytes(32), 10: body}
            raw = sign1("liuhen/entry", payload, key)
        out.append(raw)
        chapters.setdefault(entry.file, []).append(raw)
        if entry.kind == "part" and content:
            files[name] += content + uuid_box(PROOF, len(raw)) + raw
            files.setdefault(name + "#", []).append(seq)
            after_part = seq + 1
    for name, raws in chapters.items():
        folder.put(name, b"".join(raws))
    shutil.rmtree(folder.full("card/footage"), ignore_errors=True)
    for name, data in files.items():
        if not name.endswith("#"):
            folder.put(name, bytes(data))


def folder_count(files, name):
    """Parts put into a file so far."""
    return len(files.get(name + "#", []))


class Attack(unittest.TestCase):
    """A test whose evidence both checkers judge alike."""

    maxDiff = None
    source = Source(99)

    @classmethod
    def setUpClass(cls):
        cls.original = recording(MADE, BIN)

    def both(self, path):
        """The common answer of both checkers."""
        done = subprocess.run([os.path.join(BIN, "liuhen"), "verify", "--json", path], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        ours, theirs = json.loads(done.stdout), check(path)
        self.assertEqual(*([one["verdict"], one["first_bad"], one["witnessed"]] for one in (ours, theirs)),
                         (ours["problems"], theirs["problems"]))
        return ours

    def expect(self, path, verdict, seq=None, file=None, offset=None, generation=0):
        """Both say this verdict and this place."""
        place = {"generation": None if seq is None else generation, "seq": seq, "file": file, "offset": offset}
        place = None if verdict == "intact" else place
        told = self.both(path.path if isinstance(path, Folder) else path)
        self.assertEqual((told["verdict"], told["first_bad"]), (verdict, place), told["problems"])

    def cannot_tell(self, path):
        """Both say that this is not for them to judge."""
        done = subprocess.run([os.path.join(BIN, "liuhen"), "verify", "--json", path], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual((done.returncode, answer(path)["verdict"]), (2, None), done.stdout)

    def expect_part(self, folder, part, behind=0):
        """Altered at this part, at its first byte or so many behind it."""
        self.expect(folder, "altered", part.seq, folder.segment_file(part.body), part.body["offset"] + behind)

    def expect_entry(self, folder, entry, seq=None):
        """Altered where this entry stood."""
        self.expect(folder, "altered", entry.seq if seq is None else seq, entry.file, entry.offset)

    def fresh(self, what="recorder"):
        return Folder(self.original, what)
