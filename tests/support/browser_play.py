# SPDX-License-Identifier: Apache-2.0
"""Lets a headless Chromium play a file and tells what it saw and heard."""

import http.server
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import urllib.parse

LIMIT_SECONDS = 90
PLAY_SECONDS = 2.0

_PAGE = """<!doctype html><video id="v" autoplay></video><script>
const v = document.getElementById("v");
let told = false;
let begin = null;  // media time of a later segment does not begin at 0
function tell(error) {
  if (told) return;
  told = true;
  const seen = {error: error, played: v.currentTime - begin, duration: String(v.duration), width: v.videoWidth,
                height: v.videoHeight, pictures: v.getVideoPlaybackQuality().totalVideoFrames,
                sound_bytes: v.webkitAudioDecodedByteCount};
  fetch("/seen?" + encodeURIComponent(JSON.stringify(seen)));
}
v.onerror = () => tell(v.error.message || "error " + v.error.code);
v.onended = () => tell("");
v.ontimeupdate = () => {
  if (begin !== null && v.currentTime - begin > %f) tell("");
};
v.requestVideoFrameCallback((now, frame) => { begin = frame.mediaTime; });
v.src = "/file.mp4";
v.play().catch(reason => tell("play: " + reason));
</script>"""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(("127.0.0.1", 0), _Handler)
        with open(path, "rb") as file:
            self.content = file.read()
        self.seen = None
        self.answered = threading.Event()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        if url.path == "/seen":
            self.server.seen = json.loads(urllib.parse.unquote(url.query))
            self.server.answered.set()
            self._answer("text/plain", b"")
        elif url.path == "/file.mp4":
            self._answer("video/mp4", self.server.content)
        else:
            self._answer("text/html", (_PAGE % PLAY_SECONDS).encode())

    def _answer(self, kind, content):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            pass  # a player may hang up and ask again

    def log_message(self, *_):
        pass


def play(path):
    """{error, played, duration, width, height, pictures, sound_bytes} once about 2 s of `path` were played."""
    program = shutil.which("chromium")
    if program is None:
        return {"error": "chromium is not installed (tools/install test)"}
    server = _Server(path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    profile = tempfile.mkdtemp(prefix="liuhen-browser-")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio",
               "--autoplay-policy=no-user-gesture-required", "--no-first-run", "--disable-background-networking",
               f"--user-data-dir={profile}", "--remote-debugging-port=0", f"http://127.0.0.1:{server.server_port}/"]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        if not server.answered.wait(LIMIT_SECONDS):
            return {"error": f"no answer from Chromium in {LIMIT_SECONDS} s"}
        return server.seen
    finally:
        try:
            os.killpg(browser.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        browser.wait()
        server.shutdown()
        server.server_close()
        shutil.rmtree(profile, ignore_errors=True)
