# SPDX-License-Identifier: Apache-2.0
"""A dock with a vault by the real programs, made once per build folder: two days, one recording and one docking each."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from fixture import BOARD_TOML, DEVICE, RECORDER_TOML, kept, run_program, write_text

# Start 1 makes the genesis; 2 and 3 film and are docked, the last of them until it is switched off. Filmed is for so long
# that a busy machine has whole segments too.
SCRIPT_TOML = """[[boot]]
event = [{at = 0.5, do = "power_off"}]
[[boot]]
event = [{at = 0.5, do = "press_record"}, {at = 8.0, do = "dock"}]
[[boot]]
event = [{at = 0.5, do = "press_record"}, {at = 8.0, do = "dock"}]
"""
ORIGIN = "dock-01"
PROGRAMS = ("liuhen", "liuhen-recorder", "liuhen-dock", "liuhen-vault")
PROCESS_SECONDS = 60


def _wait_for(path, what):
    until = time.monotonic() + PROCESS_SECONDS
    while not what():
        if time.monotonic() > until:
            raise RuntimeError(f"{path} did not come to it in {PROCESS_SECONDS} s")
        time.sleep(0.05)


def _text(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def _end(process):
    process.send_signal(signal.SIGTERM)
    if process.wait(PROCESS_SECONDS) != 0:
        raise RuntimeError(f"{process.args} ended with {process.returncode}")


def _start(*command, log):
    with open(log, "w", encoding="utf-8") as file:
        return subprocess.Popen(command, stdout=file, stderr=file)


def _dock(folder, bin_folder, day):
    """One working day: films, is docked, is taken in, is switched off."""
    port, log = os.path.join(folder, "port"), os.path.join(folder, f"recorder-{day}.log")
    if os.path.exists(port):
        os.remove(port)
    recorder = _start(os.path.join(bin_folder, "liuhen-recorder"), "--config", os.path.join(folder, "recorder.toml"),
                      log=log)
    dock, toml = os.path.join(bin_folder, "liuhen-dock"), os.path.join(folder, "dock", "dock.toml")
    try:
        _wait_for(log, lambda: "state docked" in _text(log))
        number = _text(port).strip()
        if not os.path.exists(toml):
            run_program(dock, "init", "--dir", folder, "--agency", os.path.join(folder, "agency"), "--recorder",
                        f"127.0.0.1:{number}")
        write_text(toml, re.sub(r"(?m)^port = .*$", f"port = {number}", _text(toml)))
        vault = _start(os.path.join(bin_folder, "liuhen-vault"), "--config", os.path.join(folder, "dock", "vault.toml"),
                       log=os.path.join(folder, f"vault-{day}.log"))
        try:
            run_program(dock, "run", "--once", "--config", toml)
        finally:
            _end(vault)
    finally:
        _end(recorder)


def _make(folder, bin_folder, settings):
    liuhen, agency = os.path.join(bin_folder, "liuhen"), os.path.join(folder, "agency")
    write_text(os.path.join(folder, "recorder.toml"), settings)
    write_text(os.path.join(folder, "sim/board.toml"), BOARD_TOML)
    write_text(os.path.join(folder, "sim/script.toml"), SCRIPT_TOML)
    device = ("--agency", agency, "--recorder", os.path.join(folder, "recorder"))
    run_program(liuhen, "enroll", "agency", "--agency", agency, "--name", "Attacked Agency")
    run_program(liuhen, "enroll", "recorder", *device, "--device", DEVICE)
    run_program(os.path.join(bin_folder, "liuhen-recorder"), "--config", os.path.join(folder, "recorder.toml"))
    run_program(liuhen, "enroll", "genesis", *device)
    run_program(liuhen, "enroll", "dock", "--agency", agency, "--dock", os.path.join(folder, "dock"), "--name", ORIGIN)
    for days, day in enumerate(("yesterday", "today"), 1):
        _dock(folder, bin_folder, day)
        footage = os.path.join(folder, "recorder", "card", "footage")
        if len(os.listdir(footage)) < days:
            raise RuntimeError(f"{footage} holds no recording of {day}: the machine is too busy; run it again")
        if day == "yesterday":
            shutil.copytree(os.path.join(folder, "vault"), os.path.join(folder, day),
                            ignore=shutil.ignore_patterns("*.sock"))


def stored(made_folder, bin_folder, encrypted=False):
    """The folder with agency/, recorder/, dock/keys/, vault/ and yesterday/, the vault as it was a day before."""
    settings = RECORDER_TOML.replace("encrypt = false", "encrypt = true") if encrypted else RECORDER_TOML

    def make(half):
        with tempfile.TemporaryDirectory(prefix="attack-") as folder:  # a socket's path must be short
            _make(folder, bin_folder, settings)
            shutil.copytree(folder, half, ignore=shutil.ignore_patterns("*.sock"))
    return kept("stored-encrypted" if encrypted else "stored", made_folder,
                [os.path.join(bin_folder, name) for name in PROGRAMS], make)
