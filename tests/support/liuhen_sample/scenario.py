# SPDX-License-Identifier: Apache-2.0
"""One shift of the sample recorder: recording, power cut, recovery, docking, receipts."""

from .recorder import DEVICE, sha256


def _statement(recorder, what):
    recorder.append("statement", {"recording": recorder.start, "what": what, "from": recorder.boottime - 3_000_000_000,
                                  "to": recorder.boottime, "asked": 1, "speech_ms": 1800, "result": "heard"})


def _first_run(recorder):
    recorder.genesis()
    recorder.start_up(new_boot=False)
    recorder.start = recorder.append("start", {"manner": "video", "trigger": "button", "press": recorder.boottime})
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
    before = recorder.camera.picture, recorder.camera.sound
    missing, content = recorder.part(keep=False)
    recorder.camera.picture, recorder.camera.sound = before
    cut = content[:len(content) // 3]
    recorder.torn["1-5-1.torn"] = cut
    recorder.start_up()
    recorder.append("recovery", {"torn": [{"file": "1-5-1.torn", "size": len(cut), "hash": sha256(cut)}],
                                 "missing": [missing], "recording": recorder.start, "lost_ms": 1000})
    recorder.append("interruption", {"recording": recorder.start, "tracks": [1, 2], "cause": "power_loss",
                                     "declared_by": "recorder", "measurements": {"battery": 3}})
    recorder.append("resume", {"recording": recorder.start, "tracks": [1, 2]})
    recorder.camera.skip(20000)


def _second_run(recorder):
    recorder.open_segment(2)
    _statement(recorder, "resume")
    for index in range(5):
        if index == 2:
            footage = recorder.camera.shoot()
            lost, _ = recorder.part(footage, keep=False)
            recorder.append("part.lost", {"entry": lost, "reason": "write failed"})
            recorder.part(footage)
        else:
            recorder.part()
    _statement(recorder, "closing")
    recorder.end_segment()
    recorder.append("end", {"recording": recorder.start, "reason": "button"})


def shift(recorder, agency, vault=None):
    """The whole sample; with a folder for the vault, its objects are written there."""
    _first_run(recorder)
    _power_cut(recorder)
    _second_run(recorder)
    docking = recorder.name("docking", {"nonce": recorder.source.take("nonce", 16)})
    chapter = b"".join(recorder.entries)
    contents = [chapter]
    index = agency.store({"type": "chapter", "first": 0}, chapter, (DEVICE, 0, docking, sha256(recorder.entries[-1])))
    kept = {}
    for (generation, start, number), data in sorted(recorder.files.items()):
        last = _last_of(recorder, number)
        contents.append(bytes(data))
        kept[number] = agency.store({"type": "segment", "recording": start, "segment": number}, bytes(data),
                                    (DEVICE, generation, last, sha256(recorder.entries[last])))
    receipts = {"chapter": recorder.append("receipt", {"message": agency.receipt(index)})}
    for number, leaf in kept.items():
        receipts[number] = recorder.append("receipt", {"message": agency.receipt(leaf)})
    note = agency.note()
    recorder.append("checkpoint", {"note": note, "cosignature": ""})
    recorder.append("shutdown", {"reason": "button"})
    if vault:
        agency.write_vault(vault, contents)
    return receipts


def _last_of(recorder, number):
    """Seq of a segment's last entry: its segment.end, else its last part that is not missing bytes."""
    from liuhen_check import cbor
    from liuhen_check.signed import frame
    lost, last = set(), None
    entries = []
    for seq, raw in enumerate(recorder.entries):
        _, first, end, _ = frame(raw, 0)
        payload = cbor.decode(raw[first:end])
        entries.append((seq, payload[9], payload[10]))
        if payload[9] == "part.lost":
            lost.add(payload[10]["entry"])
    for seq, kind, body in entries:
        if kind in ("part", "segment.end") and body["segment"] == number and seq not in lost:
            last = seq
    return last
