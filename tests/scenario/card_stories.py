#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stories of a recorder's card with the real program: pulled, full, exchanged, and real file systems that fail.

Each story ends with the verdict of both checkers and with the entries that must be there. The stories on loop-mounted ext4 need
root; without it they are passed over, and said so.
"""

import argparse
import fcntl
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools"))

from liuhen_life import loss  # noqa: E402
from liuhen_life.rig import Rig, Settings  # noqa: E402
from liuhen_life.volume import LoopVolume, why_impossible  # noqa: E402

PROCESS_SECONDS = 180
FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, u32)
NO_LOG_FLUSH = 2


class Failed(Exception):
    """A sentence about what is not as it must be."""


def opinions(rig):
    """The verdicts of liuhen and of the checker that was written from docs/format alone."""
    command = ["/usr/bin/python3", os.path.join(TOP, "tests", "support", "verify.py"), rig.recorder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answer = rig.verdict()
    return answer, json.loads(done.stdout) if done.stdout else {"verdict": done.stderr}


def must_be_intact(rig):
    answer, second = opinions(rig)
    if answer["verdict"] != "intact" or second["verdict"] != "intact":
        raise Failed(f"not intact: {answer}, verify.py: {second['verdict']}\n{rig.log_end(30)}")


def wait_off(rig, process):
    try:
        if process.wait(PROCESS_SECONDS) != 0:
            raise Failed("the recorder ended badly:\n" + rig.log_end(30))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def faults(entries):
    return [entry["body"]["what"] for entry in entries if entry["kind"] == "fault"]


def must_hold_all(rig, run, until=None):
    """All that was filmed between press and end of this run is stored, to a second."""
    entries, runs = rig.entries(), rig.runs()
    press = min(entry["body"]["press"] for entry in entries if entry["kind"] == "start")
    end = until or next(entry["boottime_ns"] for entry in reversed(entries) if entry["kind"] == "end")
    for track, held in loss.stored_by_run(entries, runs)[run].items():
        gone = max(press, runs[run][track].begin) - held.begin, end - held.end, (held.end - held.begin) - held.length
        if gone[1] > 1.0 * loss.NS or abs(gone[2]) > 0.05 * loss.NS or -gone[0] > 1.2 * loss.NS:
            raise Failed(f"track {track}: begins {-gone[0] / 1e9:.2f} s late, ends {gone[1] / 1e9:.2f} s early, "
                         f"{gone[2] / 1e9:.2f} s are missing between")


def pulled_and_back(rig):
    """The card is out for four seconds of a recording: nothing of it is lost."""
    rig.configure([[{"at": 0.3, "do": "press_record"}, {"at": 3.0, "do": "card_pull"}, {"at": 4.0, "do": "press_mark"},
                    {"at": 7.0, "do": "card_return"}, {"at": 10.0, "do": "hold_record"}, {"at": 13.0, "do": "power_off"}]])
    wait_off(rig, rig.start())
    must_be_intact(rig)
    entries = rig.entries()
    kinds = [entry["kind"] for entry in entries]
    if faults(entries) != ["card"] or kinds.count("mark") != 1 or "interruption" in kinds or "late" not in kinds:
        raise Failed(f"faults {faults(entries)}, kinds {kinds}")
    must_hold_all(rig, rig.boots())
    return "all of it is stored"


def pulled_and_killed(rig):
    """The card is pulled, the officer marks, the process is killed: the entries come out of internal storage."""
    rig.configure([[{"at": 0.3, "do": "press_record"}, {"at": 3.0, "do": "card_pull"}, {"at": 4.0, "do": "press_mark"}],
                   [{"at": 2.0, "do": "hold_record"}, {"at": 5.0, "do": "power_off"}]])
    process = rig.start_ready()
    time.sleep(5.0)
    process.kill()
    process.wait()
    if any(entry["kind"] == "mark" for entry in rig.entries()):
        raise Failed("the mark is on the card already: this story shows nothing")
    kept = os.listdir(os.path.join(rig.recorder, "keystore", "internal", "ledger"))
    if not kept:
        raise Failed("internal storage is empty")
    wait_off(rig, rig.start())
    must_be_intact(rig)
    entries = rig.entries()
    if not any(entry["kind"] == "mark" for entry in entries) or faults(entries) != ["card"]:
        raise Failed(f"the entries made without a card are lost: {[entry['kind'] for entry in entries]}")
    if os.listdir(os.path.join(rig.recorder, "keystore", "internal", "ledger")):
        raise Failed("internal storage was not emptied")
    recovery = [entry for entry in entries if entry["kind"] == "recovery"][-1]
    return f"{len(kept)} file on internal storage, lost_ms {recovery['body']['lost_ms']}"


def full_in_a_part(rig):
    """The quota is reached in the middle of a part: the recording ends in order, in the reserve."""
    used = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(rig.card) for name in names)
    rig.settings.card_quota = used + 900_000 + 12_345  # about five seconds, and no part's length
    rig.configure([[{"at": 0.3, "do": "press_record"}, {"at": 20.0, "do": "press_record"}, {"at": 21.0, "do": "power_off"}]])
    wait_off(rig, rig.start())
    must_be_intact(rig)
    entries = rig.entries()
    end = [entry for entry in entries if entry["kind"] == "end"][-1]
    causes = [entry["body"]["cause"] for entry in entries if entry["kind"] == "interruption"]
    if end["body"]["reason"] != "storage" or causes != ["storage_full"] or faults(entries).count("storage_full") < 1:
        raise Failed(f"end {end['body']}, causes {causes}, faults {faults(entries)}")
    must_hold_all(rig, rig.boots())
    rig.settings.card_quota = None
    return f"ended after {(end['boottime_ns'] - entries[0]['boottime_ns']) / 1e9:.1f} s"


def exchanged(rig):
    """An empty card is put in while recording: the recording goes on on it as one of a new generation."""
    rig.configure([[{"at": 0.3, "do": "press_record"}, {"at": 4.0, "do": "card_pull"}, {"at": 7.0, "do": "card_return"},
                    {"at": 11.0, "do": "hold_record"}, {"at": 14.0, "do": "power_off"}]])
    process = rig.start_ready()
    time.sleep(5.5)
    os.rename(rig.card, rig.card + "-a")
    os.mkdir(rig.card)
    wait_off(rig, process)
    rig.register()
    answer, second = opinions(rig)
    places = [(problem["verdict"], problem["generation"], problem["seq"]) for problem in answer["problems"]]
    if places != [("incomplete", 1, 0)] or second["verdict"] != "incomplete":
        raise Failed(f"{answer}, verify.py: {second}")
    entries = rig.entries()
    start = next(entry for entry in entries if entry["kind"] == "start")
    if entries[0]["kind"] != "genesis" or start["body"]["trigger"] != "card":
        raise Failed(f"{[entry['kind'] for entry in entries]}")
    given_up = sum(entry["body"]["measurements"].get("given_up_ms", 0) for entry in entries if entry["kind"] == "interruption")
    if given_up > 1100:
        raise Failed(f"{given_up} ms of held footage were given up")
    shutil.rmtree(rig.card)
    os.rename(rig.card + "-a", rig.card)
    return f"{given_up} ms before the first key frame were given up"


def failing_volume(rig, fail):
    """A real ext4 fails under a recording, is mounted anew, and all goes on."""
    shutil.move(rig.card, rig.card + ".kept")
    volume = LoopVolume(os.path.join(rig.folder, "card.img"), rig.card, 96)
    try:
        subprocess.run(["mount", "-o", "remount,errors=remount-ro", rig.card], check=True)
        shutil.copytree(rig.card + ".kept", rig.card, dirs_exist_ok=True)
        os.sync()
        rig.configure([[{"at": 0.3, "do": "press_record"}, {"at": 14.0, "do": "hold_record"}, {"at": 17.0, "do": "power_off"}]])
        process = rig.start_ready()
        time.sleep(4.0)
        fail(rig.card)
        time.sleep(3.0)
        # The recorder may hold a file open: the old mount goes away with it.
        subprocess.run(["umount", "-l", rig.card], check=True)
        for _ in range(50):
            if subprocess.run(["mount", "-t", "ext4", volume.device, rig.card], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        else:
            raise Failed("the card could not be mounted anew")
        wait_off(rig, process)
        must_be_intact(rig)
        entries = rig.entries()
        told = [what for what in faults(entries) if what != "storage_low"]  # it is a small card
        if told != ["card"] or any(entry["kind"] == "interruption" for entry in entries):
            raise Failed(f"faults {faults(entries)}, {[entry['kind'] for entry in entries]}")
        must_hold_all(rig, rig.boots())
        fault = next(entry for entry in entries if entry["kind"] == "fault" and entry["body"]["what"] == "card")
        return f"all of it is stored; the card answered {fault['body']['measurements']['error']}"
    finally:
        volume.close()
        os.remove(os.path.join(rig.folder, "card.img"))
        os.rmdir(rig.card)
        shutil.move(rig.card + ".kept", rig.card)


def shut_down(mount):
    descriptor = os.open(mount, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(descriptor, FS_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(descriptor)


def read_only(mount):
    """An error that ext4 finds: mounted with errors=remount-ro it turns read-only with files open."""
    device = os.path.basename(subprocess.run(["findmnt", "-no", "SOURCE", mount], capture_output=True, text=True,
                                             check=True).stdout.strip())
    with open(f"/sys/fs/ext4/{device}/trigger_fs_error", "w", encoding="ascii") as file:
        file.write("1")


STORIES = [("pulled and put back while recording", pulled_and_back),
           ("pulled, then killed", pulled_and_killed),
           ("full in the middle of a part", full_in_a_part),
           ("exchanged for an empty one while recording", exchanged)]
VOLUME_STORIES = [("ext4 shut down while recording", shut_down), ("ext4 turned read-only while recording", read_only)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(TOP, "build", "release", "bin"))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parser.add_argument("--only", help="a word of the story's name")
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="liuhen-card-")
    failed = 0
    try:
        stories = [(name, story, ()) for name, story in STORIES]
        why = why_impossible(scratch)
        if why is None:
            stories += [(name, failing_volume, (fail,)) for name, fail in VOLUME_STORIES]
        else:
            print(f"without the stories on real file systems: {why}", flush=True)
        for number, (name, story, more) in enumerate(stories):
            if arguments.only and arguments.only not in name:
                continue
            rig = Rig(os.path.join(scratch, str(number)), arguments.programs, Settings(encrypt=True))
            os.makedirs(rig.folder)
            rig.commission()
            try:
                print(f"{name}: {story(rig, *more)}", flush=True)
            except (Failed, OSError, RuntimeError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"FAILED: {name}: {error}", flush=True)
        return 1 if failed else 0
    finally:
        if arguments.keep:
            print(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
