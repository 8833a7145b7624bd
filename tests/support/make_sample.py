#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a small agency, a recorder that was through a power cut, and a vault, from docs/format alone."""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.agency import SampleAgency  # noqa: E402
from liuhen_sample.keys import Source  # noqa: E402
from liuhen_sample.recorder import Recorder  # noqa: E402
from liuhen_sample.scenario import shift  # noqa: E402


def make(folder, seed=1, encrypted=False, hook=None, size=4000, release=False):
    """Writes agency/, recorder/ and vault/ into the folder; the recorder, agency and receipts made."""
    source = Source(seed)
    agency = SampleAgency(source, os.path.join(folder, "agency"))
    recorder = Recorder(source, agency, encrypted, hook, size)
    receipts = shift(recorder, agency, os.path.join(folder, "vault"), release)
    recorder.write(os.path.join(folder, "recorder"))
    return recorder, agency, receipts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--encrypted", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=4000, help="bytes of a key picture")
    arguments = parser.parse_args()
    make(arguments.folder, arguments.seed, arguments.encrypted, size=arguments.size)


if __name__ == "__main__":
    main()
