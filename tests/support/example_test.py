#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The worked examples of docs/format: they are what the sample makes, and the checker reads them."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from liuhen_check import cbor, media  # noqa: E402
from liuhen_check.certificate import parse  # noqa: E402
from liuhen_check.chain import Entry  # noqa: E402
from liuhen_check.footage import LINK, PROOF, uuid_box  # noqa: E402
from liuhen_check.signed import ENTRY, frame, load_key, sha256, verify  # noqa: E402
from liuhen_sample import camera  # noqa: E402
from liuhen_sample.example import bytes_of, ledger_text, segment_text  # noqa: E402

FORMAT = os.path.join(HERE, "..", "..", "docs", "format")
HEADING = "## Appendix: an example\n"


def appendix(name):
    """The example of a page: heading to the end."""
    with open(os.path.join(FORMAT, name), encoding="utf-8") as file:
        return file.read().partition(HEADING)[2]


def entry_at(data, at):
    _, first, last, end = frame(data, at)
    return Entry("", at, data[at:end], data[first:last]), end


class Examples(unittest.TestCase):
    def test_pages_show_what_the_sample_makes(self):
        self.assertIn(ledger_text(), appendix("ledger.md"))
        self.assertIn(segment_text(), appendix("segment.md"))

    def test_genesis_is_signed_by_the_key_of_its_certificate(self):
        raw = bytes_of(appendix("ledger.md"))
        entry, end = entry_at(raw, 0)
        self.assertEqual((end, entry.kind, entry.seq, entry.device), (len(raw), "genesis", 0, "recorder-1"))
        key = parse(entry.body["certificate"]).key
        self.assertTrue(verify(key, ENTRY, entry.payload_raw, raw[-64:]))

    def test_part_is_what_its_proof_says(self):
        text = appendix("segment.md")
        raw = bytes_of(text)
        key = load_key(bytes.fromhex(text.partition("epoch key ")[2].split()[0]))
        link = int.from_bytes(raw[:4], "big")
        mark, end = entry_at(raw, 24)
        self.assertEqual((raw[:24], end, mark.kind), (uuid_box(LINK, link - 24), link, "mark"))
        size = raw.index(PROOF) - 8
        proof, end = entry_at(raw, size + 24)
        self.assertEqual((end, proof.kind, proof.previous), (len(raw), "part", mark.hash))
        self.assertEqual((proof.body["size"], proof.body["hash"]), (size, sha256(raw[:size])))
        known = media.read_init(camera.init())
        self.assertIsNone(media.check(raw[link:size], proof.body["tracks"], known))
        for entry in (mark, proof):
            self.assertTrue(verify(key, ENTRY, entry.payload_raw, entry.raw[-64:]))
        self.assertEqual(cbor.decode(proof.payload_raw)[9], "part")


if __name__ == "__main__":
    unittest.main()
