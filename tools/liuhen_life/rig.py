# SPDX-License-Identifier: Apache-2.0
"""An agency with one simulated recorder in a folder: enrolment, configuration, processes, verdicts."""

import json
import os
import subprocess
import time
from dataclasses import dataclass

from . import ledger, loss

READY_SECONDS = 60


@dataclass
class Settings:
    """The recorder's configuration; the defaults are small and quick."""

    encrypt: bool = True
    camera: str = 'pattern = "snow"'
    width: int = 320
    height: int = 240
    framerate: int = 25
    picture_bitrate: int = 1_500_000
    microphone: str = 'pattern = "tone"'
    encoder_log: bool = False
    pre_event_seconds: int = 30
    voice: str = ""
    card_quota: int | None = None  # bytes


def _toml_event(event):
    fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in event.items())
    return f"  {{{fields}}},\n"


class Rig:
    """`folder`/agency and `folder`/recorder, run by the programs in `programs`."""

    def __init__(self, folder, programs, settings=None, device="LH-000001"):
        self.folder = folder
        self.programs = programs
        self.settings = settings or Settings()
        self.device = device
        self.agency = os.path.join(folder, "agency")
        self.recorder = os.path.join(folder, "recorder")
        self.card = os.path.join(self.recorder, "card")
        self.log = os.path.join(folder, "recorder.log")
        self.encoder_log = os.path.join(folder, "encoder.log")

    def _liuhen(self, *arguments):
        command = [os.path.join(self.programs, "liuhen"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def commission(self):
        """Agency, recorder, its first ledger, registered; leaves a recorder that has been switched off."""
        self._liuhen("enroll", "agency", "--agency", self.agency, "--name", "Test Bureau")
        self._liuhen("enroll", "recorder", "--agency", self.agency, "--recorder", self.recorder, "--device", self.device)
        self.configure([[{"at": 0.0, "do": "power_off"}]])
        process = self.start()
        if process.wait(READY_SECONDS) != 0:
            raise RuntimeError(f"commissioning failed; {self.log} ends:\n{self.log_end()}")
        self.register()

    def register(self):
        """Registers the newest generation on the card."""
        self._liuhen("enroll", "genesis", "--agency", self.agency, "--recorder", self.recorder)

    def boots(self):
        """How many process starts the board has counted; the number of the last run."""
        path = os.path.join(self.folder, "state", "boots")
        if not os.path.exists(path):
            return 0
        with open(path, encoding="ascii") as file:
            return int(file.read())

    def configure(self, boots):
        """Writes all configuration; `boots` are the events of the process starts from now on."""
        settings = self.settings
        os.makedirs(os.path.join(self.folder, "state"), exist_ok=True)
        quota = f"quota_bytes = {settings.card_quota}\n" if settings.card_quota is not None else ""
        script = "[[boot]]\n" * self.boots()
        for events in boots:
            script += "[[boot]]\nevent = [\n" + "".join(map(_toml_event, events)) + "]\n"
        self._write("script.toml", script)
        self._write("board.toml", f"""[camera]
{settings.camera}
width = {settings.width}
height = {settings.height}
framerate = {settings.framerate}
[microphone]
{settings.microphone}
[card]
folder = "recorder/card"
{quota}[keystore]
folder = "recorder/keystore"
[signals]
file = "signals.log"
[source_log]
folder = "source-log"
[speaker]
log = "speaker.log"
[script]
file = "script.toml"
state_folder = "state"
""")
        encoder_log = f'encoder_log = "{os.path.basename(self.encoder_log)}"\n' if settings.encoder_log else ""
        self._write("recorder.toml", f"""board = "sim"
board_config = "board.toml"
encrypt = {str(settings.encrypt).lower()}
{encoder_log}[cable]
address = "127.0.0.1"
port = 0
[pre_event]
seconds = {settings.pre_event_seconds}
[picture]
bitrate = {settings.picture_bitrate}
[voice]
{settings.voice}
""")

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        """The recorder's process; what it says goes to `log`."""
        command = [os.path.join(self.programs, "liuhen-recorder"), "--config", os.path.join(self.folder, "recorder.toml")]
        with open(self.log, "ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def start_ready(self):
        """start(), and waits until the recorder says that it is ready."""
        before = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        process = self.start()
        limit = time.monotonic() + READY_SECONDS
        while time.monotonic() < limit and process.poll() is None:
            with open(self.log, "rb") as file:
                file.seek(before)
                if b"ready, port" in file.read():
                    return process
            time.sleep(0.01)
        process.kill()
        process.wait()
        raise RuntimeError(f"the recorder did not get ready; {self.log} ends:\n{self.log_end()}")

    def log_end(self, lines=12):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def verdict(self):
        """The answer of `liuhen verify --json`, with `exit` beside."""
        command = [os.path.join(self.programs, "liuhen"), "verify", self.recorder, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        return {**json.loads(done.stdout), "exit": done.returncode}

    def entries(self):
        return ledger.read_entries(os.path.join(self.programs, "liuhen"), self.recorder)

    def runs(self):
        return loss.read_runs(os.path.join(self.folder, "source-log"))

    def open_footage(self, out):
        """Clear copies of all segments below the folder `out`; their paths."""
        key = os.path.join(self.agency, "evidence-key.pem")
        return self._liuhen("open", self.recorder, "--key", key, "--out", out).split("\n")[:-1]
