# SPDX-License-Identifier: Apache-2.0
"""Rows 1, 2, 3, 5, 6, 7, 8, 9, 11: pictures, sound, times, parts and files of footage."""

import os
import shutil
import tempfile

from evidence import Attack, Folder, check, rewrite
from liuhen_check.media import build_init, sound_entry, visual_entry, box
from liuhen_sample import camera
from make_sample import make


def cropped_init():
    """An init, whole in itself, whose picture lost its lower half."""
    sps = bytearray(camera._sps())
    height = camera.HEIGHT
    try:
        camera.HEIGHT = height // 2
        sps = camera._sps()
    finally:
        camera.HEIGHT = height
    record = b"\1" + bytes(sps[1:4]) + b"\xff\xe1" + len(sps).to_bytes(2, "big") + bytes(sps) + b"\1\0\4\x68\xce\x38\x80"
    picture = visual_entry(b"avc1", camera.WIDTH, height // 2, box(b"avcC", record))
    return build_init((picture, camera.WIDTH, height // 2), (sound_entry(camera.RATE, 1, 24000, b"\x14\x08"), camera.RATE))


class Rows(Attack):
    def bits(self, folder, part):
        """What row 1 names, as positions in the part's file."""
        at, media = folder.media(part)
        moof = int.from_bytes(media[:4], "big")
        return {"picture": at + moof + 40, "sound": at + len(media) - 3, "tfdt": at + media.index(b"tfdt") + 14,
                "trun": at + media.index(b"trun") + 22, "box header": at + 3, "box name": at + moof + 5}

    def test_row_01_one_bit(self):
        with self.fresh() as folder:
            part = folder.parts()[3]
            for what, place in self.bits(folder, part).items():
                with self.subTest(what), self.fresh() as copy:
                    copy.flip(copy.segment_file(part.body), place)
                    self.expect_part(copy, part)
                    at, media = folder.media(part)
                    turned = bytearray(media)
                    turned[place - at] ^= 1
                with self.subTest(what + ", signed anew"), self.fresh() as copy:
                    rewrite(copy, part.seq, self.source, media={part.seq: bytes(turned)})
                    self.expect_entry(copy, part)

    def test_row_02_half_the_picture_cropped_away(self):
        with self.fresh() as folder:
            segment = folder.of("segment")[0]
            name = folder.segment_file(segment.body)
            folder.splice(name, 0, segment.body["init_size"], cropped_init())
            self.expect(folder, "altered", segment.seq, name, 0)
        with self.fresh() as folder:
            at = folder.data(name).index(b"avcC") + 14
            for place in range(at, at + 12):
                folder.flip(name, place)
                self.expect(folder, "altered", segment.seq, name, 0)
                folder.flip(name, place)
            rewrite(folder, segment.seq, self.source, inits={segment.seq: cropped_init()})
            self.expect_entry(folder, segment)

    def test_row_03_removed_moved_doubled(self):
        with self.fresh() as folder:
            parts = folder.parts()
            name = folder.segment_file(parts[0].body)
            (first, behind), (next_first, next_behind) = folder.whole(parts[2]), folder.whole(parts[3])
            data = folder.data(name)
            one, other = data[first:behind], data[next_first:next_behind]
            for content in (data[:first] + data[behind:], data[:first] + other + one + data[next_behind:]):
                folder.put(name, content)
                self.expect_part(folder, parts[2])
            folder.put(name, data[:behind] + one + data[behind:])
            self.expect_part(folder, parts[3])
        with self.fresh() as folder:
            rewrite(folder, parts[2].seq, self.source, drop={parts[2].seq})
            self.expect(folder, "altered", parts[2].seq, parts[2].file, parts[2].offset)
        with self.fresh() as folder:
            os.remove(folder.full(name))
            self.expect(folder, "incomplete", parts[0].seq, name, None)
            shutil.rmtree(folder.full("card/footage"))
            self.expect(folder, "incomplete", parts[0].seq, name, None)
        with self.fresh() as folder:
            second = name.replace("/0.mp4", "/1.mp4")
            last = folder.parts(1)
            a, b = folder.data(name), folder.data(second)
            folder.put(name, b)
            folder.put(second, a)
            self.assertEqual(self.both(folder.path)["verdict"], "altered")
            folder.put(name, a)
            folder.put(second, b + b)
            end = [entry for entry in folder.of("segment.end") if entry.body["segment"] == 1]
            self.expect(folder, "altered", (end or last)[-1].seq, second, len(b))
            folder.put(second, b)
            third = name.replace("/0.mp4", "/2.mp4")
            folder.put(third, b)
            self.expect(folder, "altered", None, third, None)
        with self.fresh() as folder:
            start = folder.of("start")[0]
            after = [entry for entry in folder.entries if entry.seq >= start.seq and entry.kind not in (
                "epoch", "boot", "recovery", "shutdown", "heartbeat", "selfcheck")]
            rewrite(folder, start.seq, self.source, drop={entry.seq for entry in after})
            self.expect(folder, "altered", start.seq, start.file, start.offset)

    def test_row_03_a_generation_taken_out(self):
        with tempfile.TemporaryDirectory() as made:
            recorder, _, _ = make(made)
            recorder.succeed()
            recorder.start_up()
            recorder.append("recovery", {"torn": [], "missing": [], "recording": None, "lost_ms": 0})
            recorder.append("shutdown", {"reason": "button"})
            recorder.write(os.path.join(made, "recorder"))
            with Folder(made) as folder:
                self.expect(folder, "intact")
                for name in os.listdir(folder.full("card/footage")):
                    shutil.rmtree(folder.full(f"card/footage/{name}"))
                shutil.rmtree(folder.full("card/ledger/0"))
                self.expect(folder, "incomplete", 0, "card/ledger/1/0000000000.cbor", 0, generation=1)
            with Folder(made) as folder:
                shutil.rmtree(folder.full("card/ledger/1"))
                self.expect(folder, "incomplete", folder.head["seq"], None, None, generation=1)

    def test_row_05_proofs_stripped(self):
        for first in (0, 3):
            with self.subTest(first), self.fresh() as folder:
                parts = folder.parts()
                name = folder.segment_file(parts[0].body)
                data = bytearray(folder.data(name))
                for part in reversed(parts[first:]):
                    proof = part.body["offset"] + part.body["size"]
                    del data[proof:proof + 24 + len(part.raw)]
                folder.put(name, bytes(data))
                self.expect_part(folder, parts[first], parts[first].body["size"])

    def test_row_06_foreign_sound(self):
        with self.fresh() as folder:
            part, other = folder.parts()[2], folder.parts(1)[1]
            at, media = folder.media(part)
            sound = folder.media(other)[1][-300:]
            folder.splice(folder.segment_file(part.body), at + len(media) - 300, 300, sound)
            self.expect_part(folder, part)
        with self.fresh() as folder:
            rewrite(folder, part.seq, self.source, media={part.seq: media[:-300] + sound})
            self.expect_entry(folder, part)
        with self.fresh() as folder:
            segment = folder.of("segment")[0]
            name = folder.segment_file(segment.body)
            init = folder.data(name)[:segment.body["init_size"]]
            at = init.index(b"trak", 0) - 4
            track = init[at:at + int.from_bytes(init[at:at + 4], "big")]
            longer = init[:28] + (int.from_bytes(init[28:32], "big") + len(track)).to_bytes(4, "big") + (
                init[32:at] + track + init[at:])
            folder.put(name, longer + folder.data(name)[len(init):])
            self.expect(folder, "altered", segment.seq, name, 0)

    def test_row_07_time_stretched(self):
        with self.fresh() as folder:
            segment = folder.of("segment")[0]
            name = folder.segment_file(segment.body)
            at = folder.data(name).index(b"mdhd") + 16
            self.assertEqual(int.from_bytes(folder.data(name)[at:at + 4], "big"), 90000)
            folder.splice(name, at, 4, (45000).to_bytes(4, "big"))
            self.expect(folder, "altered", segment.seq, name, 0)
        with self.fresh() as folder:
            part = folder.parts()[2]
            at, media = folder.media(part)
            trun = media.index(b"trun")
            count = int.from_bytes(media[trun + 8:trun + 12], "big")
            slow = bytearray(media)
            for sample in range(count):
                place = trun + 16 + 16 * sample
                slow[place:place + 4] = (2 * int.from_bytes(media[place:place + 4], "big")).to_bytes(4, "big")
            folder.splice(folder.segment_file(part.body), at, len(media), bytes(slow))
            self.expect_part(folder, part)
        with self.fresh() as folder:
            def stretch(entry, body):
                if entry.kind == "part":
                    body["tracks"] = [[i, 2 * start, 2 * length, n] for i, start, length, n in body["tracks"]]
                return body
            rewrite(folder, folder.parts()[0].seq, self.source, change=stretch)
            self.expect_entry(folder, self.fresh_part(0))

    def fresh_part(self, index):
        with self.fresh() as folder:
            return folder.parts()[index]

    def test_row_08_parts_of_others(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            recorder, _, _ = make(elsewhere)
            with Folder(elsewhere) as other:
                foreign = other.parts()[1]
                theirs = other.data(other.segment_file(foreign.body))[slice(*other.whole(foreign))]
            with self.fresh() as folder:
                part = folder.parts()[1]
                name, (first, behind) = folder.segment_file(part.body), folder.whole(part)
                folder.splice(name, first, behind - first, theirs)
                self.expect_part(folder, part)
            with self.fresh() as folder:
                own = folder.parts(1)[2]
                again = folder.data(folder.segment_file(own.body))[slice(*folder.whole(own))]
                folder.splice(name, first, behind - first, again)
                self.expect_part(folder, part)
            recorder.succeed()
            recorder.start_up()
            recorder.append("recovery", {"torn": [], "missing": [], "recording": None, "lost_ms": 0})
            recorder.append("shutdown", {"reason": "button"})
            recorder.write(os.path.join(elsewhere, "recorder"))
            with Folder(elsewhere) as older:
                self.expect(older, "intact")
                shutil.copytree(older.full("card/footage/0-2"), older.full("card/footage/1-2"))
                self.expect(older, "altered", None, "card/footage/1-2/0.mp4", None)
                shutil.rmtree(older.full("card/footage/1-2"))
                file = "card/ledger/1/0000000000.cbor"
                older.put(file, older.data("card/ledger/0/0000000000.cbor"))
                self.expect(older, "altered", 0, file, 0, generation=1)

    def test_row_09_bytes_hidden(self):
        free = b"\0\0\0\x18free" + bytes(16)
        with self.fresh() as folder:
            part, segment = folder.parts()[2], folder.of("segment")[0]
            name = folder.segment_file(part.body)
            whole = folder.data(name)
            folder.put(name, whole[:part.body["offset"]] + free + whole[part.body["offset"]:])
            self.expect_part(folder, part)
            init = segment.body["init_size"]
            folder.put(name, whole[:28] + free + whole[28:])
            self.expect(folder, "altered", segment.seq, name, 0)
            folder.put(name, whole[:init] + free + whole[init:])
            self.expect_part(folder, folder.parts()[0])
            folder.put(name, whole + free)
            self.assertEqual(self.both(folder.path)["verdict"], "altered")
            folder.put(name, whole)
            for stray in ("card/footage/notes.txt", "card/ledger/0/anchor.cbor", "card/ledger/7/anchor.cbor",
                          "card/torn/x", f"{os.path.dirname(name)}/.hidden"):
                folder.put(stray, b"hidden")
                self.expect(folder, "altered", None, stray, None)
                os.remove(folder.full(stray))
            for link in (os.path.dirname(name) + "/9.mp4", "card/ledger/0/0000009999.cbor", "card/torn/x.torn",
                         "card/footage/0-9", "card/ledger/9"):
                os.makedirs(os.path.dirname(folder.full(link)), exist_ok=True)
                os.symlink(folder.full(name), folder.full(link))
                self.expect(folder, "altered", None, link, None)
                os.remove(folder.full(link))
            for beside in ("card/hidden.bin", "keystore/hidden.bin", "hidden.bin"):
                folder.put(beside, b"hidden")
                answer = self.both(folder.path)
                self.assertEqual(answer["verdict"], "intact")
                self.assertIn(("foreign_file", beside), [(one["kind"], one["file"]) for one in answer["findings"]])
                os.remove(folder.full(beside))
        for place in ("card/card", "ledger", "log", "objects"):
            with self.subTest(place), self.fresh() as folder:  # a folder that is two things
                os.makedirs(folder.full(place))
                self.cannot_tell(folder.full(os.path.dirname(place)))
        for name in ("ledger", "footage", "torn"):
            with self.subTest(name), self.fresh() as folder:
                if os.path.isdir(folder.full(f"card/{name}")):
                    os.rename(folder.full(f"card/{name}"), folder.full("elsewhere"))
                else:
                    os.makedirs(folder.full("elsewhere"))
                os.symlink(folder.full("elsewhere"), folder.full(f"card/{name}"))
                answer = self.both(folder.path)
                self.assertEqual((answer["verdict"], answer["first_bad"]["file"]), ("altered", f"card/{name}"))

    def test_row_11_replayed_under_a_new_name(self):
        with self.fresh() as folder:
            recording = folder.of("start")[0].seq
            copy = f"card/footage/0-{folder.entries[-1].seq + 1}"
            shutil.copytree(folder.full(f"card/footage/0-{recording}"), folder.full(copy))
            self.expect(folder, "altered", None, copy + "/0.mp4", None)
            answer = check(folder.full("card"))
            self.assertEqual(answer["verdict"], "altered")
        with self.fresh() as folder:
            os.rename(folder.full(f"card/footage/0-{recording}"), folder.full(copy))
            self.expect(folder, "altered", None, copy + "/0.mp4", None)
