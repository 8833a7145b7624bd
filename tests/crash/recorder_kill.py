#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kills one recorder at random moments of one long life and looks at what the next start makes of it.

Rounds of: a recorder starts and records, is killed with SIGKILL one to three times (also while it starts, recovers or
resumes), then starts once more and is switched off. After each round the verdict must be intact. Of each killed run at
most 1.0 s of either track may be gone at its end, and as much at its beginning. 10 kills; 50 with LIUHEN_LONG=1.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools"))

from liuhen_life import loss  # noqa: E402
from liuhen_life.rig import Rig, Settings  # noqa: E402

BAR = 1.0
PRESS_AT = 0.1
PROCESS_SECONDS = 120


def kill_after(process, seconds):
    """Whether it was alive until then."""
    time.sleep(seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def kills_of_round(dice, left):
    """How long each run of a round may live, in seconds: the first after it was ready, the others after their start."""
    kills = min(left, dice.choice((1, 1, 2, 3)))
    return [dice.uniform(1.0, 3.5)] + [dice.uniform(0.02, 3.0) for _ in range(kills - 1)]


def play_round(rig, lifetimes, dice):
    """One round; raises RuntimeError with what went wrong."""
    rig.configure([[{"at": PRESS_AT, "do": "press_record"}]] + [[] for _ in lifetimes[1:]]
                  + [[{"at": round(dice.uniform(0.0, 0.6), 3), "do": "power_off"}]])
    for index, seconds in enumerate(lifetimes):
        process = rig.start_ready() if index == 0 else rig.start()
        if not kill_after(process, seconds):
            raise RuntimeError(f"the recorder ended by itself:\n{rig.log_end()}")
    process = rig.start()
    try:
        if process.wait(PROCESS_SECONDS) != 0:
            raise RuntimeError(f"the start after the kill failed:\n{rig.log_end()}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    answer = rig.verdict()
    if answer["verdict"] != "intact" or answer["exit"] != 0:
        raise RuntimeError(f"not intact: first bad {answer['first_bad']}, problems {answer['problems']}")


def measure(rig, known_runs):
    """[(run, track, head, tail)] in seconds, of the killed runs of the round that just ended."""
    entries = rig.entries()
    runs = rig.runs()
    new = [run for run in runs if run not in known_runs]
    killed = [run for run in new if run != rig.boots()]  # the last one was switched off in order
    if not killed:
        raise RuntimeError("no killed run filmed anything, though the first was ready for a second")
    stored = loss.stored_by_run(entries, runs)
    press = max(entry["body"]["press"] for entry in entries if entry["kind"] == "start")
    found = []
    for index, run in enumerate(killed):
        held = stored.get(run, {})
        for lost in loss.losses(runs[run], held, press):
            device = runs[run][lost.track]
            began = max(press, device.begin) if index == 0 else device.begin
            head = max(0.0, held[lost.track].begin - began) / loss.NS if lost.track in held else 0.0
            if lost.inside > 0.001:
                raise RuntimeError(f"run {run}: footage is missing between stored samples: {lost}")
            found.append((run, lost.track, head, lost.tail))
    known_runs.update(new)
    return found


def second_opinion(rig):
    """The verdict of the checker that was written from docs/format alone."""
    command = ["/usr/bin/python3", os.path.join(TOP, "tests", "support", "verify.py"), rig.recorder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["verdict"] if done.stdout else done.stderr


def live(rig, kills, dice):
    """The whole life; the (run, track, head, tail) of all killed runs that filmed."""
    known_runs = set(rig.runs())
    measured = []
    done = 0
    while done < kills:
        lifetimes = kills_of_round(dice, kills - done)
        play_round(rig, lifetimes, dice)
        done += len(lifetimes)
        lost = measure(rig, known_runs)
        measured += lost
        print(f"{done:3d} of {kills} kills, after {', '.join('%.2f' % seconds for seconds in lifetimes)} s: intact; at most "
              f"{max(tail for *_, tail in lost):.2f} s gone at the end of a run, "
              f"{max(head for *_, head, _ in lost):.2f} s at its beginning", flush=True)
    return measured


def main():
    long = os.environ.get("LIUHEN_LONG") == "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(TOP, "build", "release", "bin"))
    parser.add_argument("--kills", type=int, default=50 if long else 10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()

    scratch = tempfile.mkdtemp(prefix="liuhen-kill-")
    print(f"{arguments.kills} kills, seed {arguments.seed}", flush=True)
    try:
        rig = Rig(scratch, arguments.programs, Settings(encrypt=True))
        rig.commission()
        measured = live(rig, arguments.kills, random.Random(arguments.seed))
        bad = [item for item in measured if max(item[2:]) > BAR]
        for run, track, head, tail in bad:
            print(f"FAILED: process run {run}, {'picture' if track == loss.PICTURE else 'sound'}: "
                  f"{head:.2f} s gone at its beginning, {tail:.2f} s at its end")
        opinion = second_opinion(rig)
        if opinion != "intact":
            print(f"FAILED: verify.py says {opinion}")
        return 1 if bad or opinion != "intact" else 0
    except (OSError, RuntimeError) as error:
        print(f"FAILED (seed {arguments.seed}): {error}")
        return 1
    finally:
        if arguments.keep:
            print(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
