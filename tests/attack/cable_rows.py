# SPDX-License-Identifier: Apache-2.0
"""Rows 21, 22, 25, 26, 27: what comes over the cable to a recorder, from whoever holds the other end."""

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from evidence import BIN, MADE, Entry
from fixture import run_program
from liuhen_check import cbor
from liuhen_check.merkle import Note
from liuhen_check.signed import frame, prefix
from liuhen_sample.keys import Source, sign1
from ledger_rows import p256_of
from stored import ORIGIN, stored
from vault_evidence import StoredVault, rows_of

PROCESS_SECONDS = 60
PATIENCE = 20


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Docked:
    """The recorder of the stored days, switched on again, in the hands of who has all keys of the dock's host."""

    def __init__(self, original, events=None):
        """events: what its script does after this start; then it waits until it stands in the dock."""
        self.root = tempfile.mkdtemp(prefix="attack-")
        self.path = os.path.join(self.root, "made")
        shutil.copytree(original, self.path)
        self.port = os.path.join(self.path, "port")
        os.remove(self.port)
        if events:
            with open(os.path.join(self.path, "sim/script.toml"), "a", encoding="utf-8") as file:
                file.write(f"[[boot]]\nevent = [{events}]\n")
        self.log = os.path.join(self.path, "recorder.log")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "liuhen-recorder"), "--config", os.path.join(self.path, "recorder.toml")],
                stdout=log, stderr=log)
        until = time.monotonic() + PROCESS_SECONDS
        while (b"state docked" if events else b"ready, port") not in read(self.log):
            assert time.monotonic() < until and self.process.poll() is None, read(self.log).decode()
            time.sleep(0.05)
        self.number = int(read(self.port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.root)

    def end(self):
        """Switches it off; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PROCESS_SECONDS)

    def context(self, certificate="dock/keys/tls", trust="agency"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(os.path.join(self.path, trust, "root.pem"))
        if certificate:
            name = os.path.join(self.path, certificate)
            context.load_cert_chain(name + ".crt", name + ".pem")
        return context

    def call(self, method, target, body=None, **options):
        """(status, body) of one call."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.number, timeout=PATIENCE,
                                                 context=self.context(**options))
        try:
            connection.request(method, target, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def raw(self, head):
        """What the recorder answers to these bytes until it closes; nothing more is sent."""
        with socket.create_connection(("127.0.0.1", self.number), PATIENCE) as plain, \
                self.context().wrap_socket(plain) as stream:
            answer = b""
            try:
                for first in range(0, len(head), 65536):
                    stream.sendall(head[first:first + 65536])
                while piece := stream.recv(65536):
                    answer += piece
            except (ConnectionError, ssl.SSLError, TimeoutError):
                pass
            return answer

    def entries(self, kind):
        """The entries of a kind on the card."""
        found, folder = [], os.path.join(self.path, "recorder/card/ledger/0")
        for name in sorted(os.listdir(folder)):
            data, at = read(os.path.join(folder, name)), 0
            while at < len(data):
                end = frame(data, at)[3]
                found.append(Entry(data[at:end], name, at))
                at = end
        return [entry for entry in found if entry.kind == kind]

    def device(self):
        status, body = self.call("GET", "/v1/device")
        assert status == 200, body
        return json.loads(body)


class Cutter:
    """A cable that breaks after so many bytes from the recorder, again and again."""

    def __init__(self, target, limit):
        self.target, self.limit, self.cuts = target, limit, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                dock, _ = self.listener.accept()
            except OSError:
                return
            recorder = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pass, args=(dock, recorder, 1 << 60), daemon=True).start()
            threading.Thread(target=self._pass, args=(recorder, dock, self.limit), daemon=True).start()

    def _pass(self, source, sink, limit):
        try:
            while limit > 0 and (piece := source.recv(min(limit, 65536))):
                sink.sendall(piece)
                limit -= len(piece)
        except OSError:
            pass
        self.cuts += limit == 0
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Rows(unittest.TestCase):
    maxDiff = None
    source = Source(77)

    @classmethod
    def setUpClass(cls):
        cls.original = stored(MADE, BIN)

    def setUp(self):
        self.docked = self.enterContext(Docked(self.original))

    def alive_and_intact(self):
        """After all that the recorder serves its dock, ends in order, and is whole."""
        self.docked.device()
        self.assertEqual(self.docked.end(), 0, read(self.docked.log).decode()[-2000:])
        done = subprocess.run([os.path.join(BIN, "liuhen"), "verify", os.path.join(self.docked.path, "recorder")],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def refused(self, **options):
        with self.assertRaises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            self.docked.call("GET", "/v1/device", **options)

    def test_row_21_false_docks(self):
        made, liuhen = self.docked.path, os.path.join(BIN, "liuhen")
        run_program(liuhen, "enroll", "agency", "--agency", made + "/other", "--name", "Other Agency")
        run_program(liuhen, "enroll", "dock", "--agency", made + "/other", "--dock", made + "/rogue", "--name", ORIGIN)
        self.refused(certificate="rogue/keys/tls")
        self.refused(certificate=None)
        self.refused(certificate="recorder/keystore/tls")  # a stolen recorder's
        self.refused(certificate="dock/keys/dock")  # of the right dock, but the role is another
        self.alive_and_intact()

    def test_row_21_revoked_recorder(self):
        made = self.docked.path
        name = self.docked.device()["device"]
        with open(made + "/revoked", "w", encoding="utf-8") as file:
            file.write(f"# lost in the market\n{name}\n")
        code, said = self.intake('revoked = "../revoked"\n')
        self.assertEqual(code, 1, said)
        self.assertIn("revoked", said)
        self.assertEqual(self.intake("")[0], 0)  # and with the list empty it is let in
        self.alive_and_intact()

    def intake(self, setting):
        """`liuhen-dock run --once` with one more setting: its exit code and words."""
        made = self.docked.path
        for name in ("dock.toml", "vault.toml"):
            path = os.path.join(made, "dock", name)
            text = read(path).decode()
            old = next(line for line in text.splitlines() if line.endswith('vault.sock"')).split('"')[1]
            text = text.replace(os.path.dirname(os.path.dirname(old)) + "/", made + "/")
            if name == "dock.toml":
                head = "".join(line for line in text.splitlines(True) if not line.startswith("revoked"))
                text = setting + "".join(f"port = {self.docked.number}\n" if line.startswith("port = ") else line
                                         for line in head.splitlines(True))
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with subprocess.Popen([os.path.join(BIN, "liuhen-vault"), "--config", made + "/dock/vault.toml"],
                              stderr=subprocess.DEVNULL) as vault:
            done = subprocess.run([os.path.join(BIN, "liuhen-dock"), "run", "--once", "--config",
                                   made + "/dock/dock.toml"], capture_output=True, text=True, timeout=120, check=False)
            vault.terminate()
        return done.returncode, done.stdout + done.stderr

    def test_row_22_cut_every_64_kib(self):
        """Each connection ends after 64 KiB; what came goes on where it ended, until all is receipted."""
        self.docked = self.enterContext(Docked(self.original, '{at = 0.5, do = "press_record"}, {at = 9.0, do = "dock"}'))
        with Cutter(self.docked.number, 64 << 10) as cutter:
            self.docked.number = cutter.port
            tries = 0
            while (answer := self.intake(""))[0] != 0:
                tries += 1
                self.assertLess(tries, 60, answer[1])
            self.docked.number = cutter.target
        self.assertGreater(cutter.cuts, 4)
        self.alive_and_intact()
        vault = os.path.join(self.docked.path, "vault")
        done = subprocess.run([os.path.join(BIN, "liuhen"), "verify", vault], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(rows_of(vault, "select leaf from object where shelf = 'stored'")), 6)
        self.assertEqual(len(self.docked.entries("receipt")), 6)

    def test_row_25_hostile_requests(self):
        host = b"Host: recorder\r\n"
        key = os.path.join(self.docked.path, "recorder/keystore/identity.pem")
        secret = read(key).splitlines()[1]
        for target in ("/v1/segments/../../keystore/identity.pem", "/v1/segments/0-1/../../../../keystore/identity.pem",
                       "/v1/segments/%2e%2e/%2e%2e/keystore/identity.pem", "/../recorder/keystore/identity.pem",
                       "/v1/segments/0-99999999999999999999/0", "/v1/segments/-1--1/-1", "/v1/ledger?generation=x&from=-1",
                       "/v1/ledger?generation=0&from=99999999999999999999999", "//", "/" + "a" * 6000):
            with self.subTest(target[:60]):
                answer = self.docked.raw(f"GET {target} HTTP/1.1\r\n".encode() + host + b"Connection: close\r\n\r\n")
                self.assertRegex(answer[:12], rb"\AHTTP/1.1 4", answer[:200])
                self.assertNotIn(secret, answer)
        for sentence, head in (
                ("a head without end", b"GET /v1/device HTTP/1.1\r\n" + host + b"X: " + b"a" * (8 << 20)),
                ("headers without end", b"GET /v1/device HTTP/1.1\r\n" + host + b"X: a\r\n" * (1 << 19)),
                ("a body that claims 2^60 bytes", b"POST /v1/receipts HTTP/1.1\r\n" + host +
                 b"Content-Length: 1152921504606846976\r\n\r\n" + b"a" * 100000),
                ("a negative length", b"POST /v1/receipts HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n"),
                ("two lengths", b"POST /v1/receipts HTTP/1.1\r\n" + host +
                 b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
                ("a length and chunks", b"POST /v1/receipts HTTP/1.1\r\n" + host +
                 b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                ("chunks without end", b"POST /v1/receipts HTTP/1.1\r\n" + host +
                 b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"a" * 65536 + b"\r\n" * 1),
                ("no HTTP at all", b"\x16\x03\x01" + os.urandom(4096))):
            with self.subTest(sentence):
                answer = self.docked.raw(head)
                self.assertNotRegex(answer[:12], rb"\AHTTP/1.1 2", answer[:200])
        segment = self.docked.entries("segment")[0].body
        target = f"/v1/segments/0-{segment['recording']}/{segment['segment']}"
        whole = self.docked.call("GET", target)[1]
        for value in ("bytes=0-18446744073709551616", f"bytes={len(whole)}-", "bytes=5-1", "bytes=--", "bytes=0-1,3-4",
                      "bytes=" + "9" * 400 + "-", "lines=1-2"):
            with self.subTest(value[:40]):
                answer = self.docked.raw(f"GET {target} HTTP/1.1\r\nRange: {value}\r\nConnection: close\r\n".encode()
                                         + host + b"\r\n")
                head, _, body = answer.partition(b"\r\n\r\n")
                self.assertTrue(head.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200", b"HTTP/1.1 206")), head[:100])
                self.assertTrue(head.startswith(b"HTTP/1.1 4") or body in whole, head)
        self.alive_and_intact()

    def test_row_26_receipts(self):
        messages = [row[0] for row in rows_of(os.path.join(self.docked.path, "vault"),
                                              "select message from receipt order by leaf")]
        before = len(self.docked.entries("receipt"))
        self.assertEqual(before, len(messages))
        for message in messages:
            self.assertEqual(self.docked.call("POST", "/v1/receipts", message)[0], 409)  # entered already
        real = p256_of(read(os.path.join(self.docked.path, "dock/keys/receipt.pem")))
        payload = self.payload(messages[0])
        rows = [("signed by another key", payload, self.source.p256("other")),
                ("of another recorder", {**payload, "device": "LH-OTHER-1"}, real),
                ("for other bytes", {**payload, "object": bytes(32)}, real),
                ("for another entry", {**payload, "entry": bytes(32)}, real),
                ("with more copies than it has", {**payload, "copies": 99, "index": payload["index"] + 1}, real),
                ("without its path", {**payload, "path": []}, real),
                ("with a field more", {**payload, "note": "x"}, real)]
        for sentence, changed, key in rows:
            with self.subTest(sentence):
                status, body = self.docked.call("POST", "/v1/receipts", sign1("liuhen/receipt", changed, key))
                self.assertIn(status, (400, 401, 403, 422), body)
        for body in (b"", b"\xff" * 100, messages[0][:-1], messages[0] + b"\0", os.urandom(59_000)):
            self.assertIn(self.docked.call("POST", "/v1/receipts", body)[0], (400, 401, 403, 413, 422))
        self.assertEqual(len(self.docked.entries("receipt")), before)
        self.alive_and_intact()

    @staticmethod
    def payload(message):
        _, first, last, _ = frame(message, 0, prefix("liuhen/receipt"))
        return cbor.decode(message[first:last])

    def test_row_27_checkpoint_without_what_is_remembered(self):
        certificate = base64.b64encode(ssl.PEM_cert_to_DER_cert(read(os.path.join(
            self.docked.path, "dock/keys/checkpoint.crt")).decode())).decode()
        remembered = Note(next(iter(self.docked.device()["checkpoints"].values())))
        with StoredVault(self.original) as vault:
            leaves = vault.leaves()
            body = cbor.decode(leaves[1])
            body["time"] += 1
            other = [leaves[0], cbor.encode(body)] + leaves[2:]
            for sentence, shown, said in (("of the same size", other, "fork"), ("a longer one", other + leaves[1:2], "bad_proof"),
                                          ("a shorter one", leaves[:3], "stale")):
                with self.subTest(sentence):
                    vault.rebuild(shown)
                    note = vault.data("log/checkpoint").decode()
                    status, answer = self.docked.call("POST", "/v1/checkpoints", json.dumps(
                        {"note": note, "certificate": certificate, "path": []}))
                    self.assertEqual((status, said in json.loads(answer)["error"]), (412, True), answer)
        now = Note(next(iter(self.docked.device()["checkpoints"].values())))
        self.assertEqual((now.size, now.root), (remembered.size, remembered.root))
        self.assertEqual(self.docked.end(), 0)
        self.assertEqual(len(self.docked.entries("fork")), 2)
