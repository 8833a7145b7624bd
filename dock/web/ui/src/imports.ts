// SPDX-License-Identifier: Apache-2.0
// Files to the vault, piece by piece: what a browser has of a file is never more than a piece in memory.
import { call, type Schemas } from "./api/client";

export type Media = Schemas["Media"];
export type Declaration = Omit<Schemas["ImportDeclaration"], "file" | "size" | "media">;

export const allMedia: Media[] = ["video", "photo", "sound"];
/** The device of an access to an import (docs/format/access.md section 2). */
export const importDevice = "import";
/** The longest file that the page takes; longer ones are imported on the console. */
export const longest = 32 * 1024 ** 3;

/** What a file holds, by the browser's knowledge of its name; undefined if that does not tell. */
export function mediaOf(file: File): Media | undefined {
  const kinds: Record<string, Media> = { video: "video", image: "photo", audio: "sound" };
  return kinds[file.type.split("/")[0] ?? ""];
}

/** Sends a file; what came of it once the vault keeps it. A Problem, or an abort, ends it with nothing kept. */
export async function upload(file: File, media: Media, declared: Declaration, signal: AbortSignal, sent: (bytes: number) => void) {
  const begun = await call("post", "/api/v1/imports", { body: { ...declared, file: file.name, size: file.size, media }, signal });
  for (let at = begun.offset; at < file.size; ) {
    const piece = file.slice(at, at + begun.piece_bytes);
    at = (await call("put", "/api/v1/imports/{upload}/bytes", { at: { upload: begun.upload }, query: { offset: at }, body: piece, signal })).offset;
    sent(at);
  }
  return call("post", "/api/v1/imports/{upload}/end", { at: { upload: begun.upload }, body: {}, signal });
}
