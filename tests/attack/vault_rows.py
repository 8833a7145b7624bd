# SPDX-License-Identifier: Apache-2.0
"""Rows 32 to 35, 37 to 42: a vault in the hands of somebody with root, all keys of the host, and time."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from liuhen_check import cbor
from liuhen_check.merkle import Note
from vault_evidence import StoredVault, VaultAttack, object_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

from liuhen_life.volume import LoopVolume, why_impossible  # noqa: E402

MEGABYTES = 64


def chattr(flag, path):
    """Whether the file system knows the immutable flag."""
    return subprocess.run(["chattr", flag, path], capture_output=True, check=False).returncode == 0


class Rows(VaultAttack):
    def test_row_32_blocks_zeroed(self):
        with self.fresh() as vault:
            self.expect(vault, "intact")
            for name in vault.objects():
                data = vault.data(name)
                for first in range(0, len(data), max(4096, len(data) // 4 // 4096 * 4096)):
                    with self.subTest(name[8:16], first=first):
                        block = data[first:first + 4096]
                        vault.put(name, data[:first] + bytes(len(block)) + data[first + len(block):])
                        self.expect(vault, "altered", name)
                vault.put(name, data)
            self.expect(vault, "intact")

    def test_row_33_flag_cleared_edited_and_put_back(self):
        with self.fresh() as vault:
            for name in vault.objects():
                path, data = os.path.join(vault.path, name), vault.data(name)
                flagged, before = chattr("+i", path), os.stat(path)
                if flagged:
                    with self.assertRaises(PermissionError):
                        open(path, "r+b")
                    chattr("-i", path)
                vault.put(name, data[:-1] + bytes([data[-1] ^ 1]))
                os.chmod(path, before.st_mode)
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
                flagged = flagged and chattr("+i", path)
                self.assertEqual(os.stat(path).st_mtime_ns, before.st_mtime_ns)
                try:
                    self.expect(vault, "altered", name)
                finally:
                    if flagged:
                        chattr("-i", path)
                vault.put(name, data)

    def test_row_34_block_device_edited(self):
        with tempfile.TemporaryDirectory(prefix="attack-") as scratch:
            if why := why_impossible(scratch):
                self.skipTest(why)
            with self.fresh() as vault, LoopVolume(scratch + "/disk.img", scratch + "/disk", MEGABYTES) as volume:
                shutil.copytree(vault.path, volume.folder + "/vault")
                shutil.copytree(vault.root + "/agency", volume.folder + "/agency")
                on_disk = StoredVault.__new__(StoredVault)
                on_disk.path = volume.folder + "/vault"
                self.expect(on_disk, "intact")
                name = max(vault.objects(), key=lambda name: len(vault.data(name)))
                data = vault.data(name)
                others = b"".join(vault.data(other) for other in vault.objects() if other != name)
                mark = next(mark for mark in (data[at:at + 64] for at in range(512, len(data) - 64, 512))
                            if mark not in others and data.count(mark) == 1)
                volume.unmount()
                with open(scratch + "/disk.img", "rb") as image:
                    at = image.read().index(mark)
                with open(volume.device, "r+b") as device:
                    device.seek(at)
                    device.write(bytes([mark[0] ^ 1]))
                    device.flush()
                    os.fsync(device.fileno())
                volume.mount()
                self.expect(on_disk, "altered", name)

    def test_row_35_exchanged_deleted_linked(self):
        with self.fresh() as vault:
            one, other = vault.objects()[:2]
            first, second = vault.data(one), vault.data(other)
            vault.put(one, second)
            vault.put(other, first)
            self.expect(vault, "altered", one, other)
            vault.put(one, first)
            vault.put(other, second)
            names = vault.objects()
        for name in names:
            with self.subTest(name[8:16]), self.fresh() as vault:
                path = os.path.join(vault.path, name)
                shutil.copy(path, vault.root + "/elsewhere")
                os.remove(path)
                self.expect(vault, "incomplete")
                os.symlink(vault.root + "/elsewhere", path)  # the very bytes, where they can be changed later
                self.expect(vault, "altered", name)

    def test_row_37_rows_changed_from_outside(self):
        """SQLite's own triggers refuse; who takes them away changes the database, not the evidence, and is found."""
        plain = ["update leaf set content = zeroblob(40)", "delete from leaf", "delete from object", "delete from due",
                 "update receipt set message = zeroblob(9)", "update chapter set last = last + 1"]
        last = len(self.fresh_leaves()) - 1
        rows = [("a leaf replaced", "insert or replace into leaf select idx, kind, zeroblob(40) from leaf where idx = 3"),
                ("a leaf changed", "drop trigger leaf_update; update leaf set content = zeroblob(40) where idx = 3"),
                ("the last leaf removed", f"drop trigger leaf_delete; delete from leaf where idx = {last}"),
                ("an object's row removed", "drop trigger object_delete; delete from object where leaf = 3"),
                ("all receipts removed", "drop trigger receipt_delete; delete from receipt"),
                ("receipts made unreadable", "drop trigger receipt_update; update receipt set message = zeroblob(9)")]
        with self.fresh() as vault:
            for statement in plain:
                with self.subTest(statement), self.assertRaisesRegex(sqlite3.IntegrityError, "rows stay"):
                    self.change_rows(vault, statement)
            self.assertEqual(self.vault_starts(vault), "")
        for sentence, statements in rows:
            with self.subTest(sentence), self.fresh() as vault:
                self.change_rows(vault, statements)
                self.assertIn("liuhen-vault: ", self.vault_starts(vault))
                self.expect(vault, "intact")

    def fresh_leaves(self):
        with self.fresh() as vault:
            return vault.leaves()

    def test_row_38_leaves_removed_and_signed_anew(self):
        """Without an outside state a removed tail is not found, and the threat model says so; a middle one is."""
        with self.fresh() as vault, self.fresh("yesterday") as before:
            leaves, kept = vault.leaves(), before.leaves()
            self.assertEqual(leaves[:len(kept)], kept)
            vault.rebuild(leaves)
            self.expect(vault, "intact", checkpoint=self.todays_checkpoint())
            for index, leaf in enumerate(leaves):
                if cbor.decode(leaf)["kind"] == "object" and cbor.decode(leaf)["body"]["type"] == "segment":
                    with self.subTest(index), self.fresh() as copy:
                        os.remove(os.path.join(copy.path, object_of(leaf)))
                        copy.rebuild(leaves[:index] + leaves[index + 1:])
                        self.expect(copy, "incomplete")
            for name in {object_of(leaf) for leaf in leaves} - {object_of(leaf) for leaf in kept} - {None}:
                os.remove(os.path.join(vault.path, name))
            vault.rebuild(kept)
            self.expect(vault, "intact")
            self.expect(vault, "altered", checkpoint=self.todays_checkpoint())

    def test_row_39_yesterday_put_back(self):
        with self.fresh("yesterday") as vault:
            self.expect(vault, "intact")
            self.expect(vault, "altered", checkpoint=self.todays_checkpoint())

    def test_row_40_two_checkpoints_of_one_size(self):
        self.another_history(1)

    def test_row_41_hostile_schema(self):
        for sentence, statements in (
                ("a trigger that takes rows away", "create trigger evil after insert on leaf begin select 1|end"),
                ("a guard taken away", "drop trigger leaf_delete"), ("an index taken away", "drop index object_hash"),
                ("a guard that lets pass", "drop trigger object_delete; create trigger object_delete before delete on "
                 "object begin select 1|end"),
                ("a table more", "create table more (a)"), ("a view", "create view seen as select * from leaf"),
                ("a table of another shape", "drop table receipt; create table receipt (leaf, object_leaf, message)"),
                ("another version", "pragma user_version = 99")):
            with self.subTest(sentence), self.fresh() as vault:
                self.change_rows(vault, statements)
                self.assertIn("nothing was changed", self.vault_starts(vault))
                self.expect(vault, "intact")

    def test_row_41_second_writer(self):
        with self.fresh() as vault:
            said = self.vault_starts(vault, lambda: self.vault_starts(vault))
            self.assertIn("another process has this vault", said)
            self.expect(vault, "intact")

    def test_row_42_log_key_stolen(self):
        """Whoever has the key can sign another history: every later one too differs from what was seen."""
        self.another_history(3)

    def another_history(self, changed):
        with self.fresh() as vault:
            leaves = vault.leaves()
            seen = Note(vault.data("log/checkpoint"))
            body = cbor.decode(leaves[changed])
            body["time"] += 1
            leaves[changed] = cbor.encode(body)
            vault.rebuild(leaves)
            shown = Note(vault.data("log/checkpoint"))
            self.assertEqual((shown.size, shown.origin), (seen.size, seen.origin))
            self.assertNotEqual(shown.root, seen.root)
            self.expect(vault, "intact")  # by itself: that is why there are witnesses
            self.expect(vault, "altered", checkpoint=self.todays_checkpoint())
