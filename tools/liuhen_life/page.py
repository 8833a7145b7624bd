# SPDX-License-Identifier: Apache-2.0
"""A dock's page as a browser uses it, as far as HTTP goes: log-in with password and one-time code, requests under a session."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import socket
import ssl
import time

PATIENCE = 120


def wait_for(what, done, patience=PATIENCE):
    until = time.monotonic() + patience
    while not done():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not in {patience} s")
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


class Loopback(http.client.HTTPSConnection):
    """To https://localhost, also where no hosts file says where that is."""

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class Client:
    """A browser: cookie, token, one connection a request. `site` has the agency's `root` (a path) and the page's `port`."""

    def __init__(self, site):
        self.site, self.cookie, self.csrf, self.password, self.secret, self.person = site, None, None, None, None, None
        self.step = 0

    def connect(self):
        context = ssl.create_default_context(cafile=self.site.root)
        return Loopback("localhost", self.site.port, context=context, timeout=30)

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

    def enrol(self, number, first, password=None):
        """The first log-in: another password, a TOTP."""
        self.log_in(number, first)
        self.password = password or f"own words of a person {len(number)}"
        self.must(200, "PUT", "/api/v1/me/password", {"current": first, "password": self.password})
        self.secret = self.must(200, "POST", "/api/v1/me/totp", {})["secret"]
        me = self.must(200, "PUT", "/api/v1/me/totp", {"totp": self.code()})
        if me["stage"] != "whole":
            raise RuntimeError(f"{number} is not whole: {me}")
        return self
