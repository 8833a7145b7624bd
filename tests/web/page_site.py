# SPDX-License-Identifier: Apache-2.0
"""A small bureau whose page runs: recorder, vault and dock as the real programs, and people who log in over TLS."""

import gzip
import os
import re
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

from liuhen_life.page import PATIENCE, Client, wait_for  # noqa: E402
from liuhen_life.rig import Rig, Settings  # noqa: E402

DAY = [{"at": 0.5, "do": "press_record"}, {"at": 1.5, "do": "press_mark"}, {"at": 3.0, "do": "dock"}]
ADMINISTRATORS = ("sysadmin", "secadmin", "audadmin")
ROLES = ("officer", "custodian", "head", "supervisor", "reviewer", *ADMINISTRATORS)
SCRIPT = "export const page = 1;\n" * 40


class Terminal(Client):
    """The screen at the bays: a cookie of its own, and no session."""

    def __init__(self, site):
        super().__init__(site)
        self.key = None

    def begin(self, method, path, body=None, headers=None, token=True):
        own = {"Cookie": f"a=b; __Host-liuhen-terminal={self.key}"} if self.key else {}
        return super().begin(method, path, body, {**own, **(headers or {})}, token)

    def open(self, code):
        answer = self.ask("POST", "/api/v1/terminal", {"code": code})
        if answer.status == 201:
            self.key = re.match(r"__Host-liuhen-terminal=([0-9a-f]{64}); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=34560000$",
                                answer.headers["Set-Cookie"]).group(1)
            self.csrf = answer.json["csrf"]
        return answer


class Site:
    def __init__(self, folder, programs, day=None, settings=None, ui=None):
        self.folder, self.programs, self.day = folder, programs, day or DAY
        self.ui = ui or os.path.join(folder, "ui")
        self.rig = Rig(folder, programs, settings or Settings(pre_event_seconds=0))
        self.root = os.path.join(self.rig.agency, "root.pem")
        self.toml = os.path.join(folder, "dock", "dock.toml")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.recorder_port = None
        self.processes = {}

    def run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.programs, program), *arguments], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def write_page(self):
        """What stands for the built page, if none is given."""
        if os.path.exists(self.ui):
            return
        assets = os.path.join(self.ui, "assets")
        os.makedirs(assets)
        with open(os.path.join(self.ui, "index.html"), "w", encoding="utf-8") as file:
            file.write('<!doctype html><title>留痕</title><script type="module" src="/assets/a.js"></script>\n')
        with open(os.path.join(assets, "a.js"), "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        with open(os.path.join(assets, "a.js.gz"), "wb") as file:
            file.write(gzip.compress(SCRIPT.encode()))

    def start(self, name, program, *arguments):
        with open(os.path.join(self.folder, name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen([os.path.join(self.programs, program), *arguments], stdout=log, stderr=log)

    def said(self, name):
        with open(os.path.join(self.folder, name + ".log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(PATIENCE)

    def start_vault(self):
        before = self.said("vault").count(" ready, ") if os.path.exists(os.path.join(self.folder, "vault.log")) else 0
        self.start("vault", "liuhen-vault", "--config", os.path.join(self.folder, "dock", "vault.toml"))
        wait_for("the vault becomes ready", lambda: self.said("vault").count(" ready, ") > before)

    def start_dock(self):
        before = self.said("dock").count("the page is at") if os.path.exists(os.path.join(self.folder, "dock.log")) else 0
        self.start("dock", "liuhen-dock", "run", "--config", self.toml)

        def up():
            if self.processes["dock"].poll() is not None:
                raise RuntimeError(self.said("dock"))
            return self.said("dock").count("the page is at") > before
        wait_for("the page is up", up)

    def first_password(self, *arguments):
        said = self.run("liuhen-dock", "account", *arguments, "--config", self.toml)
        return re.search(r"first password:  (\S+)", said).group(1)

    def terminal_code(self, name):
        """Of a terminal that the console makes, while the dock runs."""
        said = self.run("liuhen-dock", "terminal", "make", "--name", name, "--config", self.toml)
        return re.search(r"one-time code:  (\S+)", said).group(1)

    def add_terminal(self, name):
        terminal = Terminal(self)
        terminal.open(self.terminal_code(name))
        return terminal

    @staticmethod
    def add_person(people, number, name, role):
        """An account with a business role, logged in."""
        made = people["sysadmin"].must(201, "POST", "/api/v1/accounts", {
            "work_number": number, "name": name, "unit": "一大队", "licence": "31-0001"})
        people["secadmin"].must(200, "PUT", f"/api/v1/accounts/{made['account']['person']}/roles", {"roles": [role]})
        return Client(people["sysadmin"].site).enrol(number, made["first_password"])

    def log_in_again(self, person, number):
        """Somebody as a new session, after the dock was started anew."""
        again = Client(self)
        again.log_in(number, person.password, person.code())
        return again

    def record_again(self, day):
        """Switches the recorder off and on again, at the same port, for another day."""
        self.stop("recorder")
        self.rig.configure([day])
        path = os.path.join(self.folder, "recorder.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("port = 0", f"port = {self.recorder_port}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.processes["recorder"] = self.rig.start()

    def begin(self, administrators=None):
        """A recorder that filmed and docks, a dock whose page is up; the first passwords of the three administrators.

        `administrators`: work number and name by role.
        """
        administrators = administrators or {role: (role, f"{role}的名字") for role in ADMINISTRATORS}
        self.rig.commission()
        dock = os.path.join(self.folder, "dock")
        self.run("liuhen", "enroll", "dock", "--agency", self.rig.agency, "--dock", dock, "--name", "dock-01")
        self.run("liuhen", "enroll", "web", "--agency", self.rig.agency, "--dock", dock, "--name", "dock.example")
        self.write_page()
        self.rig.configure([self.day])
        before = os.path.getsize(self.rig.log)
        self.processes["recorder"] = self.rig.start()

        def recorder_said():
            with open(self.rig.log, encoding="utf-8", errors="replace") as file:
                file.seek(before)
                return file.read()
        wait_for("the recorder is docked", lambda: "state docked" in recorder_said())
        self.recorder_port = recorder_said().split("ready, port ")[1].split()[0].rstrip(",")
        self.run("liuhen-dock", "init", "--dir", self.folder, "--agency", self.rig.agency, "--recorder",
                 f"127.0.0.1:{self.recorder_port}", "--web", f"https://localhost:{self.port}", "--ui", self.ui)
        # The rig's recorder encrypts: the vault opens it under a grant.
        key = os.path.join(self.rig.agency, "evidence-key.pem")
        os.chmod(key, 0o600)
        config = os.path.join(dock, "vault.toml")
        with open(config, encoding="utf-8") as file:
            text = file.read()
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'evidence_key = "{key}"\n{text}')
        firsts = {role: self.first_password("make", "--work-number", number, "--name", name, "--unit", "信息科", "--role", role)
                  for role, (number, name) in administrators.items()}
        self.start_vault()
        self.start_dock()
        return firsts

    def set_up(self):
        """The same, with somebody of each role logged in, and the recorder taken in."""
        firsts = self.begin()
        people = {role: Client(self).enrol(role, first) for role, first in firsts.items()}
        for role in ROLES[:5]:
            people[role] = self.add_person(people, role, f"{role}的名字", role)
        made = people["sysadmin"].must(201, "POST", "/api/v1/accounts", {"work_number": "bare", "name": "无角色", "unit": "x"})
        people["signed-in"] = Client(self).enrol("bare", made["first_password"])
        made = people["sysadmin"].must(201, "POST", "/api/v1/accounts", {"work_number": "fresh", "name": "新人", "unit": "x"})
        people["enrolling"] = Client(self)
        people["enrolling"].log_in("fresh", made["first_password"])
        people["anonymous"] = Client(self)
        custodian = people["custodian"]
        wait_for("the recorder is taken in", lambda: custodian.must(200, "GET", "/api/v1/bays")["items"][0]["last"])
        return people

    def end(self):
        for name in list(self.processes):
            self.processes[name].kill()
            self.processes.pop(name).wait(PATIENCE)
