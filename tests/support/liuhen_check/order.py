# SPDX-License-Identifier: Apache-2.0
"""The order of entries within a generation (ledger.md §6)."""


class Order:
    """Sees the entries of one generation in turn; check() names the first rule an entry breaks."""

    def __init__(self, report, generation, first):
        self.report, self.generation, self.first = report, generation, first
        self.starts, self.segments, self.ended = set(), {}, set()
        self.next_segment, self.next_part, self.counters, self.parts = {}, {}, {}, {}
        self.previous = None
        self.recovery_due = False

    def check(self, entry):
        """None, or what is wrong; remembers the entry if nothing is."""
        wrong = self._clock(entry) or self._neighbour(entry) or self._body(entry)
        if wrong is None:
            self.previous = entry
        return wrong

    def _clock(self, entry):
        before = self.previous
        if before is None:
            return None
        step = entry.boot - before.boot
        least = 1 if entry.kind == "boot" and before.seq != 0 else 0
        if step < least or (step and entry.kind != "boot"):
            return "boot counter is not as the entry before demands"
        if step == 0 and entry.boottime <= before.boottime:
            return "boottime does not rise"
        if step > 1:
            self.report.find("boot gap", self.generation, entry.seq, f"boot counter rises by {step}")
        return None

    def _neighbour(self, entry):
        before, due = self.previous, self.recovery_due
        self.recovery_due = False
        if (entry.kind in ("genesis", "rollback")) != (entry.seq == 0):
            return "seq 0 must be genesis or rollback, and no other entry may"
        if due and entry.kind not in ("recovery", "boot"):
            return "boot is not followed by recovery"
        if entry.kind == "boot":
            quiet = before is not None and (before.kind == "shutdown"
                                            or before.kind == "genesis" and self.generation == 0)
            self.recovery_due = not quiet
        if entry.kind == "genesis":
            given = (entry.body["head"] is not None, entry.body["resume"] is not None)
            if given != ((False, False) if self.generation == 0 else (True, True)):
                return "genesis has head or resume where it must not, or lacks one"
        return None

    def _body(self, entry):
        rule = {"start": self._start, "segment": self._segment, "part": self._part, "part.lost": self._lost,
                "segment.end": self._segment_end, "end": self._recording, "interruption": self._recording,
                "resume": self._recording}.get(entry.kind)
        return rule(entry) if rule else None

    def _start(self, entry):
        self.starts.add(entry.seq)

    def _recording(self, entry):
        recording = entry.body["recording"]
        if recording not in self.starts and recording >= self.first:
            return "recording is not the seq of an earlier start"
        return None

    def _segment(self, entry):
        recording, number = entry.body["recording"], entry.body["segment"]
        wrong = self._recording(entry)
        if wrong:
            return wrong
        if number != self.next_segment.get(recording, 0) and recording >= self.first:
            return "segment numbers do not rise by one from 0"
        self.next_segment[recording] = number + 1
        self.segments[(recording, number)] = entry
        return None

    def _part(self, entry):
        body = entry.body
        place = (body["recording"], body["segment"])
        segment = self.segments.get(place)
        if segment is None or segment.body["init"] != body["init"]:
            return "part names no segment before it with this init"
        if place in self.ended:
            return "part after its segment.end"
        if body["part"] != self.next_part.get(place, 0):
            return "part numbers do not rise by one from 0"
        if (body["encryption"] is None) != (segment.body["encryption"] is None):
            return "part is encrypted and its segment not, or the other way round"
        if body["encryption"] is not None:
            run, counter = (entry.boot, body["recording"]), body["encryption"]["counter"]
            if counter <= self.counters.get(run, -1):
                return "counter of encryption does not rise"
            self.counters[run] = counter
        self.next_part[place] = body["part"] + 1
        self.parts[entry.seq] = entry.boot
        return None

    def _lost(self, entry):
        if self.parts.get(entry.body["entry"]) != entry.boot:
            return "part.lost names no earlier part of this boot"
        return None

    def _segment_end(self, entry):
        place = (entry.body["recording"], entry.body["segment"])
        if place not in self.segments or place in self.ended:
            return "segment.end of no segment, or a second one"
        self.ended.add(place)
        return None
