#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The table of voice detection: how much speech is found and how much noise is taken for it, and what statements come out.

Speech is spoken by espeak-ng in English and Mandarin, or recorded (Debian's codec2-examples and alsa-utils); clean, and
with white, pink, brown, wind, engine and siren noise at 20 and 5 dB. The recorder's own detector, hysteresis and asker
hear it (voice_probe). Each case is noise alone for 6 s, speech in the noise, noise alone for 6 s.

  hit     of the 30 ms frames inside speech, pauses up to 0.3 s included, so many count as speech
  marked  of the frames outside, so many do; the 0.75 s behind speech that the hysteresis looks back are left out
  heard   a question of 2 s at the beginning of the case gets the statement "heard"
  missing the same question in 36 s of the noise alone gets "missing"

Exit 0 if the bars hold, 1 if not, 2 if it cannot be run.
"""

import argparse
import array
import math
import os
import subprocess
import sys
import tempfile
import wave

RATE = 16000
FRAME = RATE * 30 // 1000
LEAD = 6 * RATE
ALONE = 36 * RATE
NOISES = ["white", "pink", "brown", "wind", "engine", "siren"]
RATIOS = [20, 5]
BARS = {"spoken": (0.95, 0.05), "recorded": (0.85, 0.10)}
LOOK_BACK = 25      # frames of the hysteresis
LONGEST_GAP = 10    # frames of a pause that counts as speech
SILENCE_DB = -40    # below the loudest frame

SENTENCES = {
    "english": ("en-gb", "It is half past nine in the morning. We are at the food market, eighteen Construction Road. Two officers are "
                         "present, and we have shown our cards. We now inspect the cold store and the purchase ledger. Sound and "
                         "picture are being recorded."),
    "mandarin": ("cmn-latn-pinyin", "现在是上午九点三十分，地点是建设路十八号食品超市。执法人员两名，已经出示执法证件。现在进行现场检查，"
                                    "摄录重点是冷藏柜和进货台账。现在正在录音录像。"),
}
# Below /usr/share/codec2/raw; what has no header is 8 kHz.
RECORDED = {"sentences": ["hts.raw"], "read": ["speech_orig_16k.wav"],
            "several": ["morig.raw", "forig.raw", "mmt1.raw", "kristoff.raw", "cq_ref.raw"]}
RAW = ["-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1"]
WORDS = ["Front_Center", "Front_Left", "Front_Right", "Rear_Center", "Rear_Left", "Rear_Right"]


class CannotRun(Exception):
    """A sentence about what is missing."""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, check=False, **options)
    if done.returncode != 0:
        raise CannotRun(f"{' '.join(command[:3])}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def sox(source, *effects):
    """Samples of a source as sox reads it, mono at RATE."""
    raw = run("sox", "-D", "-R", *source, "-t", "raw", "-r", str(RATE), "-e", "signed", "-b", "16", "-c", "1", "-", *effects)
    return array.array("h", raw)


def spoken(folder):
    for name, (voice, sentence) in SENTENCES.items():
        path = os.path.join(folder, name + ".wav")
        run("espeak-ng", "-v", voice, "-s", "165", "-w", path, sentence)
        yield name, sox([path])


def recorded(folder):
    run("apt-get", "-q", "-o", "APT::Sandbox::User=", "download", "codec2-examples", cwd=folder)
    deb = next(name for name in os.listdir(folder) if name.startswith("codec2-examples_"))
    run("dpkg-deb", "-x", deb, "codec2", cwd=folder)
    for name, files in RECORDED.items():
        source = []
        for file in files:
            source += ([] if file.endswith(".wav") else RAW) + [os.path.join(folder, "codec2/usr/share/codec2/raw", file)]
        yield name, sox(source)
    yield "words", sox([f"/usr/share/sounds/alsa/{word}.wav" for word in WORDS])


def noise(kind, length):
    seconds = str(length / RATE + 0.1)
    source = ["-r", str(RATE), "-n"]
    if kind in ("white", "pink", "brown"):
        samples = sox(source, "synth", seconds, kind + "noise", "gain", "-12")
    elif kind == "wind":
        samples = sox(source, "synth", seconds, "brownnoise", "lowpass", "400", "tremolo", "0.3", "90", "gain", "-3")
    elif kind == "siren":
        samples = sox(source, "synth", seconds, "sine", "900", "bend", *bends(length), "gain", "-12")
    else:
        hum = sox(source, "synth", seconds, "sawtooth", "55", "gain", "-12")
        rumble = sox(source, "synth", seconds, "brownnoise", "tremolo", "13", "60", "gain", "-12")
        samples = mixed(hum, rumble)
    return samples[:length]


def bends(length):
    """A siren: up and down by an octave, a second each."""
    turns = []
    for second in range(length // RATE):
        turns.append(f"0.05,{1200 if second % 2 == 0 else -1200},0.9")
    return turns


def mixed(one, other):
    return array.array("h", (max(-32768, min(32767, a + b)) for a, b in zip(one, other)))


def power(samples):
    return sum(s * s for s in samples) / max(1, len(samples))


def inside_speech(samples):
    """One bool per frame: speech, pauses up to LONGEST_GAP included."""
    levels = [power(samples[i:i + FRAME]) for i in range(0, len(samples) - FRAME + 1, FRAME)]
    least = max(levels) * 10 ** (SILENCE_DB / 10)
    inside = [level > least for level in levels]
    last = None
    for index, loud in enumerate(inside):
        if loud:
            if last is not None and index - last - 1 <= LONGEST_GAP:
                for gap in range(last + 1, index):
                    inside[gap] = True
            last = index
    return inside


def scaled(samples, factor):
    return array.array("h", (max(-32768, min(32767, round(s * factor))) for s in samples))


def write(path, samples):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def cases_of(name, speech, folder):
    """(label, path of the mixture, path of the noise alone, truth per frame) of one voice."""
    speech = scaled(speech, 0.25 * 32767 / max(1, max(abs(s) for s in speech)))
    speech = speech[:len(speech) // FRAME * FRAME]
    truth = inside_speech(speech)
    loud = [s for i, inside in enumerate(truth) if inside for s in speech[i * FRAME:(i + 1) * FRAME]]
    padded = array.array("h", [0] * LEAD) + speech + array.array("h", [0] * LEAD)
    truth = [False] * (LEAD // FRAME) + truth + [False] * (LEAD // FRAME)
    kinds = [("clean", None, None)] + [(f"{kind} {ratio} dB", kind, ratio) for kind in NOISES for ratio in RATIOS]
    for label, kind, ratio in kinds:
        whole = array.array("h", [0] * max(len(padded), ALONE))
        if kind:
            whole = noise(kind, len(whole))
            whole = scaled(whole, math.sqrt(power(loud) / power(whole) / 10 ** (ratio / 10)))
        stem = os.path.join(folder, f"{name}-{label.replace(' ', '-')}")
        write(stem + ".wav", mixed(padded, whole))
        write(stem + "-alone.wav", whole[:ALONE])
        yield f"{name}, {label}", stem + ".wav", stem + "-alone.wav", truth


def measure(states, truth):
    """(share of speech hit, share of noise marked, the same with what the hysteresis looks back)."""
    count = min(len(states), len(truth))
    speech = [states[i] == "S" for i in range(count) if truth[i]]
    outside = [i for i in range(count) if not truth[i]]
    far = [i for i in outside if not any(truth[max(0, i - LOOK_BACK):i])]
    share = lambda marks: sum(marks) / len(marks)
    return share(speech), share([states[i] == "S" for i in far]), share([states[i] == "S" for i in outside])


def table(kind, rows):
    """Prints one table; whether its bars hold."""
    hit_bar, marked_bar = BARS[kind]
    print(f"\n{kind} speech, {len(rows)} cases\n")
    print("| case | hit | marked | frames hit / marked before the hysteresis | statement | noise alone |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['label']} | {row['hit']:.2f} | {row['marked']:.2f} | {row['raw_hit']:.2f} / {row['raw_marked']:.2f} "
              f"| {row['statement']} | {row['alone']} |")
    mean = {key: sum(row[key] for row in rows) / len(rows) for key in ("hit", "marked", "tail", "raw_hit", "raw_marked")}
    least = min(rows, key=lambda row: row["hit"])
    most = max(rows, key=lambda row: row["marked"])
    heard = sum(row["statement"].startswith("heard") for row in rows)
    missing = sum(row["alone"].startswith("missing") for row in rows)
    print(f"| **mean** | **{mean['hit']:.3f}** | **{mean['marked']:.3f}** | {mean['raw_hit']:.2f} / {mean['raw_marked']:.2f} "
          f"| {heard} of {len(rows)} heard | {missing} of {len(rows)} missing |\n")
    print(f"bars: hit >= {hit_bar}, marked <= {marked_bar}; marked with the 0.75 s behind speech: {mean['tail']:.3f}")
    print(f"worst: hit {least['hit']:.2f} ({least['label']}), marked {most['marked']:.2f} ({most['label']})")
    holds = mean["hit"] >= hit_bar and mean["marked"] <= marked_bar
    print(f"statements right: {heard + missing} of {2 * len(rows)}; bars {'hold' if holds else 'DO NOT HOLD'}", flush=True)
    return holds


def rows_of(kind, probe, folder):
    voices = spoken(folder) if kind == "spoken" else recorded(folder)
    cases = [case for name, speech in voices for case in cases_of(name, speech, folder)]
    paths = [path for case in cases for path in case[1:3]]
    answers = {}
    for line in run(probe, *paths).decode().splitlines():
        path, *answer = line.split("\t")
        answers[path] = answer
    for label, mixture, alone, truth in cases:
        raw, states, result, asked, speech_ms = answers[mixture]
        _, _, alone_result, alone_asked, alone_ms = answers[alone]
        hit, marked, tail = measure(states, truth)
        raw_hit, raw_marked, _ = measure(raw.replace("v", "S"), truth)
        yield {"label": label, "hit": hit, "marked": marked, "tail": tail, "raw_hit": raw_hit, "raw_marked": raw_marked,
               "statement": f"{result}, asked {asked}, {int(speech_ms) / 1000:.1f} s",
               "alone": f"{alone_result}, asked {alone_asked}, {int(alone_ms) / 1000:.1f} s"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    parser.add_argument("--probe", default=os.path.join(top, "build", "release", "tests", "voice_probe"))
    parser.add_argument("--only", choices=BARS, help="one of the tables")
    arguments = parser.parse_args()
    holds = True
    try:
        for kind in [arguments.only] if arguments.only else BARS:
            with tempfile.TemporaryDirectory(prefix="liuhen-vad-") as folder:
                holds = table(kind, list(rows_of(kind, arguments.probe, folder))) and holds
    except (CannotRun, OSError) as error:
        print(f"table.py: {error}", file=sys.stderr)
        return 2
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
