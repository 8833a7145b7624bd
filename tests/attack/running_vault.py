# SPDX-License-Identifier: Apache-2.0
"""The real vault at work over a copy of a vault's folder, and what the rows that speak with it share."""

import os
import re
import shutil
import signal
import subprocess
import time

from dock_rows import Socket
from evidence import BIN
from fixture import DEVICE
from liuhen_check import cbor
from vault_evidence import VaultAttack, rows_of

PATIENCE = 30


class RunningVault:
    """liuhen-vault over a copy of a vault, with lines of its own in vault.toml."""

    def __init__(self, vault, *lines):
        self.vault, self.said = vault, ""
        shutil.copytree(os.path.join(vault.original, "dock"), vault.root + "/dock", dirs_exist_ok=True)
        with open(os.path.join(vault.original, "dock/vault.toml"), encoding="utf-8") as file:
            text = re.sub(r'"/[^"]*/(vault|agency/registered|agency/witnesses|vault/vault\.sock)"', rf'"{vault.root}/\1"', file.read())
        self.config = vault.root + "/dock/vault.toml"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n" + text)
        self.log = vault.root + "/vault.log"

    def __enter__(self):
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([os.path.join(BIN, "liuhen-vault"), "--config", self.config], stderr=log,
                                            stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while " ready, " not in self.lines():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(self.lines())
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(PATIENCE) != 0:
            raise RuntimeError(f"{self.process.returncode}: {self.lines()}")

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def lines(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    @property
    def socket(self):
        return self.vault.path + "/vault.sock"

    def connect(self):
        return Socket(self.socket)


def hand_over(stream, row, data, entry=None):
    """The answer to bytes that are offered for a row's place."""
    _, kind, generation, first, recording, segment, _ = row
    place = {"first": first} if kind == "chapter" else {"recording": recording, "segment": segment}
    if entry:
        place["entry"] = entry
    answer = stream.ask(verb="offer", type=kind, device=DEVICE, generation=generation, size=len(data), **place)
    if not answer or answer.get("state") != "receiving":
        return answer
    sent = stream.ask(data[answer["offset"]:], verb="bytes", upload=answer["upload"], offset=answer["offset"],
                      length=len(data) - answer["offset"], sync=True)
    return sent if not sent or "error" in sent else stream.ask(verb="commit", upload=answer["upload"])


class RunningAttack(VaultAttack):
    """An attack on a vault that runs."""

    def place_rows(self, vault):
        return rows_of(vault.path, "select leaf, type, generation, first, recording, segment, hash from object "
                                   "where shelf = 'stored' order by leaf")

    def emptied(self):
        """A vault with nothing in it, and what the full one has: (row, bytes) in the order of a recorder."""
        vault = self.enterContext(self.fresh())
        objects = [(row, vault.data(f"objects/{row[6].hex()[:2]}/{row[6].hex()}")) for row in self.place_rows(vault)]
        shutil.rmtree(vault.path)
        os.mkdir(vault.path)
        return vault, objects

    def incidents(self, vault):
        database = rows_of(vault.path, "select content from leaf where kind = 'incident' order by idx")
        return [cbor.decode(content)["body"] for content, in database]
