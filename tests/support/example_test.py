#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The worked examples of docs/format: they are what the sample makes, and a stranger can read them from the pages."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402
from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: E402

from liuhen_check import cbor, media  # noqa: E402
from liuhen_check.certificate import parse  # noqa: E402
from liuhen_check.chain import Entry  # noqa: E402
from liuhen_check.footage import LINK, LOCKED, PROOF, uuid_box  # noqa: E402
from liuhen_check.kinds import private  # noqa: E402
from liuhen_check.merkle import Note, leaf_hash, node_hash  # noqa: E402
from liuhen_check.receipt import Receipt, read_leaf  # noqa: E402
from liuhen_check.signed import ENTRY, Message, frame, load_key, sha256, verify  # noqa: E402
from liuhen_sample import camera, example  # noqa: E402
from liuhen_sample.agency import SampleAgency  # noqa: E402
from liuhen_sample.example import bytes_of, named_in  # noqa: E402
from liuhen_sample.keys import Source  # noqa: E402

FORMAT = os.path.join(HERE, "..", "..", "docs", "format")


def page(name):
    with open(os.path.join(FORMAT, name), encoding="utf-8") as file:
        return file.read()


def section(name, heading):
    """What stands between a heading of a page and the next."""
    return page(name).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def block(text, begin, end=None):
    """The part of a section from one phrase to another."""
    rest = text[text.index(begin):]
    return rest[:rest.index(end)] if end else rest


def entry_at(data, at):
    end = frame(data, at)[3]
    return Entry("", at, data[at:end]), end


class Examples(unittest.TestCase):
    def test_pages_show_what_the_sample_makes(self):
        texts = [("ledger.md", example.ledger_text()), ("ledger.md", example.private_text()),
                 ("segment.md", example.segment_text()), ("segment.md", example.encrypted_text()),
                 *(("custody.md", text) for text in example.custody_texts())]
        for name, text in texts:
            with self.subTest(f"{name}: {text.splitlines()[0]}"):
                self.assertIn(text, page(name))

    def test_lines_are_as_short_as_they_were(self):
        for name in ("ledger.md", "segment.md", "custody.md"):
            for line in page(name).splitlines():
                if example._LINE.match(line):
                    self.assertLessEqual(len(line), 115)

    def test_genesis_is_signed_by_the_key_of_its_certificate(self):
        raw = bytes_of(section("ledger.md", "Appendix: an example"))
        entry, end = entry_at(raw, 0)
        self.assertEqual((end, entry.kind, entry.seq, entry.device), (len(raw), "genesis", 0, "recorder-1"))
        self.assertEqual([entry.body[name] for name in ("head", "docking", "names", "resume")], [None] * 4)
        key = parse(entry.body["certificate"]).key
        self.assertTrue(verify(key, ENTRY, entry.payload_raw, raw[-64:]))

    def test_private_value_opens_with_the_names_key(self):
        text = section("ledger.md", "8. Private values")
        named = {name: bytes.fromhex(value) for name, value in named_in(text).items()}
        value = cbor.decode(bytes_of(text))
        self.assertTrue(private(value))
        nonce = bytes(4) + value["counter"].to_bytes(8, "big")
        opened = AESGCM(named["names key"]).decrypt(nonce, value["locked"], b"liuhen/private")
        self.assertEqual(opened, named["salt"] + named["value"])
        self.assertEqual((sha256(opened), len(named["salt"])), (value["commitment"], 16))
        self.assertEqual(cbor.decode(named["value"]), "Wang, 4711")

    def test_part_is_what_its_proof_says(self):
        text = section("segment.md", "Appendix: an example")
        raw = bytes_of(text)
        key = load_key(bytes.fromhex(named_in(text)["epoch key"]))
        link = int.from_bytes(raw[:4], "big")
        mark, end = entry_at(raw, 24)
        self.assertEqual((raw[:24], end, mark.kind), (uuid_box(LINK, link - 24), link, "mark"))
        size = raw.index(PROOF) - 8
        proof, end = entry_at(raw, size + 24)
        self.assertEqual((end, proof.kind, proof.previous), (len(raw), "part", mark.hash))
        self.assertEqual((proof.body["size"], proof.body["hash"]), (size, sha256(raw[:size])))
        known = media.read_init(camera.init())
        self.assertEqual(media.read_fragment(raw[link:size], known), (proof.body["tracks"], True))
        for entry in (mark, proof):
            self.assertTrue(verify(key, ENTRY, entry.payload_raw, entry.raw[-64:]))

    def test_encrypted_part_opens_to_the_clear_one(self):
        text = section("segment.md", "Appendix: an encrypted part")
        named, box = named_in(text), bytes_of(text)
        counter = int(named.pop("counter")).to_bytes(8, "big")
        named = {name: bytes.fromhex(value) for name, value in named.items()}
        self.assertEqual(box[:24], uuid_box(LOCKED, len(box) - 24))
        clear = AESGCM(named["key"]).decrypt(bytes(4) + counter, box[24:], named["init"])
        raw = bytes_of(section("segment.md", "Appendix: an example"))
        link = int.from_bytes(raw[:4], "big")
        self.assertEqual(clear, raw[link:raw.index(PROOF) - 8])
        salt = HKDF(hashes.SHA256(), 32, b"", b"liuhen/clear" + counter).derive(named["key"])
        self.assertEqual((named["salt"], named["clear"]), (salt, sha256(salt + clear)))
        self.assertEqual(named["commitment"], sha256(b"liuhen/footage" + named["key"]))
        proof, _ = entry_at(raw, raw.index(PROOF) + 16)
        self.assertEqual(named["init"], proof.body["init"])

    def test_leaf_note_and_receipt_belong_together(self):
        text = section("custody.md", "Appendix: an example")
        raw = bytes_of(block(text, "A made-up log", "Its leaf hash"))
        named = {name: bytes.fromhex(value) for name, value in named_in(text).items()}
        leaf = read_leaf(raw)
        self.assertEqual((leaf["kind"], leaf["body"]["type"]), ("object", "segment"))
        self.assertEqual(leaf_hash(raw), named["leaf 1"])
        lines = block(text, "The note over", "The receipt for").splitlines()[2:-1]
        note = Note("".join(line[4:] + "\n" for line in lines))
        self.assertEqual((note.origin, note.size), ("vault.example", 2))
        self.assertEqual(note.root, node_hash(named["leaf 0"], named["leaf 1"]))
        self.assertTrue(note.signed_by("vault.example", named["log key"]))
        message = bytes_of(block(text, "The receipt for"))
        receipt = Message("liuhen/receipt", message)
        self.assertTrue(receipt.by(parse(receipt.map["certificate"]).key))
        self.assertEqual((receipt.map["leaf"], receipt.map["path"], receipt.map["index"]), (raw, [named["leaf 0"]], 1))
        self.assertEqual(Note(receipt.map["checkpoint"]).root, note.root)
        with tempfile.TemporaryDirectory() as folder:
            root = parse(SampleAgency(Source(example.SEED), folder).root_der)
        self.assertEqual(Receipt(message, root).leaf, leaf["body"])
        part = bytes_of(section("segment.md", "Appendix: an example"))
        proof, _ = entry_at(part, part.index(PROOF) + 16)
        self.assertEqual((receipt.map["seq"], receipt.map["entry"]), (proof.seq, proof.hash))

    def test_fragment_of_media_is_what_the_fields_say(self):
        text = block(page("media.md"), "Example: a fragment with number 7")
        head = bytes.fromhex("".join(line.strip().replace(" ", "") for line in text.splitlines()
                                     if line.startswith("    ")))
        built = media.build_fragment(7, {1: (4294967298, [(6000, media.KEY, -2, b"12345")]),
                                         2: (48, [(1024, media.KEY, 0, b"abc")])})
        self.assertEqual((len(head), built), (192, head + b"12345abc"))
        known = {1: b"avc1", 2: b"mp4a"}
        self.assertEqual(media.read_fragment(built, known), ([[1, 4294967298, 6000, 1], [2, 48, 1024, 1]], True))


if __name__ == "__main__":
    unittest.main()
