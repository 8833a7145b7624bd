// SPDX-License-Identifier: Apache-2.0
// Footage for the replay, made by ffmpeg: a clock in the picture, a tone, fragments as the recorder writes them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** [from, to] in seconds of the recording; between 20 and 35 it is interrupted. */
const runs = [[0, 2], [2, 20], [35, 45]];
/** A colour for each, so that a screenshot tells which is shown. */
export const colours = ["0x2040c0", "0x208040", "0xc02020"];

function initSize(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const size = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    at += size;
    if (type === "moov") return at;
  }
  throw new Error("no moov box");
}

/** Makes files and playlist; `playedFrom` is the wall time (µs) of the recording's first sample. */
export function makeMedia(folder, playedFrom) {
  mkdirSync(folder, { recursive: true });
  const lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:18", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"];
  const files = runs.map(([from, to], index) => {
    const file = join(folder, `${index}.mp4`);
    const length = String(to - from);
    execFileSync("ffmpeg", [
      "-v", "error", "-y", "-f", "lavfi", "-i", `color=c=${colours[index]}:s=320x180:r=10:d=${length}`, "-f", "lavfi", "-i", `sine=frequency=${300 + 200 * index}:duration=${length}`,
      "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-threads", "1", "-pix_fmt", "yuv420p", "-c:a", "aac", "-output_ts_offset", String(from),
      "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", file,
    ]);
    const bytes = readFileSync(file);
    const init = initSize(bytes);
    if (index > 0) lines.push("#EXT-X-DISCONTINUITY");
    lines.push(
      `#EXT-X-MAP:URI="segments/${index}.mp4",BYTERANGE="${init}@0"`, `#EXT-X-PROGRAM-DATE-TIME:${new Date(playedFrom / 1000 + from * 1000).toISOString()}`,
      `#EXTINF:${length}.000,`, `#EXT-X-BYTERANGE:${bytes.length - init}@${init}`, `segments/${index}.mp4`,
    );
    return bytes;
  });
  return { files, playlist: `${lines.join("\n")}\n#EXT-X-ENDLIST\n`, marks: "WEBVTT\n\n00:00:09.000 --> 00:00:10.000\nfocus\n" };
}
