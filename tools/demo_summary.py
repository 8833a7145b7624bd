#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One page, Chinese and English, about what tools/demo did in its folder; exits 1 if something was not verified."""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from liuhen_life import ledger, loss  # noqa: E402

VERDICTS = {"intact": "完整", "unproven": "无法证明", "incomplete": "有缺失", "altered": "被改动"}
STATEMENTS = {"opening": "开始语", "notice": "告知语", "resume": "恢复语", "closing": "结束语"}
CARDS = {
    "loop": "- 存储卡为回环挂载的 ext4，断电即关闭文件系统，未同步的数据全部丢失。 "
            "The card is an ext4 on a loop device; its file system was shut down, what was not synced is gone.",
    "folder": "- **注意**：存储卡只是普通文件夹，杀死进程不会丢失已写入的数据。 "
              "**Note**: the card is a plain folder; a mere kill loses nothing that was written.",
}
LOSS_BAR = 1.0  # seconds; more must be told by a `late` entry


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def read_lines(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


class Page:
    """What is known of the demo's folder; `bad` collects why it is not all verified."""

    def __init__(self, folder, liuhen, card):
        self.folder = folder
        self.card = card
        self.entries = ledger.read_entries(liuhen, os.path.join(folder, "recorder"))
        self.runs = loss.read_runs(os.path.join(folder, "source-log"))
        self.bad = []

    def of_kind(self, kind):
        return [entry for entry in self.entries if entry["kind"] == kind]

    def recorded(self):
        sums = {loss.PICTURE: [0.0, 0], loss.SOUND: [0.0, 0]}
        size = parts = 0
        for part, segment in ledger.stored_parts(self.entries):
            scales = {track["id"]: track["timescale"] for track in segment["body"]["tracks"]}
            for track, _, duration, samples in part["body"]["tracks"]:
                sums[track][0] += duration / scales[track]
                sums[track][1] += samples
            size += part["body"]["size"]
            parts += 1
        recordings = {(e["generation"], e["seq"]) for e in self.of_kind("start")}
        segments = len(self.of_kind("segment"))
        (picture, pictures), (sound, frames) = sums[loss.PICTURE], sums[loss.SOUND]
        return [
            f"- 录制 {len(recordings)} 段，{segments} 个分段文件，{parts} 个已签名片段，{size / 1e6:.1f} MB（加密）",
            f"  Recordings {len(recordings)}, segments {segments}, signed parts {parts}, {size / 1e6:.1f} MB (encrypted)",
            f"- 图像 {picture:.2f} 秒，{pictures} 帧；声音 {sound:.2f} 秒，{frames} 个 AAC 帧",
            f"  Picture {picture:.2f} s, {pictures} pictures; sound {sound:.2f} s, {frames} AAC frames",
        ]

    def _moment(self, boottime):
        """Seconds since the button was pressed; the machine stays up through the demo, so BOOTTIME goes on."""
        return (boottime - self.of_kind("start")[0]["body"]["press"]) / loss.NS

    def said_and_marked(self):
        lines = []
        for entry in self.entries:
            body = entry["body"]
            if entry["kind"] == "statement":
                begin, end = self._moment(body["from"]), self._moment(body["to"])
                lines.append(f"- 语音 {STATEMENTS.get(body['what'], body['what'])} statement `{body['what']}`: "
                             f"{begin:.1f} – {end:.1f} s, `{body['result']}`")
            elif entry["kind"] == "mark":
                lines.append(f"- 标记 mark `{body['what']}`: {self._moment(body['at']):.1f} s")
            elif entry["kind"] == "interruption":
                lines.append(f"- 中断 interruption `{body['cause']}`, 由 by `{body['declared_by']}`, "
                             f"entry {entry['generation']}.{entry['seq']}")
            elif entry["kind"] == "resume":
                lines.append(f"- 恢复 resumed, entry {entry['generation']}.{entry['seq']}")
        return lines

    def lost(self):
        """The loss of the run that ended in the power cut: the last but one that filmed."""
        runs = list(self.runs)
        stored = loss.stored_by_run(self.entries, self.runs)
        cut = runs[-2]
        late = [entry["body"]["age_ms"] for entry in self.of_kind("late")]
        lines = []
        names = {loss.PICTURE: ("图像", "picture", "帧 frames"), loss.SOUND: ("声音", "sound", "采样 samples")}
        for track in loss.losses(self.runs[cut], stored.get(cut, {}), 0):
            chinese, english, units = names[track.track]
            device = self.runs[cut][track.track]
            missing = round(track.tail * loss.NS / device.unit_ns)
            lines.append(f"- {chinese} {english}: {track.tail:.2f} s — {missing} {units} of {device.units} "
                         f"that left the device in this boot" + (f"; {track.dropped} dropped" if track.dropped else ""))
            if track.inside > 0.001:
                self.bad.append(f"{english}: a hole of {track.inside:.3f} s between stored samples")
            if track.tail > LOSS_BAR and not late:
                self.bad.append(f"{english}: more than {LOSS_BAR} s lost, and the recorder did not say that it was late")
        if late:
            lines.append(f"- 本机过慢：记录仪 {len(late)} 次自报写入迟于 1 秒，最迟 {max(late) / 1000:.2f} 秒。 "
                         f"This machine was too slow: {len(late)} times the recorder said that footage was safe later than "
                         f"after 1 s, at worst {max(late) / 1000:.2f} s.")
        return lines + [CARDS[self.card]]

    def verified(self):
        lines = []
        for name, chinese in (("recorder", "记录仪"), ("vault", "证据库")):
            answer = read_json(os.path.join(self.folder, "logs", f"verify-{name}.json"))
            if answer is None:
                if os.path.exists(os.path.join(self.folder, "logs", f"verify-{name}.txt")):
                    self.bad.append(f"{name}: no answer of liuhen verify")
                continue
            verdict = answer["verdict"]
            told = read_lines(os.path.join(self.folder, "logs", f"verify-{name}.txt"))[0]
            opened = read_lines(os.path.join(self.folder, "logs", f"decoded-{name}.txt"))[0]
            lines.append(f"- {chinese} `{name}/`: **{VERDICTS[verdict]} {verdict}** — {told}")
            lines.append(f"  {opened} 个分段已解密并逐帧解码 segments opened and decoded")
            if verdict != "intact":
                self.bad.append(f"{name}: {verdict}, first bad {answer['first_bad']}")
        return lines

    def receipts(self):
        on_recorder = self.of_kind("receipt")
        lines = [f"- 记录仪收到回执 receipts on the recorder: {len(on_recorder)}"]
        if os.path.isdir(os.path.join(self.folder, "vault", "objects")):
            objects = sum(len(files) for _, _, files in os.walk(os.path.join(self.folder, "vault", "objects")))
            note = read_lines(os.path.join(self.folder, "vault", "log", "checkpoint"))
            lines.append(f"- 证据库对象 objects in the vault: {objects}; 日志 log `{note[0]}`, {note[1]} 叶 leaves, 根 root `{note[2]}`")
            if not on_recorder:
                self.bad.append("the recorder holds no receipt")
        return lines

    def places(self):
        listed = [("agency", "机关：根证书、登记、证据密钥 agency: root, registrations, evidence key"),
                  ("recorder", "记录仪：存储卡与密钥库 recorder: card and keystore"),
                  ("dock", "采集站 dock"), ("vault", "证据库：对象与流转记录 vault: objects and custody log"),
                  ("opened", "解密副本 clear copies"), ("logs", "各程序输出 what the programs said")]
        return [f"- `{os.path.join(self.folder, name)}` {text}" for name, text in listed
                if os.path.isdir(os.path.join(self.folder, name))]

    def text(self):
        sections = [("录制了什么 What was recorded", self.recorded()),
                    ("说了什么、标记、中断（按键后秒数） Said, marked, interrupted (seconds after the press)", self.said_and_marked()),
                    ("断电损失（在模拟设备处计量） Lost at the power cut (counted at the simulated devices)", self.lost()),
                    ("校验结论 Verified", self.verified())]
        if os.path.isdir(os.path.join(self.folder, "vault")):
            sections.append(("回执 Receipts", self.receipts()))
        sections.append(("在哪里 Where it lies", self.places()))
        text = "# 留痕演示 liuhen demo\n"
        for title, lines in sections:
            text += f"\n## {title}\n\n" + "\n".join(lines) + "\n"
        if self.bad:
            text += "\n## 未通过 Not verified\n\n" + "\n".join(f"- {line}" for line in self.bad) + "\n"
        return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--liuhen", required=True)
    parser.add_argument("--card", choices=("loop", "folder"), required=True)
    arguments = parser.parse_args()
    page = Page(arguments.folder, arguments.liuhen, arguments.card)
    sys.stdout.write(page.text())
    return 1 if page.bad else 0


if __name__ == "__main__":
    sys.exit(main())
