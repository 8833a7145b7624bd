# SPDX-License-Identifier: Apache-2.0
"""Rows 40 and 43: independent witnesses against a log with two histories, and a log against witnesses away or lying."""

import base64
import http.client
import http.server
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

from evidence import BIN
from liuhen_check import cbor
from liuhen_check.certificate import parse
from liuhen_check.merkle import Note, key_id, leaf_hash, read_vkey, root_of
from vault_evidence import VaultAttack
from verify import answer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LIUHEN, PATIENCE = os.path.join(BIN, "liuhen"), 60
DOCK_TOML = """folder = "."
vault_socket = "{root}/vault/vault.sock"
[keys]
root = "keys/root.pem"
tls_key = "keys/tls.pem"
tls_certificate = "keys/tls.crt"
dock_key = "keys/dock.pem"
dock_certificate = "keys/dock.crt"
[[bay]]
name = "bay-1"
host = "127.0.0.1"
port = 1
"""
CHECKPOINT = "log/checkpoint"


def consistency(old, hashes, whole=True):
    """The proof that a tree begins with that of its first `old` leaves (RFC 6962 §2.1.2)."""
    if old == len(hashes):
        return [] if whole else [root_of(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= split:
        return consistency(old, hashes[:split], whole) + [root_of(hashes[split:])]
    return consistency(old - split, hashes[split:], False) + [root_of(hashes[:split])]


def request(note, old=0, hashes=()):
    """The body of add-checkpoint."""
    path = consistency(old, list(hashes)) if old else []
    lines = "".join(base64.b64encode(step).decode() + "\n" for step in path)
    return f"old {old}\n{lines}\n".encode() + note


def post(port, body):
    """(status, content type, text) of a witness's answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", "/add-checkpoint", body)
        response = connection.getresponse()
        return response.status, response.getheader("Content-Type"), response.read().decode()
    finally:
        connection.close()


class Witness:
    """`liuhen witness` in a folder of its own."""

    def __init__(self, name, log_key):
        self.name, self.folder = name, tempfile.mkdtemp(prefix="witness-")
        self.config = self.folder + "/w/witness.toml"
        subprocess.run([LIUHEN, "witness", "init", "--dir", self.folder + "/w", "--name", name, "--log", log_key],
                       check=True, capture_output=True, timeout=PATIENCE)
        with open(self.config, encoding="utf-8") as file:
            text = file.read().replace("127.0.0.1:8480", "127.0.0.1:0")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write('port_file = "port"\n' + text)
        with open(self.folder + "/w/witness.vkey", encoding="utf-8") as file:
            self.vkey = file.read()
        self.process = self.port = None

    def start(self):
        with open(self.folder + "/said", "a", encoding="utf-8") as said:
            self.process = subprocess.Popen([LIUHEN, "witness", "run", "--config", self.config], stderr=said)
        until = time.monotonic() + PATIENCE
        while not os.path.exists(self.folder + "/w/port"):
            assert time.monotonic() < until and self.process.poll() is None, self.said()
            time.sleep(0.02)
        with open(self.folder + "/w/port", encoding="utf-8") as file:
            self.port = int(file.read())
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            assert self.process.wait(PATIENCE) == 0
            self.process = None
        if os.path.exists(self.folder + "/w/port"):
            os.remove(self.folder + "/w/port")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)

    def said(self):
        with open(self.folder + "/said", encoding="utf-8") as file:
            return file.read()

    def kept(self, folder):
        """Path and text of each file of its memory or evidence."""
        place = f"{self.folder}/w/state/{folder}"
        found = {}
        for name in sorted(os.listdir(place)):
            with open(f"{place}/{name}", encoding="utf-8") as file:
                found[f"{place}/{name}"] = file.read()
        return found

    def saw(self, note, line):
        """Whether a line is its cosignature of the note, by another implementation."""
        name, _, public = read_vkey(self.vkey.rstrip("\n"))
        return Note(note + line.encode()).cosigned_by(name, public)


class Liar:
    """A witness that answers whatever it likes."""

    def __init__(self, name, lie):
        """lie(liar, body): (status, text)"""
        self.name, self.key = name, Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        raw = base64.b64encode(b"\4" + self.public).decode()
        self.vkey = f"{name}+{key_id(name, 4, self.public).hex()}+{raw}\n"
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, text = lie(liar, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def cosigns(self, text):
        """A true signature under any text whatever."""
        signed = int(time.time())
        signature = self.key.sign(f"cosignature/v1\ntime {signed}\n{text}".encode())
        raw = key_id(self.name, 4, self.public) + signed.to_bytes(8, "big") + signature
        return f"\u2014 {self.name} {base64.b64encode(raw).decode()}\n"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def signs_anything(liar, body):
    return 200, liar.cosigns(body.decode().split("\n\n", 1)[1].split("\n\n")[0] + "\n")


LIES = [("that it cosigned", lambda liar, body: (200, "\u2014 w3 AAAAAAA=\n")),
        ("another text's signature", lambda liar, body: (200, liar.cosigns("dock-01-vault\n9\nAAAA\n"))),
        ("that it has seen more", lambda liar, body: (409, "999999\n")),
        ("that nothing is proved", lambda liar, body: (422, "no\n")),
        ("nonsense", lambda liar, body: (200, "<html>" * 9999)), ("trouble", lambda liar, body: (500, ""))]


def closed_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


class Rows(VaultAttack):
    def setUp(self):
        self.vault = self.enterContext(self.fresh())
        self.log_key = self.vault.root + "/log.vkey"
        note = Note(self.vault.data(CHECKPOINT))
        key = cbor.decode(self.vault.leaves()[0])["body"]["checkpoint_certificate"]
        public = parse(key).key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        raw = base64.b64encode(b"\1" + public).decode()
        with open(self.log_key, "w", encoding="utf-8") as file:
            file.write(f"{note.origin}+{key_id(note.origin, 1, public).hex()}+{raw}\n")

    def witness(self, name):
        made = Witness(name, self.log_key)
        self.addCleanup(made.remove)
        return made.start()

    def liar(self, name, lie):
        made = Liar(name, lie)
        self.addCleanup(made.stop)
        return made

    def agency_names(self, vault, witnesses, policy=None):
        for witness in witnesses:
            vault.put(f"../agency/witnesses/{witness.name}.vkey", witness.vkey.encode())
        if policy:
            lines = "".join(f"witness {witness.name} {witness.vkey}" for witness in witnesses)
            vault.put("../agency/witnesses/policy", (lines + policy).encode())

    def dock(self, vault, ports):
        """What liuhen-dock says that shows the log to these witnesses; no recorder comes meanwhile."""
        def run():
            path = vault.root + "/dock/dock.toml"
            tables = "".join(f'[[witness]]\nname = "{name}"\nurl = "http://127.0.0.1:{port}"\n'
                             for name, port in ports.items())
            with open(path, "w", encoding="utf-8") as file:
                file.write(DOCK_TOML.format(root=vault.root) + tables)
            done = subprocess.run([os.path.join(BIN, "liuhen-dock"), "run", "--once", "--config", path],
                                  capture_output=True, text=True, timeout=180, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)  # since nobody was docked
            return done.stdout + done.stderr
        return self.vault_starts(vault, run)

    def witnessed(self, vault):
        """Both checkers' word for a vault that is intact, and the sentence that a person reads."""
        ours, theirs = self.judge(vault.path), answer(vault.path)
        self.assertEqual(ours["verdict"], "intact", ours["problems"])
        for what in ("witnessed", "witnessed_leaves", "leaves"):
            self.assertEqual(ours[what], theirs[what])
        said = subprocess.run([LIUHEN, "verify", vault.path], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual("unwitnessed 无外部见证" in said.stdout, not ours["witnessed"])
        return ours["witnessed"]

    def rewrite(self, vault):
        """Another history of the same size: database, log and signatures made anew, all consistent.

        What is changed is younger than the newest receipt's checkpoint: else the vault itself would refuse to start.
        """
        leaves = vault.leaves()
        changed = max(index for index, leaf in enumerate(leaves) if cbor.decode(leaf)["kind"] == "receipt")
        body = cbor.decode(leaves[changed])
        body["time"] += 1
        leaves[changed] = cbor.encode(body)
        database = sqlite3.connect(os.path.join(vault.path, "db", "vault.db"))
        guard, = database.execute("select sql from sqlite_master where name = 'leaf_update'").fetchone()
        database.execute("drop trigger leaf_update")
        database.execute("update leaf set content = ? where idx = ?", (leaves[changed], changed))
        database.execute(guard)
        database.commit()
        database.close()
        vault.rebuild(leaves)
        return leaves

    def test_row_40_a_witness_is_shown_two_checkpoints_of_one_size(self):
        witness = self.witness("w1.example/a")
        leaves = self.vault.leaves()
        size, hashes = len(leaves), [leaf_hash(leaf) for leaf in leaves]
        for part in (size // 2, size):  # as the log grew
            with self.fresh() as copy:
                copy.rebuild(leaves[:part])
                body = request(copy.data(CHECKPOINT), 0 if part < size else size // 2, hashes[:part])
                status, _, text = post(witness.port, body)
                self.assertEqual(status, 200, text)
                self.assertTrue(witness.saw(copy.data(CHECKPOINT), text))
        remembered, = witness.kept("logs").values()
        other = self.rewrite(self.vault)
        shown = self.vault.data(CHECKPOINT)
        self.assertEqual(Note(shown).size, size)
        for old in (size, 0):
            self.assertEqual(post(witness.port, request(shown, old, [leaf_hash(leaf) for leaf in other])),
                             (409, "text/x.tlog.size", f"{size}\n"))
        evidence, = witness.kept("evidence").items()
        self.assertIn(f"Two checkpoints of the log dock-01-vault with {size} leaves and different roots", evidence[1])
        self.assertIn(f"remembered:\n{remembered}", evidence[1])
        self.assertIn(f"shown:\n{shown.decode()}", evidence[1])
        self.assertRegex(witness.said(), rf"ALARM: the log dock-01-vault has two histories: it signed two different "
                                         rf"trees of {size} leaves; both notes are kept in {evidence[0]}")
        # However far the other history grows, and whatever is said to prove it.
        longer = other + [other[-1]]
        self.vault.rebuild(longer)
        grown = [leaf_hash(leaf) for leaf in longer]
        for proof in (grown, hashes + grown[-1:]):
            self.assertEqual(post(witness.port, request(self.vault.data(CHECKPOINT), size, proof))[0], 422)
        self.assertIn("does not prove that they begin with", witness.said())
        self.assertEqual(list(witness.kept("logs").values()), [remembered])
        # The note that it remembers convicts the vault, offline.
        with self.fresh() as honest:
            self.expect(honest, "intact", checkpoint=next(iter(witness.kept("logs"))))
        self.expect(self.vault, "altered", checkpoint=next(iter(witness.kept("logs"))))

    def test_row_40_another_history_for_each_witness(self):
        one, two = self.witness("w1"), self.witness("w2")
        self.agency_names(self.vault, [one, two], "group both all w1 w2\nquorum both\n")
        said = self.dock(self.vault, {"w1": one.port})
        self.assertIn("w1 cosigned", said)
        self.assertFalse(self.witnessed(self.vault))  # one of two
        self.rewrite(self.vault)
        said = self.dock(self.vault, {"w1": one.port, "w2": two.port})
        self.assertIn("w2 cosigned", said)  # it has seen no other
        self.assertRegex(said, r"ALARM: the witness w1 refused the custody log: it remembers another tree of the same \d+ "
                               r"leaves\. The witness remembers \d+ leaves; this log has \d+\.")
        self.assertFalse(self.witnessed(self.vault))
        leaf = cbor.decode(self.vault.leaves()[-1])
        self.assertEqual((leaf["kind"], leaf["body"]["what"], leaf["body"]["subject"]), ("incident", "witness.refused", "w1"))
        self.expect(self.vault, "altered", checkpoint=next(iter(one.kept("logs"))))
        self.assertIn("two histories", one.said())

    def test_row_40_by_file(self):
        """The same where no network leads: request out, answer in."""
        witness = self.witness("w1")
        witness.stop()
        self.agency_names(self.vault, [witness])
        liuhen_dock = os.path.join(BIN, "liuhen-dock")

        def exchange():
            path = self.vault.root + "/dock/dock.toml"
            with open(path, "w", encoding="utf-8") as file:
                file.write(DOCK_TOML.format(root=self.vault.root) + '[[witness]]\nname = "far"\n')
            out = subprocess.run([liuhen_dock, "witness", "request", "far", "--config", path], capture_output=True,
                                 timeout=PATIENCE, check=True).stdout
            with open(self.vault.root + "/request.txt", "wb") as file:
                file.write(out)
            signed = subprocess.run([LIUHEN, "witness", "sign", "--config", witness.config, self.vault.root + "/request.txt"],
                                    capture_output=True, timeout=PATIENCE, check=False)
            done = subprocess.run([liuhen_dock, "witness", "answer", "far", "--config", path], input=signed.stdout,
                                  capture_output=True, timeout=PATIENCE, check=False)
            return signed.returncode, done.returncode, (done.stdout + done.stderr).decode()
        self.assertEqual(self.vault_starts(self.vault, exchange)[:2], (0, 0))
        self.assertTrue(self.witnessed(self.vault))
        self.rewrite(self.vault)
        signed, taken, said = self.vault_starts(self.vault, exchange)
        self.assertEqual((signed, taken), (1, 1))
        self.assertIn("the witness far says that the custody log was rewritten: it remembers another tree of the same", said)

    def test_row_43_a_witness_is_away(self):
        one, two = self.witness("w1"), self.witness("w2")
        three = self.witness("w3")
        three.stop()
        self.agency_names(self.vault, [one, two, three], "group all-three 2 w1 w2 w3\nquorum all-three\n")
        began = time.monotonic()
        said = self.dock(self.vault, {"w1": one.port, "w2": two.port, "w3": closed_port()})
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual(len(re.findall("w3 is away; it is asked again", said)), 1, said)
        self.assertTrue(self.witnessed(self.vault))
        two.stop()
        with self.fresh() as copy:  # one of three is not enough
            self.agency_names(copy, [one, two, three], "group all-three 2 w1 w2 w3\nquorum all-three\n")
            self.dock(copy, {"w1": one.port, "w2": closed_port(), "w3": closed_port()})
            self.assertFalse(self.witnessed(copy))

    def test_row_43_a_witness_lies(self):
        """Whatever it answers, two honest ones are enough and the dock goes on; it never counts itself."""
        one, two = self.witness("w1"), self.witness("w2")
        for sentence, lie in LIES:
            with self.subTest(sentence), self.fresh() as vault:
                three = self.liar("w3", lie)
                self.agency_names(vault, [one, two, three], "group g 2 w1 w2 w3\nquorum g\n")
                said = self.dock(vault, {"w1": one.port, "w2": two.port, "w3": three.port})
                self.assertRegex(said, "w3 did not cosign|ALARM: the witness w3 refused")
                note = Note(vault.data(CHECKPOINT))
                self.assertFalse(note.cosigned_by("w3", three.public))
                self.assertTrue(self.witnessed(vault))
                for witness in (one, two):  # an alarm is a leaf of this copy alone: the next is another history
                    shutil.rmtree(witness.folder + "/w/state/logs")
                    os.mkdir(witness.folder + "/w/state/logs")

    def test_row_43_a_witness_signs_anything(self):
        """A witness in league with the dock: another history has its word alone."""
        one, two = self.witness("w1"), self.witness("w2")
        three = self.liar("w3", signs_anything)
        names = [one, two, three]
        self.agency_names(self.vault, names, "group g 2 w1 w2 w3\nquorum g\n")
        ports = {witness.name: witness.port for witness in names}
        self.dock(self.vault, ports)
        self.assertTrue(self.witnessed(self.vault))
        self.rewrite(self.vault)
        said = self.dock(self.vault, ports)
        self.assertIn("w3 cosigned", said)
        for name in ("w1", "w2"):
            self.assertIn(f"ALARM: the witness {name} refused the custody log", said)
        self.assertFalse(self.witnessed(self.vault))
