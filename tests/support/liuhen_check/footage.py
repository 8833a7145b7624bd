# SPDX-License-Identifier: Apache-2.0
"""Segments against their entries (segment.md §4)."""

from bisect import bisect_left, bisect_right
from hashlib import sha256 as new_sha256

from . import media
from .files import open_file

ENVELOPE = bytes.fromhex("6c697568656e00018000656e76656c6f")
LINK = bytes.fromhex("6c697568656e000180006c696e6b0000")
LOCKED = bytes.fromhex("6c697568656e000180006c6f636b6564")
PROOF = bytes.fromhex("6c697568656e0001800070726f6f6600")
RUNS = ("start", "boot", "genesis", "rollback")
CLOSERS = ("end", "shutdown", "recovery", "docking")
TAG = 16


def uuid_box(user, size):
    """Head of a uuid box with content of this size."""
    return (24 + size).to_bytes(4, "big") + b"uuid" + user


class Segment:
    """A segment entry and what belongs to it."""

    def __init__(self, entry, before):
        """before: seq of the segment entry of the recording before this one, else of its start."""
        self.entry, self.before = entry, before
        self.recording, self.number = entry.body["recording"], entry.body["segment"]
        self.parts = []
        self.end = self.file = None
        self.found = 0

    def last(self):
        """The segment's last entry."""
        return self.end or (self.parts[-1] if self.parts else self.entry)

    def pre_event(self):
        return self.entry.body.get("pre_event") is True


def _between(seqs, low, high):
    """Whether one of these rising seqs lies strictly between two others."""
    at = bisect_right(seqs, low)
    return at < len(seqs) and seqs[at] < high


class Footage:
    """Segments of one generation and what their check needs of its entries."""

    def __init__(self, report, generation, receipts, device):
        self.report, self.generation, self.receipts, self.device = report, generation, receipts, device
        self.lost = {e.body["entry"] for e in generation.entries if e.kind == "part.lost"}
        self.chapters, self.places, self.last_of, self.ends = [[]], {}, {}, {}
        self.link_from, self.excused = {}, set()
        self.closers, self.closer_kinds, self.recoveries = [], [], []
        self.bridges, self.lost_of = {}, {}
        self._run = self._after_part = self._last_closer = 0
        for entry in generation.entries:
            self._collect(entry)
        self._excuse()

    def _collect(self, entry):
        kind, body = entry.kind, entry.body
        if kind in RUNS:
            self._run = entry.seq
        if kind in CLOSERS:
            self.closers.append(entry.seq)
            self.closer_kinds.append(kind)
            self._last_closer = self._last_closer if kind == "end" else entry.seq
        if kind == "segment":
            before = self.last_of.get(body["recording"])
            segment = Segment(entry, before.entry.seq if before else body["recording"])
            self.chapters[-1].append(segment)
            self.places[(segment.recording, segment.number)] = self.last_of[segment.recording] = segment
        elif kind == "part":
            self._collect_part(entry)
        elif kind == "part.lost":
            part = self.generation.entry(body["entry"])
            self.lost_of.setdefault(part.body["recording"], []).append(entry.seq)
        elif kind == "segment.end":
            self.places[(body["recording"], body["segment"])].end = entry
        elif kind in ("interruption", "resume"):
            for track in set(body["tracks"]):
                self.bridges.setdefault((body["recording"], track), []).append(entry.seq)
        elif kind == "end":
            self.ends[body["recording"]] = entry.seq
        elif kind == "recovery":
            self.recoveries.append(entry.seq)
        elif kind == "docking":
            self.chapters.append([])

    def _collect_part(self, entry):
        self.link_from[entry.seq] = max(self._run, self._after_part)
        if entry.seq not in self.lost:
            self.places[(entry.body["recording"], entry.body["segment"])].parts.append(entry)
            self._after_part = entry.seq + 1

    def _excuse(self):
        waiting = []
        for entry in self.generation.entries:
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

    def check(self, place):
        """All segments, chapter by chapter; place(segment) gives (file, path or None)."""
        for chapter in self.chapters:
            recordings = {}
            for segment in chapter:
                segment.file, path = place(segment)
                stored = open_file(path) if path else None
                if stored is None:
                    self._absent(segment)
                else:
                    with stored:
                        self._file(segment, stored)
                recordings.setdefault(segment.recording, []).append(segment)
            for segments in recordings.values():
                self._gaps(segments)

    def _absent(self, segment):
        wanted = {"type": "segment", "device": self.device, "generation": self.generation.number,
                  "recording": segment.recording, "segment": segment.number, "entry": segment.last().hash}
        released = self.receipts.released(self.generation.number, segment.recording, segment.number)
        if any(receipt.says(**wanted) and receipt.leaf["verdict"] == "intact" for receipt in released):
            return
        due = [e for e in segment.parts if e.seq not in self.excused]
        if due:
            self._add("incomplete", due[0], segment.file, None, "segment file is absent")

    def _file(self, segment, stored):
        body, file = segment.entry.body, segment.file
        pos, size = body["init_size"], stored.size
        if size < pos:
            self._add("incomplete", segment.entry, file, size, "init is cut off")
            return
        init = stored.take(0, pos)
        if new_sha256(init).digest() != body["init"]:
            self._add("altered", segment.entry, file, 0, "init has another hash")
            return
        known = self._init(segment, init)
        if known is None:
            self._add("altered", segment.entry, file, 0, "init is not as media.md has it")
            return
        pictures = False
        for part in segment.parts:
            first_pictures = not pictures and any(track[0] == 1 for track in part.body["tracks"])
            pictures = pictures or first_pictures
            if part.seq in self.excused and size <= pos:
                continue
            end = self._part(segment, part, pos, stored, known, first_pictures)
            if end is None:
                return
            segment.found += 1
            pos = end
        self._rest(segment, file, pos, size)

    def _part(self, segment, part, pos, stored, known, first_pictures):
        """Checks a part at pos; where it ends, or None if the segment's check does."""
        file = segment.file
        if part.body["offset"] != pos:
            self._add("altered", part, file, pos, "part stands elsewhere than its entry says")
            return None
        after = pos + part.body["size"]
        end = after + 24 + len(part.raw)
        if stored.size < end:
            self._add("incomplete", part, file, pos, "part is cut off")
            return None
        content = stored.take(pos, part.body["size"])
        if new_sha256(content).digest() != part.body["hash"]:
            self._add("altered", part, file, pos, "part has another hash")
        else:
            wrong = self._content(segment, part, content, known, first_pictures)
            if wrong:
                self._add("altered", part, file, pos, wrong)
        if stored.take(after, end - after) != uuid_box(PROOF, len(part.raw)) + part.raw:
            self._add("altered", part, file, after, "proof is not the part's entry")
        return end

    @staticmethod
    def _init(segment, init):
        """The init's tracks, or None if its boxes are not right."""
        media_end = 28 + int.from_bytes(init[28:32], "big")
        tail = init[media_end:]
        sealed = len(tail) >= 24 and tail[:24] == uuid_box(ENVELOPE, len(tail) - 24)
        if sealed != (segment.entry.body["encryption"] is not None) or (tail and not sealed):
            return None
        try:
            return media.read_init(init[:media_end])
        except ValueError:
            return None

    def _rest(self, segment, file, pos, size):
        if size > pos:
            verdict = "incomplete" if self._goes_on(segment) else "altered"
            self._add(verdict, segment.last(), file, pos, "bytes after the last part")
        end = segment.end
        if end and (end.body["size"] != pos or end.body["parts"] != segment.found):
            self._add("altered", end, file, pos, "segment.end says other than the file")

    def _goes_on(self, segment):
        """Whether the file may go on behind its last part: nothing has closed it yet."""
        if segment.end or segment.recording in self.ends:
            return False
        if not segment.pre_event() and segment is not self.last_of[segment.recording]:
            return False
        return self._last_closer < segment.entry.seq

    def _content(self, segment, part, content, known, first_pictures):
        """What is wrong with link and media of a part whose hash holds, or None."""
        linked = b"".join(self.generation.by_seq[seq].raw for seq in range(self.link_from[part.seq], part.seq))
        link = uuid_box(LINK, len(linked)) + linked
        if content[:len(link)] != link:
            return "link does not hold the entries before"
        rest = content[len(link):]
        if any(track[0] not in known for track in part.body["tracks"]):
            return "a track is not in the init"
        if segment.entry.body["encryption"] is not None:
            locked = len(rest) >= 24 + TAG and rest[:24] == uuid_box(LOCKED, len(rest) - 24)
            return None if locked else "no locked box that fills the part"
        try:
            tracks, key_first = media.read_fragment(rest, known)
        except ValueError as error:
            return str(error)
        if tracks != part.body["tracks"]:
            return "tracks are not those of the entry"
        lost = self.lost_of.get(segment.recording, [])
        if first_pictures and not key_first and not _between(lost, segment.before, part.seq):
            return "the segment's first picture is no key frame"
        return None

    def _gaps(self, segments):
        spans = {}
        for segment in segments:
            present = [part for part in segment.parts if part.seq not in self.excused]
            for part in present:
                unfinished = segment.pre_event() and not segment.end and part is present[-1] and self._cut_off(part)
                for track, start, duration, _ in part.body["tracks"]:
                    spans.setdefault(track, []).append((start, part.seq, duration, part, segment.file, unfinished))
        for track in sorted(spans):
            in_order = sorted(spans[track], key=lambda span: span[:2])
            bridges = self.bridges.get((segments[0].recording, track), [])
            for before, after in zip(in_order, in_order[1:]):
                gap = after[0] - before[0] - before[2]
                low, high = sorted((before[1], after[1]))
                if gap < 0 or gap and not (before[5] or _between(bridges, low, high)
                                           or _between(self.recoveries, low, high)):
                    later = max(before, after, key=lambda span: span[1])
                    self._add("altered", later[3], later[4], later[3].body["offset"],
                              f"media time of track {track} {'overlaps' if gap < 0 else 'has a gap'}")

    def _cut_off(self, part):
        """Whether the first thing that closes anything after this part is a recovery."""
        at = bisect_left(self.closers, part.seq)
        return at < len(self.closers) and self.closer_kinds[at] == "recovery"
