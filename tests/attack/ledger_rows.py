# SPDX-License-Identifier: Apache-2.0
"""Rows 4, 10, 12, 13, 14, 15, 24: the chain, its tail, its keys, and two histories of one recorder."""

import hashlib
import os
import shutil
import tempfile

from evidence import NAMING, Attack, Folder, rewrite
from liuhen_check import cbor
from liuhen_check.signed import frame, sha256
from liuhen_sample.agency import SampleAgency
from liuhen_sample.keys import P256, Source, sign1
from liuhen_sample.recorder import DEVICE, Recorder
from liuhen_sample.scenario import _first_run, shift

from cryptography.hazmat.primitives.serialization import load_pem_private_key


def p256_of(pem):
    """The sample's kind of key of a PEM one."""
    return P256(load_pem_private_key(pem, None).private_numbers().private_value)


def cut(folder, seq):
    """Card without entry `seq` and all that follows: in the ledger, in boxes, in files."""
    for entry in folder.entries:
        if entry.seq == seq:
            folder.splice(entry.file, entry.offset, 1 << 40)
        elif entry.seq > seq and entry.offset == 0:
            os.remove(folder.full(entry.file))
    kept = [entry for entry in folder.entries if entry.seq < seq]
    for segment in folder.of("segment"):
        name = folder.segment_file(segment.body)
        ends = [folder.whole(entry)[1] for entry in folder.parts(segment.body["segment"]) if entry in kept]
        if segment not in kept:
            os.remove(folder.full(name))
        else:
            folder.splice(name, max(ends, default=segment.body["init_size"]), 1 << 40)
    torn = {item["file"] for entry in kept if entry.kind == "recovery" for item in entry.body["torn"]}
    place = folder.full("card/torn")
    for name in os.listdir(place) if os.path.isdir(place) else []:
        if name not in torn:
            os.remove(os.path.join(place, name))


def closes(entry):
    """Whether nothing need follow this entry."""
    return entry.kind in ("end", "shutdown", "docking") or entry.kind == "recovery" and entry.body["recording"] is None


def after_cut(folder, seq):
    """The places that ledger.md section 7 and segment.md section 4 give a card cut before entry `seq`, lowest first."""
    last, head, places = folder.entries[seq - 1], folder.head["seq"], []
    kept, gone = folder.entries[:seq], folder.entries[seq:]

    def excused(entries):
        return {one for entry in entries if entry.kind in ("recovery", "part.lost") for one in
                (entry.body["missing"] if entry.kind == "recovery" else [entry.body["entry"]])}
    for part in (entry for entry in kept if entry.kind == "part"):
        if part.seq in excused(gone) - excused(kept):
            # Its bytes never reached the card, and what said so was cut off; the first of a segment is told.
            places.append((part.seq, folder.segment_file(part.body), part.body["offset"]))
            break
    if not closes(last):
        places.append((seq, last.file, last.offset + len(last.raw)))
    if seq <= head:
        places.append((head, None, None))
    return sorted(places, key=lambda place: place[0])


class Rows(Attack):
    def test_row_04_tail_cut(self):
        with self.fresh() as folder:
            head, last = folder.head["seq"], folder.entries[-1]
            since = folder.entries[head + 1:]
            self.assertLess((last.payload[7] - (since or [last])[0].payload[7]) / 1e9, 60)
            seqs = [entry.seq for entry in folder.entries[1:]]
        for seq in seqs:
            with self.subTest(seq), self.fresh() as folder:
                places = after_cut(folder, seq)
                cut(folder, seq)
                if places:
                    self.expect(folder, "incomplete", *places[0])
                else:
                    self.assertGreater(seq, head)  # what nobody can tell from a recorder that was switched off
                    self.expect(folder, "intact")
                self.boot_again(folder, seq)

    def boot_again(self, folder, seq):
        """Whoever holds the card alone lets it boot: with a resume key of their own."""
        folder.reload()
        key, before = self.source.p256("other"), folder.entries[-1]
        payload = {**before.payload, 4: seq, 5: sha256(before.raw), 6: before.payload[6] + 1, 9: "boot",
                   10: {"epoch_key": key.point, "resume_key": key.point, "firmware": "0", "names": None}}
        raw = sign1("liuhen/entry", payload, key)
        end = len(folder.data(before.file))
        folder.put(before.file, folder.data(before.file) + raw)
        self.expect(folder, "altered", seq, before.file, end)

    def test_row_04_footage_cut(self):
        with self.fresh() as folder:
            for part in folder.parts()[1:]:
                with self.fresh() as copy:
                    name = copy.segment_file(part.body)
                    copy.splice(name, part.body["offset"], 1 << 40)
                    self.expect(copy, "incomplete", part.seq, name, part.body["offset"])

    def test_row_10_entries_removed_or_moved(self):
        for kind in ("mark", "interruption", "statement"):
            with self.subTest(kind), self.fresh() as folder:
                entry = folder.of(kind)[0]
                before, after = folder.entries[entry.seq - 1], folder.entries[entry.seq + 1]
                folder.splice(entry.file, entry.offset, len(entry.raw))
                self.expect_entry(folder, entry)
                folder.splice(entry.file, entry.offset, 0, entry.raw)
                folder.splice(entry.file, before.offset, len(before.raw) + len(entry.raw), entry.raw + before.raw)
                self.expect_entry(folder, before)
                folder.splice(entry.file, before.offset, len(before.raw) + len(entry.raw), before.raw + entry.raw)
                rewrite(folder, entry.seq, self.source, drop={entry.seq})
                self.expect_entry(folder, entry)
                self.assertEqual(after.seq, entry.seq + 1)
            with self.subTest(kind + " moved in time"), self.fresh() as folder:
                def later(one, body):
                    if one.seq == entry.seq:
                        one.payload[7] += 1_000_000
                    return body
                rewrite(folder, entry.seq, self.source, change=later)
                self.expect_entry(folder, entry)

    def test_row_12_old_epochs_signed_anew(self):
        with self.fresh() as folder:
            identity = p256_of(folder.data("keystore/identity.pem"))
            state = cbor.decode(folder.data("keystore/state.cbor"))
            keys = {"another": self.source.p256("another"), "identity": identity,
                    **{f"resume {number}": p256_of(pem.encode()) for number, pem in enumerate(state["resume_keys"])}}
            naming = [entry for entry in folder.entries[:-1] if entry.kind in NAMING]
        for name, key in keys.items():
            for entry in naming:
                with self.subTest(f"{name} after {entry.seq}"), self.fresh() as copy:
                    old = copy.entries[entry.seq + 1]
                    rewrite(copy, old.seq, self.source, key=key)
                    if old.kind == "boot" and entry.seq == folder.head["seq"] and name.startswith("resume"):
                        continue  # the keystore's own next boot: row 13
                    self.expect_entry(copy, old)
        with self.fresh() as copy:
            rewrite(copy, 0, self.source, key=identity)
            first = copy.entries[0]
            answer = self.both(copy.path)
            self.assertEqual((answer["verdict"], answer["first_bad"]["seq"]), ("altered", 0))
            self.assertEqual(first.seq, 0)

    def clone(self, folder, mark, agency=None):
        """A sample recorder that docks after what `mark` names: two of them share the keystore up to there."""
        source = Source(5)
        agency = agency or SampleAgency(source, os.path.join(folder, "agency"))

        def hook(kind, _, body):
            return {**body, "what": mark} if kind == "mark" and body["what"] == "" else body
        recorder = Recorder(source, agency, hook=hook)
        _first_run(recorder)
        recorder.end_segment()
        recorder.append("end", {"recording": recorder.start, "reason": "button"})
        fork = recorder.append("mark", {"recording": recorder.start, "what": "", "at": recorder.boottime})
        docking = recorder.name("docking", {"nonce": source.take("nonce", 16)})
        recorder.write(os.path.join(folder, "recorder"))
        return recorder, agency, fork, docking

    def store(self, recorder, agency, docking):
        """Leaves of the chapter and its segments; their contents."""
        chapter = b"".join(recorder.entries)
        agency.store({"type": "chapter", "first": 0}, chapter, (DEVICE, 0, docking, sha256(recorder.entries[-1])))
        return [chapter]

    def test_row_13_cloned_keystore(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            a, agency, fork, docking = self.clone(one, "at the door")
            b, _, _, _ = self.clone(other, "in the yard")
            for place in (one, other):
                with Folder(place) as alone:
                    self.expect(alone, "intact")
            self.assertEqual(a.entries[:fork], b.entries[:fork])
            self.assertNotEqual(a.entries[fork], b.entries[fork])
            # The keystore of one with the card of the other: their heads differ.
            with Folder(one) as mixed:
                shutil.rmtree(mixed.full("keystore"))
                shutil.copytree(os.path.join(other, "recorder/keystore"), mixed.full("keystore"))
                self.expect(mixed, "altered", docking, None, None)
            contents = self.store(a, agency, docking) + self.store(b, agency, docking)
            agency.write_vault(os.path.join(one, "vault"), contents)
            self.expect(os.path.join(one, "vault"), "altered", docking, None, None)

    def fork_vault(self, folder, spoil=None):
        """A vault that kept the second history aside and logged the fork."""
        a, agency, fork, docking = self.clone(folder, "at the door")
        with tempfile.TemporaryDirectory() as other:
            b, _, _, _ = self.clone(other, "in the yard")
        theirs = b"".join(b.entries)
        contents = self.store(a, agency, docking) + [theirs]
        for number in (0, 1):
            data = bytes(a.files[(0, a.start, number)])
            last = [seq for seq, raw in enumerate(a.entries) if cbor.decode(_payload(raw))[9] == "segment.end"][number]
            agency.store({"type": "segment", "recording": a.start, "segment": number}, data,
                         (DEVICE, 0, last, sha256(a.entries[last])))
            contents.append(data)
        for kind, body in (
                ("quarantine", {"object": hashlib.sha256(theirs).digest(), "size": len(theirs), "type": "chapter",
                                "device": DEVICE, "generation": 0, "recording": None, "segment": None, "first": 0,
                                "reason": "fork"}),
                ("fork", {"device": DEVICE, "generation": 0, "seq": fork, "held": sha256(a.entries[fork]),
                          "other": sha256(b.entries[fork]), "object": hashlib.sha256(theirs).digest()})):
            if kind != spoil:
                agency.leaves.append(cbor.encode({"version": 1, "time": 1_700_000_001_000_000 + len(agency.leaves),
                                                  "kind": kind, "body": body}))
        agency.write_vault(os.path.join(folder, "vault"), contents)
        return fork, "objects/{0:.2}/{0}".format(hashlib.sha256(theirs).hexdigest())

    def test_row_24_same_place_other_content(self):
        with tempfile.TemporaryDirectory() as folder:
            fork, kept = self.fork_vault(folder)
            vault = os.path.join(folder, "vault")
            self.expect(vault, "altered", fork, None, None)
            os.remove(os.path.join(vault, kept))
            self.expect(vault, "altered", fork, None, None)
        with tempfile.TemporaryDirectory() as folder:
            self.fork_vault(folder, spoil="fork")
            vault = os.path.join(folder, "vault")
            self.expect(vault, "intact")
            os.remove(os.path.join(vault, kept))
            self.expect(vault, "incomplete", None, kept, None)

    def test_row_14_yesterday_put_back(self):
        with self.fresh() as folder, self.fresh("yesterday") as before:
            shutil.rmtree(folder.full("card"))
            shutil.copytree(before.full("card"), folder.full("card"))
            self.expect(folder, "incomplete", folder.head["seq"], None, None)
            # Card and keystore together are whole alone; only what was docked meanwhile can tell.
            self.expect(before, "intact")
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as again:
            a, agency, _, docking = self.clone(one, "before it was put back")
            contents = self.store(a, agency, docking)
            b, _, _, _ = self.clone(again, "after it was put back")
            with Folder(again) as alone:
                self.expect(alone, "intact")
            agency.write_vault(os.path.join(one, "vault"), contents + self.store(b, agency, docking))
            self.expect(os.path.join(one, "vault"), "altered", docking, None, None)

    def test_row_15_invented_genesis_and_nonce(self):
        with self.fresh() as folder, tempfile.TemporaryDirectory() as invented:
            source = Source(66)
            rogue = SampleAgency(source, os.path.join(invented, "agency"))
            recorder = Recorder(source, rogue)
            shift(recorder, rogue)
            recorder.write(os.path.join(invented, "recorder"))
            shutil.rmtree(folder.full("card"))
            shutil.copytree(os.path.join(invented, "recorder/card"), folder.full("card"))
            answer = self.both(folder.path)
            # Not the agency's, not registered, and not what the keystore remembers.
            first = answer["problems"][0]
            self.assertEqual((answer["verdict"], first["verdict"], first["seq"]), ("altered", "unproven", 0))
        with tempfile.TemporaryDirectory() as made:
            def nonce(kind, _, body):
                return {**body, "nonce": bytes(16)} if kind == "docking" else body
            source = Source(7)
            agency = SampleAgency(source, os.path.join(made, "agency"))
            recorder = Recorder(source, agency, hook=nonce)
            recorder.genesis()
            recorder.start_up(new_boot=False)
            seq = recorder.name("docking", {"nonce": source.take("nonce", 16)})
            recorder.write(os.path.join(made, "recorder"))
            with Folder(made) as folder:
                docking = folder.entries[seq]
                self.expect_entry(folder, docking)
                # Statement and entry by somebody who has not the identity key.
                rewrite(folder, seq, self.source)
                self.expect_entry(folder, docking)


def _payload(raw):
    _, first, last, _ = frame(raw, 0)
    return raw[first:last]
