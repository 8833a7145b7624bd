# SPDX-License-Identifier: Apache-2.0
"""Segments against their entries (segment.md)."""

from . import media
from .receipt import read_receipt
from .signed import sha256

ENVELOPE = bytes.fromhex("6c697568656e00018000656e76656c6f")
LINK = bytes.fromhex("6c697568656e000180006c696e6b0000")
LOCKED = bytes.fromhex("6c697568656e000180006c6f636b6564")
PROOF = bytes.fromhex("6c697568656e0001800070726f6f6600")
CLOSERS = ("shutdown", "recovery", "docking")


def uuid_box(user, size):
    """Head of a uuid box with content of this size."""
    return (24 + size).to_bytes(4, "big") + b"uuid" + user


class Segment:
    """A segment entry and what belongs to it."""

    def __init__(self, entry):
        self.entry = entry
        self.recording, self.number = entry.body["recording"], entry.body["segment"]
        self.parts = []
        self.end = None
        self.found = 0

    def last(self):
        """The segment's last entry."""
        return self.end or (self.parts[-1] if self.parts else self.entry)


class Footage:
    """Segments of one generation and what their check needs of its entries."""

    def __init__(self, report, generation, root):
        self.report, self.generation, self.root = report, generation, root
        self.entries = generation.entries
        self.lost = {e.body["entry"] for e in self.entries if e.kind == "part.lost"}
        self.segments, self.places = [], {}
        self.link_from, self.excused, self.recordings = {}, set(), {}
        self._collect()
        self._excuse()

    def _collect(self):
        run = after_part = 0
        for entry in self.entries:
            kind = entry.kind
            if kind in ("start", "boot", "genesis", "rollback"):
                run = entry.seq
            if kind == "segment":
                segment = Segment(entry)
                self.segments.append(segment)
                self.places[(segment.recording, segment.number)] = segment
                self.recordings.setdefault(segment.recording, []).append(segment)
            elif kind == "part":
                self.link_from[entry.seq] = max(run, after_part)
                if entry.seq not in self.lost:
                    after_part = entry.seq + 1
                    self.places[(entry.body["recording"], entry.body["segment"])].parts.append(entry)
            elif kind == "segment.end":
                self.places[(entry.body["recording"], entry.body["segment"])].end = entry

    def _excuse(self):
        waiting = []
        for entry in self.entries:
            if entry.kind == "part" and entry.seq not in self.lost:
                waiting.append(entry.seq)
            elif entry.kind == "recovery":
                missing = entry.body["missing"]
                if len(missing) <= 2:
                    tail = len(waiting)
                    while tail and waiting[tail - 1] in missing:
                        tail -= 1
                    self.excused.update(waiting[tail:])
                waiting = []

    def _add(self, verdict, entry, file, offset, text):
        self.report.add(verdict, self.generation.number, entry.seq, file, offset, text)

    def check(self, load):
        """All segments; load(recording, segment, last entry) gives (file, bytes or None)."""
        for segment in self.segments:
            file, data = load(segment)
            if data is None:
                self._absent(segment, file)
            else:
                self._file(segment, file, data)
            segment.file = file
        for segments in self.recordings.values():
            self._gaps(segments)

    def _released(self, segment):
        for entry in self.entries:
            body = entry.body
            if entry.kind != "release" or (body["recording"], body["segment"]) != (segment.recording, segment.number):
                continue
            receipt = read_receipt(self.generation.entry(body["receipt"]), self.root)
            if receipt and receipt.of("segment", segment.entry.device, self.generation.number) and (
                    receipt.map["recording"], receipt.map["segment"], receipt.map["entry"]) == (
                        segment.recording, segment.number, segment.last().hash):
                return True
        return False

    def _absent(self, segment, file):
        if self._released(segment):
            return
        due = [e for e in segment.parts if e.seq not in self.excused]
        if due:
            self._add("incomplete", due[0], file, None, "segment file is absent")

    def _file(self, segment, file, data):
        body = segment.entry.body
        pos, size = body["init_size"], len(data)
        if size < pos:
            self._add("incomplete", segment.entry, file, size, "init is cut off")
            return
        if sha256(data[:pos]) != body["init"]:
            self._add("altered", segment.entry, file, 0, "init has another hash")
            return
        known = self._init(segment, data[:pos])
        if known is None:
            self._add("altered", segment.entry, file, 0, "init is not as media.md has it")
            return
        for part in segment.parts:
            if part.seq in self.excused and size <= pos:
                continue
            if part.body["offset"] != pos:
                self._add("altered", part, file, pos, "part stands elsewhere than its entry says")
                return
            after = pos + part.body["size"]
            if size < after + 24 + len(part.raw):
                self._add("incomplete", part, file, pos, "part is cut off")
                return
            content = data[pos:after]
            if sha256(content) != part.body["hash"]:
                self._add("altered", part, file, pos, "part has another hash")
            else:
                wrong = self._content(segment, part, content, known)
                if wrong:
                    self._add("altered", part, file, pos, wrong)
            end = after + 24 + len(part.raw)
            if data[after:end] != uuid_box(PROOF, len(part.raw)) + part.raw:
                self._add("altered", part, file, after, "proof is not the part's entry")
            segment.found += 1
            pos = end
        self._rest(segment, file, pos, size)

    @staticmethod
    def _init(segment, init):
        """The init's tracks, or None if its boxes are not right."""
        media_end = 28 + int.from_bytes(init[28:32], "big")
        tail = init[media_end:]
        sealed = tail[:24] == uuid_box(ENVELOPE, len(tail) - 24) if len(tail) >= 24 else False
        if sealed != (segment.entry.body["encryption"] is not None) or (tail and not sealed):
            return None
        try:
            return media.read_init(init[:media_end])
        except ValueError:
            return None

    def _rest(self, segment, file, pos, size):
        if size > pos:
            verdict = "incomplete" if self._open(segment) else "altered"
            self._add(verdict, segment.last(), file, pos, "bytes after the last part")
        end = segment.end
        if end and (end.body["size"] != pos or end.body["parts"] != segment.found):
            self._add("altered", end, file, pos, "segment.end says other than the file")

    def _open(self, segment):
        """Whether the file may go on behind its last part: nothing has closed it yet."""
        if segment.entry.body.get("pre_event") is not True and segment is not self.recordings[segment.recording][-1]:
            return False
        after = (e for e in self.entries if e.seq > segment.entry.seq)
        return segment.end is None and not any(
            e.kind in CLOSERS or e.kind == "end" and e.body["recording"] == segment.recording for e in after)

    def _content(self, segment, part, content, known):
        """What is wrong with link and media of a part whose hash holds, or None."""
        first = self.link_from[part.seq]
        if first < self.generation.first:
            return "link reaches behind what was read"
        linked = b"".join(self.generation.by_seq[seq].raw for seq in range(first, part.seq))
        link = uuid_box(LINK, len(linked)) + linked
        if content[:len(link)] != link:
            return "link does not hold the entries before"
        rest = content[len(link):]
        if segment.entry.body["encryption"] is not None:
            locked = len(rest) >= 40 and rest[:24] == uuid_box(LOCKED, len(rest) - 24)
            return None if locked else "no locked box that fills the part"
        return media.check(rest, part.body["tracks"], known)

    def _gaps(self, segments):
        bridges = [e for e in self.entries if e.kind in ("interruption", "resume", "recovery")]
        spans = {}
        for segment in segments:
            for part in segment.parts:
                if part.seq not in self.excused:
                    for track, start, duration, _ in part.body["tracks"]:
                        spans.setdefault(track, []).append((start, part.seq, duration, part, segment.file))
        for track in sorted(spans):
            in_order = sorted(spans[track], key=lambda span: span[:2])
            for before, after in zip(in_order, in_order[1:]):
                gap = after[0] - before[0] - before[2]
                low, high = sorted((before[1], after[1]))
                if gap and (gap < 0 or not any(low < e.seq < high and (
                        e.kind == "recovery" or track in e.body["tracks"] and (
                            e.body["recording"] == segments[0].recording)) for e in bridges)):
                    later = max(before, after, key=lambda span: span[1])
                    self._add("altered", later[3], later[4], later[3].body["offset"],
                              f"media time of track {track} {'overlaps' if gap < 0 else 'has a gap'}")
