#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fills the page of tools/demo with a small bureau's day, and gives the one-time codes of its people.

  tools/demo_bureau.py fill DIR --port PORT --device DEVICE   after `liuhen-dock account make` wrote DIR/first-ROLE.txt
  tools/demo_bureau.py code DIR WORK_NUMBER                   the present code of somebody, as their phone would show it
"""

import argparse
import json
import os
import re
import sys
from collections import namedtuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_life import bureau  # noqa: E402
from liuhen_life.page import present_step, totp  # noqa: E402

Place = namedtuple("Place", "root port")
TITLES = {"sysadmin": "系统管理员", "secadmin": "安全管理员", "audadmin": "审计管理员", "custodian": "资料设备管理员",
          "head": "机关负责人", "supervisor": "法制监督员", "reviewer": "法制审核员", "officer": "执法人员"}


def first_of(folder, role):
    with open(os.path.join(folder, f"first-{role}.txt"), encoding="utf-8") as file:
        return re.search(r"first password:  (\S+)", file.read()).group(1)


def log_ins_path(folder):
    return os.path.join(folder, "log-ins.json")


def fill(arguments):
    root = os.path.join(arguments.folder, "agency", "root.pem")
    firsts = {role: first_of(arguments.folder, role) for role in bureau.ADMINISTRATORS}
    made = bureau.fill(Place(root, arguments.port), arguments.device, firsts)
    handle = os.open(log_ins_path(arguments.folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(made.told(), file, ensure_ascii=False, indent=1)
    for role in bureau.ADMINISTRATORS:
        os.remove(os.path.join(arguments.folder, f"first-{role}.txt"))
    print(f"网址 address      https://localhost:{arguments.port}")
    print(f"根证书 trust      {root}")
    for each in made.log_ins:
        print(f"{each.work_number}  {each.password}  {each.name}（{TITLES[each.role]}）")
    print(f"动态口令 code     {os.path.abspath(__file__)} code {arguments.folder} 工号")
    print(f"密钥 secrets      {log_ins_path(arguments.folder)}")


def code(arguments):
    with open(log_ins_path(arguments.folder), encoding="utf-8") as file:
        found = [each for each in json.load(file) if each["work_number"] == arguments.work_number]
    if not found:
        sys.exit(f"nobody has the work number {arguments.work_number}; see {log_ins_path(arguments.folder)}")
    print(totp(found[0]["secret"], present_step()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    filling = commands.add_parser("fill")
    filling.add_argument("folder")
    filling.add_argument("--port", type=int, required=True)
    filling.add_argument("--device", required=True)
    filling.set_defaults(run=fill)
    coding = commands.add_parser("code")
    coding.add_argument("folder")
    coding.add_argument("work_number")
    coding.set_defaults(run=code)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
