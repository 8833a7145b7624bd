// SPDX-License-Identifier: Apache-2.0
// Letters by which others ask: their scans go up in pieces, and come back as files to save.
import { call, callFile } from "./api/client";

const longest = 4 * 1024 ** 2;
const piece = 1024 ** 2;
/** How PDF, JPEG and PNG files begin. */
const beginnings = [[0x25, 0x50, 0x44, 0x46, 0x2d], [0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]];
/** For the browser's dialog only; what a file is say its first bytes. */
export const accepted = ".pdf,.jpg,.jpeg,.png";

/** What is wrong with a file as a scan, as the end of a key of sentences; null if it will be taken. */
export async function wrongScan(file: File): Promise<"wrongType" | "tooLarge" | null> {
  const begin = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  if (!beginnings.some((bytes) => bytes.every((byte, index) => begin[index] === byte))) return "wrongType";
  return file.size > longest ? "tooLarge" : null;
}

/** Sends a scan; its hash, by which the request names it. */
export async function sendScan(file: File): Promise<string> {
  let scan = "";
  for (let at = 0; at < file.size; ) {
    const told = await call("put", "/api/v1/letter", { query: { offset: at }, body: file.slice(at, at + piece) });
    at = told.offset;
    scan = told.scan;
  }
  return scan;
}

/** Saves the scan of a request's letter as the browser saves files. */
export async function saveScan(id: string): Promise<void> {
  const { file, name } = await callFile("/api/v1/requests/{id}/letter", { id });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
