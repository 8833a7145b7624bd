# SPDX-License-Identifier: Apache-2.0
"""What may happen to a sample recorder: a shift with a power cut, docking, release, a new card, a ring cut off."""

from types import SimpleNamespace

from liuhen_check import cbor
from liuhen_check.signed import frame

from .recorder import DEVICE, sha256


def _statement(recorder, what):
    recorder.append("statement", {"recording": recorder.start, "what": what, "from": recorder.boottime - 3_000_000_000,
                                  "to": recorder.boottime, "asked": 1, "speech_ms": 1800, "result": "heard"})


def _first_run(recorder):
    recorder.genesis()
    recorder.start_up(new_boot=False)
    recorder.begin()
    recorder.open_segment(0)
    for index in range(6):
        recorder.part()
        if index == 1:
            _statement(recorder, "opening")
        elif index == 3:
            recorder.name("epoch")
            recorder.append("mark", {"recording": recorder.start, "what": "focus", "at": recorder.boottime})
    recorder.end_segment()
    recorder.open_segment(1)
    for _ in range(3):
        recorder.part()


def _power_cut(recorder):
    """The last part reached the card in part only."""
    before = recorder.camera.place()
    missing, content = recorder.part(keep=False)
    recorder.camera.go_to(before)
    recorder.torn["1-5-1.torn"] = content[:len(content) // 3]
    recorder.start_up()
    recorder.recover([missing], ["1-5-1.torn"], lost_ms=1000)
    interrupt(recorder)
    recorder.camera.skip(20000)


def interrupt(recorder, tracks=(1, 2)):
    """What a recorder says of a power cut before it records on."""
    recorder.append("interruption", {"recording": recorder.start, "tracks": list(tracks), "cause": "power_loss",
                                     "declared_by": "recorder", "measurements": {"battery": 3}})
    recorder.append("resume", {"recording": recorder.start, "tracks": list(tracks)})


def _second_run(recorder):
    recorder.open_segment(2)
    _statement(recorder, "resume")
    for index in range(5):
        footage = recorder.camera.shoot()
        if index == 2:
            recorder.lose(footage, "0-2-2-2.torn")
        recorder.part(footage)
    _statement(recorder, "closing")
    recorder.end()


def shift(recorder, agency, vault=None, release=False):
    """The whole sample; with a folder for the vault, its objects are written there. Seqs of the receipts."""
    _first_run(recorder)
    _power_cut(recorder)
    _second_run(recorder)
    recorder.dock()
    receipts, contents = store(recorder, agency)
    if release:
        free(recorder, receipts)
    recorder.append("checkpoint", {"note": agency.note(), "cosignature": ""})
    recorder.shut_down()
    if vault:
        agency.write_vault(vault, contents)
    return receipts


def store(recorder, agency, **other):
    """A vault stores the chapters up to the last docking, segments and torn files; receipts are appended.

    other: fields of the leaves that shall be others. (Seqs of the receipt entries by what they are for, contents.)
    """
    leaves, contents, entries = {}, [], _read(recorder)
    chapters = [(first, raws) for first, raws in recorder.chapters.items()
                if entries[first + len(raws) - 1].kind == "docking"]
    for first, raws in chapters:
        content, last = b"".join(raws), first + len(raws) - 1
        leaves[("chapter", last)] = _leaf(agency, entries[last], content, type="chapter", first=first, **other)
        contents.append(content)
    for (recording, number), last in _segments(entries).items():
        content = bytes(recorder.files.get((recorder.generation, recording, number), b""))
        leaves[("segment", recording, number)] = _leaf(
            agency, last, content, type="segment", recording=recording, segment=number, **other)
        contents.append(content)
    for entry in entries:
        for torn in ([entry.body["torn"]] if entry.kind == "part.lost" and entry.body["torn"] else
                     entry.body["torn"] if entry.kind == "recovery" else []):
            content = recorder.torn.get(torn["file"], b"")
            leaves[("torn", torn["file"])] = _leaf(agency, entry, content, type="torn", file=torn["file"], **other)
            contents.append(content)
    return {place: recorder.append("receipt", {"message": agency.receipt(leaf)})
            for place, leaf in leaves.items()}, contents


def free(recorder, receipts):
    """Releases what is receipted, and takes it from the card."""
    generation = recorder.generation
    for place, seq in sorted(receipts.items(), key=lambda item: item[0][0] == "chapter"):
        release(recorder, place, recorder.head_at(seq), generation)
        if place[0] == "segment":
            del recorder.files[(generation, *place[1:])]
        elif place[0] == "torn":
            del recorder.torn[place[1]]
        else:
            recorder.pruned[generation] = place[1] + 1


def release(recorder, place, receipt, generation):
    """A release entry for ("segment", recording, number), ("chapter", seq) or ("torn", name); its seq."""
    names = {"segment": ("recording", "segment"), "chapter": ("chapter",), "torn": ("torn",)}[place[0]]
    body = {"generation": generation, "recording": None, "segment": None, "chapter": None, "torn": None,
            "receipt": receipt, **dict(zip(names, place[1:]))}
    return recorder.append("release", body)


def new_card(recorder, runs_on=False, **other):
    """The next generation on a new card, up to the recovery that finds nothing."""
    recorder.succeed(runs_on, **other)
    if not runs_on:
        recorder.start_up()
        recorder.recover(recording=None)


def record(recorder, parts=2):
    """A recording of one segment; its start."""
    recorder.camera.go_to((recorder.camera.number, 0, 0))
    recorder.begin()
    recorder.open_segment(0)
    for _ in range(parts):
        recorder.part()
    recorder.end()
    return recorder.start


def ring(recorder, parts=4, written=4):
    """A recording whose first segment is the ring; written < parts: a power cut while it is written."""
    recorder.begin()
    recorder.open_segment(0, pre_event=True)
    old = recorder.segment
    recorder.open_segment(1)
    live, behind = recorder.segment, recorder.camera.place()
    for _ in range(parts):
        recorder.camera.shoot()
    ahead = recorder.camera.place()
    for index in range(parts):
        if index < written:
            behind = _shoot(recorder, old, behind)
        ahead = _shoot(recorder, live, ahead)
    recorder.camera.go_to(ahead)
    if written == parts:
        recorder.segment = old
        recorder.end_segment()
        recorder.segment = live
    else:
        recorder.start_up()
        recorder.recover(lost_ms=1000)
        interrupt(recorder)
        recorder.camera.skip(5000)
        recorder.open_segment(2)
        recorder.part()
    recorder.end()


def _shoot(recorder, segment, place):
    recorder.segment = segment
    recorder.camera.go_to(place)
    recorder.part()
    return recorder.camera.place()


def _read(recorder):
    """The entries so far, believed without a check: a hook may have spoilt them."""
    out = []
    for raw in recorder.entries:
        _, first, last, _ = frame(raw, 0)
        payload = cbor.decode(raw[first:last])
        out.append(SimpleNamespace(generation=payload[3], seq=payload[4], kind=payload[9], body=payload[10],
                                   hash=sha256(raw)))
    return out


def _segments(entries):
    """The last entry of each segment."""
    lost = {entry.body["entry"] for entry in entries if entry.kind == "part.lost"}
    return {(entry.body["recording"], entry.body["segment"]): entry for entry in entries
            if entry.kind in ("segment", "part", "segment.end") and entry.seq not in lost}


def _leaf(agency, last, content, **place):
    return agency.store(place, content, (DEVICE, last.generation, last.seq, last.hash))
