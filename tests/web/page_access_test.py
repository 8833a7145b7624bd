#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Request, decision, view and replay over HTTPS, with authenticators in software, before the real dock and vault."""

import json
import os
import re
import subprocess
import sys
import tempfile

from access_site import HOUR, SECOND, VAULT, Access, boxes_of, main, now
from authenticator import to_bytes

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from liuhen_check import cbor  # noqa: E402


class Path(Access):
    """From the request to the picture."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="liuhen-access-")
        cls.addClassCleanup(folder.cleanup)
        cls.begin(folder.name)

    def test_01_the_whole_way(self):
        made = self.ask(self.supervisor, case="〔2026〕7号")
        self.assertEqual((made["state"], made["decision"], made["reason"], made["case"]), ("open", None, "核对执法过程", "〔2026〕7号"))
        self.assertEqual(made["by"]["person"], self.supervisor.person)
        waiting = self.must(self.head, "listRequests", "/api/v1/requests?state=open")["items"]
        self.assertEqual([each["id"] for each in waiting], [made["id"]])
        self.assertIn("request.open", [each["kind"] for each in self.must(self.head, "todo", "/api/v1/todo")["items"]])
        options = self.options(made)
        content = cbor.decode(to_bytes(options["approval"]))
        leaf = self.people["audadmin"].must(200, "GET", "/api/v1/log?kind=request")["items"][0]
        self.assertEqual((content["vault"], content["request"].hex(), content["leaf"].hex(), content["manner"]),
                         (VAULT, made["id"], leaf["hash"], "key"))
        self.assertEqual([to_bytes(each["id"]) for each in options["public_key"]["allowCredentials"]], [self.key.credential])
        decided = self.decide(made)
        self.assertEqual((decided["state"], decided["decision"]["uses"], decided["decision"]["used"]), ("granted", 2, 0))
        self.assertEqual([each["person"] for each in decided["decision"]["by"]], [self.head.person])
        view = self.view(self.supervisor, decided["decision"]["grant"])
        # The leaf is under the newest checkpoint before the first byte.
        self.assertIn(view["id"], [body["view"] for body in self.leaves("view")])
        _, clear = self.clear_footage()
        # From before the press, up to what is missing, behind it; one more where sound and picture come back apart.
        self.assertIn(len(clear), (3, 4))
        for number, whole in clear.items():
            answer = self.supervisor.ask("GET", f"/api/v1/views/{view['id']}/segments/{number}.mp4")
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "video/mp4"))
            self.assertEqual(answer.body, whole)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
        again = self.must(self.supervisor, "request", f"/api/v1/requests/{made['id']}")
        self.assertEqual((again["state"], again["decision"]["used"]), ("granted", 1))

    def test_02_ranges_are_the_bytes(self):
        view = self.view(self.supervisor, self.granted(self.supervisor))
        _, clear = self.clear_footage()
        number, whole = max(clear.items(), key=lambda item: len(item[1]))
        path = f"/api/v1/views/{view['id']}/segments/{number}.mp4"
        size = len(whole)
        for first, last in ((0, 0), (0, size - 1), (size // 3, size // 2), (size - 1, size + 10), (5, 70_000)):
            answer = self.supervisor.ask("GET", path, headers={"Range": f"bytes={first}-{last}"})
            self.assertEqual((answer.status, answer.body), (206, whole[first:last + 1]))
            self.assertEqual(answer.headers["Content-Range"], f"bytes {first}-{min(last, size - 1)}/{size}")
        self.assertEqual(self.supervisor.ask("GET", path, headers={"Range": f"bytes={size}-"}).status, 416)

    def test_03_the_playlist_plays(self):
        view = self.view(self.supervisor, self.granted(self.supervisor))
        timeline, clear = self.clear_footage()
        answer = self.supervisor.ask("GET", view["playlist"])
        self.contract.check_answer(self.contract.of("playlist"), answer)
        text = answer.body.decode()
        self.assertEqual(text.count("#EXT-X-DISCONTINUITY"), 1)  # the pause, not where the ring meets the live picture
        self.assertEqual(text.count("#EXT-X-ENDLIST"), 1)
        # Every part of every segment stands in it once, in whole fragments.
        seen = {}
        for size, offset, number in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\nsegments/(\d+)\.mp4", text):
            seen.setdefault(int(number), []).append((int(offset), int(size)))
        for number, whole in clear.items():
            head = sum(len(box) for kind, box in boxes_of(whole) if kind in (b"ftyp", b"moov"))
            at = head
            for offset, size in seen[number]:
                self.assertEqual((offset, whole[offset + 4:offset + 8]), (at, b"moof"))
                at += size
            self.assertEqual(at, len(whole))
            self.assertIn(f'BYTERANGE="{head}@0"', text)
        # What is not there has no length; the times of day jump over it.
        lengths = [float(each) for each in re.findall(r"#EXTINF:([0-9.]+),", text)]
        self.assertAlmostEqual(sum(lengths), 22, delta=3)  # of 24 s and two before the press, four or five are missing
        self.assertLessEqual(max(lengths), int(re.search(r"TARGETDURATION:(\d+)", text).group(1)))
        days = re.findall(r"PROGRAM-DATE-TIME:(\S+)", text)
        self.assertGreaterEqual(len(days), 2)
        told = self.ffprobe(view["playlist"])
        self.assertAlmostEqual(float(told["format"]["duration"]), sum(lengths), delta=0.5)
        self.assertEqual({each["codec_name"] for each in told["streams"]}, {"h264", "aac"})
        self.assertGreater(sum(int(each["nb_read_packets"]) for each in told["streams"] if each["codec_name"] == "h264"),
                           25 * (sum(lengths) - 1))
        self.assertEqual({track for each in timeline["interruptions"] for track in each["tracks"]}, {"1", "2"})

    def ffprobe(self, playlist):
        """What a player that is not ours makes of it, over the same HTTPS; by address, where no hosts file names localhost."""
        headers = f"Host: localhost:{self.site.port}\r\nCookie: __Host-liuhen={self.supervisor.cookie}\r\n"
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-headers", headers, "-count_packets", "-show_streams", "-show_format", "-of", "json",
             f"https://127.0.0.1:{self.site.port}{playlist}"], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def test_04_marks_are_cues_in_the_players_time(self):
        view = self.view(self.supervisor, self.granted(self.supervisor))
        answer = self.supervisor.ask("GET", view["marks"])
        self.contract.check_answer(self.contract.of("viewMarks"), answer)
        text = answer.body.decode()
        self.assertTrue(text.startswith("WEBVTT\n"))
        starts = [int(a) * 60 + float(b) for a, b in re.findall(r"00:(\d\d):(\d\d\.\d\d\d) --> [0-9:.]+\nfocus", text)]
        self.assertEqual(len(starts), 2)
        # The second one is 19 s of the day behind the first, and 5 s of them are missing.
        self.assertAlmostEqual(starts[1] - starts[0], 14, delta=1.5)

    def test_05_a_span_is_all_that_opens(self):
        span = ("4000000000", "6000000000")
        subject = self.subject(span=span)
        grant = self.granted(self.supervisor, subject)
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/views", {"grant": grant, "subject": self.subject()}), "outside_span")
        view = self.view(self.supervisor, grant, subject)
        _, clear = self.clear_footage()
        text = self.supervisor.ask("GET", view["playlist"]).body.decode()
        length = sum(float(each) for each in re.findall(r"#EXTINF:([0-9.]+),", text))
        self.assertTrue(2 <= length <= 3.5, text)
        number = int(re.search(r"segments/(\d+)\.mp4", text).group(1))
        some = self.supervisor.ask("GET", f"/api/v1/views/{view['id']}/segments/{number}.mp4").body
        self.assertLess(len(some), len(clear[number]) // 2)
        for kind, box in boxes_of(some):
            self.assertIn(box, clear[number]) if kind == b"mdat" else None
        for other in {0, 1, 2, 3} - {number}:  # at most an empty box of another
            answer = self.supervisor.ask("GET", f"/api/v1/views/{view['id']}/segments/{other}.mp4")
            self.assertTrue(answer.status == 404 or b"mdat" not in answer.body, other)

    def test_06_a_photo_is_no_film(self):
        subject = self.subject(self.photo)
        view = self.view(self.supervisor, self.granted(self.supervisor, subject), subject)
        self.assertEqual(self.refused(self.supervisor, "GET", view["playlist"]), "not_playable")
        picture = self.supervisor.ask("GET", f"/api/v1/views/{view['id']}/segments/0.mp4").body
        self.assertIn(b"\xff\xd8\xff", picture)

    def test_07_emergency_opens_for_a_day_at_most(self):
        made = self.ask(self.supervisor, emergency=True)
        start = now() - SECOND
        path = f"/api/v1/requests/{made['id']}/approval?"
        self.assertEqual(self.refused(self.head, "GET", path + self.bounds(start=start, until=start + 25 * HOUR)), "wrong_field")
        decided = self.decide(made, self.bounds(start=start, until=start + 24 * HOUR))
        self.assertEqual((decided["decision"]["manner"], decided["review"]), ("emergency", None))
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/requests", {
            "purpose": "copy", "subjects": [self.subject()], "reason": "x", "emergency": True}), "wrong_field")

    def test_08_a_refusal_grants_nothing(self):
        made = self.ask(self.reviewer)
        decided = self.decide(made, "decision=refused")
        self.assertEqual((decided["state"], decided["decision"]["grant"], decided["decision"]["uses"]), ("refused", None, None))
        self.assertEqual(self.refused(self.head, "GET", f"/api/v1/requests/{made['id']}/approval?{self.bounds()}"), "decided_before")

    def test_09_lists_are_of_who_may_know(self):
        mine = self.must(self.reviewer, "listRequests", "/api/v1/requests?mine=true")["items"]
        self.assertTrue(mine)
        self.assertEqual({each["by"]["person"] for each in mine}, {self.reviewer.person})
        everything = self.must(self.head, "listRequests", "/api/v1/requests?limit=200")
        self.assertIsNone(everything["next"])
        items, after = [], ""
        while after is not None:
            page = self.must(self.head, "listRequests", f"/api/v1/requests?limit=2{after and '&after=' + after}")
            items, after = items + page["items"], page["next"]
        self.assertEqual(items, everything["items"])
        self.assertEqual([each["leaf"] for each in items], sorted([each["leaf"] for each in items], reverse=True))
        officer = self.people["officer"]
        self.assertEqual(self.must(officer, "listRequests", "/api/v1/requests")["items"], [])
        self.assertEqual(self.refused(officer, "GET", f"/api/v1/requests/{items[0]['id']}"), "not_found")
        for state in ("open", "granted", "refused", "ended"):
            for each in self.must(self.head, "listRequests", f"/api/v1/requests?state={state}")["items"]:
                self.assertEqual(each["state"], state)

    def test_10_words_are_not_in_the_log(self):
        self.ask(self.supervisor, reason="涉及某某人的投诉", case="案号甲")
        vault = os.path.join(self.site.folder, "vault")
        for folder, _, names in os.walk(vault):
            for name in names:
                if name.endswith(".sock"):
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                for words in ("涉及某某人的投诉", "案号甲"):
                    self.assertNotIn(words.encode(), data, name)
        self.assertEqual(os.stat(os.path.join(self.site.folder, "dock", "words.db")).st_mode & 0o777, 0o600)

    def test_11_after_a_start_the_log_is_still_the_truth(self):
        before = self.must(self.head, "listRequests", "/api/v1/requests?limit=200")["items"]
        view = self.view(self.supervisor, self.granted(self.supervisor))
        self.site.stop("dock")
        self.site.start_dock()
        for person in (self.head, self.supervisor):
            number = "head" if person is self.head else "supervisor"
            self.assertEqual(person.log_in(number, person.password, person.code()).status, 201)
        after = self.must(self.head, "listRequests", "/api/v1/requests?limit=200")["items"]
        self.assertEqual(after[1:], before)
        self.assertEqual(self.refused(self.supervisor, "GET", view["playlist"]), "not_found")
        view = self.view(self.supervisor, after[0]["decision"]["grant"])
        self.site.stop("vault")
        self.site.start_vault()
        self.assertEqual(self.refused(self.supervisor, "GET", view["playlist"]), "view_over")
        self.assertEqual(self.refused(self.supervisor, "GET", f"/api/v1/views/{view['id']}/segments/1.mp4"), "view_over")
        self.assertEqual(self.refused(self.supervisor, "POST", "/api/v1/views", {
            "grant": after[0]["decision"]["grant"], "subject": self.subject()}), "grant_used_up")

    def test_99_the_log_is_whole_and_every_view_covered(self):
        self.assert_whole()


if __name__ == "__main__":
    main("Path")
