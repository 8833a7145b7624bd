# SPDX-License-Identifier: Apache-2.0
"""What the tests of the checker share: recorders made for one case, and the answer that is expected."""

import os
import shutil
import tempfile
import unittest
from contextlib import contextmanager

from .agency import SampleAgency
from .keys import Source
from .recorder import Recorder
from .tamper import Folder, Sample

LEDGER, SECOND = "card/ledger/0/0000000000.cbor", "card/ledger/0/0000000036.cbor"
FOOTAGE = "card/footage/0-2/{}.mp4"


def ready(recorder):
    """A new recorder that was started once."""
    recorder.genesis()
    recorder.start_up(new_boot=False)


def place_of(recorder, seq, generation=None):
    """(file, offset) of an entry on the card."""
    generation = recorder.generation if generation is None else generation
    chapters = recorder.past[generation][1] if generation in recorder.past else recorder.chapters
    first = max(number for number in chapters if number <= seq)
    return f"card/ledger/{generation}/{first:010d}.cbor", sum(map(len, chapters[first][:seq - first]))


class Cases(unittest.TestCase):
    """Tests that make a recorder, tamper with it and expect an answer."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls._samples = {}

    @classmethod
    def tearDownClass(cls):
        for sample in cls._samples.values():
            shutil.rmtree(sample.folder)

    def sample(self, **options):
        """The sample of make_sample.py, made once for each class and set of options."""
        key = tuple(sorted(options.items()))
        if key not in self._samples:
            self._samples[key] = Sample(**options)
        return self._samples[key]

    @contextmanager
    def made(self, script, hook=None, encrypted=False, seed=3):
        """A folder with what script(recorder, agency) did, as (folder, recorder, agency, what it returned)."""
        with tempfile.TemporaryDirectory() as folder:
            source = Source(seed)
            agency = SampleAgency(source, os.path.join(folder, "agency"))
            recorder = Recorder(source, agency, encrypted, hook, size=200)
            result = script(recorder, agency)
            recorder.write(os.path.join(folder, "recorder"))
            yield Folder(folder), recorder, agency, result

    def expect(self, result, verdict, seq=None, file=None, offset=None, generation=0):
        """The verdict, and its first place; without seq a place of no generation."""
        wanted = None
        if verdict != "intact":
            wanted = {"generation": None if seq is None else generation, "seq": seq, "file": file, "offset": offset}
        self.assertEqual((result["verdict"], result["first_bad"]), (verdict, wanted), result["problems"])

    def expect_entry(self, result, verdict, recorder, seq, generation=None):
        """The verdict at an entry where it stands on the card."""
        generation = recorder.generation if generation is None else generation
        self.expect(result, verdict, seq, *place_of(recorder, seq, generation), generation)

    @staticmethod
    def kinds(result):
        """The kinds of the findings."""
        return [finding["kind"] for finding in result["findings"]]
