# SPDX-License-Identifier: Apache-2.0
"""Where generations come from, how they end and what is absent (ledger.md §7, steps 3, 4, 6 and 7)."""

import os

from . import cbor, kinds
from .certificate import parse, trusted
from .files import is_folder, read
from .signed import Message

STATE = "keystore/state.cbor"
STATE_BYTES = 1 << 24
_CLOSED = ("end", "shutdown", "docking")
_STATE = kinds.record(version=lambda value: type(value) is int and value == 1, device=kinds.text,
                      generation=kinds.unsigned, boot=kinds.unsigned, head=kinds.optional(kinds.head),
                      docking=kinds.optional(kinds.head))


def check_origins(report, ledger, agency, receipts):
    """Step 3 for all generations."""
    for generation in ledger.generations.values():
        first = generation.entry(0)
        if first is not None:
            _check_origin(report, ledger, first, agency, receipts)


def _check_origin(report, ledger, first, agency, receipts):
    place = (first.generation, 0, first.file, first.offset)
    certificate = parse(first.body["certificate"])
    if not trusted(certificate, "recorder", agency.root, first.device):
        report.add("unproven", *place, "identity certificate is not the agency's for this recorder")
    else:
        _check_validity(report, certificate, first)
    registration = agency.registration(first.device, first.generation)
    if registration is None:
        report.add("incomplete", *place, "generation is not registered")
    elif not _registered(registration, first, agency.root):
        report.add("altered", *place, "registration is of another first entry, or not the agency's")
    if first.kind == "rollback":
        report.add("incomplete", *place, "generation begins with a rollback")
    elif first.generation > 0:
        _check_succession(report, ledger, first, place, receipts)


def _check_validity(report, certificate, first):
    time, source, _ = first.utc
    if source and not certificate.validity[0] * 1_000_000 <= time <= certificate.validity[1] * 1_000_000:
        report.find("certificate", first, "the identity certificate was not valid at this time")


def _registered(registration, first, root):
    wanted = {"device": first.device, "generation": first.generation, "genesis": first.hash, "version": 1}
    try:
        message = Message("liuhen/registration", registration)
    except ValueError:
        return False
    return message.payload == cbor.encode(wanted) and message.by(root.key)


def _check_succession(report, ledger, first, place, receipts):
    head, docking = first.body["head"], first.body["docking"]
    before = ledger.generations.get(head["generation"])
    found = before.hash_at(head["seq"]) if before else None
    if found is None:
        whole = docking and docking["generation"] == head["generation"] and (
            before and before.hash_at(docking["seq"]) == docking["hash"] or
            receipts.holds_chapter(first.device, docking))
        if not whole:
            report.add("incomplete", *place, "the entry named as head is absent")
        return
    entry = before.entry(head["seq"])
    if found != head["hash"]:
        report.add("altered", *place, "head has another hash")
    elif entry is not None and first.boot < entry.boot:
        report.add("altered", *place, "the boot counter is lower than that of head")
    elif entry is not None and not _resumed(first, before.resume_key_at(head["seq"])):
        report.add("altered", *place, "resume is not signed by the key due")


def _resumed(first, key):
    """Whether `resume` is by this key; without a key nothing can be said against it."""
    body = first.body
    wanted = {"epoch_key": body["epoch_key"], "generation": first.generation, "head": body["head"],
              "resume_key": body["resume_key"]}
    try:
        message = Message("liuhen/resume", body["resume"])
    except ValueError:
        return False
    return message.payload == cbor.encode(wanted) and (key is None or message.by(key))


def check_head(report, ledger, keystore):
    """Step 4; keystore: the folder."""
    raw = read(os.path.join(keystore, "state.cbor"), STATE_BYTES) if is_folder(keystore) else None
    if raw is None:
        report.add("incomplete", None, None, STATE, None, "the keystore has no state")
        return
    try:
        state = cbor.decode(raw) if len(raw) <= STATE_BYTES else None
    except ValueError:
        state = None
    if not _STATE(state):
        report.add("altered", None, None, STATE, None, "the keystore's state is malformed")
        return
    if ledger.device not in (None, state["device"]):
        report.add("altered", None, None, STATE, None, "the keystore is of another device")
        return
    _find_keystore_gaps(report, ledger, state)
    if state["head"] is None:
        if any(entry.seq or entry.generation for entry in ledger.entries()):
            report.add("incomplete", None, None, STATE, None, "the keystore knows no head")
        return
    _check_head_entry(report, ledger, state["head"])


def _check_head_entry(report, ledger, head):
    generation = ledger.generations.get(head["generation"])
    found = generation.hash_at(head["seq"]) if generation else None
    if found is not None:
        if found != head["hash"]:
            report.add("altered", head["generation"], head["seq"], None, None, "the keystore's head has another hash")
        return
    firsts = (one.entry(0) for one in ledger.generations.values())
    if not any(first and _same(first.body["head"], head) for first in firsts):
        report.add("incomplete", head["generation"], head["seq"], None, None, "the keystore's head is absent")


def _same(head, other):
    return head is not None and all(head[name] == other[name] for name in ("generation", "seq", "hash"))


def _find_keystore_gaps(report, ledger, state):
    last = None
    for last in ledger.entries():
        pass
    if last is None:
        return
    if state["generation"] != last.generation:
        report.find("generation_gap", None, f"the keystore's generation is {state['generation']}, that of the last "
                    f"entry {last.generation}", STATE)
    if state["boot"] != last.boot:
        report.find("boot_gap", None, f"the keystore's boot is {state['boot']}, that of the last entry {last.boot}",
                    STATE)


def check_tails(report, ledger):
    """Step 6."""
    for generation in ledger.generations.values():
        if generation.problem:
            continue
        if not generation.entries:
            report.add("incomplete", generation.number, generation.first, generation.files[0][1], 0, "no entry was read")
            continue
        last = generation.entries[-1]
        if last.kind not in _CLOSED and not (last.kind == "recovery" and last.body["recording"] is None):
            report.add("incomplete", last.generation, last.seq + 1, last.file, last.offset + len(last.raw),
                       "nothing closes the generation")


def check_pruned(report, ledger, receipts):
    """Step 7."""
    for generation in ledger.generations.values():
        if generation.first > 0 and not any(
                seq >= generation.first - 1 and _covers(ledger, generation, receipt, seq)
                for seq in receipts.chapters(generation.number)
                for receipt in receipts.released(generation.number, seq)):
            report.add("incomplete", generation.number, 0, None, None, "no receipt covers the pruned stretch")


def _covers(ledger, generation, receipt, seq):
    known = generation.hash_at(seq)
    return (receipt.says(type="chapter", device=ledger.device, generation=generation.number, seq=seq)
            and (known is None or known == receipt.map["entry"]))
