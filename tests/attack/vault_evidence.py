# SPDX-License-Identifier: Apache-2.0
"""A vault's folder as an attacker sees it, and what both checkers and the vault itself say of what they made of it."""

import base64
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from evidence import BIN, MADE
from liuhen_check import cbor
from liuhen_check.custody import split_leaves, tile_name
from liuhen_check.merkle import Note, key_id, leaf_hash, root_of
from stored import stored
from verify import answer

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key


class StoredVault:
    """A copy of the vault (and its agency) to tamper with."""

    def __init__(self, original, state="vault"):
        self.root = tempfile.mkdtemp(prefix="attack-")
        self.original, self.path = original, os.path.join(self.root, "vault")
        shutil.copytree(os.path.join(original, "agency"), os.path.join(self.root, "agency"))
        shutil.copytree(os.path.join(original, state), self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    def data(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def put(self, name, data):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.chmod(path, 0o600)
        with open(path, "wb") as file:
            file.write(data)

    def objects(self):
        """Names of all objects, below the vault."""
        return sorted(os.path.relpath(os.path.join(folder, name), self.path)
                      for folder, _, names in os.walk(os.path.join(self.path, "objects")) for name in names)

    def leaves(self):
        size = Note(self.data("log/checkpoint")).size
        assert size < 256
        return split_leaves(self.data(tile_name("entries", 0, size)), size)

    def rebuild(self, leaves):
        """The log made anew of these leaves, consistently, and signed with the log's real key."""
        with open(os.path.join(self.original, "dock", "keys", "checkpoint.pem"), "rb") as file:
            key = load_pem_private_key(file.read(), None)
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        origin, hashes = Note(self.data("log/checkpoint")).origin, [leaf_hash(leaf) for leaf in leaves]
        body = f"{origin}\n{len(leaves)}\n{base64.b64encode(root_of(hashes)).decode()}\n"
        line = base64.b64encode(key_id(origin, 1, public) + key.sign(body.encode())).decode()
        shutil.rmtree(os.path.join(self.path, "log"))
        self.put("log/checkpoint", f"{body}\n\u2014 {origin} {line}\n".encode())
        self.put(tile_name(0, 0, len(leaves)), b"".join(hashes))
        self.put(tile_name("entries", 0, len(leaves)), b"".join(
            len(leaf).to_bytes(2, "big") + leaf for leaf in leaves))


def object_of(leaf):
    """The object's name below the vault, or None."""
    body = cbor.decode(leaf)["body"]
    return f"objects/{body['object'].hex()[:2]}/{body['object'].hex()}" if "object" in body else None


def rows_of(vault, query):
    """What a query answers of a vault's database."""
    database = sqlite3.connect(os.path.join(vault, "db", "vault.db"))
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


class VaultAttack(unittest.TestCase):
    """A test whose vault both checkers judge alike."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.original = stored(MADE, BIN)

    def judge(self, path, checkpoint=None):
        """The common answer of both checkers."""
        command = [os.path.join(BIN, "liuhen"), "verify", "--json", path]
        done = subprocess.run(command + (["--checkpoint", checkpoint] if checkpoint else []), capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        ours, theirs = json.loads(done.stdout), answer(path, None, checkpoint)
        self.assertEqual(*([one["verdict"], one["first_bad"], one["access"]] for one in (ours, theirs)),
                         (ours["problems"], theirs["problems"]))
        return ours

    def expect(self, vault, verdict, *names, checkpoint=None):
        """This verdict, every one of these files named, and a sentence for each."""
        told = self.judge(vault.path, checkpoint)
        self.assertEqual(told["verdict"], verdict, told["problems"])
        self.assertLessEqual(set(names), {problem["file"] for problem in told["problems"]})
        self.assertTrue(all(problem["text"] for problem in told["problems"]))

    def fresh(self, state="vault"):
        return StoredVault(self.original, state)

    def todays_checkpoint(self):
        """What the recorder, a witness or a print remembers of the log."""
        with open(os.path.join(self.original, "recorder", "keystore", "state.cbor"), "rb") as file:
            remembered, = cbor.decode(file.read())["checkpoints"].values()
        path = os.path.join(tempfile.mkdtemp(prefix="attack-"), "checkpoint")
        self.addCleanup(shutil.rmtree, os.path.dirname(path))
        with open(path, "wb") as file:
            file.write(remembered if isinstance(remembered, bytes) else remembered.encode())
        return path

    def change_rows(self, vault, statements):
        database = sqlite3.connect(os.path.join(vault.path, "db", "vault.db"))
        try:
            for statement in statements.split(";"):
                database.execute(statement.replace("|", ";"))
            database.commit()
        finally:
            database.close()

    def vault_starts(self, vault, while_ready=lambda: "", more=""):
        """What liuhen-vault says before it refuses; if it becomes ready, what while_ready answers. more: configuration."""
        shutil.copytree(os.path.join(self.original, "dock"), vault.root + "/dock", dirs_exist_ok=True)
        path = vault.root + "/dock/vault.toml"
        with open(os.path.join(self.original, "dock/vault.toml"), encoding="utf-8") as file:
            text = re.sub(r'"/[^"]*/(vault|agency/registered|agency/witnesses|vault/vault\.sock)"', rf'"{vault.root}/\1"', file.read())
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + more)
        with subprocess.Popen([os.path.join(BIN, "liuhen-vault"), "--config", path], stderr=subprocess.PIPE, text=True,
                              stdout=subprocess.DEVNULL) as process:
            said = ""
            for line in process.stderr:
                said += line
                if " ready, " in line:
                    answered = while_ready()
                    process.terminate()
                    process.stderr.read()
                    return answered
        self.assertEqual(process.returncode, 1, said)
        return said
