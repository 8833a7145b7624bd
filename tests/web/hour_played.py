#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A recording of an hour, taken in by a real dock and vault: how long playlist, first frame and seeks take, over HTTPS and in Chromium.

Written by the recorder's own writer from a minute of encoded film, as often as it takes; the recorder's program then brings it to the dock.
Figures are printed, not judged; that it is an hour, that nothing of it is missing and that each seek shows its own place is judged. The page
is opened if --ui names a built one (npm ci done in tests/browser); docs/bench.md has figures.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

from access_site import Access, AccessSite

from liuhen_life.page import Client, wait_for
from liuhen_life.rig import Rig, Settings

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MATERIAL = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "liuhen", "bench", "vtest-1080p30-8m-v1.mp4")
MATERIAL_SECONDS = 60
INTAKE_SECONDS = 3600
SEEKS = 10
VIEWS = 6
TICKS = os.sysconf("SC_CLK_TCK")


class HourRig(Rig):
    """Its card holds one recording of so many minutes when it is switched on."""

    material, minutes = MATERIAL, 60

    def commission(self):
        self._liuhen("enroll", "agency", "--agency", self.agency, "--name", "Test Bureau")
        self._liuhen("enroll", "recorder", "--agency", self.agency, "--recorder", self.recorder, "--device", self.device)
        subprocess.run([os.path.join(self.programs, "liuhen-bench"), "child", "record", "--encrypt", "--joined", "--times",
                        str(self.minutes), "--material", self.material, "--recorder", self.recorder], check=True)
        self.register()
        self._write(os.path.basename(self.log), "")


class HourSite(AccessSite):
    def __init__(self, folder, programs, ui=None):
        super().__init__(folder, programs, ui)
        self.day = [{"at": 0.5, "do": "dock"}]
        self.rig = HourRig(folder, programs, Settings(pre_event_seconds=0))

    def set_up(self):
        firsts = self.begin()
        people = {role: Client(self).enrol(role, first) for role, first in firsts.items()}
        for role in ("custodian", "head", "supervisor", "reviewer"):
            people[role] = self.add_person(people, role, f"{role}的名字", role)
        wait_for("the recorder is taken in",
                 lambda: people["custodian"].must(200, "GET", "/api/v1/bays")["items"][0]["last"], INTAKE_SECONDS)
        return people

    def forget(self):
        """What the system remembers of the stored footage: the next who reads it waits for the disk."""
        for base, _, names in os.walk(os.path.join(self.folder, "vault", "objects")):
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def cpu_ms(self):
        """Of dock and vault, since they began."""
        used = 0
        for name in ("dock", "vault"):
            with open(f"/proc/{self.processes[name].pid}/stat", encoding="ascii") as file:
                used += sum(int(field) for field in file.read().rsplit(")", 1)[1].split()[11:13])
        return used * 1000 // TICKS


def told(what, values):
    print(f"  {what}: {', '.join(f'{value:.0f}' for value in values)} ms (median {statistics.median(values):.0f}, "
          f"most {max(values):.0f})", flush=True)


class Hour(Access):
    SITE = HourSite
    UI = None
    SEED = 0

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-hour-", dir=cls.SCRATCH)
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name, cls.UI)
        cls.grant = None

    def timed(self, what):
        """(answer, ms, CPU-ms of dock and vault)."""
        used, begun = self.site.cpu_ms(), time.monotonic()
        answer = what()
        return answer, (time.monotonic() - begun) * 1000, self.site.cpu_ms() - used

    def fetched(self, view, piece):
        size, offset, uri = piece
        first = int(offset)
        answer = self.supervisor.ask("GET", view["playlist"].rsplit("/", 1)[0] + "/" + uri,
                                     headers={"Range": f"bytes={first}-{first + int(size) - 1}"})
        self.assertEqual(answer.status, 206)
        self.assertEqual(len(answer.body), int(size))

    def test_by_requests(self):
        """What a player asks for, without one."""
        grant = self.granted(self.supervisor, uses=VIEWS)
        opened, first, sought, sought_cpu = [], [], [], []
        listed, listed_cpu = {True: [], False: []}, {True: [], False: []}
        for each in range(VIEWS):
            cold = each % 2 == 0
            if cold:
                self.site.forget()
            view, ms, _ = self.timed(lambda: self.view(self.supervisor, grant))
            opened.append(ms)
            answer, ms, cpu = self.timed(lambda: self.supervisor.ask("GET", view["playlist"]))
            listed[cold].append(ms)
            listed_cpu[cold].append(cpu)
            text = answer.body.decode()
            length = sum(float(value) for value in re.findall(r"#EXTINF:([0-9.]+),", text))
            self.assertAlmostEqual(length, HourRig.minutes * MATERIAL_SECONDS, delta=HourRig.minutes * 0.1)
            self.assertNotIn("#EXT-X-DISCONTINUITY", text)
            pieces = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)\n", text)
            first.append(self.timed(lambda: self.fetched(view, pieces[0]))[1])
            draw = random.Random(self.SEED + each)
            used = self.site.cpu_ms()
            for _ in range(SEEKS):
                sought.append(self.timed(lambda: self.fetched(view, draw.choice(pieces)))[1])
            sought_cpu.append((self.site.cpu_ms() - used) / SEEKS)
        print(f"{length:.0f} s in {len(pieces)} pieces, {len(text)} bytes of playlist")
        told("a view is begun", opened)
        for cold, how in ((True, "off the disk"), (False, "read before")):
            told(f"the playlist, {how}", listed[cold])
            told(f"the playlist, {how}, CPU of dock and vault", listed_cpu[cold])
        told("the first piece", first)
        told("pieces here and there", sought)
        told("a piece, CPU of dock and vault", sought_cpu)

    def test_in_the_page(self):
        if self.UI is None:
            self.skipTest("no --ui")
        self.granted(self.supervisor, uses=2)
        person = self.supervisor
        length = HourRig.minutes * MATERIAL_SECONDS
        draw = random.Random(self.SEED)
        site = {"origin": self.site.origin, "certificate": os.path.join(self.site.folder, "dock", "keys", "web.crt"), "film": self.film,
                "supervisor": {"work_number": "supervisor", "password": person.password, "totp": person.code()},
                "length": length, "places": [draw.uniform(0, length - 1) for _ in range(SEEKS)]}
        path = os.path.join(self.site.folder, "hour.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(site, file)
        self.site.forget()
        done = subprocess.run(["node", os.path.join(TOP, "tests", "browser", "hour.mjs"), path], timeout=900, check=False)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    parser.add_argument("--ui", help="the folder of the built page")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--material", default=MATERIAL, help="a minute of H.264 and AAC; default: what 'liuhen bench' has made")
    parser.add_argument("--scratch", help="where the hour lies, three times: 11 GB at 8 Mbit/s")
    known, rest = parser.parse_known_args()
    Access.PROGRAMS, Hour.UI, Hour.SCRATCH = known.programs, known.ui and os.path.abspath(known.ui), known.scratch
    HourRig.material, HourRig.minutes = known.material, known.minutes
    unittest.main(argv=[sys.argv[0], *rest], defaultTest="Hour")
