# SPDX-License-Identifier: Apache-2.0
"""What left the simulated devices and is in no stored part (hal/sim/README.md, "Source log")."""

import os
import struct
from dataclasses import dataclass

from .ledger import stored_parts

PICTURE = 1
SOUND = 2
NS = 1_000_000_000
_FIELDS = struct.Struct("=8Q")


@dataclass
class Counts:
    """One track of one process run, as the device itself counted it; times in ns."""

    units: int
    buffers: int
    dropped: int
    starts: int
    first_running: int
    last_running: int
    first_boottime: int
    last_boottime: int

    @property
    def unit_ns(self):
        """Length of a unit, from the counts alone; 0 where there are too few."""
        apart = self.units * (self.buffers - 1) // self.buffers if self.buffers else 0
        return (self.last_running - self.first_running) / apart if apart else 0

    @property
    def zero(self):
        """BOOTTIME of running time 0. A buffer leaves when due or later, so the earlier of two readings is right."""
        return min(self.first_boottime - self.first_running, self.last_boottime - self.last_running)

    @property
    def begin(self):
        """BOOTTIME of the first unit."""
        return self.zero + self.first_running

    @property
    def end(self):
        """BOOTTIME where the last unit ended."""
        return self.zero + self.last_running + self.unit_ns * self.units / max(self.buffers, 1)


def read_counts(path):
    """{PICTURE: Counts, SOUND: Counts} of one process run."""
    with open(path, "rb") as file:
        content = file.read()
    if len(content) != 144 or content[:8] != b"LHCOUNT1":
        raise ValueError(f"{path} is no source log")
    return {track: Counts(*_FIELDS.unpack_from(content, offset)) for track, offset in ((PICTURE, 16), (SOUND, 80))}


def read_runs(folder):
    """The counts of all process runs in which a device gave anything, by number of the run."""
    runs = {}
    for name in os.listdir(folder):
        if name.endswith(".counts"):
            counts = read_counts(os.path.join(folder, name))
            if any(track.buffers for track in counts.values()):
                runs[int(name[:-len(".counts")])] = counts
    return dict(sorted(runs.items()))


@dataclass
class Stored:
    """What the card holds of one track of one process run; BOOTTIME in ns."""

    begin: float
    end: float
    samples: int = 0
    length: float = 0  # sum of the samples' durations, ns
    parts: int = 0


def _run_of(runs, boottime):
    """The run whose devices were the last to start before `boottime`."""
    found = None
    for number, counts in runs.items():
        if min(track.first_boottime for track in counts.values() if track.buffers) <= boottime:
            found = number
    return found


def stored_by_run(entries, runs):
    """{run: {track: Stored}}. The machine stays up while recorders on it come and go: BOOTTIME tells whose a part is."""
    stored = {}
    for part, segment in stored_parts(entries):
        run = stored.setdefault(_run_of(runs, part["boottime_ns"]), {})
        scales = {track["id"]: track["timescale"] for track in segment["body"]["tracks"]}
        for track, start, duration, samples in part["body"]["tracks"]:
            begin = segment["body"]["zero"] + start * NS / scales[track]
            length = duration * NS / scales[track]
            held = run.setdefault(track, Stored(begin, begin + length))
            held.begin = min(held.begin, begin)
            held.end = max(held.end, begin + length)
            held.samples += samples
            held.length += length
            held.parts += 1
    return stored


@dataclass
class Loss:
    """Seconds of one track of one process run that are in no stored part."""

    track: int
    tail: float    # from the last stored sample to the last unit that left the device
    inside: float  # between first and last stored sample
    dropped: int   # units the recorder was too slow to fetch


def losses(counts, stored, since):
    """The loss of each track of a run that recorded to its end; `since` is BOOTTIME in ns from which it recorded.

    A track of which nothing is stored lost all since then, or since its device began.
    """
    result = []
    for track, device in counts.items():
        if not device.buffers:
            continue
        held = stored.get(track)
        begin = held.end if held else max(since, device.begin)
        inside = held.end - held.begin - held.length if held else 0
        result.append(Loss(track, max(0.0, device.end - begin) / NS, max(0.0, inside) / NS, device.dropped))
    return result
