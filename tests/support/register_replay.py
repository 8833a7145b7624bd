# SPDX-License-Identifier: Apache-2.0
"""The register's hand-outs and reviews made from its events, as docs/format/register.md says: a second reading of register.db."""

import json
import re
import sqlite3

KEYS = {
    "device": {"device", "model", "asset", "unit"},
    "device.enrolled": {"device", "second"},
    "device.lost": {"device", "reason", "known", "unreceipted"},
    "device.found": {"device", "note"},
    "device.revoked": {"device", "reason"},
    "handout": {"number", "device", "wearer", "companions", "list", "matters", "place", "from_us", "until_us", "assignment"},
    "delivered": {"number", "entry"},
    "delivery.refused": {"number", "reason"},
    "return": {"number", "undamaged", "note"},
    "handover": {"number", "from", "to", "at_us", "note"},
    "handover.confirmed": {"number", "index", "note"},
    "emergency.reviewed": {"request", "grant", "justified", "words"},
}


class Malformed(Exception):
    """What in the file is not as the format has it."""


def read_events(path):
    """[(id, time_us, kind, person, body)] in order."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (version,) = connection.execute("pragma user_version").fetchone()
        if version != 1:
            raise Malformed(f"version {version}")
        events = []
        for number, (event, time_us, kind, person, body) in enumerate(
                connection.execute("select id, time_us, kind, person, body from event order by id"), start=1):
            if event != number or len(person) != 32:
                raise Malformed(f"event {event} where {number} was due")
            body = json.loads(body)
            if kind in KEYS and set(body) != KEYS[kind]:
                raise Malformed(f"event {event}: keys {sorted(body)} of {kind}")
            events.append((event, time_us, kind, person.hex(), body))
        return events
    finally:
        connection.close()


def replay(path, at_us):
    """Hand-outs as they stand, for this time: {number: {device, holder, state, delivered}}; and {device: state}."""
    handouts, devices, out = {}, {}, {}
    for event, _, kind, _, body in read_events(path):
        device = body.get("device")
        if kind == "device":
            devices.setdefault(device, "registered")
        elif kind in ("device.enrolled", "device.lost", "device.found", "device.revoked"):
            if devices[device] == "revoked":
                raise Malformed(f"event {event}: {device} was revoked")
            devices[device] = kind.split(".")[1]
            if kind == "device.lost" and device in out:
                handouts[out.pop(device)]["end"] = "lost"
        elif kind == "handout":
            if devices[device] != "enrolled" or device in out or body["number"] in handouts:
                raise Malformed(f"event {event}: {device} could not go out")
            out[device] = body["number"]
            handouts[body["number"]] = {"device": device, "holder": body["wearer"], "until_us": body["until_us"],
                                        "delivered": False, "end": None}
        elif kind == "delivered":
            handouts[body["number"]]["delivered"] = True
        elif kind == "return":
            if out.pop(handouts[body["number"]]["device"], None) != body["number"]:
                raise Malformed(f"event {event}: {body['number']} was not out")
            handouts[body["number"]]["end"] = "returned"
        elif kind == "handover":
            if handouts[body["number"]]["holder"] != body["from"]:
                raise Malformed(f"event {event}: handed over by who did not have it")
            handouts[body["number"]]["holder"] = body["to"]
    for handout in handouts.values():
        overdue = "overdue" if handout["until_us"] < at_us else "out"
        handout["state"] = handout.pop("end") or overdue
    return handouts, devices


def reviews(path):
    """Reviews of emergency views: {grant: {request, justified, words, by, at_us}}; `words` is the commitment."""
    found = {}
    for event, time_us, kind, person, body in read_events(path):
        if kind != "emergency.reviewed":
            continue
        well_formed = type(body["justified"]) is bool and all(re.fullmatch("[0-9a-f]{64}", body[key]) for key in ("request", "grant", "words"))
        if not well_formed:
            raise Malformed(f"event {event}: {body} is no review")
        if body["grant"] in found:
            raise Malformed(f"event {event}: grant {body['grant']} was reviewed before")
        found[body["grant"]] = {"request": body["request"], "justified": body["justified"], "words": body["words"], "by": person, "at_us": time_us}
    return found
