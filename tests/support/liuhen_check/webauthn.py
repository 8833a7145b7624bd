# SPDX-License-Identifier: Apache-2.0
"""A signature of an approval (access.md §3, 2 to 4): client data, authenticator data, ECDSA."""

import base64
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from .signed import sha256

DEPTH = 16


def load_point(point):
    """The P-256 key of `04 ‖ x ‖ y`, or None."""
    if type(point) is not bytes or len(point) != 65 or point[0] != 4:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def _object(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name twice")
    return dict(pairs)


def _constant(_):
    raise ValueError("no JSON")


def _depth(value):
    """How many objects and arrays lie within each other; ValueError for half a surrogate in a text."""
    if isinstance(value, str):
        value.encode()
    if not isinstance(value, (dict, list)):
        return 0
    for name in value if isinstance(value, dict) else ():
        name.encode()
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0)


def read_client(raw):
    """The object that the client data are; ValueError if they are none."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_constant,
                           parse_int=lambda _: 0, parse_float=lambda _: 0.0)
        if not isinstance(value, dict) or _depth(value) > DEPTH:
            raise ValueError("no object, or too deep")
    except RecursionError as error:
        raise ValueError("too deep") from error
    return value


def holds(signature, challenge, relying_party, origin, key):
    """Whether points 2 to 4 hold."""
    try:
        client = read_client(signature["client"])
    except ValueError:
        return False
    wanted = {"type": "webauthn.get", "origin": origin,
              "challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()}
    if any(client.get(name) != value for name, value in wanted.items()) or client.get("crossOrigin", False) is not False:
        return False
    raw = signature["authenticator"]
    if len(raw) < 37 or raw[:32] != sha256(relying_party.encode()) or raw[32] & 5 != 5:
        return False
    try:
        key.verify(signature["signature"], raw + sha256(signature["client"]), ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def counter(signature):
    return int.from_bytes(signature["authenticator"][33:37], "big")
