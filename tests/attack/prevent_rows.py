# SPDX-License-Identifier: Apache-2.0
"""Rows 33, 35, 36 and 48 where the vault itself stands in the way: the helper's flag, links, strangers, a clock."""

import array
import contextlib
import fcntl
import os
import pwd
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

from dock_rows import Socket
from evidence import BIN
from fixture import DEVICE
from liuhen_check import cbor
from running_vault import PATIENCE, RunningAttack, RunningVault, hand_over
from vault_evidence import StoredVault

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

from liuhen_life.volume import LoopVolume, why_impossible  # noqa: E402

MEGABYTES = 64
GET_FLAGS, SET_FLAGS, IMMUTABLE = 0x80086601, 0x40086602, 0x10
ACCOUNT = "daemon"
DAY_US = 24 * 3600 * 1_000_000


def flags(path, change=lambda present: present):
    """A file's flags; written back changed, as whoever is root can."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        present = struct.unpack("l", fcntl.ioctl(fd, GET_FLAGS, bytes(8)))[0]
        wanted = change(present)
        if wanted != present:
            fcntl.ioctl(fd, SET_FLAGS, struct.pack("l", wanted))
        return wanted
    finally:
        os.close(fd)


def thaw(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                flags(os.path.join(path, name), lambda present: present & ~IMMUTABLE)


class Rows(RunningAttack):
    # Row 33

    def test_row_33_real_flag_by_the_helper_cleared_by_root(self):
        with tempfile.TemporaryDirectory(prefix="attack-") as scratch:
            if why := why_impossible(scratch):
                self.skipTest(why)
            vault, objects = self.emptied()
            with LoopVolume(scratch + "/disk.img", scratch + "/disk", MEGABYTES) as volume:
                shutil.copytree(vault.root + "/agency", volume.folder + "/agency")
                on_disk = StoredVault.__new__(StoredVault)
                on_disk.root, on_disk.original = volume.folder, vault.original
                on_disk.path = volume.folder + "/vault"
                os.mkdir(on_disk.path)
                # As operations.md has it: the folder is the account's own, the keys are root's.
                self.give_away(on_disk.path, scratch, volume.folder + "/agency")
                with RunningVault(on_disk, f'freezer = "{BIN}/liuhen-freezer"', 'sandbox = "required"',
                                  f'user = "{ACCOUNT}"') as running:
                    with running.connect() as stream:
                        for row, data in objects:
                            self.assertEqual(hand_over(stream, row, data).get("state"), "receipted")
                        status = stream.ask(verb="status")
                    self.assertEqual(status["freezing"], "immutable")
                    self.assertIn("objects only added", status["sandbox"])
                    self.rights_are_gone(running.process.pid)
                self.expect(on_disk, "intact")
                self.assertEqual(len(on_disk.objects()), len(objects))
                for name in on_disk.objects():
                    self.flagged_and_edited(on_disk, name)
                thaw(volume.folder)

    def give_away(self, folder, *readable):
        os.chown(folder, pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid)
        for path in readable:
            subprocess.run(["chmod", "-R", "a+rX", path], check=True)

    def rights_are_gone(self, pid):
        """Vault and helper, as the kernel has them: nobody's rights, and one capability for the helper."""
        uid = str(pwd.getpwnam(ACCOUNT).pw_uid)
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            helper, = file.read().split()
        for process, capabilities in ((pid, 0), (helper, 1 << 9)):
            with open(f"/proc/{process}/status", encoding="utf-8") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
            self.assertEqual(set(status["Uid"].split()), {uid})
            self.assertEqual({int(status[name], 16) for name in ("CapPrm", "CapEff")}, {capabilities})
            self.assertEqual({int(status[name], 16) for name in ("CapInh", "CapBnd", "CapAmb")}, {0})
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))

    def flagged_and_edited(self, vault, name):
        path, data = os.path.join(vault.path, name), vault.data(name)
        self.assertTrue(flags(path) & IMMUTABLE, name)
        before = os.stat(path)
        for change in (lambda: open(path, "r+b").close(), lambda: os.remove(path), lambda: os.truncate(path, 1),
                       lambda: os.rename(path, path + "x"), lambda: os.chmod(path, 0o600)):
            with self.assertRaises(PermissionError):  # root too, while the flag stands
                change()
        flags(path, lambda present: present & ~IMMUTABLE)
        vault.put(name, data[:-1] + bytes([data[-1] ^ 1]))
        os.chmod(path, before.st_mode & 0o7777)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        flags(path, lambda present: present | IMMUTABLE)
        self.assertEqual((os.stat(path).st_mtime_ns, os.stat(path).st_mode), (before.st_mtime_ns, before.st_mode))
        self.expect(vault, "altered", name)
        flags(path, lambda present: present & ~IMMUTABLE)
        vault.put(name, data)

    # Row 35

    def test_row_35_links_in_the_way(self):
        """Nothing is written through a link, and nothing behind one is receipted."""
        vault, objects = self.emptied()
        chapter, data = objects[0]
        digest = chapter[6].hex()
        outside = vault.root + "/outside"
        os.mkdir(outside)

        def link(*parts):
            path = os.path.join(vault.path, *parts)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(outside + ("/file" if len(parts) == 3 else ""), path)
            return path
        with open(outside + "/file", "wb") as file:
            file.write(data)  # the very bytes: only the way to them is wrong
        for parts in (("objects", digest[:2], digest), ("objects", digest[:2])):
            with self.subTest(parts), RunningVault(vault) as running:
                shutil.rmtree(os.path.join(vault.path, "objects", digest[:2]), ignore_errors=True)
                path = link(*parts)
                with running.connect() as stream:
                    answer = hand_over(stream, chapter, data)
                self.assertNotIn("receipt", answer)
                self.assertTrue("error" in answer or answer["state"] == "again", answer)
                os.remove(path)
            self.assertEqual(os.listdir(outside), ["file"])
        self.assertEqual(self.place_rows(vault), [])
        with RunningVault(vault) as running:  # the upload's own file
            with running.connect() as stream:
                name = stream.ask(verb="offer", type="chapter", device=DEVICE, generation=chapter[2], first=chapter[3],
                                  size=len(data))["upload"]
            path = f"{vault.path}/incoming/{name}.part"
            os.remove(path)
            os.symlink(outside + "/file", path)
            with running.connect() as stream:
                self.assertIn("error", hand_over(stream, chapter, data + b""))
            os.remove(path)
        with open(outside + "/file", "rb") as file:
            self.assertEqual(file.read(), data)
        with RunningVault(vault) as running, running.connect() as stream:  # and without the link all is well
            self.assertEqual(hand_over(stream, chapter, data)["state"], "receipted")

    def test_row_35_folders_exchanged_for_links(self):
        vault, objects = self.emptied()
        chapter, data = objects[0]
        for name in ("objects", "incoming", "log"):
            with self.subTest(name), RunningVault(vault) as running:
                path, outside = os.path.join(vault.path, name), f"{vault.root}/{name}-elsewhere"
                with running.connect() as stream:
                    if "Landlock" not in stream.ask(verb="status")["sandbox"]:
                        self.skipTest("this kernel has no Landlock")
                    os.rename(path, path + "-kept")
                    os.mkdir(outside)
                    os.symlink(outside, path)
                    answer = hand_over(stream, chapter, data)
                self.assertNotIn("receipt", answer or {})
                self.assertEqual(os.listdir(outside), [])
                os.remove(path)
                os.rename(path + "-kept", path)
                running.kill()
            with self.subTest(name, at="start"):
                os.rename(path, path + "-kept")
                os.symlink(path + "-kept", path)
                self.assertIn("liuhen-vault: ", self.vault_starts(vault))
                os.remove(path)
                os.rename(path + "-kept", path)

    # Row 36

    def test_row_36_a_strangers_account(self):
        """Even if the socket's mode lets somebody in, the vault asks the kernel who it is."""
        if os.geteuid() != 0:
            self.skipTest("not root")
        stranger, friend = pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("daemon").pw_uid
        vault = self.enterContext(self.fresh())
        os.chmod(vault.root, 0o755)
        with RunningVault(vault, 'peer_user = "daemon"') as running:
            os.chmod(vault.path, 0o755)
            os.chmod(running.socket, 0o666)
            self.assertEqual(self.asks_as(stranger, running.socket), "nothing")
            self.assertEqual(self.asks_as(stranger, running.socket), "nothing")
            self.assertEqual(self.asks_as(friend, running.socket), "answer")
            self.assertEqual(running.lines().count("peer.refused"), 1, running.lines())
            with running.connect() as stream:
                self.assertIn("origin", stream.ask(verb="hello"))
        refused = [body for body in self.incidents(vault) if body["what"] == "peer.refused"]
        self.assertEqual(len(refused), 1)
        self.assertIn(str(stranger), refused[0]["detail"])
        self.expect(vault, "intact")

    def asks_as(self, uid, path):
        child = os.fork()
        if child == 0:
            code = 3
            with contextlib.suppress(BaseException):
                os.setgroups([])
                os.setresuid(uid, uid, uid)
                code = 1 if Socket(path).ask(verb="hello") is None else 0
            os._exit(code)
        return {0: "answer", 1: "nothing"}.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "failed")

    def test_row_36_descriptors_are_not_taken(self):
        vault = self.enterContext(self.fresh())
        message = cbor.encode({"verb": "hello"})
        packet = len(message).to_bytes(4, "big") + message
        with RunningVault(vault) as running, tempfile.TemporaryFile() as file:
            folder = f"/proc/{running.process.pid}/fd"
            before = set(os.listdir(folder))
            for at in (0, 4):  # with the length, and with the message
                stream = running.connect().socket
                stream.sendall(packet[:at])
                time.sleep(0.1)
                stream.sendmsg([packet[at:]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [file.fileno()]))])
                answer = b""
                with contextlib.suppress(ConnectionError):
                    while piece := stream.recv(4096):
                        answer += piece
                self.assertTrue(not answer or "error" in cbor.decode(answer[4:]), answer)
                stream.close()
            self.assertIn("descriptors came along", running.lines())
            until = time.monotonic() + PATIENCE  # connections that ended are put away a moment later
            while set(os.listdir(folder)) - before and time.monotonic() < until:
                time.sleep(0.05)
            self.assertLessEqual(set(os.listdir(folder)), before)
            with running.connect() as stream:
                self.assertIn("origin", stream.ask(verb="hello"))

    # Row 48

    def test_row_48_clock_set_back(self):
        """A leaf from days ahead is what a clock that was pushed and set back leaves behind: the next start says so, and
        no certificate is judged by the clock, but by the time that the recorder's own docking tells."""
        vault, objects = self.emptied()
        with RunningVault(vault) as running, running.connect() as stream:
            self.assertEqual(hand_over(stream, *objects[0])["state"], "receipted")
        leaves = vault.leaves()
        ahead = cbor.decode(leaves[-1])["time"] + 2 * DAY_US
        leaf = cbor.encode({"version": 1, "time": ahead, "kind": "incident",
                            "body": {"what": "from.ahead", "subject": "", "detail": "the clock was pushed"}})
        self.change_rows(vault, f"insert into leaf values ({len(leaves)}, 'incident', x'{leaf.hex()}')")
        with RunningVault(vault) as running, running.connect() as stream:
            for row, data in objects[1:]:
                self.assertEqual(hand_over(stream, row, data)["state"], "receipted")
        with RunningVault(vault):
            pass
        told = self.incidents(vault)
        self.assertEqual([body["what"] for body in told], ["from.ahead", "clock.back"])
        self.assertRegex(told[1]["detail"], r"172\d\d\d s before the newest leaf")
        self.expect(vault, "intact")
