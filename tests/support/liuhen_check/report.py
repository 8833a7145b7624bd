# SPDX-License-Identifier: Apache-2.0
"""Problems and findings of one check, and the answer made of them (ledger.md §7)."""

RANK = {"intact": 0, "unproven": 1, "incomplete": 2, "altered": 3}


class CannotTell(Exception):
    """The check could not be made: no root of trust, or something unreadable."""


class Report:
    """Collects problems in the order in which the check meets them."""

    def __init__(self):
        self.problems = []
        self.findings = []
        self.access = []
        self.witnessed, self.leaves, self.witnessed_leaves = False, 0, 0

    def add(self, verdict, generation, seq, file, offset, text):
        """One problem; generation None counts as higher than all others."""
        self.problems.append({"verdict": verdict, "generation": generation, "seq": seq,
                              "file": file, "offset": offset, "text": text})

    def find(self, kind, entry, text, file=None):
        """One finding, a fact that changes no verdict: about an entry, or about a file alone."""
        place = (entry.generation, entry.seq, entry.file, entry.offset) if entry else (None, None, file, None)
        self.findings.append({"kind": kind, **dict(zip(("generation", "seq", "file", "offset"), place)), "text": text})

    def answer(self):
        """The worst verdict and the first place that has it."""
        verdict = max((p["verdict"] for p in self.problems), key=RANK.get, default="intact")
        first = None
        worst = [p for p in self.problems if p["verdict"] == verdict]
        if worst:
            chosen = min(worst, key=_place)
            first = {name: chosen[name] for name in ("generation", "seq", "file", "offset")}
        return {"verdict": verdict, "witnessed": self.witnessed, "witnessed_leaves": self.witnessed_leaves,
                "leaves": self.leaves, "first_bad": first,
                "findings": sorted(self.findings, key=_place), "problems": self.problems,
                "access": self.access}


def _place(problem):
    generation, seq = problem["generation"], problem["seq"]
    if generation is None:
        return (1, 0, 0)
    return (0, generation, seq)
