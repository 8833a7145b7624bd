# SPDX-License-Identifier: Apache-2.0
"""A small bureau whose page runs: recorder, vault and dock as the real programs, and people who log in over TLS."""

import base64
import gzip
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

from liuhen_life.rig import Rig, Settings  # noqa: E402

PATIENCE = 120
DAY = [{"at": 0.5, "do": "press_record"}, {"at": 1.5, "do": "press_mark"}, {"at": 3.0, "do": "dock"}]
ADMINISTRATORS = ("sysadmin", "secadmin", "audadmin")
ROLES = ("officer", "custodian", "head", "supervisor", "reviewer", *ADMINISTRATORS)
SCRIPT = "export const page = 1;\n" * 40


def wait_for(what, done):
    until = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not in {PATIENCE} s")
        time.sleep(0.05)


def present_step():
    return int(time.time()) // 30


def totp(secret, step):
    """RFC 6238 as an authenticator makes it."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """Of an error."""
        return self.json["error"]["code"]


class Client:
    """A browser as far as HTTP goes: cookie, token, one connection a request."""

    def __init__(self, site):
        self.site, self.cookie, self.csrf, self.password, self.secret, self.person = site, None, None, None, None, None
        self.step = 0

    def connect(self):
        context = ssl.create_default_context(cafile=self.site.root)
        return http.client.HTTPSConnection("localhost", self.site.port, context=context, timeout=30)

    def begin(self, method, path, body=None, headers=None, token=True):
        """The connection with the answer's head; a body that is no bytes goes as JSON."""
        sent = {"Host": f"localhost:{self.site.port}"}
        if self.cookie:
            sent["Cookie"] = f"a=b; __Host-liuhen={self.cookie}"
        if token and self.csrf and method != "GET":
            sent["X-CSRF-Token"] = self.csrf
        if body is not None:
            sent["Content-Type"] = "application/json"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = self.connect()
        connection.request(method, path, data, {**sent, **(headers or {})})
        return connection, connection.getresponse()

    def ask(self, method, path, body=None, headers=None, token=True):
        connection, answer = self.begin(method, path, body, headers, token)
        data = answer.read()
        connection.close()
        return Answer(answer.status, answer.headers, data)

    def code(self):
        """The next code that was not used yet; one of the future, as far as the dock takes it, else it waits."""
        self.step = max(present_step(), self.step + 1)
        wait_for("a code becomes good", lambda: self.step <= present_step() + 1)
        return totp(self.secret, self.step)

    def log_in(self, number, password, code=None):
        body = {"work_number": number, "password": password, **({"totp": code} if code else {})}
        answer = self.ask("POST", "/api/v1/session", body)
        if answer.status == 201:
            self.cookie = re.match(r"__Host-liuhen=([0-9a-f]{64}); Path=/; Secure; HttpOnly; SameSite=Strict$",
                                   answer.headers["Set-Cookie"]).group(1)
            self.csrf, self.person = answer.json["csrf"], answer.json["person"]
        return answer

    def must(self, status, method, path, body=None):
        answer = self.ask(method, path, body)
        if answer.status != status:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json if answer.body else None

    def enrol(self, number, first):
        """The first log-in: another password, a TOTP."""
        self.log_in(number, first)
        self.password = f"own words of a person {len(number)}"
        self.must(200, "PUT", "/api/v1/me/password", {"current": first, "password": self.password})
        self.secret = self.must(200, "POST", "/api/v1/me/totp", {})["secret"]
        me = self.must(200, "PUT", "/api/v1/me/totp", {"totp": self.code()})
        if me["stage"] != "whole":
            raise RuntimeError(f"{number} is not whole: {me}")
        return self


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

    def set_up(self):
        """A recorder that filmed and docks, a dock whose page is up, the three administrators."""
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
        port = recorder_said().split("ready, port ")[1].split()[0].rstrip(",")
        self.run("liuhen-dock", "init", "--dir", self.folder, "--agency", self.rig.agency, "--recorder",
                 f"127.0.0.1:{port}", "--web", f"https://localhost:{self.port}", "--ui", self.ui)
        # The rig's recorder encrypts: the vault opens it under a grant.
        key = os.path.join(self.rig.agency, "evidence-key.pem")
        os.chmod(key, 0o600)
        config = os.path.join(dock, "vault.toml")
        with open(config, encoding="utf-8") as file:
            before = file.read()
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'evidence_key = "{key}"\n{before}')
        firsts = {role: self.first_password("make", "--work-number", role, "--name", f"{role}的名字", "--unit", "信息科",
                                            "--role", role) for role in ADMINISTRATORS}
        self.start_vault()
        self.start_dock()
        people = {role: Client(self).enrol(role, first) for role, first in firsts.items()}
        for role in ROLES[:5]:
            made = people["sysadmin"].must(201, "POST", "/api/v1/accounts", {
                "work_number": role, "name": f"{role}的名字", "unit": "一大队", "licence": "31-0001"})
            people["secadmin"].must(200, "PUT", f"/api/v1/accounts/{made['account']['person']}/roles", {"roles": [role]})
            people[role] = Client(self).enrol(role, made["first_password"])
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
