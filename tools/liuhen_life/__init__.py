# SPDX-License-Identifier: Apache-2.0
"""Lets simulated recorders live and reads what came of it: for tools/demo and the tests that need whole lives.

ledger   entries as `liuhen ledger --json` prints them
loss     what left the simulated devices and is in no stored part
volume   an ext4 on a loop device as a card that can lose what was not synced
page     a dock's page as a browser uses it
bureau   a small bureau's day, entered by way of the page
rig      an agency with one recorder in a folder, its configuration, its processes
"""
