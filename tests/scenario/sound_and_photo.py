#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recordings of sound alone and photos by the real recorder: intact, opened, decoded, byte for byte.

The officer takes a photo, records sound alone, takes another photo, then films and presses PHOTO again, which marks the
moment. Both checkers find the card intact; ffmpeg decodes sound and photos without a word; each photo's bytes are those
that the encoder gave. Once encrypted, once clear.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools"))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))

from liuhen_life.rig import Rig, Settings  # noqa: E402
from stored_samples import samples  # noqa: E402

PROCESS_SECONDS = 180
SCRIPT = [
    {"at": 1.0, "do": "press_photo"},
    {"at": 3.0, "do": "press_sound"},
    {"at": 6.0, "do": "hold_sound"},
    {"at": 8.3, "do": "hold_sound"},  # without last words
    {"at": 11.5, "do": "press_photo"},
    {"at": 13.0, "do": "press_record"},
    {"at": 14.5, "do": "press_photo"},
    {"at": 16.0, "do": "hold_record"},
    {"at": 18.3, "do": "hold_record"},
    {"at": 21.5, "do": "power_off"},
]
MANNERS = ["photo", "sound", "photo", "video"]


class Failed(Exception):
    """A sentence about what is not as it must be."""


def live(rig):
    """The life of SCRIPT; the entries of it."""
    rig.commission()
    if os.path.exists(rig.encoder_log):
        os.remove(rig.encoder_log)
    rig.configure([SCRIPT])
    process = rig.start()
    try:
        if process.wait(PROCESS_SECONDS) != 0:
            raise Failed("the recorder ended badly:\n" + rig.log_end())
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return rig.entries()


def check_verdicts(rig):
    answer = rig.verdict()
    if answer["verdict"] != "intact" or answer["exit"] != 0:
        raise Failed(f"liuhen verify: {answer['verdict']}: {answer['problems']}")
    command = ["/usr/bin/python3", os.path.join(TOP, "tests", "support", "verify.py"), rig.recorder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or '"intact"' not in done.stdout:
        raise Failed(f"verify.py: exit {done.returncode}: {done.stdout} {done.stderr}")


def check_entries(entries):
    starts = [entry for entry in entries if entry["kind"] == "start"]
    manners = [start["body"]["manner"] for start in starts]
    if manners != MANNERS:
        raise Failed(f"recordings of {manners}, {MANNERS} were due")
    marks = [entry["body"]["what"] for entry in entries if entry["kind"] == "mark"]
    if marks != ["note"]:
        raise Failed(f"marks {marks}: PHOTO while recording was to make one note")
    for start in starts:
        parts = [entry for entry in entries if entry["kind"] == "part" and entry["body"]["recording"] == start["seq"]]
        tracks = sorted({track[0] for part in parts for track in part["body"]["tracks"]})
        wanted = {"photo": [1], "sound": [2], "video": [1, 2]}[start["body"]["manner"]]
        if tracks != wanted:
            raise Failed(f"a recording of {start['body']['manner']} has tracks {tracks}")
        if start["body"]["manner"] == "photo" and len(parts) != 1:
            raise Failed(f"a photo has {len(parts)} parts")
        if start["body"]["manner"] == "sound" and len(parts) < 5:
            raise Failed(f"three seconds of sound and more have {len(parts)} parts")
    return {start["seq"]: start["body"]["manner"] for start in starts}


def check_signals(rig):
    """Light and vibration of two recordings; the photos change neither."""
    with open(os.path.join(rig.folder, "signals.log"), encoding="ascii") as file:
        shown = [" ".join(line.split()[1:]) for line in file]
    recorded = ["light recording", "vibrate begin", "light closing", "light standby", "vibrate end"]
    if shown != ["light standby"] + ["light standby"] + recorded * 2:  # the first is the commissioning's
        raise Failed(f"light and vibration were {shown}")


def photos_given(path):
    with open(path, encoding="ascii") as file:
        return [line.split()[3] for line in file if line.startswith("photo ")]


def ffmpeg(path, *arguments):
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, *arguments],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr or done.stdout:
        raise Failed(f"ffmpeg on {path}: exit {done.returncode}: {done.stderr}")


def check_photo(path, digest, settings, scratch):
    held = list(samples(path))
    if len(held) != 1:
        raise Failed(f"{path} holds {len(held)} samples")
    jpeg = held[0][3]
    if hashlib.sha256(jpeg).hexdigest() != digest:
        raise Failed(f"the JPEG of {path} is not the one that the encoder gave")
    picture = os.path.join(scratch, "photo.jpg")
    with open(picture, "wb") as file:
        file.write(jpeg)
    raw = os.path.join(scratch, "photo.gray")
    ffmpeg(picture, "-y", "-f", "rawvideo", "-pix_fmt", "gray", raw)
    if os.path.getsize(raw) != settings.width * settings.height:
        raise Failed(f"the JPEG of {path} is not {settings.width}x{settings.height}")


def check_files(rig, files, manners, scratch):
    """Decodes all; compares the photos."""
    digests = photos_given(rig.encoder_log)
    if len(digests) < 2:
        raise Failed(f"the encoder gave {len(digests)} photos")
    photos = 0
    for path in sorted(files, key=lambda name: int(os.path.basename(os.path.dirname(name)).split("-")[1])):
        manner = manners[int(os.path.basename(os.path.dirname(path)).split("-")[1])]
        ffmpeg(path, "-map", "0", "-f", "null", "-")
        if manner == "photo":
            check_photo(path, digests[photos], rig.settings, scratch)
            photos += 1
        print(f"  {manner}: {os.path.getsize(path)} bytes decoded", flush=True)
    if photos != 2:
        raise Failed(f"{photos} photos were opened")


def run(arguments, encrypt):
    scratch = tempfile.mkdtemp(prefix="liuhen-manners-")
    try:
        print("encrypted" if encrypt else "clear", flush=True)
        rig = Rig(scratch, arguments.programs, Settings(encrypt=encrypt, encoder_log=True))
        manners = check_entries(live(rig))
        check_verdicts(rig)
        check_signals(rig)
        if encrypt:
            files = rig.open_footage(os.path.join(scratch, "opened"))
        else:
            footage = os.path.join(rig.card, "footage")
            files = [os.path.join(root, name) for root, _, names in os.walk(footage) for name in names]
        check_files(rig, files, manners, scratch)
    finally:
        if arguments.keep:
            print(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(TOP, "build", "release", "bin"))
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()
    try:
        for encrypt in (True, False):
            run(arguments, encrypt)
        return 0
    except (Failed, OSError, RuntimeError) as error:
        print(f"FAILED: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
