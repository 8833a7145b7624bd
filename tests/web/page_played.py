#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The built page in Chromium before a real dock and vault (tests/browser/played.mjs). Needs the page built and npm ci done."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from access_site import VAULT, Access

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Played(Access):
    UI = ARTEFACTS = ""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-played-")
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name, cls.UI)

    def account(self, name):
        person = self.people[name]
        return {"work_number": name, "password": person.password, "totp": person.code()}

    def test_played(self):
        view = self.view(self.supervisor, self.granted(self.supervisor, uses=1))
        text = self.supervisor.ask("GET", view["playlist"]).body.decode()
        before, behind = text.split("#EXT-X-DISCONTINUITY")
        lengths = [sum(float(each) for each in re.findall(r"#EXTINF:([0-9.]+),", part)) for part in (before, behind)]
        timeline, _ = self.clear_footage()
        first = min([timeline["recording"]["start_us"]] + [each["start_us"] for each in timeline["segments"]])
        resumed = max(each["end_us"] for each in timeline["interruptions"])
        page, message = (os.path.join(self.site.folder, f"head-on-page.{end}") for end in ("json", "cose"))
        site = {"origin": self.site.origin, "certificate": os.path.join(self.site.folder, "dock", "keys", "web.crt"), "film": self.film,
                "supervisor": self.account("supervisor"), "head": self.account("head"), "again": self.account("supervisor"),
                "appointment": {"page": page, "commands": [
                    [os.path.join(self.PROGRAMS, "liuhen"), "enroll", "approver", "--agency", self.site.rig.agency, "--vault", VAULT,
                     "--page", page, "--power", "view", "--from", "2020-01-01T00:00Z", "--to", "2120-01-01T00:00Z", "--out", message],
                    [os.path.join(self.PROGRAMS, "liuhen-dock"), "appoint", message, "--config", self.site.toml]]},
                "length": sum(lengths), "gap": {"played": lengths[0], "to": int((resumed - first) // 1_000_000)},
                "artefacts": self.ARTEFACTS}
        path = os.path.join(self.site.folder, "site.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(site, file)
        done = subprocess.run(["node", os.path.join(TOP, "tests", "browser", "played.mjs"), path], timeout=300, check=False)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    parser.add_argument("--ui", required=True, help="the folder of the built page")
    parser.add_argument("--artefacts", required=True, help="where the screenshot goes")
    known, rest = parser.parse_known_args()
    Access.PROGRAMS, Played.UI, Played.ARTEFACTS = known.programs, os.path.abspath(known.ui), os.path.abspath(known.artefacts)
    os.makedirs(Played.ARTEFACTS, exist_ok=True)
    unittest.main(argv=[sys.argv[0], *rest], defaultTest="Played")
