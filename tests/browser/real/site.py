#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real recorder, vault and dock for tests/browser: says where the page is, and fills it when told to.

  site.py --programs BIN --ui BUILT_PAGE

Prints a line of JSON when the empty dock is up; at the line "fill" on standard input a day of a bureau is entered and another line of JSON tells
who may log in. Ends when standard input does.
"""

import argparse
import json
import os
import shutil
import ssl
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "web"))

from page_site import Site, wait_for  # noqa: E402

from liuhen_life import bureau  # noqa: E402

FIRST = "G009"
#: In the middle of it there is neither picture nor sound for a while, and nobody says why.
DAY = [{"at": 1.0, "do": "press_record"}, {"at": 12.0, "do": "camera_unplug"}, {"at": 12.0, "do": "microphone_unplug"},
       {"at": 16.0, "do": "camera_return"}, {"at": 16.0, "do": "microphone_return"}, {"at": 22.0, "do": "press_mark"}, {"at": 25.0, "do": "dock"}]


class BuiltSite(Site):
    """Serves the built page."""

    def __init__(self, folder, programs, built):
        super().__init__(folder, programs, DAY)
        self.built, self.first = built, None

    def write_page(self):
        shutil.copytree(self.built, os.path.join(self.folder, "ui"))

    def start_vault(self):
        """Before the dock holds the accounts: one more, whose first log-in the page sees."""
        self.first = self.first_password("make", "--another", "--work-number", FIRST, "--name", "初次登录", "--unit", "信息科", "--role", "sysadmin")
        super().start_vault()


def say(value):
    print(json.dumps(value, ensure_ascii=False), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--ui", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="liuhen-page-") as folder:
        site = BuiltSite(folder, os.path.abspath(arguments.programs), os.path.abspath(arguments.ui))
        try:
            firsts = site.begin(bureau.ADMINISTRATORS)
            say({"origin": f"https://localhost:{site.port}", "certificate": ssl.get_server_certificate(("127.0.0.1", site.port)),
                 "first": {"work_number": FIRST, "password": site.first}})
            for line in sys.stdin:
                if line.strip() != "fill":
                    continue
                day = bureau.Bureau(site, site.rig.device)
                day.open_accounts(firsts)
                wait_for("the recorder is taken in", lambda: day.get("bays")["items"][0]["last"])
                day.fill_register()
                day.file_recordings()
                day.live_a_day()
                say([{**each, "step": day.by_number[each["work_number"]].step} for each in day.told()])
        finally:
            for name in ("dock", "vault"):
                if os.path.exists(os.path.join(folder, name + ".log")):
                    sys.stderr.write("".join(f"{name}: {line}\n" for line in site.said(name).splitlines()[-12:]))
            site.end()


if __name__ == "__main__":
    main()
