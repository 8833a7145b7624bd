# SPDX-License-Identifier: Apache-2.0
"""Files and folders as a checker may open them: regular files alone, links never followed, any size bounded."""

import errno
import hashlib
import os
import stat

from .report import CannotTell

_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENODEV}
_BLOCK = 1 << 20


class Stored:
    """An open regular file."""

    def __init__(self, path, handle, size):
        self.path, self.size, self._handle = path, size, handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._handle)

    def take(self, at, count):
        """Bytes from a position on, fewer where the file ends."""
        out = []
        while count > 0:
            try:
                block = os.pread(self._handle, min(count, _BLOCK), at)
            except OSError as error:
                raise CannotTell(f"read {self.path}: {error}") from error
            if not block:
                break
            out.append(block)
            at, count = at + len(block), count - len(block)
        return b"".join(out)

    def sha256(self):
        """SHA-256 of the whole file."""
        state, at = hashlib.sha256(), 0
        while block := self.take(at, _BLOCK):
            state.update(block)
            at += len(block)
        return state.digest()


def open_file(path):
    """The file, or None if there is none or it is no regular one; CannotTell if it cannot be opened."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise CannotTell(f"open {path}: {error}") from error
    except ValueError as error:
        raise CannotTell(f"open {path}: {error}") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        return None
    return Stored(path, handle, found.st_size)


def read(path, limit):
    """The bytes of a regular file up to a limit and one more, or None if there is none."""
    file = open_file(path)
    if file is None:
        return None
    with file:
        return file.take(0, limit + 1)


def listing(path):
    """Entries of a folder in order of their names' bytes; none if it is no folder or a link."""
    if not is_folder(path):
        return []
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise CannotTell(f"list {path}: {error}") from error


def is_folder(path):
    """Whether this is a folder and no link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False
