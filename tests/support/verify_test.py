#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""verify.py as a command: what it takes for evidence, what it answers, and how it exits."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from liuhen_sample.cases import LEDGER, Cases  # noqa: E402
from verify import answer  # noqa: E402


def run(*arguments, text=""):
    """Exit code and output of the command."""
    done = subprocess.run([sys.executable, os.path.join(HERE, "verify.py"), *arguments], input=text, text=True,
                          capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout


class Command(Cases):
    def test_samples_are_intact_and_the_vault_is_witnessed(self):
        for options in ({}, {"encrypted": True, "seed": 2}, {"release": True, "seed": 4}):
            folder = self.sample(**options).fresh()
            for what in ("recorder", "recorder/card", "vault"):
                with self.subTest(f"{what} of a sample made with {options} is intact"):
                    self.expect(folder.verdict(what), "intact")
            self.assertTrue(folder.verdict("vault")["witnessed"])
            self.assertFalse(folder.verdict()["witnessed"])

    def test_what_a_folder_is(self):
        rows = [("a folder that holds nothing", [], None),
                ("a folder that holds footage alone", ["footage/"], None),
                ("a folder that holds keystore alone", ["keystore/"], None),
                ("a folder that holds card and ledger", ["card/ledger/", "ledger/"], None),
                ("a card inside a card", ["ledger/", "card/ledger/"], None),
                ("a card that is a vault as well", ["ledger/", "objects/"], None),
                ("a recorder that is a vault as well", ["card/", "log/"], None),
                ("a folder that holds ledger", ["ledger/"], "incomplete"),
                ("a folder that holds card", ["card/"], "incomplete"),
                ("a folder that holds log", ["log/"], "altered"),
                ("a folder that holds objects", ["objects/"], "altered"),
                ("a file", None, None)]
        root = os.path.join(self.sample().fresh().path, "agency", "root.pem")
        for sentence, names, verdict in rows:
            with self.subTest(sentence), tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "it")
                if names is None:
                    with open(path, "wb"):
                        pass
                else:
                    os.mkdir(path)
                for name in names or []:
                    os.makedirs(os.path.join(path, name))
                self.assertEqual(answer(path, root)["verdict"], verdict)

    def test_exit_status(self):
        folder = self.sample().fresh()
        recorder, vault = folder.path + "/recorder", folder.path + "/vault"
        note = folder.path + "/note"
        folder.put("../note", b"no note\n")
        rows = [("intact", [recorder], 0), ("intact for machines", ["--json", vault], 0),
                ("no such folder", [folder.path + "/none"], 2), ("no root", [recorder, "--trust", note], 2),
                ("a root that is not there", [recorder, "--trust", folder.path + "/none.pem"], 2),
                ("a checkpoint that cannot be read as a note", [vault, "--checkpoint", note], 2),
                ("the same beside a recorder", [recorder, "--checkpoint", note], 2),
                ("a checkpoint that is not there", [vault, "--checkpoint", folder.path + "/none"], 2),
                ("a checkpoint that is a folder", [vault, "--checkpoint", folder.path], 2),
                ("no path", [], 2), ("an unknown option", ["--what"], 2)]
        for sentence, arguments, code in rows:
            with self.subTest(sentence):
                self.assertEqual(run(*arguments)[0], code)
        folder.flip(LEDGER, 30)
        self.assertEqual(run(recorder)[0], 1)
        folder.put("../agency/witnesses/other.vkey", b"other+00000000+AAAA\n")
        self.assertEqual(run(vault)[0], 2)

    def test_help_says_what_is_taken_and_how_it_exits(self):
        code, text = run("--help")
        self.assertEqual(code, 0)
        for word in ("a recorder", "a card", "a vault", "--trust", "--checkpoint", "--json", "exit status: 0 intact"):
            self.assertIn(word, text)
        self.assertLess(text.count("\n"), 40)

    def test_a_link_to_the_folder_is_the_folder(self):
        folder = self.sample().fresh()
        folder.put("card/extra", b"x")
        os.symlink("recorder", folder.path + "/link")
        result = folder.verdict("link")
        self.expect(result, "intact")
        self.assertEqual([f["file"] for f in result["findings"] if f["kind"] == "foreign_file"], ["card/extra"])

    def test_things_beside_the_evidence_are_findings(self):
        folder = self.sample().fresh()
        names = ["extra.mp4", "card/notes.txt", "card/evil/0-2/0.mp4", "keystore/identity.pem", "card/reserve",
                 "card/lost+found/0"]
        for name in names:
            folder.put(name, b"x")
        result = folder.verdict()
        self.expect(result, "intact")
        self.assertEqual([f["file"] for f in result["findings"] if f["kind"] == "foreign_file"],
                         ["card/evil", "card/notes.txt"])
        card = [f["file"] for f in folder.verdict("recorder/card")["findings"] if f["kind"] == "foreign_file"]
        self.assertEqual(card, ["evil", "notes.txt"])
        folder.put("../vault/db/catalogue", b"x")
        self.assertNotIn("foreign_file", self.kinds(folder.verdict("vault")))

    def test_findings_tell_what_was_lost_and_where(self):
        folder = self.sample().fresh()
        recorder = [(f["kind"], f["seq"]) for f in folder.verdict()["findings"]]
        self.assertEqual(recorder, [("loss", 20), ("interruption", 21), ("part.lost", 28)])
        self.assertEqual([(f["kind"], f["seq"]) for f in folder.verdict("vault")["findings"]], recorder)
        for finding in folder.verdict()["findings"]:
            self.assertEqual(set(finding), {"kind", "generation", "seq", "file", "offset", "text"})
            self.assertEqual((finding["generation"], finding["file"]), (0, LEDGER))

    def test_registration_that_is_no_regular_file_is_as_absent(self):
        folder = self.sample().fresh()
        name = "../agency/registered/recorder-1-0.cose"
        data = folder.data(name)
        folder.remove(name)
        for make in (lambda path: os.mkfifo(path), os.mkdir,
                     lambda path: os.symlink(folder.full("../elsewhere"), path)):
            folder.put("../elsewhere", data)
            make(folder.full(name))
            self.expect(folder.verdict(), "incomplete", 0, LEDGER, 0)
            (os.rmdir if os.path.isdir(folder.full(name)) else os.remove)(folder.full(name))

    def test_batch_answers_each_line(self):
        path = self.sample().fresh().path
        lines = f"{path}/recorder\n{path}/none\n{path}/vault\t{path}/agency/root.pem\n"
        code, text = run("--batch", text=lines)
        self.assertEqual((code, [json.loads(line)["verdict"] for line in text.splitlines()]),
                         (0, ["intact", None, "intact"]))


if __name__ == "__main__":
    unittest.main()
