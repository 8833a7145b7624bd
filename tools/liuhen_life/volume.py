# SPDX-License-Identifier: Apache-2.0
"""An ext4 on a loop device as a card: what was not synced is gone after its file system was shut down."""

import os
import subprocess


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
    return done.stdout.strip()


class LoopVolume:
    """An image file with ext4, mounted at `folder`; close() or `with` takes mount and device away again."""

    def __init__(self, image, folder, megabytes):
        self.folder = folder
        self._device = None
        self._mounted = False
        os.makedirs(folder, exist_ok=True)
        with open(image, "xb") as file:
            file.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", image)
        try:
            self._device = _run("losetup", "--find", "--show", image)
            self.mount()
        except OSError:
            self.close()
            raise

    @property
    def device(self):
        return self._device

    def mount(self):
        """Mounts; ext4 replays what its journal holds."""
        _run("mount", "-t", "ext4", self._device, self.folder)
        self._mounted = True

    def unmount(self):
        _run("umount", self.folder)
        self._mounted = False

    def remount(self):
        self.unmount()
        self.mount()

    def close(self):
        if self._mounted:
            self.unmount()
        if self._device:
            _run("losetup", "--detach", self._device)
            self._device = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def why_impossible(scratch):
    """Why this machine cannot mount loop volumes, tried out in the folder `scratch`; None if it can."""
    if os.geteuid() != 0:
        return "not root"
    image = os.path.join(scratch, "try.img")
    try:
        with LoopVolume(image, os.path.join(scratch, "try"), 16):
            return None
    except OSError as error:
        return str(error)
    finally:
        if os.path.exists(image):
            os.remove(image)
