# SPDX-License-Identifier: Apache-2.0
"""Row 41: hostile text through every field of every verb of the vault's socket."""

import os
import re

from fixture import DEVICE
from liuhen_check import cbor
from running_vault import RunningAttack, RunningVault
from vault_evidence import rows_of


class Rows(RunningAttack):
    HOSTILE = ("'", '"', "'; drop table leaf; --", "x' or '1'='1", "\0", "a\0b", "\n", "a\n\n\u2014 dock-01 AAAA", "../", "../../etc/passwd",
               "/etc/passwd", "%s%n%x", "$(reboot)", "`reboot`", "\x1b[2J", "\u202e", "\ufeff", "\U0010ffff", "a" * 64, "a" * 65,
               "a" * 5000, "a" * 900_000, "")
    NO_TEXT = (b"\x61\xff", b"\x62\xc3\x28", b"\x63\xed\xa0\x80", b"\x62\xc0\x80", b"\x64\xf4\x90\x80\x80")

    def verbs(self, offer):
        """Each verb with all its fields: those with text are attacked one by one."""
        return ({"verb": "held", "device": DEVICE, "generation": 0}, offer,
                {"verb": "bytes", "upload": "a" * 32, "offset": 0, "length": 0, "sync": True},
                {"verb": "commit", "upload": "a" * 32}, {"verb": "cosigned", "line": "x"},
                {"verb": "incident", "what": "w", "subject": "s", "detail": "d"}, {"verb": "hello"}, {"verb": "status"})

    def test_row_41_hostile_text_in_every_field(self):
        vault = self.enterContext(self.fresh())
        rows, leaves = self.place_rows(vault), vault.leaves()
        schema = rows_of(vault.path, "select type, name, sql from sqlite_schema order by name")
        listed = self.evidence(vault.path)
        offer = {"verb": "offer", "type": "segment", "device": DEVICE, "generation": 0, "size": 10, "recording": 7,
                 "segment": 0}
        taken = []
        with RunningVault(vault) as running:
            for message in self.verbs(offer):
                for field in [name for name, value in message.items() if isinstance(value, str)]:
                    for text in self.HOSTILE:
                        with running.connect() as stream:
                            answer = stream.ask(**{**message, field: text})
                        if field == "device" and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
                            continue  # such a recorder may exist
                        if message["verb"] == "incident" and field != "verb" and "index" in (answer or {}):
                            taken.append((field, text))
                        else:
                            self.assertTrue(self.refused(message, answer), (message, field, text, answer))
                    for raw in self.NO_TEXT:
                        self.assertTrue(self.refused(message, self.ask_raw(running, message, field, raw)), (message, field, raw))
            with running.connect() as stream:
                self.assertIn("origin", stream.ask(verb="hello"))
            self.assertTrue(all(re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z (info|warning|error) vault: ", line)
                                for line in running.lines().splitlines()), running.lines())
        self.assertEqual(self.place_rows(vault), rows)
        self.assertEqual(rows_of(vault.path, "select type, name, sql from sqlite_schema order by name"), schema)
        self.assertEqual(vault.leaves()[:len(leaves)], leaves)
        # What may be any text is kept as it came, and stands where it belongs.
        told = [body for body in self.incidents(vault)]
        for field, text in taken:
            self.assertIn(text, [body[field] for body in told])
        self.assertGreater(len(taken), 2 * len(self.HOSTILE))
        # The socket of a vault that has ended may stay.
        self.assertEqual(self.evidence(vault.path) - {"vault.sock"}, listed)
        self.expect(vault, "intact")

    def refused(self, message, answer):
        if answer is None or "error" in answer:
            return True
        # A cosignature that is none is refused with a reason; an empty text may be none at all.
        return message["verb"] == "cosigned" and answer.get("added") is False and bool(answer.get("reason"))

    def ask_raw(self, running, message, field, raw):
        """Asks with bytes in place of a text that are none; the rest is whole."""
        mark = "liuhen-mark"
        data = cbor.encode({**message, field: mark})
        place = cbor.encode(mark)
        self.assertEqual(data.count(place), 1)
        data = data.replace(place, raw)
        with running.connect() as stream:
            stream.socket.sendall(len(data).to_bytes(4, "big") + data)
            size = stream._read(4)
            return cbor.decode(stream._read(int.from_bytes(size, "big"))) if size else None

    def evidence(self, folder):
        """All files but those of log, rows and uploads."""
        names = {os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names}
        return {name for name in names if not name.startswith(("log/", "db/", "incoming/"))}

    def test_row_41_lines_under_a_note(self):
        """A cosignature's line that would bring lines, text or keys of its own under the checkpoint."""
        vault = self.enterContext(self.fresh())
        with open(vault.path + "/log/checkpoint", encoding="utf-8") as file:
            note = file.read()
        own = note.split("\n\n")[1].strip()
        lines = (own, own + "\n" + own, own + "\n", "\n" + own, "\n\n" + own, own.replace("\u2014", "-"), "\u2014 x AAAA",
                 "\u2014 dock-01 " + "A" * 100, own + " ", " " + own, own + "\r", own.replace(" ", "\t"), "\u2014 " + "x" * 4000,
                 "dock-01\n9\n" + "A" * 43 + "=\n\n" + own, "\u2014 dock-01\u2028evil AAAAAAAA")
        with RunningVault(vault) as running:
            for line in lines:
                with running.connect() as stream:
                    answer = stream.ask(verb="cosigned", line=line)
                self.assertTrue(answer is None or "error" in answer or answer["added"] is False, (line, answer))
        with open(vault.path + "/log/checkpoint", encoding="utf-8") as file:
            self.assertEqual(file.read(), note)
        self.expect(vault, "intact")
