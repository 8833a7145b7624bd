# SPDX-License-Identifier: Apache-2.0
"""What a checker needs of an agency: root, registrations, witnesses."""

import os

from . import certificate
from .merkle import read_vkey
from .report import CannotTell


def read(path):
    """A file's bytes, or None if it is not there; CannotTell if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise CannotTell(f"read {path}: {error}") from error


def listing(path):
    """Entries of a folder in order of name; none if it is not there."""
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CannotTell(f"list {path}: {error}") from error


class Agency:
    """The folder of an agency; its root is the root of trust."""

    def __init__(self, places, trust=None):
        """places: folders where the agency may be; trust: path of a root.pem instead."""
        candidates = [trust] if trust else [os.path.join(place, "root.pem") for place in places]
        found = next((path for path in candidates if os.path.isfile(path)), None)
        if found is None:
            raise CannotTell(f"no root of trust at {' or '.join(candidates)}")
        self.folder = os.path.dirname(os.path.abspath(found))
        self.root = certificate.parse_pem(read(found))
        if self.root is None or not self.root.is_root():
            raise CannotTell(f"{found} is no root certificate")

    def registration(self, device, generation):
        """Bytes of the registration of a generation, or None."""
        return read(os.path.join(self.folder, "registered", f"{device}-{generation}.cose"))

    def witnesses(self):
        """(name, key) of each witness for cosignatures."""
        found = []
        for entry in listing(os.path.join(self.folder, "witnesses")):
            if entry.name.endswith(".vkey"):
                vkey = read_vkey((read(entry.path) or b"").decode("utf-8", "replace"))
                if vkey and vkey[1] == 4:
                    found.append((vkey[0], vkey[2]))
        return found
