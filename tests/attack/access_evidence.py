# SPDX-License-Identifier: Apache-2.0
"""A dock's process in other hands before the real vault, with authenticators in software, and what both checkers say."""

import os
import time

from fixture import DEVICE
from liuhen_check import cbor
from liuhen_check.merkle import leaf_hash
from liuhen_sample.approver import DAY, Approver, approval_of, name_of, subject_of
from liuhen_sample.keys import P256, Source
from running_vault import RunningAttack, RunningVault

from cryptography.hazmat.primitives.serialization import load_pem_private_key

VAULT = "dock-01-vault"
SECOND = 1_000_000_000


def now():
    return time.time_ns() // 1000


class TakenOver:
    """What a process can do that speaks with the vault as the dock does. It has no authenticator but its own."""

    def __init__(self, running, root, source):
        self.running, self.root, self.source = running, root, source
        self.officer = name_of("officer")
        self.head, self.deputy = Approver(source, "head"), Approver(source, "deputy")

    def ask(self, **message):
        with self.running.connect() as stream:
            return stream.ask(**message)

    def present(self, message, verb="appoint"):
        return self.ask(verb=verb, message=message)

    def appoint(self, who, *powers, root=None, **other):
        start = now() - DAY
        return self.present(who.appointment(root or self.root, VAULT, powers, start, start + 300 * DAY, **other))

    def dismiss(self, who):
        return self.present(who.dismissal(self.root, VAULT, now()), "dismiss")

    def request(self, subject, purpose="view", by=None, emergency=False):
        """The answer: request, leaf, index."""
        return self.ask(verb="request", purpose=purpose, subjects=[subject], by=by or self.officer, reason=name_of("reason"),
                        case=None, emergency=emergency)

    def approval(self, asked, uses=2, start=None, end=None, **other):
        """A for a request, and the grant that it names."""
        grant = name_of("grant of " + asked["request"].hex())
        start = now() - 1_000_000 if start is None else start
        fields = {"leaf": asked["leaf"], "uses": uses, **other}
        return approval_of(VAULT, (asked["request"], b""), grant, start, end or start + DAY, **fields), grant

    def approve(self, content, *by):
        return self.ask(verb="approve", approval=content, signatures=[who.sign(content) for who in by])

    def granted(self, subject, *by, **other):
        """A grant for what was asked and approved; an answer with an error instead."""
        content, grant = self.approval(self.request(subject), **other)
        answer = self.approve(content, *(by or (self.head,)))
        return answer if "error" in answer else grant

    def view(self, grant, subject, by=None, verb="view"):
        return self.ask(verb=verb, grant=grant, by=by or self.officer, subject=subject)

    def read(self, use, segment, offset=0, length=1 << 19):
        return self.ask(verb="read", use=use, segment=segment, offset=offset, length=length)

    def whole(self, use, segment):
        """All bytes of a clear file."""
        data = b""
        while True:
            answer = self.read(use, segment, len(data))
            if "error" in answer:
                return answer
            if not answer["bytes"]:
                return data
            data += answer["bytes"]


def refused(answer):
    """The reason of a refusal; the whole answer if it is none."""
    message = (answer or {}).get("message", "")
    start = "access refused: "
    return message.split(start)[1].split(":")[0] if start in message else answer


class AccessAttack(RunningAttack):
    """An attack on what guards the bytes."""

    def running(self, vault, *lines):
        """The vault at work, and who speaks with it."""
        running = self.enterContext(RunningVault(vault, *lines))
        with open(os.path.join(vault.root, "agency/root-key.pem"), "rb") as file:
            root = P256(load_pem_private_key(file.read(), None).private_numbers().private_value)
        return TakenOver(running, root, Source(7))

    def first_segment(self, vault):
        """Subject of the first recording that is stored, and hash of its first segment."""
        rows = [row for row in self.place_rows(vault) if row[1] == "segment"]
        _, _, generation, _, recording, _, _ = rows[0]
        return subject_of(DEVICE, recording, generation), {row[5]: row[6] for row in rows if row[4] == recording}

    def no_bytes(self, answer):
        self.assertTrue(answer is None or "error" in answer, answer)
        self.assertNotIn("bytes", answer or {})

    def leaves_of(self, vault, kind):
        """Bodies of a kind, as the published log has them."""
        leaves = [cbor.decode(raw) for raw in vault.leaves()]
        return [leaf["body"] for leaf in leaves if leaf["kind"] == kind]

    def ends_clean(self, vault, running):
        """Stopped; both checkers find the log whole and every use covered."""
        running.running.__exit__()
        told = self.judge(vault.path)
        self.assertEqual((told["verdict"], told["access"]), ("intact", []))


__all__ = ["AccessAttack", "DAY", "SECOND", "VAULT", "Approver", "leaf_hash", "name_of", "now", "refused", "subject_of"]
