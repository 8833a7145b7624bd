# SPDX-License-Identifier: Apache-2.0
"""The order of entries within a generation (ledger.md §6)."""

from .kinds import privates


class Order:
    """Sees the entries of one generation in turn; check() names the first rule an entry breaks."""

    def __init__(self, generation):
        self.generation = generation
        self.open = None
        self.segments, self.ended = {}, set()
        self.next_segment, self.next_part, self.counters, self.parts = {}, {}, {}, {}
        self.private = -1
        self.previous = None
        self.recovery_due = False

    def check(self, entry):
        """None, or what is wrong; remembers the entry if nothing is."""
        wrong = self._clock(entry) or self._neighbour(entry) or self._body(entry) or self._privates(entry)
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
            given = tuple(entry.body[name] is not None for name in ("head", "resume", "docking"))
            if given[:2] != (self.generation > 0,) * 2 or given[2] and self.generation == 0:
                return "genesis has head, docking or resume where it must not, or lacks head or resume"
        return None

    def _body(self, entry):
        rule = {"start": self._start, "segment": self._segment, "part": self._part, "part.lost": self._lost,
                "segment.end": self._segment_end, "end": self._end, "interruption": self._of_open,
                "resume": self._of_open, "recovery": self._of_open, "docking": self._docking}.get(entry.kind)
        return rule(entry) if rule else None

    def _privates(self, entry):
        if entry.kind == "boot":
            self.private = -1
        counters = [value["counter"] for value in privates(entry)]
        if len(set(counters)) != len(counters) or any(counter <= self.private for counter in counters):
            return "counter of a private value is not higher than those before it"
        self.private = max(counters, default=self.private)
        return None

    def _start(self, entry):
        self.open = entry.seq

    def _docking(self, _):
        self.open = None

    def _of_open(self, entry):
        if entry.body["recording"] != self.open:
            return "recording is not the open one"
        return None

    def _end(self, entry):
        if entry.body["recording"] != self.open:
            return "recording is not the open one"
        self.open = None
        return None

    def _segment(self, entry):
        recording, number = entry.body["recording"], entry.body["segment"]
        if recording != self.open:
            return "recording is not the open one"
        if number != self.next_segment.get(recording, 0):
            return "segment numbers do not rise by one from 0"
        self.next_segment[recording] = number + 1
        self.segments[(recording, number)] = entry
        return None

    def _part(self, entry):
        body = entry.body
        place = (body["recording"], body["segment"])
        segment = self.segments.get(place)
        if body["recording"] != self.open:
            return "recording is not the open one"
        if segment is None or segment.boot != entry.boot or segment.body["init"] != body["init"]:
            return "part names no segment before it in this boot with this init"
        if place in self.ended:
            return "part after its segment.end"
        if body["part"] != self.next_part.get(place, 0):
            return "part numbers do not rise by one from 0"
        if (body["encryption"] is None) != (segment.body["encryption"] is None):
            return "part is encrypted and its segment not, or the other way round"
        if body["encryption"] is not None:
            key, counter = segment.body["encryption"]["commitment"], body["encryption"]["counter"]
            if counter <= self.counters.get(key, -1):
                return "counter of encryption does not rise"
            self.counters[key] = counter
        self.next_part[place] = body["part"] + 1
        self.parts[entry.seq] = entry.boot
        return None

    def _lost(self, entry):
        if self.parts.get(entry.body["entry"]) != entry.boot:
            return "part.lost names no earlier part of this boot"
        return None

    def _segment_end(self, entry):
        place = (entry.body["recording"], entry.body["segment"])
        segment = self.segments.get(place)
        if place[0] != self.open or segment is None or segment.boot != entry.boot or place in self.ended:
            return "segment.end of no segment of this boot and recording, or a second one"
        self.ended.add(place)
        return None
