# SPDX-License-Identifier: Apache-2.0
"""Row 36: the dock's process taken over. What is left to it is the vault's socket, and what the vault answers there."""

import hashlib
import os
import socket

from fixture import DEVICE
from liuhen_check import cbor
from vault_evidence import VaultAttack, object_of, rows_of

PATIENCE = 20


class Socket:
    """The vault's socket in the hands of somebody who sends what they like."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, raw=b"", **message):
        """The answer's map; nothing if the vault ends the connection. raw: bytes that follow the message."""
        data = cbor.encode(message)
        try:
            self.socket.sendall(len(data).to_bytes(4, "big") + data + raw)
            size = self._read(4)
            return cbor.decode(self._read(int.from_bytes(size, "big"))) if size else None
        except ConnectionError:
            return None

    def _read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                return b""
            data += piece
        return data


class Rows(VaultAttack):
    def setUp(self):
        self.vault = self.enterContext(self.fresh())
        self.before = self.contents()

    def contents(self):
        """Hash of each object."""
        return {name: hashlib.sha256(self.vault.data(name)).hexdigest() for name in self.vault.objects()}

    def taken_over(self, attack):
        """What the attack answers; the vault is as it was, save for what came to it."""
        answered = self.vault_starts(self.vault, lambda: attack(lambda: Socket(self.vault.path + "/vault.sock")))
        after = self.contents()
        self.assertEqual({name: after.get(name) for name in self.before}, self.before)
        self.assertTrue(all(name.endswith(hashed) for name, hashed in after.items()))
        return answered

    def stored_rows(self):
        return rows_of(self.vault.path, "select leaf, type, generation, first, recording, segment, hash "
                                        "from object where shelf = 'stored' order by leaf")

    def test_row_36_no_verb_reads_changes_or_removes(self):
        verbs = ("read", "get", "open", "export", "playback", "remove", "delete", "update", "write", "truncate", "rename",
                 "replace", "purge", "release", "verified", "receipt", "sign", "exec", "query", "")
        objects = [name.split("/")[-1] for name in self.before]

        def attack(connect):
            for verb in verbs:
                for fields in ({}, {"object": objects[0]}, {"upload": objects[0][:32]}, {"path": "../log/checkpoint"},
                               {"device": DEVICE, "generation": 0}):
                    with connect() as stream:
                        answer = stream.ask(verb=verb, **fields)
                        self.assertTrue(answer is None or "error" in answer, (verb, fields, answer))
            with connect() as stream:
                for upload in ("../objects", "../../log/checkpoint", objects[0], "a" * 32, "x" * 4000):
                    answer = stream.ask(verb="commit", upload=upload)
                    if answer is None:
                        break
                    self.assertIn("error", answer)
        self.taken_over(attack)
        self.expect(self.vault, "intact")

    def test_row_36_claims_that_it_verified(self):
        """A verdict, a hash, a receipt of its own: no field of an offer says any of it."""
        offer = {"verb": "offer", "type": "segment", "device": DEVICE, "generation": 0, "size": 1000, "recording": 7,
                 "segment": 0}

        def attack(connect):
            with connect() as stream:
                self.assertIn("state", stream.ask(**offer))  # without a claim it is an offer like any other
            for claim in ({"verdict": "intact"}, {"verified": True}, {"hash": bytes(32)}, {"receipt": b"x"},
                          {"copies": 2}, {"leaf": b"x"}):
                with connect() as stream:
                    answer = stream.ask(**offer, **claim)
                    self.assertTrue(answer is None or "error" in answer, (claim, answer))
        self.taken_over(attack)
        self.expect(self.vault, "intact")

    def test_row_36_other_bytes_for_what_is_stored(self):
        """Stored is stored: offered anew with other bytes it is the same receipt, or goes to quarantine."""
        rows = self.stored_rows()

        def attack(connect):
            answers = []
            for _, kind, generation, first, recording, segment, digest in rows:
                name = f"objects/{digest.hex()[:2]}/{digest.hex()}"
                place = {"first": first} if kind == "chapter" else {"recording": recording, "segment": segment}
                data = bytearray(self.vault.data(name))
                data[len(data) // 2] ^= 1
                for content in (bytes(data), bytes(data) + b"\0", bytes(data[:-1])):
                    with connect() as stream:
                        answer = stream.ask(verb="offer", type=kind, device=DEVICE, generation=generation,
                                            size=len(content), **place)
                        if answer and answer.get("state") == "receiving":
                            sent = stream.ask(content, verb="bytes", upload=answer["upload"], offset=0,
                                              length=len(content), sync=True)
                            self.assertNotIn("error", sent)
                            answer = stream.ask(verb="commit", upload=answer["upload"])
                        answers.append((name, answer))
            return answers
        for name, answer in self.taken_over(attack):
            if answer and "receipt" in answer:
                self.assertIn(bytes.fromhex(name.split("/")[-1]), answer["receipt"])  # for the bytes that are stored
        stored = {object_of(leaf) for leaf in self.vault.leaves() if cbor.decode(leaf)["kind"] == "object"}
        self.assertEqual(stored, set(self.before))
        self.assertEqual(self.stored_rows(), rows)
