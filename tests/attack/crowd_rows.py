# SPDX-License-Identifier: Apache-2.0
"""Rows 23 and 28: uploads twice, and many recorders at once, slow, lying and cloned ones among them."""

import json
import os
import shutil
import socket
import struct
import subprocess
import threading
import time

from crowd import Crowd, peak_megabytes, wait_for
from dock_rows import Socket
from evidence import BIN
from fixture import DEVICE
from liuhen_check import cbor
from vault_evidence import VaultAttack, object_of, rows_of

SLOW = 64
# What dock and vault may have at once, in MiB, with 32 bays.
MOST_MEMORY = 256


class Rows(VaultAttack):
    def empty(self):
        """A vault that has taken nothing in yet, of the same agency."""
        vault = self.fresh()
        shutil.rmtree(vault.path)
        os.mkdir(vault.path)
        return vault

    def stored(self):
        """(offer, hash of the last entry, bytes) of what the stored vault took in, in that order."""
        found = []
        for kind, generation, first, recording, segment, digest, entry in rows_of(
                os.path.join(self.original, "vault"), "select type, generation, first, recording, segment, hash, entry "
                                                      "from object where shelf = 'stored' order by leaf"):
            place = {"first": first} if kind == "chapter" else {"recording": recording, "segment": segment}
            with open(os.path.join(self.original, f"vault/objects/{digest.hex()[:2]}/{digest.hex()}"), "rb") as file:
                data = file.read()
            found.append(({"verb": "offer", "type": kind, "device": DEVICE, "generation": generation,
                           "size": len(data), **place}, entry, data))
        self.assertGreaterEqual(len(found), 3)
        return found

    @staticmethod
    def upload(stream, offer, data):
        """Everything but the commit; the upload's name, or the answer if no byte is wanted."""
        answer = stream.ask(**offer)
        if answer.get("state") != "receiving":
            return answer
        rest = data[answer["offset"]:]
        if rest:
            stream.ask(rest, verb="bytes", upload=answer["upload"], offset=answer["offset"], length=len(rest), sync=True)
        return answer["upload"]

    def receipt_of(self, connect, offer, data):
        """Until the vault gives a receipt; others may be at the same upload."""
        for _ in range(50):
            with connect() as stream:
                found = self.upload(stream, offer, data)
                answer = stream.ask(verb="commit", upload=found) if isinstance(found, str) else found
                if answer and answer.get("state") == "receipted":
                    return answer["receipt"]
            time.sleep(0.1)
        self.fail(f"no receipt: {answer}")

    def test_row_23_the_same_upload_twice(self):
        """Nobody hears the first answer; then the same bytes come again, once with and once without the last entry, and
        twice at the same time."""
        vault = self.enterContext(self.empty())
        objects = self.stored()

        def attack(connect):
            receipts = []
            for offer, entry, data in objects:
                with connect() as stream:
                    name = self.upload(stream, offer, data)
                    message = cbor.encode({"verb": "commit", "upload": name})
                    stream.socket.sendall(len(message).to_bytes(4, "big") + message)
                both = []
                threads = [threading.Thread(target=lambda: both.append(self.receipt_of(connect, offer, data)))
                           for _ in range(2)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                again = self.receipt_of(connect, offer, data)
                with connect() as stream:
                    known = stream.ask(**offer, entry=entry)
                self.assertEqual(known["state"], "receipted")
                self.assertEqual([both[0], both[1], known["receipt"]], [again] * 3)
                receipts.append(again)
            return receipts
        receipts = self.vault_starts(vault, lambda: attack(lambda: Socket(vault.path + "/vault.sock")))
        self.assertEqual(len(set(receipts)), len(objects))
        leaves = [(cbor.decode(leaf)["kind"], object_of(leaf)) for leaf in vault.leaves()]
        for kind in ("object", "receipt"):
            named = [name for each, name in leaves if each == kind]
            self.assertEqual(sorted(named), sorted(set(named)))
            self.assertEqual(set(named), set(vault.objects()))
        self.expect(vault, "intact")

    def test_row_28_at_the_vaults_socket(self):
        """64 uploads with a byte a second each; beside them one recorder is taken in as quickly as alone."""
        objects = self.stored()

        def take_in(connect):
            begun = time.monotonic()
            for offer, _, data in objects:
                self.receipt_of(connect, offer, data)
            return time.monotonic() - begun

        def trickle(stream, ended, sent):
            while not ended.wait(1.0):
                stream.socket.sendall(b"\0")
                sent.append(1)

        def attack(connect):
            ended, sent, threads, streams = threading.Event(), [], [], []
            for number in range(SLOW):
                stream = connect()
                answer = stream.ask(verb="offer", type="chapter", device=f"LH-SLOW-{number}", generation=0, first=0,
                                    size=100_000)
                self.assertEqual(answer["state"], "receiving")
                message = cbor.encode({"verb": "bytes", "upload": answer["upload"], "offset": 0, "length": 100_000,
                                       "sync": True})
                stream.socket.sendall(len(message).to_bytes(4, "big") + message)
                threads.append(threading.Thread(target=trickle, args=(stream, ended, sent)))
                streams.append(stream)
            for thread in threads:
                thread.start()
            wait_for("bytes of all", lambda: len(sent) >= 2 * SLOW)
            seconds = take_in(connect)
            pid, _, _ = struct.unpack("3i", streams[0].socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            peak = peak_megabytes(pid)
            ended.set()
            for thread in threads:
                thread.join()
            for stream in streams:
                stream.socket.close()
            return seconds, peak
        with self.empty() as vault:
            alone = self.vault_starts(vault, lambda: take_in(lambda: Socket(vault.path + "/vault.sock")))
        with self.empty() as vault:
            beside, peak = self.vault_starts(vault, lambda: attack(lambda: Socket(vault.path + "/vault.sock")))
            self.expect(vault, "intact")
        print(f"alone {alone:.2f} s, beside {SLOW} slow ones {beside:.2f} s; the vault had {peak:.0f} MiB at most")
        self.assertLess(beside, 3 * alone + 2)
        self.assertLess(peak, MOST_MEMORY)

    def test_row_28_at_the_dock(self):
        """All 32 bays of a dock taken, 31 of the recorders slow: the other is taken in as if alone."""
        with Crowd(BIN, honest=32) as crowd:
            gates = [crowd.gate(port, slow=True).open() for _, port in crowd.recorders[1:]]
            crowd.begin([crowd.recorders[0][1], *(gate.port for gate in gates)])
            wait_for("the quick recorder", lambda: crowd.ended("HONEST-0", "done"))
            wait_for("a byte a second of the slow ones", lambda: all(gate.trickled for gate in gates))
            self.assertEqual(len(crowd.ended("HONEST", "done")), 1)
            seconds = crowd.seconds("HONEST-0")
            receipts, (dock, vault) = crowd.end()
        print(f"the quick one in {seconds:.2f} s; at most the dock had {dock:.0f} MiB, the vault {vault:.0f} MiB")
        self.assertEqual(dict(receipts)["HONEST-0"], 3)
        self.assertLess(seconds, 10)
        self.assertLess(max(dock, vault), MOST_MEMORY)

    def test_row_28_a_snail_a_liar_and_clones_among_32(self):
        """28 recorders beside a slow one, one whose footage claims 1 TiB, and two copies of a cloned keystore."""
        with Crowd(BIN, honest=28) as crowd:
            crowd.begin([port for _, port in crowd.recorders])
            wait_for("28 recorders", lambda: len(crowd.ended("HONEST", "done")) == 28)
            alone = crowd.seconds("HONEST")
            crowd.end(good=True)
        with Crowd(BIN, honest=29, liars=1, clones=1) as crowd:
            *honest, (snail, slow), (_, liar), (_, first), (_, second) = crowd.recorders
            clone = crowd.gate(second)
            crowd.begin([port for _, port in honest] + [crowd.gate(slow, slow=True).open().port, liar, first, clone.port])
            names = [name for name, _ in honest]

            def done():
                return [bay for bay in crowd.ended("HONEST", "done") if bay["device"] in names]
            wait_for("28 recorders beside the four", lambda: len(done()) == 28)
            beside = (max(bay["end_us"] for bay in done()) - min(bay["start_us"] for bay in done())) / 1e6
            wait_for("the first copy", lambda: crowd.ended("CLONED", "done"))
            clone.open()
            wait_for("the second copy, as a fork", lambda: crowd.ended("CLONED", "forked"))
            wait_for("the liar's end", lambda: crowd.ended("LIAR", "failed", "flawed", "waiting", "quarantined"))
            self.assertFalse([bay for bay in crowd.ended("HONEST", "done") if bay["device"] == snail])
            receipts, (dock, vault) = crowd.end()
            told = self.problems(crowd.path("vault"))
        print(f"28 recorders alone in {alone:.2f} s, beside the four in {beside:.2f} s; at most the dock had {dock:.0f} MiB, "
              f"the vault {vault:.0f} MiB")
        self.assertEqual([count for name, count in receipts if name in names], [3] * 28)
        self.assertEqual([count for name, count in receipts if name.startswith("CLONED")][1], 0)
        self.assertLess(beside, 2 * alone + 5)
        self.assertLess(max(dock, vault), MOST_MEMORY)
        # What the slow one and the liar did not bring is not there; else there is the fork, and nothing.
        told = [(problem["verdict"], problem["text"]) for problem in told]
        fork = ("altered", "two validly signed entries claim this place")
        absent = ("incomplete", "the segment's file is not there")
        self.assertEqual(told.count(fork), 1, told)
        self.assertLessEqual(told.count(absent), 2 * 2, told)
        self.assertEqual(len(told), told.count(fork) + told.count(absent), told)

    @staticmethod
    def problems(vault):
        done = subprocess.run([os.path.join(BIN, "liuhen"), "verify", "--json", vault], capture_output=True, text=True,
                              timeout=120, check=False)
        return json.loads(done.stdout)["problems"]
