#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""custody.md §5: a vault's log, objects and evidence."""

import hashlib
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_sample.agency import SampleAgency  # noqa: E402
from liuhen_sample.cases import Cases, ready  # noqa: E402
from liuhen_sample.scenario import new_card, record, store  # noqa: E402


def label(content):
    digest = hashlib.sha256(content).hexdigest()
    return f"objects/{digest[:2]}/{digest}"


class Stored(Cases):
    """The sample's vault, tampered with."""

    def test_objects(self):
        folder = self.sample().fresh()
        paths = sorted(os.path.join(root, name) for root, _, names in os.walk(folder.path + "/vault/objects")
                       for name in names)
        self.assertEqual(len(paths), 6)
        for path in paths:
            name = os.path.relpath(path, folder.path + "/vault")
            data = folder.data("../vault/" + name)
            for sentence, changed in (("a byte changed", data[:50] + bytes([data[50] ^ 1]) + data[51:]),
                                      ("shorter", data[:-1]), ("longer", data + b"x"), ("empty", b"")):
                with self.subTest(f"{name[8:16]} is {sentence}"):
                    folder.put("../vault/" + name, changed)
                    result = folder.verdict("vault")
                    self.assertIn(result["verdict"], ("altered", "incomplete"))
                    self.assertIn(name, [problem["file"] for problem in result["problems"]])
            with self.subTest(f"{name[8:16]} is absent"):
                os.remove(path)
                self.assertEqual(folder.verdict("vault")["verdict"], "incomplete")
            folder.put("../vault/" + name, data)
        self.expect(folder.verdict("vault"), "intact")

    def test_an_object_in_which_nothing_else_is_found_is_altered_at_its_leaf(self):
        torn = self.sample().recorder.torn["1-5-1.torn"]
        folder = self.sample().fresh()
        folder.put("../vault/" + label(torn), torn + b"x")
        self.expect(folder.verdict("vault"), "altered", self.sample().of("recovery")[0], label(torn), 0)

    def test_other_files(self):
        rows = [("an object that no leaf names", "objects/00/" + "0" * 64, None),
                ("an object of another name", "objects/00/x", None),
                ("a folder in a folder of objects", "objects/00/x/y", "objects/00/x"),
                ("a file among the folders of objects", "objects/x", None),
                ("a file in the log", "log/x", None), ("a tile of another level", "log/tile/9/000.p/1", None),
                ("a tile that is no tile", "log/tile/0/00", None), ("a file beside the log", "db/x", False)]
        for sentence, name, bad in rows:
            with self.subTest(sentence):
                folder = self.sample().fresh()
                folder.put("../vault/" + name, b"x")
                if bad is False:
                    self.expect(folder.verdict("vault"), "intact")
                else:
                    self.expect(folder.verdict("vault"), "altered", None, bad or name, None)

    def test_an_empty_folder_says_nothing(self):
        for name in ("objects/ff", "log/a/b/c", "log/tile/5"):
            with self.subTest(name):
                folder = self.sample().fresh()
                os.makedirs(os.path.join(folder.path, "vault", name), exist_ok=True)
                self.expect(folder.verdict("vault"), "intact")

    def test_links_and_pipes(self):
        for name in ("log", "objects"):
            with self.subTest(f"{name} is a link"):
                folder = self.sample().fresh()
                os.rename(folder.full("../vault/" + name), folder.full("../moved"))
                os.symlink("../moved", folder.full("../vault/" + name))
                self.expect(folder.verdict("vault"), "altered", None, name, None)
            with self.subTest(f"{name} is a file"):
                folder = self.sample().fresh()
                shutil.rmtree(folder.full("../vault/" + name))
                folder.put("../vault/" + name, b"x")
                self.expect(folder.verdict("vault"), "altered", None, name, None)
        torn = label(self.sample().recorder.torn["1-5-1.torn"])
        for name in ("log/checkpoint", "log/tile/0/000.p/7", "log/tile/entries/000.p/7", torn):
            for sentence, make in (("a pipe", os.mkfifo), ("a link", lambda path: os.symlink("/dev/zero", path))):
                with self.subTest(f"{name} is {sentence}"):
                    folder = self.sample().fresh()
                    folder.remove("../vault/" + name)
                    make(folder.full("../vault/" + name))
                    self.assertEqual(folder.verdict("vault")["verdict"], "altered")

    def test_log_files(self):
        for name in ("log/checkpoint", "log/tile/0/000.p/7", "log/tile/entries/000.p/7"):
            with self.subTest(name):
                folder = self.sample().fresh()
                folder.flip("../vault/" + name, 20)
                self.assertEqual(folder.verdict("vault")["verdict"], "altered")
                folder.remove("../vault/" + name)
                self.assertEqual(folder.verdict("vault")["verdict"], "altered")
        folder = self.sample().fresh()
        folder.put("../vault/log/tile/0/000.p/5", folder.data("../vault/log/tile/0/000.p/7")[:160])
        self.expect(folder.verdict("vault"), "intact")
        folder.flip("../vault/log/tile/0/000.p/5", 20)
        self.expect(folder.verdict("vault"), "altered", None, "log/tile/0/000.p/5", None)

    def test_checkpoints_from_elsewhere(self):
        other = os.path.join(self.sample(seed=9).folder, "made", "vault", "log", "checkpoint")
        own = os.path.join(self.sample().folder, "made", "vault", "log", "checkpoint")
        self.assertEqual(self.sample().fresh().verdict("vault", checkpoint=other)["verdict"], "altered")
        self.expect(self.sample().fresh().verdict("vault", checkpoint=own), "intact")

    def test_a_damaged_cosignature_leaves_the_log_intact_and_not_witnessed(self):
        folder = self.sample().fresh()
        note = folder.data("../vault/log/checkpoint")
        folder.put("../vault/log/checkpoint", note[:-10] + (b"A" if note[-10:-9] != b"A" else b"B") + note[-9:])
        result = folder.verdict("vault")
        self.expect(result, "intact")
        self.assertFalse(result["witnessed"])

    def test_a_cosignature_below_a_damaged_signature_of_the_log_witnesses_nothing(self):
        folder = self.sample().fresh()
        lines = folder.data("../vault/log/checkpoint").split(b"\n")
        self.assertEqual(len(lines), 7)
        lines[4] = lines[4][:-10] + (b"A" if lines[4][-10:-9] != b"A" else b"B") + lines[4][-9:]
        folder.put("../vault/log/checkpoint", b"\n".join(lines))
        result = folder.verdict("vault")
        self.expect(result, "altered", None, "log/checkpoint", None)
        self.assertFalse(result["witnessed"])


class Evidence(Cases):
    """Vaults made for one case."""

    def vault(self, script):
        """As made(), with the vault that holds what script() answers."""
        def both(recorder, agency):
            contents = script(recorder, agency)
            agency.write_vault(os.path.join(agency.folder, "..", "vault"), contents)
        return self.made(both)

    @staticmethod
    def chapter(agency, recorder, first=0, last=None, **other):
        """Logs a chapter up to an entry; its bytes."""
        last = recorder.seq() - 1 if last is None else last
        content = b"".join(recorder.entries[first:last + 1])
        agency.store({"type": "chapter", "first": first, **other}, content,
                     ("recorder-1", recorder.generation, last, recorder.head_at(last)["hash"]))
        return content

    def test_the_last_chapter_of_a_generation_that_another_succeeds(self):
        for sentence, close, verdict in (("closed by a shutdown", lambda r: r.shut_down(), "intact"),
                                         ("left open", lambda r: r.append("mark", {}), "incomplete")):
            def script(recorder, agency, close=close):
                ready(recorder)
                close(recorder)
                contents = [self.chapter(agency, recorder)]
                new_card(recorder)
                recorder.dock()
                return contents + [self.chapter(agency, recorder)]
            with self.subTest(sentence), self.vault(script) as (folder, recorder, _, _):
                first = b"".join(recorder.past[0][0])
                if verdict == "intact":
                    self.expect(folder.verdict("vault"), "intact")
                else:
                    self.expect(folder.verdict("vault"), "incomplete", 3, label(first), len(first))

    def test_chapters_that_are_absent(self):
        def script(recorder, agency, drop):
            ready(recorder)
            contents, begin = [], 0
            for number in range(3):
                recorder.append("mark", {})
                recorder.dock()
                if number != drop:
                    contents.append(self.chapter(agency, recorder, begin))
                begin = recorder.seq()
            return contents
        for drop, seq in ((0, 0), (1, 4)):
            with self.subTest(f"chapter {drop} is named by no leaf"), self.vault(
                    lambda r, a, drop=drop: script(r, a, drop)) as (folder, _, _, _):
                self.expect(folder.verdict("vault"), "incomplete", seq, None, None)
        with self.subTest("the last is not missed"), self.vault(lambda r, a: script(r, a, 2)) as (folder, _, _, _):
            self.expect(folder.verdict("vault"), "intact")

    def test_a_generation_whose_predecessor_is_not_stored(self):
        def script(recorder, agency):
            ready(recorder)
            recorder.shut_down()
            new_card(recorder)
            recorder.dock()
            return [self.chapter(agency, recorder)]
        with self.vault(script) as (folder, recorder, _, _):
            self.expect(folder.verdict("vault"), "incomplete", 0, label(b"".join(recorder.entries)), 0, generation=1)

    def test_segments_and_torn_files_against_their_entries(self):
        def script(recorder, agency, spoil):
            ready(recorder)
            record(recorder)
            recorder.torn["a.torn"] = b"cut off"
            recorder.start_up()
            torn = recorder.recover(torn=["a.torn"], recording=None)
            docking = recorder.dock()
            contents = [] if spoil == "no chapter" else [self.chapter(agency, recorder)]
            footage = bytes(recorder.files[(0, recorder.start, 0)])
            last = next(seq for seq in range(torn) if b"segment.end" in recorder.entries[seq])

            def log(place, content, seq, **other):
                agency.store({**place, **other}, content, ("recorder-1", 0, seq, recorder.head_at(seq)["hash"]))
                contents.append(content)
            if spoil != "no segment":
                log({"type": "segment", "recording": recorder.start, "segment": 1 if spoil == "other segment" else 0}, footage,
                    last, **({"entry": bytes(32)} if spoil == "other hash" else {}))
            name = "b.torn" if spoil == "other name" else "a.torn"
            log({"type": "torn", "file": name}, b"other" if spoil == "other bytes" else b"cut off",
                docking if spoil == "other entry" else torn)
            if spoil == "twice":
                log({"type": "segment", "recording": recorder.start, "segment": 0}, footage + b"x", last)
            return contents
        rows = [("all are as the entries say", None, "intact"), ("a segment has no leaf", "no segment", "incomplete"),
                ("a leaf names another entry's hash", "other hash", "altered"),
                ("a leaf names a segment that no entry tells of", "other segment", "altered"),
                ("a torn file bears another name", "other name", "altered"),
                ("a torn file has other bytes", "other bytes", "altered"),
                ("its entry names no torn file", "other entry", "altered"),
                ("the chapter is not stored", "no chapter", "incomplete"),
                ("two segments stand in one place", "twice", "altered")]
        for sentence, spoil, verdict in rows:
            with self.subTest(sentence), self.vault(lambda r, a, spoil=spoil: script(r, a, spoil)) as (folder, _, _, _):
                result = folder.verdict("vault")
                self.assertEqual(result["verdict"], verdict, result["problems"])
                if spoil in ("no chapter", "other name", "other entry"):
                    self.assertIn((verdict, label(b"cut off"), None),
                                  [(p["verdict"], p["file"], p["offset"]) for p in result["problems"]])

    def test_quarantine_and_forks(self):
        def script(recorder, agency, size=3, keep=True, fork=False):
            ready(recorder)
            recorder.dock()
            contents = [self.chapter(agency, recorder)]
            aside = hashlib.sha256(b"bad").digest()
            agency.log("quarantine", {"object": aside, "size": size, "type": "chapter", "device": "x", "generation": None,
                                      "recording": None, "segment": None, "first": None, "reason": "malformed"})
            if fork:
                agency.log("fork", {"device": "recorder-1", "generation": 0, "seq": 2, "held": bytes(32),
                                    "other": bytes(32), "object": aside})
            return contents + [b"bad"] * keep
        name = label(b"bad")
        rows = [("what is kept aside is no problem", {}, "intact", None, None),
                ("an absent one is incomplete", {"keep": False}, "incomplete", None, name),
                ("one of another size is altered", {"size": 4}, "altered", None, name),
                ("a fork is altered at its place", {"fork": True}, "altered", 2, None)]
        for sentence, options, verdict, seq, file in rows:
            with self.subTest(sentence), self.vault(lambda r, a, o=options: script(r, a, **o)) as (folder, _, _, _):
                self.expect(folder.verdict("vault"), verdict, seq, file, None)
        with self.subTest("other bytes are altered"), self.vault(script) as (folder, _, _, _):
            folder.put("../vault/" + name, b"BAD")
            self.expect(folder.verdict("vault"), "altered", None, name, None)

    def test_imports_are_unproven_and_nothing_else(self):
        good = {"object": hashlib.sha256(b"bad").digest(), "size": 3, "origin": "import", "verdict": "unproven",
                "media": "photo", "maker": "大华", "device": "camera 3", "from": 5, "until": 5, "file": bytes(32), "wearer": bytes(32),
                "reason": bytes(32), "by": bytes(32)}

        def script(recorder, agency, *bodies, keep=(b"bad",), aside=False):
            ready(recorder)
            recorder.dock()
            contents = [self.chapter(agency, recorder)]
            if aside:
                agency.log("quarantine", {"object": good["object"], "size": 3, "type": "chapter", "device": "x",
                                          "generation": None, "recording": None, "segment": None, "first": None,
                                          "reason": "malformed"})
            for body in bodies:
                agency.log("imported", {**body, **({"object": hashlib.sha256(contents[0]).digest(),
                                                   "size": len(contents[0])} if body.get("of") else {})})
            return contents + list(keep)
        name, leaf = label(b"bad"), "log/tile/entries/000.p/3"
        rows = [("an import", [good], {}, "unproven", name), ("declared twice", [good, {**good, "device": "x"}], {}, "unproven", name),
                ("more fields", [{**good, "more": 1}], {}, "unproven", name),
                ("kept aside before", [good], {"aside": True}, "unproven", name),
                ("absent", [good], {"keep": ()}, "incomplete", name),
                ("another size", [{**good, "size": 4}], {}, "altered", name),
                ("two sizes", [good, {**good, "size": 2}], {}, "altered", name),
                ("bytes of a recorder declared as an import", [{**good, "of": 1}], {"keep": ()}, "intact", None),
                ("an import that calls itself intact", [{**good, "verdict": "intact"}], {"keep": ()}, "altered", leaf),
                ("another origin", [{**good, "origin": "recorder"}], {"keep": ()}, "altered", leaf),
                ("a document", [{**good, "media": "text"}], {"keep": ()}, "altered", leaf),
                ("no media", [_without(good, "media")], {"keep": ()}, "altered", leaf),
                ("a wearer told in clear", [{**good, "wearer": "who"}], {"keep": ()}, "altered", leaf),
                ("no maker", [_without(good, "maker")], {"keep": ()}, "altered", leaf),
                ("an empty maker", [{**good, "maker": ""}], {"keep": ()}, "altered", leaf),
                ("a device of 65 bytes", [{**good, "device": "x" * 65}], {"keep": ()}, "altered", leaf),
                ("an end before the beginning", [{**good, "until": 4}], {"keep": ()}, "altered", leaf),
                ("a negative time", [{**good, "from": -1}], {"keep": ()}, "altered", leaf)]
        for sentence, bodies, options, verdict, file in rows:
            with self.subTest(sentence), self.vault(lambda r, a, b=bodies, o=options: script(r, a, *b, **o)) as (folder, _, _, _):
                self.expect(folder.verdict("vault"), verdict, None, file, None)
        with self.subTest("other bytes are altered"), self.vault(lambda r, a: script(r, a, good)) as (folder, _, _, _):
            folder.put("../vault/" + name, b"BAD")
            self.expect(folder.verdict("vault"), "altered", None, name, None)

    def test_holds_and_classes_change_no_verdict_unless_they_are_malformed(self):
        subject = {"device": "recorder-1", "generation": 0, "recording": 7, "object": None, "by": bytes(32)}
        thing = {**subject, "recording": None, "object": bytes(32)}
        hold, told = {"hold": bytes(32), "reason": bytes(32)}, {"class": "years-10", "months": 120}
        placed, lifted, kept = ({**subject, **hold}, {**thing, **hold}, {**subject, **told})

        def script(recorder, agency, kind, body):
            ready(recorder)
            recorder.dock()
            contents = [self.chapter(agency, recorder)]
            for good in (("hold.placed", placed), ("hold.lifted", placed), ("retention", kept)):
                agency.log(*good)
            agency.log(kind, body)
            return contents
        rows = [("a hold is placed", "hold.placed", placed, True), ("and again", "hold.placed", {**placed, "hold": bytes(31) + b"x"}, True),
                ("one on an object", "hold.placed", lifted, True), ("one that never stood is lifted", "hold.lifted", lifted, True),
                ("a class that nobody knows", "retention", {**thing, "class": "期"}, True), ("more fields", "retention", {**kept, "more": 1}, True),
                ("a recording and an object", "hold.placed", {**placed, "object": bytes(32)}, False),
                ("neither of them", "hold.lifted", {**placed, "recording": None}, False),
                ("of a class both", "retention", {**kept, "object": bytes(32)}, False),
                ("no generation", "hold.placed", {**placed, "generation": None}, False),
                ("a negative recording", "retention", {**kept, "recording": -7}, False),
                ("an object of 31 bytes", "hold.lifted", {**lifted, "object": bytes(31)}, False),
                ("the object's field is not there", "hold.placed", _without(placed, "object"), False),
                ("a device that is no text", "retention", {**kept, "device": 1}, False),
                ("by somebody told in clear", "hold.placed", {**placed, "by": "who"}, False),
                ("a reason told in clear", "hold.lifted", {**placed, "reason": "why"}, False),
                ("no reason", "hold.placed", _without(placed, "reason"), False),
                ("no name of the hold", "hold.lifted", _without(placed, "hold"), False),
                ("no class", "retention", _without(kept, "class"), False)]
        for sentence, kind, body, good in rows:
            with self.subTest(sentence), self.vault(lambda r, a, k=kind, b=body: script(r, a, k, b)) as (folder, _, _, _):
                result = folder.verdict("vault")
                if good:
                    self.expect(result, "intact")
                else:
                    self.expect(result, "altered", None, "log/tile/entries/000.p/6", None)
                    self.assertEqual(len(result["problems"]), 1, result["problems"])

    def test_certificates_of_the_first_leaf(self):
        for sentence, field, role, subject in (("the log's of another role", "log_der", 6, "vault.example"),
                                               ("the log's of another name", "log_der", 7, "other.example"),
                                               ("the receipts' of another role", "receipt_der", 5, "vault.example")):
            with self.subTest(sentence), self.made(lambda r, _: ready(r)) as (folder, recorder, agency, _):
                other = SampleAgency.__new__(SampleAgency)
                other.__dict__.update(agency.__dict__)
                der = agency.log_key.public_key() if field == "log_der" else None
                spki = der.public_bytes(*_spki()) if der else agency.receipt_key.spki()
                setattr(other, field, agency.issue(role, subject, spki))
                other.leaves = []
                other.log("log.opened", {"origin": "vault.example", "checkpoint_certificate": other.log_der,
                                         "receipt_certificate": other.receipt_der})
                other.write_vault(folder.path + "/vault", [])
                self.expect(folder.verdict("vault"), "altered", None, "log/checkpoint", None)


def _without(body, field):
    return {key: value for key, value in body.items() if key != field}


def _spki():
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    return Encoding.DER, PublicFormat.SubjectPublicKeyInfo


if __name__ == "__main__":
    unittest.main()
