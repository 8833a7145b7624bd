#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What happened before the press is there: picture and sound, in a segment of its own, without a hole to what follows.

The recorder films for eight seconds in standby with a ring of five, is pressed, films on, ends in order. Both checkers call it
intact; the ring's segment begins with media time 0 and ends where the live one begins; ffmpeg decodes both. A second run is
killed soon after its press, and goes on.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools"))

from liuhen_life.rig import Rig, Settings  # noqa: E402

RING_SECONDS = 5
PRESS_AT = 8.0
PROCESS_SECONDS = 180


class Failed(Exception):
    """A sentence about what is not as it must be."""


def expect(true, sentence):
    if not true:
        raise Failed(sentence)


def check_verdicts(rig):
    answer = rig.verdict()
    expect(answer["verdict"] == "intact", f"the recorder is {answer['verdict']}: {answer['problems']}")
    done = subprocess.run([sys.executable, os.path.join(TOP, "tests", "support", "verify.py"), rig.recorder],
                          capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"verify.py: exit {done.returncode}: {done.stdout} {done.stderr}")


def spans(entries, recording):
    """Per segment its `segment` body and {track: (begin, end)} in seconds of media time."""
    segments = {}
    for entry in entries:
        body = entry["body"]
        if entry["kind"] == "segment" and body["recording"] == recording:
            segments[body["segment"]] = (body, {})
        elif entry["kind"] == "part" and body["recording"] == recording:
            segment, held = segments[body["segment"]]
            scales = {track["id"]: track["timescale"] for track in segment["tracks"]}
            for track, start, duration, _ in body["tracks"]:
                begin, end = start / scales[track], (start + duration) / scales[track]
                before = held.get(track, (begin, end))
                held[track] = (min(before[0], begin), max(before[1], end))
    return segments


def check_ring(entries):
    start = next(entry for entry in entries if entry["kind"] == "start")
    segments = spans(entries, start["seq"])
    expect(len(segments) == 2, f"{len(segments)} segments, two were due")
    (ring, before), (live, after) = segments[0], segments[1]
    expect(ring["pre_event"] and not live["pre_event"], "the first segment alone is from before the press")
    expect(set(before) == {1, 2}, f"the ring holds tracks {sorted(before)}")
    press = (start["body"]["press"] - ring["zero"]) / 1e9
    for track in (1, 2):
        expect(abs(before[track][0]) < 0.1, f"track {track} of the ring begins at {before[track][0]:.3f} s")
        expect(RING_SECONDS - 0.2 < press - before[track][0] < RING_SECONDS + 1.5,
               f"track {track} of the ring reaches {press - before[track][0]:.3f} s back")
        expect(before[track][1] == after[track][0],
               f"track {track} ends at {before[track][1]:.4f} s in the ring and goes on at {after[track][0]:.4f} s")
    expect(after[1][0] >= press, f"live pictures begin {press - after[1][0]:.3f} s before the press")
    print(f"  the ring reaches {press:.2f} s back; live footage begins {after[1][0] - press:.3f} s after the press", flush=True)


def decode(files):
    for path in files:
        done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0", "-f", "null", "-"],
                              capture_output=True, text=True, check=False)
        expect(done.returncode == 0 and not done.stderr and not done.stdout, f"ffmpeg on {path}: {done.stderr}")


def film(rig):
    rig.configure([[{"at": PRESS_AT, "do": "press_record"}, {"at": PRESS_AT + 4, "do": "hold_record"},
                    {"at": PRESS_AT + 8, "do": "power_off"}]])
    process = rig.start_ready()
    expect(process.wait(PROCESS_SECONDS) == 0, "the run ended badly:\n" + rig.log_end())


def film_and_kill(rig):
    """A kill 50 ms after the press is told, while the ring may still be on its way; the next run ends the recording."""
    rig.configure([[{"at": 6.0, "do": "press_record"}], [{"at": 3.0, "do": "hold_record"}, {"at": 6.0, "do": "power_off"}]])
    before = os.path.getsize(rig.log)
    process = rig.start_ready()
    limit = time.monotonic() + PROCESS_SECONDS
    while time.monotonic() < limit:
        with open(rig.log, "rb") as file:
            file.seek(before)
            if b"recorder: recording" in file.read():
                break
        time.sleep(0.005)
    time.sleep(0.05)
    process.kill()
    process.wait()
    process = rig.start()
    expect(process.wait(PROCESS_SECONDS) == 0, "the run after the kill ended badly:\n" + rig.log_end())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(TOP, "build", "release", "bin"))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="liuhen-pre-event-")
    try:
        rig = Rig(scratch, arguments.programs, Settings(encrypt=True, pre_event_seconds=RING_SECONDS))
        rig.commission()
        film(rig)
        check_verdicts(rig)
        check_ring(rig.entries())
        decode(rig.open_footage(os.path.join(scratch, "opened")))
        film_and_kill(rig)
        check_verdicts(rig)
        return 0
    except (Failed, OSError, RuntimeError) as error:
        print(f"FAILED: {error}")
        return 1
    finally:
        if arguments.keep:
            print(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
