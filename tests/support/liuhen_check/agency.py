# SPDX-License-Identifier: Apache-2.0
"""What a checker needs of an agency: root, registrations, witnesses."""

import os

from . import certificate
from .files import listing, read
from .merkle import read_vkey
from .policy import POLICY_BYTES, Policy
from .report import CannotTell

_SMALL, VKEY_BYTES = 1 << 17, 65536


def _vkey(raw):
    """The key of a file that holds a verifier key and a newline, or None."""
    try:
        return read_vkey(raw[:-1].decode("utf-8")) if raw.endswith(b"\n") and len(raw) <= VKEY_BYTES else None
    except UnicodeDecodeError:
        return None


class Agency:
    """The folder of an agency; its root is the root of trust."""

    def __init__(self, places, trust=None):
        """places: folders where the agency may be; trust: path of a root.pem instead."""
        candidates = [trust] if trust else [os.path.join(place, "root.pem") for place in places]
        found = next((path for path in candidates if os.path.isfile(path)), None)
        if found is None:
            raise CannotTell(f"no root of trust at {' or '.join(candidates)}")
        self.folder = os.path.dirname(os.path.abspath(found))
        self.root = certificate.parse_pem(read(os.path.realpath(found), _SMALL) or b"")
        if self.root is None or not self.root.is_root():
            raise CannotTell(f"{found} is no root certificate")

    def registration(self, device, generation):
        """Bytes of the registration of a generation, or None."""
        return read(os.path.join(self.folder, "registered", f"{device}-{generation}.cose"), _SMALL)

    def witnessed(self):
        """Whether a note is witnessed, as a function of it; read now."""
        folder = os.path.join(self.folder, "witnesses")
        keys, policy = self._keys(folder), None
        if os.path.lexists(os.path.join(folder, "policy")):
            try:
                raw = read(os.path.join(folder, "policy"), POLICY_BYTES)
                policy = Policy(raw) if raw is not None else None
            except ValueError as error:
                raise CannotTell(f"{folder}: {error}") from None
            if policy is None:
                raise CannotTell(f"{folder}: the policy cannot be read")
        return policy.witnessed if policy else lambda note: any(note.cosigned_by(*key) for key in keys)

    @staticmethod
    def _keys(folder):
        """(name, key) of each witness that has a file."""
        found = []
        for entry in listing(folder):
            if entry.name.endswith(".vkey"):
                vkey = _vkey(read(entry.path, VKEY_BYTES) or b"")
                if vkey is None:
                    raise CannotTell(f"{entry.path} is no key of a witness")
                if vkey[1] == 4:
                    found.append((vkey[0], vkey[2]))
        return found
