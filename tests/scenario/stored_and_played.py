#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the encoder gave is what is stored, and a browser plays it.

A recorder films some seconds, is killed, resumes, ends in order. Its segments are opened; every access unit and AAC frame in
them must be one that the encoder gave, byte for byte, in order and without a hole between first and last of each run.
ffmpeg decodes all of it without a word; Chromium plays it.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools"))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))

from browser_play import play  # noqa: E402
from liuhen_life.rig import Rig, Settings  # noqa: E402
from stored_samples import samples  # noqa: E402

FIRST_RUN_SECONDS = 4.5
SECOND_RUN_SECONDS = 5.0
TRACKS = {1: "picture", 2: "sound"}
PROCESS_SECONDS = 180


class Failed(Exception):
    """A sentence about what is not as it must be."""


def film(rig):
    """One recording in two runs, the first ended by SIGKILL; its entries."""
    rig.commission()
    if os.path.exists(rig.encoder_log):
        os.remove(rig.encoder_log)  # the commissioning run filmed nothing, but its encoder ran
    rig.configure([[{"at": 0.2, "do": "press_record"}, {"at": 2.0, "do": "press_mark"}],
                   [{"at": SECOND_RUN_SECONDS - 2.5, "do": "hold_record"}, {"at": SECOND_RUN_SECONDS, "do": "power_off"}]])
    process = rig.start_ready()
    time.sleep(FIRST_RUN_SECONDS)
    process.kill()
    process.wait()
    os.rename(rig.encoder_log, rig.encoder_log + ".1")
    process = rig.start()
    try:
        if process.wait(PROCESS_SECONDS) != 0:
            raise Failed("the second run ended badly:\n" + rig.log_end())
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    answer = rig.verdict()
    if answer["verdict"] != "intact":
        raise Failed(f"the recorder is {answer['verdict']}: {answer['problems']}")
    return rig.entries()


def given_by_encoder(path):
    """{track name: [(captureTime, size, sha256)]}; a last line that a kill cut short is left out."""
    given = {"picture": [], "sound": []}
    with open(path, encoding="ascii") as file:
        for line in file:
            fields = line.split()
            if line.endswith("\n") and len(fields) == 4:
                given[fields[0]].append((int(fields[1]), int(fields[2]), fields[3]))
    return given


def stored_by_segment(files):
    """[{track name: [(size, sha256)]}] per file, in the order of the recording."""
    result = []
    for path in sorted(files, key=lambda name: int(os.path.basename(name).split(".")[0])):
        stored = {"picture": [], "sound": []}
        for track, _, _, content in samples(path):
            stored[TRACKS[track]].append((len(content), hashlib.sha256(content).hexdigest()))
        result.append(stored)
    return result


def compare(stored, given, killed):
    """The stored units of one run are a stretch of the encoder's, whose log a kill may have cut behind them."""
    for track, units in stored.items():
        if not units:
            raise Failed(f"no {track} is stored")
        log = [unit[1:] for unit in given[track]]
        if units[0] not in log:
            raise Failed(f"the first stored {track} unit is none of the encoder's {len(log)}")
        begin = log.index(units[0])
        logged = log[begin:begin + len(units)]
        for index, (have, want) in enumerate(zip(units, logged)):
            if have != want:
                raise Failed(f"{track} unit {index} of {len(units)}: stored {have}, the encoder gave {want}")
        if len(logged) < len(units) and not killed:
            raise Failed(f"{len(units)} {track} units are stored, the encoder gave {len(logged)}")
        print(f"  {track}: {len(logged)} of {len(units)} stored units compared, all as the encoder gave them"
              f"{'; the log ends before the rest' if len(logged) < len(units) else ''}", flush=True)


def check_end(entries, stored, given):
    """The end in order stored all that was filmed until the button, but for what was still in the encoder."""
    end = next(entry for entry in entries if entry["kind"] == "end")
    for track, units in stored.items():
        log = given[track]
        begin = [unit[1:] for unit in log].index(units[0])
        beyond = [unit for unit in log[begin + len(units):] if unit[0] < end["boottime_ns"] - 500_000_000]
        if beyond:
            raise Failed(f"{len(beyond)} {track} units from more than 0.5 s before the end are not stored")


def decode(files):
    for path in files:
        done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0", "-f", "null", "-"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0 or done.stderr or done.stdout:
            raise Failed(f"ffmpeg on {path}: exit {done.returncode}: {done.stderr}")


def check_played(path, settings):
    seen = play(path)
    print(f"  Chromium: {seen}", flush=True)
    if seen.get("error"):
        raise Failed(f"Chromium does not play {path}: {seen['error']}")
    if (seen["width"], seen["height"]) != (settings.width, settings.height):
        raise Failed(f"Chromium shows {seen['width']}x{seen['height']}")
    if seen["played"] < 1.5 or seen["pictures"] < 10 or seen["sound_bytes"] == 0:
        raise Failed(f"Chromium did not play both tracks for 1.5 s: {seen}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(TOP, "build", "release", "bin"))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="liuhen-stored-")
    try:
        rig = Rig(scratch, arguments.programs, Settings(encrypt=True, encoder_log=True, pre_event_seconds=0))
        entries = film(rig)
        files = rig.open_footage(os.path.join(scratch, "opened"))
        stored = stored_by_segment(files)
        if len(stored) != 2:
            raise Failed(f"{len(stored)} segments are stored, one per run was due")
        compare(stored[0], given_by_encoder(rig.encoder_log + ".1"), killed=True)
        second = given_by_encoder(rig.encoder_log)
        compare(stored[1], second, killed=False)
        check_end(entries, stored[1], second)
        decode(files)
        for path in files:
            check_played(path, rig.settings)
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
