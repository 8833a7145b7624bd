#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Steps 3, 4 and 6 of ledger.md §7: generations, the keystore's head and tails."""

import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_check import cbor  # noqa: E402
from liuhen_sample import recorder as module  # noqa: E402
from liuhen_sample.cases import LEDGER, SECOND, Cases, ready  # noqa: E402
from liuhen_sample.keys import sign1  # noqa: E402
from liuhen_sample.pki import certificate  # noqa: E402
from liuhen_sample.scenario import new_card, record  # noqa: E402

NEXT, STATE = "card/ledger/1/0000000000.cbor", "keystore/state.cbor"


class Origin(Cases):
    def test_certificates_of_the_first_entry(self):
        def other(agency, source, role=2, subject="recorder-1", key=None):
            return certificate(source, role, subject, source.p256("identity").spki(), key or agency.root, "Sample Agency")
        rows = [("another device's", lambda a, s: other(a, s, subject="recorder-2"), "unproven"),
                ("of another role", lambda a, s: other(a, s, role=5), "unproven"),
                ("of a role that there is not", lambda a, s: other(a, s, role=12), "unproven"),
                ("of a subject that is no id", lambda a, s: other(a, s, subject="recorder 1"), "unproven"),
                ("of another root", lambda a, s: other(a, s, key=s.p256("rogue")), "unproven"),
                ("with bytes behind", lambda a, s: other(a, s) + b"x", "unproven"),
                ("of which the key cannot be read", lambda a, s: other(a, s)[:200], "altered"),
                ("that is none", lambda a, s: b"", "altered")]
        for sentence, make, verdict in rows:
            holder = []

            def hook(kind, _, body, make=make, holder=holder):
                return {**body, "certificate": make(*holder)} if kind == "genesis" else body

            def script(recorder, agency, holder=holder):
                holder[:] = [agency, recorder.source]
                ready(recorder)
                recorder.shut_down()
            with self.subTest(f"a certificate {sentence}"), self.made(script, hook) as (folder, _, _, _):
                self.expect(folder.verdict(), verdict, 0, LEDGER, 0)

    def test_validity_of_the_certificate_is_a_finding(self):
        def script(recorder, _):
            ready(recorder)
            recorder.shut_down()

        with self.made(script) as (folder, _, _, _):
            self.assertEqual(folder.verdict()["findings"], [])
        kept, module.START_US = module.START_US, 1_700_000_000_000_000
        try:
            with self.made(script) as (folder, _, _, _):
                result = folder.verdict()
                self.expect(result, "intact")
                self.assertEqual([(f["kind"], f["seq"], f["file"], f["offset"]) for f in result["findings"]],
                                 [("certificate", 0, LEDGER, 0)])
        finally:
            module.START_US = kept

    def test_registration(self):
        name = "../agency/registered/recorder-1-0.cose"
        folder = self.sample().fresh()
        folder.flip(name, 90)
        self.expect(folder.verdict(), "altered", 0, LEDGER, 0)
        folder.put(name, bytes(1 << 20))
        self.expect(folder.verdict(), "altered", 0, LEDGER, 0)
        folder.remove(name)
        self.expect(folder.verdict(), "incomplete", 0, LEDGER, 0)
        other = self.sample(seed=9)
        result = self.sample().fresh().verdict(trust=os.path.join(other.folder, "made", "agency", "root.pem"))
        self.assertIn("unproven", [problem["verdict"] for problem in result["problems"]])

    def test_registration_with_another_key_is_malformed(self):
        def script(recorder, agency):
            ready(recorder)
            recorder.shut_down()
            said = {"device": "recorder-1", "generation": 0, "genesis": recorder.head_at(0)["hash"], "version": 1}
            agency.write("registered/recorder-1-0.cose",
                         sign1("liuhen/registration", {**said, "more": 1}, agency.root))
        with self.made(script) as (folder, _, _, _):
            self.expect(folder.verdict(), "altered", 0, LEDGER, 0)

    def test_generations_that_follow(self):
        def close(recorder):
            ready(recorder)
            recorder.shut_down()

        def other(**head):
            def one(recorder, _):
                close(recorder)
                new_card(recorder, head={**recorder.head, **head})
                recorder.shut_down()
            return one

        def lower(recorder, _):
            close(recorder)
            recorder.boot = 0
            recorder.succeed(True)
            recorder.shut_down()

        def runs_on(recorder, _):
            close(recorder)
            recorder.succeed(True)
            record(recorder)

        def other_key(recorder, _):
            close(recorder)
            recorder.resume = recorder.source.p256("another")
            new_card(recorder)
            recorder.shut_down()
        rows = [("on a new card with a boot", other(), None), ("on a new card while the process runs", runs_on, None),
                ("head is absent", other(seq=9), "incomplete"), ("head has another hash", other(hash=bytes(32)), "altered"),
                ("the boot counter is lower", lower, "altered"),
                ("resume is by another key than was named last", other_key, "altered")]
        for sentence, script, verdict in rows:
            with self.subTest(sentence), self.made(script) as (folder, _, _, _):
                if verdict is None:
                    self.expect(folder.verdict(), "intact")
                else:
                    self.expect(folder.verdict(), verdict, 0, NEXT, 0, generation=1)

    def test_a_rollback_is_incomplete(self):
        def script(recorder, _):
            ready(recorder)
            recorder.shut_down()
            recorder.roll_back(card=recorder.head)
            recorder.start_up()
            recorder.recover(recording=None)
            recorder.shut_down()
        with self.made(script) as (folder, _, _, _):
            self.expect(folder.verdict(), "incomplete", 0, NEXT, 0, generation=1)

    def test_a_whole_generation_that_is_absent(self):
        def script(recorder, agency, spoil=None):
            ready(recorder)
            record(recorder)
            recorder.dock()
            leaf = agency.store({"type": "chapter", "first": 0}, b"".join(recorder.entries), (
                "recorder-2" if spoil == "device" else "recorder-1", 5 if spoil == "generation" else 0, recorder.seq() - 1,
                recorder.head["hash"]))
            if spoil == "start after":
                record(recorder)
            docking = {**recorder.head, "generation": 5} if spoil == "generation" else None
            new_card(recorder, docking=docking)
            key = recorder.source.p256("rogue") if spoil == "signature" else None
            if spoil != "receipt":
                recorder.append("receipt", {"message": agency.receipt(leaf, key)})
            recorder.shut_down()
        rows = [("counts as whole by docking and receipt", None), ("not without the receipt", "receipt"),
                ("nor by a receipt that does not verify", "signature"), ("nor of another device", "device"),
                ("nor if a start came after the docking", "start after"),
                ("nor if docking names another generation", "generation")]
        for sentence, spoil in rows:
            with self.subTest(sentence), self.made(
                    lambda recorder, agency, spoil=spoil: script(recorder, agency, spoil)) as (folder, _, _, _):
                for name in ("ledger/0", "footage"):
                    shutil.rmtree(folder.full("card/" + name))
                result = folder.verdict()
                if spoil is None:
                    self.expect(result, "intact")
                else:
                    self.expect(result, "incomplete", 0, NEXT, 0, generation=1)
                folder.put(LEDGER, b"")
                self.assertEqual([p["text"] for p in folder.verdict()["problems"] if p["seq"] == 0 and p["generation"] == 0],
                                 ["no entry was read"])

    def test_gaps_in_generations_are_findings(self):
        def script(recorder, _):
            ready(recorder)
            recorder.shut_down()
            recorder._turn_over()
            recorder.past.clear()
            recorder.roll_back()
            recorder.start_up()
            recorder.recover(recording=None)
            recorder.dock()
        with self.made(script) as (folder, recorder, _, _):
            self.assertEqual(recorder.generation, 2)
            self.assertIn("generation_gap", self.kinds(folder.verdict()))


class Head(Cases):
    def state(self, folder, **change):
        state = cbor.decode(folder.data(STATE))
        folder.put(STATE, cbor.encode({key: value for key, value in {**state, **change}.items() if value != "gone"}))

    def test_keystore_state(self):
        head = self.sample().of("shutdown")
        rows = [("lacks docking", {"docking": "gone"}, "altered", None), ("lacks head", {"head": "gone"}, "altered", None),
                ("lacks device", {"device": "gone"}, "altered", None), ("lacks boot", {"boot": "gone"}, "altered", None),
                ("is of version 2", {"version": 2}, "altered", None),
                ("has a docking that is no head", {"docking": 5}, "altered", None),
                ("is another device's", {"device": "recorder-2"}, "altered", None),
                ("knows no head", {"head": None}, "incomplete", None),
                ("has a field more", {"more": 1}, "intact", None),
                ("knows a head that is absent", {"head": {"generation": 0, "seq": 99, "hash": bytes(32)}}, "incomplete", 99),
                ("knows a head of another hash", {"head": {"generation": 0, "seq": head[0], "hash": bytes(32)}},
                 "altered", head[0])]
        for sentence, change, verdict, seq in rows:
            with self.subTest("a state that " + sentence):
                folder = self.sample().fresh()
                self.state(folder, **change)
                self.expect(folder.verdict(), verdict, seq, STATE if seq is None else None, None)
                self.expect(folder.verdict("recorder/card"), "intact")

    def test_no_keystore_state(self):
        def absent(folder):
            folder.remove(STATE)

        def pipe(folder):
            folder.remove(STATE)
            os.mkfifo(folder.full(STATE))

        def link(folder):
            os.rename(folder.full(STATE), folder.full("keystore/other"))
            os.symlink("other", folder.full(STATE))

        def folder_of(folder):
            folder.remove(STATE)
            os.mkdir(folder.full(STATE))

        for sentence, change in (("it is absent", absent), ("it is a pipe", pipe), ("it is a link", link),
                                 ("it is a folder", folder_of),
                                 ("the keystore is absent", lambda folder: shutil.rmtree(folder.full("keystore")))):
            with self.subTest(sentence):
                folder = self.sample().fresh()
                change(folder)
                self.expect(folder.verdict(), "incomplete", None, STATE, None)
        folder = self.sample().fresh()
        folder.put(STATE, b"\xa0")
        self.expect(folder.verdict(), "altered", None, STATE, None)

    def test_a_keystore_without_head_may_belong_to_a_first_genesis(self):
        with self.made(lambda recorder, _: recorder.genesis()) as (folder, _, _, _):
            self.state(folder, head=None)
            self.expect(folder.verdict(), "incomplete", 1, LEDGER, len(folder.data(LEDGER)))

    def test_a_rollback_that_names_the_head_has_it(self):
        def script(recorder, _):
            ready(recorder)
            recorder.dock()
            recorder.append("mark", {})
            recorder.name("epoch")
            recorder.shut_down()
            recorder.head = kept = {**recorder.head, "seq": 50}
            recorder.roll_back()
            recorder.start_up()
            recorder.recover(recording=None)
            recorder.shut_down()
            recorder.head = kept
        with self.made(script) as (folder, _, _, _):
            self.expect(folder.verdict(), "incomplete", 0, NEXT, 0, generation=1)
            self.assertEqual(len(folder.verdict()["problems"]), 1)
            self.state(folder, head={"generation": 0, "seq": 50, "hash": bytes(32)})
            self.expect(folder.verdict(), "incomplete", 50, None, None)

    def test_the_head_before_the_first_entry_read_is_known_by_its_hash(self):
        folder = self.sample(release=True).fresh()
        folder.remove("card/ledger/0/anchor.cbor")
        docking = self.sample(release=True).of("docking")
        digest = self.sample(release=True).recorder.head_at(docking[0])["hash"]
        self.state(folder, head={"generation": 0, "seq": docking[0], "hash": digest})
        self.expect(folder.verdict(), "unproven", 36, SECOND, 0)
        self.state(folder, head={"generation": 0, "seq": docking[0], "hash": bytes(32)})
        self.expect(folder.verdict(), "altered", docking[0], None, None)

    def test_boot_and_generation_of_the_keystore_are_findings(self):
        folder = self.sample().fresh()
        self.state(folder, boot=7, generation=3)
        result = folder.verdict()
        self.expect(result, "intact")
        self.assertLessEqual({"boot_gap", "generation_gap"}, set(self.kinds(result)))


class Tail(Cases):
    def test_what_closes_a_generation(self):
        def cut(recorder, recording):
            recorder.start_up()
            recorder.recover(recording=recording)
        rows = [("an end", True, record), ("a shutdown", True, lambda r: r.shut_down()), ("a docking", True, lambda r: r.dock()),
                ("a recovery with nothing open", True, lambda r: (r.append("mark", {}), cut(r, None))),
                ("no recovery with a recording open", False, lambda r: (r.begin(), cut(r, "open"))),
                ("no mark", False, lambda r: r.append("mark", {})), ("no start", False, lambda r: r.begin()),
                ("no boot", False, lambda r: r.start_up())]
        for lower in (False, True):
            for sentence, closes, act in rows:
                def script(recorder, _, act=act, lower=lower):
                    ready(recorder)
                    act(recorder)
                    end = recorder.seq()
                    if lower:
                        new_card(recorder)
                        recorder.shut_down()
                    return end
                with self.subTest(sentence + (", also before the last generation" if lower else "")), self.made(
                        script) as (folder, _, _, end):
                    if closes:
                        self.expect(folder.verdict(), "intact")
                    else:
                        self.expect(folder.verdict(), "incomplete", end, LEDGER, len(folder.data(LEDGER)))

    def test_a_lower_generation_cut_back_to_the_named_head_is_incomplete(self):
        def script(recorder, _):
            ready(recorder)
            recorder.name("epoch")
            head = recorder.head
            recorder.append("mark", {})
            recorder.shut_down()
            recorder.head = head
            new_card(recorder)
            recorder.shut_down()
        with self.made(script) as (folder, recorder, _, _):
            self.expect(folder.verdict(), "intact")
            folder.splice(LEDGER, sum(map(len, recorder.past[0][0][:3])), 1 << 30)
            self.expect(folder.verdict(), "incomplete", 3, LEDGER, len(folder.data(LEDGER)))


if __name__ == "__main__":
    unittest.main()
