#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The recorder asks aloud, hears an answer, and does not take its own voice or noise for one.

Each case is one life of the real recorder on the simulated board, whose loudspeaker is mixed into its microphone:
  speech       somebody answers the question: heard, and the question is in the footage
  silence      nobody does: three questions, then missing
  noise        nobody does, beside a loud engine: the same
  interrupted  the camera is lost and comes back: a reason is asked for, and given
  pause        a pause: its reason is listened for, and a reason asked for after it
  silent       silent mode: nothing is said, an answer is heard all the same
  deaf         a machine without the detector's element: it records, asks once, and says that it did not listen
"""

import argparse
import array
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools"))

from liuhen_life.rig import Rig, Settings  # noqa: E402

PROCESS_SECONDS = 180
RATE = 48000
MS = 1_000_000


class Failed(Exception):
    """A sentence about what is not as it must be."""


def require(holds, sentence):
    if not holds:
        raise Failed(sentence)


def speak(path, sentence):
    subprocess.run(["espeak-ng", "-v", "cmn-latn-pinyin", "-s", "170", "-w", path, sentence], check=True)
    return wav_seconds(path)


def wav_seconds(path):
    with wave.open(path) as file:
        return file.getnframes() / file.getframerate()


def write_wav(path, samples):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", samples).tobytes())


def write_engine(path):
    """Four seconds of an engine: 55 Hz with overtones, and broad noise, near full scale."""
    noise = random.Random(7)
    tones = [55 * n for n in range(1, 12)]
    write_wav(path, [int(1500 * sum(math.sin(2 * math.pi * f * i / RATE) / n for n, f in enumerate(tones, 1))
                         + noise.uniform(-9000, 9000)) for i in range(4 * RATE)])


def live(rig, events):
    """One recording in one process; its entries, from the press on."""
    rig.commission()
    known = len(rig.entries())
    rig.configure([events])
    process = rig.start()
    try:
        require(process.wait(PROCESS_SECONDS) == 0, "the recorder ended badly:\n" + rig.log_end())
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    answer = rig.verdict()
    require(answer["verdict"] == "intact", f"the recorder is {answer['verdict']}: {answer['problems']}")
    return rig.entries()[known:]


def bodies(entries, kind):
    return [entry["body"] for entry in entries if entry["kind"] == kind]


def end(at):
    """REC is held; the last words are waited for; the recorder is switched off."""
    return [{"at": at, "do": "hold_record"}, {"at": at + 15.0, "do": "power_off"}]


def one_statement(entries, what, **wanted):
    made = [body for body in bodies(entries, "statement") if body["what"] == what]
    require(len(made) == 1, f"one {what} was due, these are there: {bodies(entries, 'statement')}")
    for key, value in wanted.items():
        require(made[0][key] == value, f"{key} of {made[0]} is not {value}")
    return made[0]


def check_played(rig, entries, names):
    """The ledger tells of the prompts that the loudspeaker played, and when."""
    told = bodies(entries, "prompt")
    require([body["what"] for body in told] == names, f"the prompts are {told}, due were {names}")
    with open(os.path.join(rig.folder, "speaker.log"), encoding="utf-8") as file:
        played = [line.split() for line in file if line.startswith("play ")]
    require(len(played) == len(told), f"the loudspeaker played {played}, the ledger tells {told}")
    for body, (_, at, _, path) in zip(told, played):
        require(os.path.basename(path) == body["what"] + ".wav", f"{path} was played for {body}")
        require(abs(int(at) - body["from"]) < 50 * MS, f"{body} was played at {at}")
    return told


def sound_of(rig, entries):
    """Levels of the recorded sound per 10 ms, and the BOOTTIME of the first."""
    files = rig.open_footage(os.path.join(rig.folder, "opened"))
    zero = bodies(entries, "segment")[0]["zero"]
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i", files[0], "-map", "0:a", "-af",
                           "aresample=async=1:first_pts=0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"],
                          capture_output=True, check=True)
    samples = array.array("h", done.stdout)
    step = RATE // 100
    return zero, [math.sqrt(sum(s * s for s in samples[i:i + step]) / step) for i in range(0, len(samples) - step, step)]


def level(sound, begin, end):
    zero, levels = sound
    inside = levels[max(0, (begin - zero) // (10 * MS)):max(0, (end - zero) // (10 * MS))]
    require(inside, "there is no sound where it was looked for")
    return sum(inside) / len(inside)


def speech(rig):
    answer = os.path.join(rig.folder, "answer.wav")
    length = speak(answer, "现在是上午九点三十分，地点是建设路十八号食品超市，执法人员两名，正在录音录像。")
    begin = 0.5 + wav_seconds(os.path.join(rig.programs, "..", "share/liuhen/prompts/zh/start.wav")) + 1.0
    after = begin + length + 2.5
    speak(os.path.join(rig.folder, "last.wav"), "现场检查结束，执法人员离开现场。")
    entries = live(rig, [{"at": 0.5, "do": "press_record"},
                         {"at": begin, "do": "speak", "file": "answer.wav"},
                         {"at": after, "do": "press_record"},
                         {"at": after + 11.5, "do": "speak", "file": "last.wav"},
                         *end(after + 5.0)])
    told = check_played(rig, entries, ["start", "still_recording", "closing", "end"])
    recording = bodies(entries, "end")[0]["recording"]
    require([body["recording"] for body in told] == [recording, recording, recording, None], f"the prompts are {told}")
    one_statement(entries, what="closing", asked=1, result="heard")
    made = one_statement(entries, what="opening", asked=1, result="heard", recording=recording)
    require(made["from"] >= told[0]["to"], f"{made} begins before the question has been said: {told[0]}")
    require(abs(made["speech_ms"] - length * 1000) < 2000, f"{length} s were spoken, {made}")
    sound = sound_of(rig, entries)
    asked, answered = level(sound, told[0]["from"], told[0]["to"]), level(sound, made["from"], made["to"])
    pause = level(sound, told[0]["to"] + 300 * MS, told[0]["to"] + 800 * MS)
    require(asked > 300 and answered > 300, f"levels: question {asked:.0f}, answer {answered:.0f}")
    require(pause < asked / 20, f"level between question and answer: {pause:.0f}; question {asked:.0f}")
    return f"heard {made['speech_ms']} ms of {length:.1f} s; levels {asked:.0f}, {pause:.0f}, {answered:.0f}"


def three_questions(rig):
    # A short question of the agency's own in place of the one that came with the program.
    os.makedirs(os.path.join(rig.folder, "prompts", "zh"))
    speak(os.path.join(rig.folder, "prompts", "zh", "start.wav"), "请说明。")
    rig.settings.voice = 'folder = "prompts"'
    entries = live(rig, [{"at": 0.5, "do": "press_record"}, *end(36.0)])
    told = check_played(rig, entries, ["start", "no_speech", "no_speech", "closing", "end"])
    require(told[0]["to"] - told[0]["from"] < 2000 * MS, f"the agency's question was not said: {told[0]}")
    made = one_statement(entries, what="opening", asked=3, result="missing")
    return f"{made['speech_ms']} ms taken for speech in {(made['to'] - made['from']) / 1e9:.1f} s"


def silence(rig):
    return three_questions(rig)


def noise(rig):
    write_engine(os.path.join(rig.folder, "engine.wav"))
    rig.settings.microphone = 'files = ["engine.wav"]\ngap_seconds = 0.0'
    return three_questions(rig)


def interrupted(rig):
    asked = [wav_seconds(os.path.join(rig.programs, "..", "share/liuhen/prompts/zh", name)) for name in ("start.wav", "resumed.wav")]
    opening = speak(os.path.join(rig.folder, "opening.wav"), "现在是上午九点三十分，地点是建设路十八号食品超市。")
    reason = speak(os.path.join(rig.folder, "reason.wav"), "摄像头松动，已经重新接好，恢复录像。")
    first = 0.5 + asked[0] + 1.0
    second = first + opening + 1.0 + asked[1] + 1.5
    entries = live(rig, [{"at": 0.5, "do": "press_record"},
                         {"at": 3.0, "do": "camera_unplug"},
                         {"at": 5.0, "do": "camera_return"},
                         {"at": first, "do": "speak", "file": "opening.wav"},
                         {"at": second, "do": "speak", "file": "reason.wav"},
                         *end(second + reason + 2.5)])
    # The question for the opening was still being said when the picture came back: the reason is asked for behind it.
    one_statement(entries, what="opening", asked=1, result="heard")
    made = one_statement(entries, what="resume", asked=1, result="heard")
    told = bodies(entries, "explanation")
    gap = next(entry["seq"] for entry in entries if entry["kind"] == "interruption")
    require([(body["entry"], body["manner"], body["from"], body["to"]) for body in told] == [(gap, "spoken", made["from"], made["to"])],
            f"the explanations are {told}, the statement {made}, the interruption {gap}")
    return f"{made['speech_ms']} ms"


def pause(rig):
    length = speak(os.path.join(rig.folder, "reason.wav"), "当事人去取材料，暂停录像。")
    rig.settings.voice = "silent = true"
    back = 6.0 + length + 4.0
    entries = live(rig, [{"at": 0.5, "do": "press_record"},
                         {"at": 3.0, "do": "hold_pause"},
                         {"at": 5.5, "do": "speak", "file": "reason.wav"},
                         {"at": back, "do": "press_record"},
                         {"at": back + 1.0, "do": "speak", "file": "reason.wav"},
                         *end(back + length + 3.5)])
    kinds = [entry["kind"] for entry in entries if entry["kind"] in ("statement", "interruption", "explanation", "resume", "end")]
    require(kinds == ["statement", "interruption", "explanation", "resume", "statement", "explanation", "statement", "end"],
            f"the entries are {kinds}")
    require(bodies(entries, "interruption")[0]["cause"] == "pause", f"{bodies(entries, 'interruption')}")
    one_statement(entries, what="resume", asked=0, result="heard")
    return f"{bodies(entries, 'explanation')}"


def silent(rig):
    length = speak(os.path.join(rig.folder, "answer.wav"), "现在是上午九点三十分，地点是建设路十八号。")
    rig.settings.voice = "silent = true"
    entries = live(rig, [{"at": 0.5, "do": "press_record"},
                         {"at": 3.0, "do": "speak", "file": "answer.wav"},
                         *end(5.5 + length)])
    require(bodies(entries, "mode") == [{"silent": True}], f"the modes are {bodies(entries, 'mode')}")
    require(not bodies(entries, "prompt"), f"prompts in silent mode: {bodies(entries, 'prompt')}")
    one_statement(entries, what="opening", asked=0, result="heard")
    return "heard"


def deaf(rig):
    """GStreamer sees all plugins but the detector's."""
    multiarch = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
    plugins = os.path.join("/usr/lib", multiarch, "gstreamer-1.0")
    seen = os.path.join(rig.folder, "plugins")
    os.makedirs(seen)
    require("libgstwebrtcdsp.so" in os.listdir(plugins), f"no detector in {plugins} that could be hidden")
    for name in os.listdir(plugins):
        if name.endswith(".so") and name != "libgstwebrtcdsp.so":
            os.symlink(os.path.join(plugins, name), os.path.join(seen, name))
    hidden = {"GST_PLUGIN_SYSTEM_PATH_1_0": seen, "GST_REGISTRY_1_0": os.path.join(rig.folder, "registry.bin")}
    os.environ.update(hidden)
    try:
        entries = live(rig, [{"at": 0.5, "do": "press_record"}, *end(23.0)])
    finally:
        for name in hidden:
            del os.environ[name]
    one_statement(entries, what="opening", asked=1, result="missing", speech_ms=None)
    parts = len(bodies(entries, "part"))
    require(parts > 40, f"{parts} parts in 23 s")
    return f"{parts} parts"


CASES = {"speech": speech, "silence": silence, "noise": noise, "interrupted": interrupted, "pause": pause, "silent": silent, "deaf": deaf}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(TOP, "build", "release", "bin"))
    parser.add_argument("--keep", action="store_true", help="keep the folders")
    parser.add_argument("cases", nargs="*", help="which; default: all")
    arguments = parser.parse_args()
    failed = 0
    for name in arguments.cases or CASES:
        scratch = tempfile.mkdtemp(prefix=f"liuhen-voice-{name}-")
        try:
            rig = Rig(scratch, arguments.programs, Settings(microphone='pattern = "silence"', pre_event_seconds=0))
            print(f"{name}: {CASES[name](rig)}", flush=True)
        except (Failed, OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"{name}: FAILED: {error}", flush=True)
            failed += 1
        finally:
            if arguments.keep:
                print(f"kept: {scratch}")
            else:
                shutil.rmtree(scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
