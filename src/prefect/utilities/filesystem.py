"""Files and folders: which to take along, how to write them whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from prefect.exceptions import ConfigurationError

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
_drafts = count()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that readers, also after a power cut, find the old content or the new, never a part.

    Folders are made as needed. They and the file are readable to their owner only. Raises OSError.
    """
    make_private_folder(path.parent)
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}.{threading.get_ident()}.{next(_drafts)}.draft")
    try:
        _write_synced(draft, content)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(path.parent)


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, readable to their owner only."""
    if not path.is_dir():
        if path.parent != path:
            make_private_folder(path.parent)
        try:
            path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        except FileExistsError as error:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    """Make a rename durable; some file systems have no such thing for folders."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def filename(path: str) -> str:
    """The last part of a path, whichever of `/` and `\\` separates it."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def is_local_path(path: str | Path | object) -> bool:
    """Whether a path lies on this machine: without a scheme, or with `file://` or `local://`."""
    if not isinstance(path, str):
        return isinstance(path, Path)
    scheme, separator, _ = path.partition("://")
    return not separator or scheme in ("file", "local")


def to_display_path(path: Path | str, relative_to: Path | str | None = None) -> str:
    """A path as people read it best: relative to the working directory (or another) if that is shorter."""
    whole = Path(path).resolve()
    start = Path(relative_to).resolve() if relative_to is not None else Path.cwd()
    relative = os.path.relpath(whole, start)
    return min(relative, str(path), key=len)


def relative_path_to_current_platform(path_str: str) -> Path:
    """A relative path written on any platform, as a path of this one."""
    return Path(*path_str.replace("\\", "/").split("/"))


@contextmanager
def tmpchdir(path: str | Path) -> Iterator[Path]:
    """Work in another directory for a while; for a file, in its folder. Not for use in threads."""
    target = Path(path).resolve()
    before = Path.cwd()
    os.chdir(target.parent if target.is_file() else target)
    try:
        yield target
    finally:
        os.chdir(before)


def filter_files(
    root: str | Path = ".", ignore_patterns: Iterable[str] | None = None, include_dirs: bool = True
) -> set[str]:
    """Paths below a folder that patterns, as in a `.gitignore`, do not exclude.

    Args:
        root: the folder; the paths are relative to it.
        ignore_patterns: lines of a `.gitignore`.
        include_dirs: whether folders are among the paths.

    Raises ConfigurationError if there are patterns and the package `pathspec` is not installed.
    """
    base = Path(root)
    found = [each for each in base.rglob("*") if include_dirs or not each.is_dir()]
    names = {each.relative_to(base).as_posix() + "/" * each.is_dir(): each for each in found}
    kept = names if ignore_patterns is None else _not_ignored(names, ignore_patterns)
    return {str(names[name].relative_to(base)) for name in kept}


def _not_ignored(names: Iterable[str], patterns: Iterable[str]) -> Iterable[str]:
    try:
        from pathspec import GitIgnoreSpec
    except ImportError as error:
        raise ConfigurationError("Ignore patterns need the package `pathspec`: pip install pathspec.") from error
    spec = GitIgnoreSpec.from_lines(patterns)
    return [name for name in names if not spec.match_file(name)]
