#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The bureau's day with which tools/demo fills the page: it goes through, and everybody sees their part of it."""

import argparse
import sys
import tempfile
import unittest

from page_site import Site, wait_for

from liuhen_life import bureau
from liuhen_life.page import Client, present_step, totp

PROGRAMS = ""


class Day(unittest.TestCase):
    def test_a_new_dock_is_filled_and_everybody_logs_in(self):
        with tempfile.TemporaryDirectory(prefix="liuhen-bureau-") as folder:
            site = Site(folder, PROGRAMS)
            self.addCleanup(site.end)
            firsts = site.begin(bureau.ADMINISTRATORS)
            day = bureau.Bureau(site, site.rig.device)
            day.open_accounts(firsts)
            wait_for("the recorder is taken in", lambda: day.get("bays")["items"][0]["last"])
            day.fill_register()
            day.file_recordings()
            day.live_a_day()
            handouts = day.get("handouts")["items"]
            self.assertEqual([(each["wearer"]["name"], each["delivered"], each["returned_us"] is not None) for each in handouts],
                             [("李强", True, False), ("王芳", True, True)])
            late = day.get(f"handouts?at_us={handouts[0]['until_us'] + 1}")["items"]
            self.assertEqual(late[0]["state"], "overdue")
            links = day.get("links?type=act&id=XC-2026-001")["items"]
            self.assertEqual({link["b"]["type"] for link in links}, {"case", "recording"})
            self.assertEqual(len(day.told()), 10)
            for each in day.told():
                client, step = Client(site), max(present_step(), day.by_number[each["work_number"]].step + 1)
                wait_for("another code", lambda step=step: step <= present_step() + 1)
                answer = client.log_in(each["work_number"], each["password"], totp(each["secret"], step))
                self.assertEqual((answer.status, answer.json["roles"]), (201, [each["role"]]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="the folder of the built programs")
    known, rest = parser.parse_known_args()
    PROGRAMS = known.programs
    unittest.main(argv=[sys.argv[0], *rest])
