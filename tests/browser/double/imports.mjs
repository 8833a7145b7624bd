// SPDX-License-Identifier: Apache-2.0
// Imports as the double has them: a list, and files that come piece by piece.
import { createHash, randomBytes } from "node:crypto";
import { hash, now, second } from "./day.mjs";
import { Refusal, page } from "./refusal.mjs";

const pieceBytes = 1 << 20;
const over = () => new Refusal(409, "import_over", "本次导入已中断，没有保存任何内容，请重新导入该文件。", "retry");

export function makeImports() {
  const one = (index, more) => ({
    leaf: 880 - index * 7, time_us: now - (index + 1) * 9000 * second, object: hash(`import ${index}`), size: 3_400_000 * (index + 1), media: "photo", maker: "佳能", device: "EOS 0117",
    from_us: now - 90_000 * second, until_us: now - 89_000 * second, file: "现场照片 01.jpg", wearer: "王芳", reason: "方市监罚〔2026〕31号，现场检查照片。", by: "赵敏 2001", ...more,
  });
  return [one(0), one(1, { media: "video", maker: "大华", device: "农贸市场 3 号枪机", file: "市场南门 2026-11-28.mp4", wearer: "市场管理处" }), one(2, { media: "sound", file: null, wearer: null, reason: null, by: null })];
}

const uploadOf = (state, session, name) => {
  const found = state.uploads.get(session.person);
  if (!found || found.name !== name) throw over();
  return found;
};

export const importAnswers = {
  listImports: ({ state, query }) => ({ value: page(state.empty ? [] : state.imports, query) }),
  beginImport({ state, session, body }) {
    if (state.noRoom) throw new Refusal(409, "no_room", "证据保管服务的磁盘空间不足，没有保存该文件，请系统管理员腾出空间后再导入。", "ask_sysadmin");
    const upload = { name: randomBytes(32).toString("hex"), declared: body, at: 0, hash: createHash("sha256") };
    state.uploads.set(session.person, upload);
    return { status: 201, value: { upload: upload.name, offset: 0, piece_bytes: pieceBytes } };
  },
  importBytes({ state, session, at, query, body }) {
    const upload = uploadOf(state, session, at.upload);
    if (Number(query.offset) !== upload.at || body.length > pieceBytes) throw new Error(`a piece of ${body.length} bytes at ${query.offset}, where ${upload.at} is due`);
    upload.hash.update(body);
    upload.at += body.length;
    return { value: { offset: upload.at } };
  },
  endImport({ state, session, at }) {
    const upload = uploadOf(state, session, at.upload);
    if (upload.at !== upload.declared.size) throw new Error(`${upload.at} of ${upload.declared.size} bytes came`);
    state.uploads.delete(session.person);
    const object = upload.hash.digest("hex");
    const known = state.imports.some((one) => one.object === object);
    const leaf = 1200 + state.imports.length;
    state.imports.unshift({ leaf, time_us: Date.now() * 1000, object, by: `${session.who.name} ${session.who.work_number}`, ...upload.declared });
    return { status: 201, value: { leaf, object, known } };
  },
};
