# SPDX-License-Identifier: Apache-2.0
"""A dock and a vault by the real programs with many recorders at once, some of them slow."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from fixture import run_program

PROCESS_SECONDS = 120
# So many bytes of a slow recorder come at once: the handshake and its first answers.
QUICK_BYTES = 20_000


def peak_megabytes(pid):
    """The most memory that a process has had at once."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) / 1024


def wait_for(what, holds, seconds=PROCESS_SECONDS):
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not come in {seconds} s")
        time.sleep(0.05)


class Gate:
    """A cable of its own: closed until it is opened; slow ones bring a byte a second after the first QUICK_BYTES."""

    def __init__(self, target, slow=False):
        self.target, self.slow, self.trickled = target, slow, 0
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.listener = None
        self.ended = threading.Event()

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def close(self):
        self.ended.set()
        if self.listener:
            self.listener.close()

    def _accept(self):
        while True:
            try:
                dock, _ = self.listener.accept()
            except OSError:
                return
            recorder = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pass, args=(dock, recorder, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(recorder, dock, self.slow), daemon=True).start()

    def _pass(self, source, sink, slow):
        passed = 0
        try:
            while not self.ended.is_set():
                trickle = slow and passed >= QUICK_BYTES
                piece = source.recv(1 if trickle else 4096)
                if not piece:
                    break
                sink.sendall(piece)
                passed += len(piece)
                if trickle:
                    self.trickled += 1
                    self.ended.wait(1.0)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Crowd:
    """An agency, a dock, a vault, and a fleet of recorders of one process (recorder_fleet)."""

    def __init__(self, bin_folder, honest, liars=0, clones=0):
        self.bin = bin_folder
        self.root = tempfile.mkdtemp(prefix="crowd-")
        self.processes, self.gates, self.receipts = [], [], {}
        liuhen, agency = os.path.join(self.bin, "liuhen"), self.path("agency")
        run_program(liuhen, "enroll", "agency", "--agency", agency, "--name", "Crowded Agency")
        run_program(liuhen, "enroll", "dock", "--agency", agency, "--dock", self.path("dock"), "--name", "dock-01")
        program = os.path.join(self.bin, "..", "tests", "recorder_fleet")
        self.fleet = self._start(program, agency, self.path("list"), str(honest), str(liars), str(clones))
        wait_for("the list of recorders", lambda: os.path.exists(self.path("list")))
        with open(self.path("list"), encoding="utf-8") as file:
            self.recorders = [(name, int(port)) for name, port in (line.split() for line in file)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for gate in self.gates:
            gate.close()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        shutil.rmtree(self.root)

    def path(self, name):
        return os.path.join(self.root, name)

    def _start(self, *command):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        return process

    def gate(self, target, **how):
        self.gates.append(Gate(target, **how))
        return self.gates[-1]

    def begin(self, ports):
        """Starts vault and dock with a bay for each port."""
        dock, vault = (os.path.join(self.bin, name) for name in ("liuhen-dock", "liuhen-vault"))
        run_program(dock, "init", "--dir", self.root, "--agency", self.path("agency"),
                    *(word for port in ports for word in ("--recorder", f"127.0.0.1:{port}")))
        log = open(self.path("vault.log"), "w", encoding="utf-8")
        self.vault = subprocess.Popen([vault, "--config", self.path("dock/vault.toml")], stdout=log, stderr=log)
        log = open(self.path("dock.log"), "w", encoding="utf-8")
        self.dock = subprocess.Popen([dock, "run", "--config", self.path("dock/dock.toml")], stdout=log, stderr=log)
        self.processes += [self.vault, self.dock]

    def bays(self):
        """What the newest intake of each bay brought, by its device; a list, for a device may stand in two."""
        try:
            with open(self.path("dock/summary.json"), encoding="utf-8") as file:
                return [bay for bay in json.load(file)["bays"] if bay["device"]]
        except FileNotFoundError:
            return []

    def ended(self, prefix, *states):
        """The bays with such a device and state."""
        return [bay for bay in self.bays() if bay["device"].startswith(prefix) and bay["state"] in states]

    def seconds(self, prefix):
        """From the first start to the last end among these bays."""
        bays = self.ended(prefix, "done")
        return (max(bay["end_us"] for bay in bays) - min(bay["start_us"] for bay in bays)) / 1e6

    def end(self, good=False):
        """Ends all in order; what each recorder holds of receipts, and the peaks of dock and vault in MiB. good: the dock
        must say so."""
        peaks = peak_megabytes(self.dock.pid), peak_megabytes(self.vault.pid)
        for gate in self.gates:
            gate.close()
        for process in (self.dock, self.vault, self.fleet):
            process.send_signal(signal.SIGTERM)
            if process is not self.fleet:
                fine = (0, 1) if process is self.dock and not good else (0,)
                if process.wait(PROCESS_SECONDS) not in fine:
                    raise AssertionError(f"{process.args} ended with {process.returncode}")
        told, _ = self.fleet.communicate(timeout=PROCESS_SECONDS)
        receipts = [(name, int(count)) for name, count in (line.split() for line in told.splitlines())]
        return receipts, peaks
