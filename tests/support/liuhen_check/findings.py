# SPDX-License-Identifier: Apache-2.0
"""Facts that change no verdict: declared losses, gaps in counters, what lies beside the evidence."""


def find_all(report, ledger):
    """The findings that the entries read give."""
    for generation in ledger.generations.values():
        before = None
        for entry in generation.entries:
            _find_gaps(report, ledger, entry, before)
            text = _TEXTS.get(entry.kind, lambda _: None)(entry)
            if text is not None:
                report.find("loss" if entry.kind == "recovery" else entry.kind, entry, text)
            before = entry


def _find_gaps(report, ledger, entry, before):
    if entry.seq == 0:
        head = entry.body["head"]
        before = ledger.entry(head["generation"], head["seq"]) if head else None
        lower = head["generation"] if head else max(
            (number for number in ledger.generations if number < entry.generation), default=-1)
        if entry.generation > lower + 1:
            report.find("generation_gap", entry, f"generation {entry.generation} follows {lower}")
    if before is not None and entry.boot > before.boot + 1 and (entry.seq == 0 or entry.seq == before.seq + 1):
        report.find("boot_gap", entry, f"boot {entry.boot} follows {before.boot}")


def _loss(entry):
    body = entry.body
    if not body["missing"] and not body["torn"] and not body.get("lost_ms"):
        return None
    return (f"at most {body.get('lost_ms')} ms lost, {len(body['missing'])} parts missing, "
            f"{len(body['torn'])} torn files kept")


def _word(name):
    return lambda entry: str(entry.body.get(name))


_TEXTS = {"recovery": _loss, "interruption": _word("cause"), "late": _word("age_ms"), "fault": _word("what"),
          "fork": _word("origin"), "part.lost": _word("reason")}
