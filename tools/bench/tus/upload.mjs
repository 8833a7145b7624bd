// SPDX-License-Identifier: Apache-2.0
// Starts a tus server over a folder, uploads the files to it through loopback, ends.
//   node upload.mjs FOLDER FILE...
import { createReadStream, statSync } from "node:fs";
import http from "node:http";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [folder, ...files] = process.argv.slice(2);
const tus = new Server({ path: "/files", datastore: new FileStore({ directory: folder }) });
const server = http.createServer(tus.handle.bind(tus));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const port = server.address().port;
const agent = new http.Agent({ keepAlive: true });

/** One request; resolves to its answer once the body is read, and rejects another status. */
function call(options, body, wanted) {
  return new Promise((done, failed) => {
    const request = http.request({ host: "127.0.0.1", port, agent, ...options }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === wanted ? done(answer) : failed(new Error(`${options.method}: ${answer.statusCode}`)),
      );
    });
    request.on("error", failed);
    if (body) {
      body.on("error", failed);
      body.pipe(request);
    } else {
      request.end();
    }
  });
}

for (const file of files) {
  const size = statSync(file).size;
  const version = { "Tus-Resumable": "1.0.0" };
  const created = await call(
    { method: "POST", path: "/files", headers: { ...version, "Upload-Length": size, "Content-Length": 0 } },
    null,
    201,
  );
  await call(
    {
      method: "PATCH",
      path: new URL(created.headers.location, `http://127.0.0.1:${port}`).pathname,
      headers: {
        ...version,
        "Upload-Offset": 0,
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": size,
      },
    },
    createReadStream(file, { highWaterMark: 1 << 20 }),
    204,
  );
}
agent.destroy();
server.close();
