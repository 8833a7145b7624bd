# SPDX-License-Identifier: Apache-2.0
"""A small recording by the real recorder, made once per build folder: filmed, cut off, resumed, ended."""

import fcntl
import os
import shutil
import subprocess

RECORDER_TOML = """board = "sim"
board_config = "sim/board.toml"
encrypt = false
[cable]
address = "127.0.0.1"
port = 0
port_file = "port"
[pre_event]
seconds = 0
[voice]
silent = true
[picture]
bitrate = 400000
"""
BOARD_TOML = """[camera]
pattern = "smpte"
width = 320
height = 180
framerate = 25
[microphone]
pattern = "tone"
[card]
folder = "../recorder/card"
[keystore]
folder = "../recorder/keystore"
[internal]
folder = "../recorder/internal"
[script]
file = "script.toml"
state_folder = "state"
"""
# Start 1 makes the genesis; 2 films until the power is cut; 3 goes on with the recording and ends it.
SCRIPT_TOML = """[[boot]]
event = [{at = 0.5, do = "power_off"}]
[[boot]]
event = [
  {at = 0.5, do = "press_record"},
  {at = 1.0, do = "statement", kind = "opening", seconds = 1.0},
  {at = 2.5, do = "press_mark"},
  {at = 4.5, do = "power_cut"},
]
[[boot]]
event = [{at = 2.5, do = "hold_record"}, {at = 5.5, do = "power_off"}]
"""
DEVICE = "LH-ATTACK-1"


def run_program(program, *arguments, fine=(0,)):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)
    if done.returncode not in fine:
        raise RuntimeError(f"{program} {' '.join(arguments)}: {done.returncode}: {done.stderr[-2000:]}")


def write_text(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _make(folder, bin_folder, script, ends, settings):
    """Runs the recorder once for each of `ends`, its exit codes; -9 is a power cut."""
    liuhen, recorder = os.path.join(bin_folder, "liuhen"), os.path.join(bin_folder, "liuhen-recorder")
    agency, device = os.path.join(folder, "agency"), os.path.join(folder, "recorder")
    config = os.path.join(folder, "recorder.toml")
    write_text(config, settings)
    write_text(os.path.join(folder, "sim/board.toml"), BOARD_TOML)
    write_text(os.path.join(folder, "sim/script.toml"), script)
    run_program(liuhen, "enroll", "agency", "--agency", agency, "--name", "Attacked Agency")
    run_program(liuhen, "enroll", "recorder", "--agency", agency, "--recorder", device, "--device", DEVICE)
    for number, end in enumerate(ends):
        run_program(recorder, "--config", config, fine=(end,))
        if number == 0:
            run_program(liuhen, "enroll", "genesis", "--agency", agency, "--recorder", device)
            shutil.copytree(device, os.path.join(folder, "yesterday"))
        elif end == -9:
            shutil.copytree(device, os.path.join(folder, "interrupted"))


def kept(name, made_folder, programs, make):
    """The folder `name` in `made_folder`, as `make` filled it; made anew once one of the programs is newer."""
    target = os.path.join(made_folder, name)
    half, stamp = target + ".half", target + ".stamp"
    os.makedirs(made_folder, exist_ok=True)
    with open(target + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(target) and os.path.exists(stamp) and all(
                os.path.getmtime(program) < os.path.getmtime(stamp) for program in programs):
            return target
        for old in (half, target):
            shutil.rmtree(old, ignore_errors=True)
        with open(stamp + ".half", "w", encoding="utf-8"):
            pass  # as old as the beginning: a program that is built meanwhile is newer
        make(half)
        os.rename(half, target)
        os.rename(stamp + ".half", stamp)
    return target


def made(name, made_folder, bin_folder, script, ends, settings=RECORDER_TOML):
    """The folder with agency/, recorder/, yesterday/ (before it filmed) and interrupted/ (right after the power cut)."""
    programs = [os.path.join(bin_folder, program) for program in ("liuhen", "liuhen-recorder")]
    return kept(name, made_folder, programs, lambda half: _make(half, bin_folder, script, ends, settings))


def recording(made_folder, bin_folder):
    """The recording that most rows attack."""
    return made("recording", made_folder, bin_folder, SCRIPT_TOML, (0, -9, 0))
