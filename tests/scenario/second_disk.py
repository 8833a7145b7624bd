#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A vault with its second copy on a disk of its own, which goes away, comes back, makes receipts of one copy receipts of
two, and brings a lost vault back.

Recorder, dock and vault are the real programs; the second copy lies on a loop volume (a plain folder that is moved away,
where this machine mounts none).
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))

from liuhen_life.rig import Rig, Settings  # noqa: E402
from liuhen_life.volume import LoopVolume, why_impossible  # noqa: E402

PROCESS_SECONDS = 120
DISK_MEGABYTES = 96
DAY = [{"at": 0.5, "do": "press_record"}, {"at": 4.5, "do": "dock"}]
# A recorder that always wants room, and frees nothing by receipts of one copy.
CARD_BYTES = 4_000_000_000
WANTING = "low_minutes = 1\nrelease_minutes = 100000"


class Failed(Exception):
    """A sentence about what is not as it must be."""


def expect(what, got, wanted):
    if got != wanted:
        raise Failed(f"{what}: {got!r} instead of {wanted!r}")


def wait_for(what, done):
    until = time.monotonic() + PROCESS_SECONDS
    while not done():
        if time.monotonic() > until:
            raise Failed(f"{what}: not in {PROCESS_SECONDS} s")
        time.sleep(0.05)


class MovedFolder:
    """A disk that is a folder: away while it has another name."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def unmount(self):
        os.rename(self.folder, self.folder + "-away")
        os.makedirs(self.folder)

    def mount(self):
        os.rmdir(self.folder)
        os.rename(self.folder + "-away", self.folder)


class Site:
    """A dock with a vault beside a recorder."""

    def __init__(self, folder, programs, disk):
        self.folder, self.programs, self.disk = folder, programs, disk
        self.rig = Rig(folder, programs, Settings(encrypt=False, pre_event_seconds=0))
        self.vault, self.second = os.path.join(folder, "vault"), os.path.join(disk.folder, "vault")
        self.toml = os.path.join(folder, "dock", "vault.toml")

    def run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.programs, program), *arguments], capture_output=True, text=True,
                              timeout=PROCESS_SECONDS, check=False)
        return done.returncode, done.stdout + done.stderr

    def must(self, program, *arguments):
        code, said = self.run(program, *arguments)
        if code != 0:
            raise Failed(f"{program} {' '.join(arguments)}: exit {code}: {said}")
        return said

    def commission(self):
        self.rig.commission()
        self.must("liuhen", "enroll", "dock", "--agency", self.rig.agency, "--dock", os.path.join(self.folder, "dock"),
                  "--name", "dock-01")

    def start_vault(self):
        log = open(os.path.join(self.folder, "vault.log"), "w+", encoding="utf-8")  # noqa: SIM115
        process = subprocess.Popen([os.path.join(self.programs, "liuhen-vault"), "--config", self.toml], stderr=log)
        wait_for("the vault becomes ready", lambda: " ready, " in self.said() or process.poll() is not None)
        expect("the vault runs", process.poll(), None)
        return process

    def said(self):
        with open(os.path.join(self.folder, "vault.log"), encoding="utf-8") as file:
            return file.read()

    def second_receipts(self):
        """How many receipts of two copies the last intake gave for what had one of one."""
        with open(os.path.join(self.folder, "dock", "summary.json"), encoding="utf-8") as file:
            return json.load(file)["bays"][0]["second_receipts"]

    def sandbox(self):
        """What the vault says at a start of the sandbox that it is in; "" if it does not start."""
        log = os.path.join(self.folder, "sandbox.log")
        with open(log, "w", encoding="utf-8") as file:
            process = subprocess.Popen([os.path.join(self.programs, "liuhen-vault"), "--config", self.toml], stderr=file)

        def text():
            with open(log, encoding="utf-8") as file:
                return file.read()
        wait_for("the vault starts or ends", lambda: " ready, " in text() or process.poll() is not None)
        if process.poll() is None:
            self.stop(process)
        found = [line for line in text().split("\n") if "sandbox: " in line]
        return found[0] if found else ""

    @staticmethod
    def stop(process):
        process.send_signal(signal.SIGTERM)
        expect("the vault ends", process.wait(PROCESS_SECONDS), 0)

    def configure(self, line):
        with open(self.toml, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def footage(self):
        """The segments on the recorder's card."""
        return {os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(self.rig.card, "footage"))
                for name in names}

    def day(self, *steps, storage=""):
        """A recorder films and is docked; each step is run while it is. `storage` is of its configuration."""
        self.rig.configure([DAY])
        with open(os.path.join(self.folder, "recorder.toml"), "a", encoding="utf-8") as file:
            file.write(f"[storage]\n{storage}\n")
        with open(self.rig.log, "ab"):
            before = os.path.getsize(self.rig.log)
        recorder = self.rig.start()
        try:
            def text():
                with open(self.rig.log, encoding="utf-8", errors="replace") as file:
                    file.seek(before)
                    return file.read()
            wait_for("the recorder is docked", lambda: "state docked" in text())
            port = text().split("ready, port ")[1].split()[0].rstrip(",")
            self.point_at(port)
            for step in steps:
                step()
        finally:
            recorder.send_signal(signal.SIGTERM)
            recorder.wait(PROCESS_SECONDS)

    def point_at(self, port):
        path = os.path.join(self.folder, "dock", "dock.toml")
        if not os.path.exists(path):
            self.must("liuhen-dock", "init", "--dir", self.folder, "--agency", self.rig.agency, "--recorder",
                      f"127.0.0.1:{port}")
            with open(self.toml, "a", encoding="utf-8") as file:
                file.write(f'second_copy = "{self.second}"\nscrub_mbytes_per_s = 10000\n')
            return
        with open(path, encoding="utf-8") as file:
            lines = [f"port = {port}" if line.startswith("port = ") else line for line in file.read().split("\n")]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))

    def dock(self, command, *more):
        return self.run("liuhen-dock", command, *more, "--config", os.path.join(self.folder, "dock", "dock.toml"))

    def verify(self, folder):
        code, said = self.run("liuhen", "verify", "--json", folder, "--trust", os.path.join(self.rig.agency, "root.pem"))
        if code not in (0, 1):
            raise Failed(f"liuhen verify {folder}: exit {code}: {said}")
        return json.loads(said)["verdict"]

    def expect_both_intact(self):
        for folder in (self.vault, self.second):
            expect(f"verdict of {folder}", self.verify(folder), "intact")

    def objects(self):
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(self.vault, "objects"))
                      for name in names)


def first_day(site):
    """Two copies of everything, and receipts that say so."""
    def take_in():
        process = site.start_vault()
        code, said = site.dock("run", "--once")
        expect(f"intake with both disks ({said})", code, 0)
        site.stop(process)
    site.day(take_in)
    site.expect_both_intact()


def disk_away(site):
    """Unmounted under the running vault: stored, but no receipt; mounted again, and the vault started anew, whose sandbox
    knows only the disk that was there at its start: receipts."""
    def take_in():
        process = site.start_vault()
        site.disk.unmount()
        code, said = site.dock("run", "--once")
        expect(f"intake without the second disk ({said})", code, 1)
        if "wait for the second copy" not in said:
            raise Failed("the bay does not say what it waits for: " + said)
        expect("nothing is written below the empty mount point", os.listdir(site.disk.folder), [])
        code, said = site.dock("check")
        if "the second cannot be used" not in said:
            raise Failed("check does not tell that the second copy is away: " + said)
        site.disk.mount()
        site.stop(process)
        process = site.start_vault()
        code, said = site.dock("run", "--once")
        expect(f"intake with the second disk again ({said})", code, 0)
        code, said = site.dock("check")
        expect(f"check ({said})", (code, "the second lacks 0 objects" in said), (0, True))
        site.stop(process)
    site.day(take_in)
    site.expect_both_intact()


def one_copy(site):
    """While the second disk is away the single-copy policy gives receipts of one copy, by which this recorder frees nothing;
    when the vault has copied what it lacks, the next docking brings receipts of two, and then it does."""
    site.configure("single_copy_after_hours = 72")
    site.rig.settings.card_quota = CARD_BYTES
    before = site.footage()
    after = set()

    def alone():
        process = site.start_vault()
        site.disk.unmount()
        code, said = site.dock("run", "--once")
        expect(f"intake under the single-copy policy ({said})", code, 0)
        expect("receipts of two copies while the disk is away", site.second_receipts(), 0)
        # What has receipts of two copies is freed: the recorder wants room. What came today stays.
        wait_for("the footage of earlier days is freed", lambda: not before & site.footage())
        after.update(site.footage())
        expect("a segment with a receipt of one copy is on the card", len(after) > 0, True)
        site.stop(process)
        site.disk.mount()
    site.day(alone, storage=WANTING)

    def both():
        process = site.start_vault()
        wait_for("the second copy is caught up", lambda: "the second lacks 0 objects" in site.dock("check")[1])
        expect("what has a receipt of one copy is still there", after - site.footage(), set())
        code, said = site.dock("run", "--once")
        expect(f"intake with the second disk again ({said})", code, 0)
        # Its segments, and the chapter that tells of them.
        expect("receipts of two copies", site.second_receipts(), len(after) + 1)
        wait_for("what has receipts of two copies now is freed", lambda: not after & site.footage())
        code, said = site.dock("run", "--once")
        expect(f"the next intake ({said})", (code, site.second_receipts()), (0, 0))
        site.stop(process)
    site.day(both, storage=WANTING)
    site.expect_both_intact()


def shut_in(site):
    """From here on the vault must be in its sandbox: restoring takes off what it may not, and it goes on in it."""
    with open(site.toml, encoding="utf-8") as file:
        before = file.read()
    site.configure('sandbox = "required"')
    if "Landlock" not in site.sandbox():
        print("this kernel has no whole sandbox: the rest is without one")
        with open(site.toml, "w", encoding="utf-8") as file:
            file.write(before)


def damage(site):
    """Found by the reading in the background, told by check, mended by the drill."""
    path = site.objects()[0]
    with open(path, "rb") as file:
        data = file.read()
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        file.seek(len(data) // 2)
        file.write(bytes([data[len(data) // 2] ^ 1]))
    os.remove(os.path.join(site.vault, "scrub", "state"))  # a pass is due once a week
    process = site.start_vault()
    wait_for("the damage is found", lambda: "scrub.damaged" in site.said())
    code, said = site.dock("check")
    expect(f"check tells the damage ({said})", (code, os.path.basename(path) in said), (1, True))
    code, said = site.run("liuhen-vault", "restore", "--config", site.toml)
    expect(f"no restore beside a running vault ({said})", code, 1)
    site.stop(process)
    expect("verdict of the damaged vault", site.verify(site.vault), "altered")
    site.must("liuhen-vault", "restore", "--config", site.toml)
    site.expect_both_intact()


def all_lost(site):
    """The vault's disk is gone: a new one is filled from the second copy, and the dock goes on."""
    shutil.rmtree(site.vault)
    site.must("liuhen-vault", "restore", "--config", site.toml)
    site.expect_both_intact()

    def take_in():
        process = site.start_vault()
        code, said = site.dock("run", "--once")
        expect(f"intake after the restore ({said})", code, 0)
        code, said = site.dock("check")
        expect(f"check after the restore ({said})", code, 0)
        site.stop(process)
    site.day(take_in)
    site.expect_both_intact()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True)
    programs = os.path.abspath(parser.parse_args().programs)
    with tempfile.TemporaryDirectory(prefix="second-") as folder:
        why = why_impossible(folder)
        if why:
            print(f"no loop volumes here ({why}): a folder stands for the disk")
        disk = MovedFolder(folder + "/disk-2") if why else LoopVolume(folder + "/disk-2.img", folder + "/disk-2",
                                                                      DISK_MEGABYTES)
        with disk:
            site = Site(folder, programs, disk)
            site.commission()
            try:
                for story in (first_day, disk_away, one_copy, shut_in, damage, all_lost):
                    story(site)
                    print(f"{story.__name__}: as it must be")
            except Failed as failed:
                print(f"second_disk: {failed}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
