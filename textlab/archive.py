"""Tar archives that nobody vouches for: read with limits, never unpacked by tarfile itself."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# What tarfile, gzip and lzma raise on damaged or crafted bytes; a chain of extended headers recurses.
_BROKEN = (
    *(tarfile.TarError, gzip.BadGzipFile, lzma.LZMAError, zlib.error),
    *(EOFError, ValueError, RecursionError),
)

_NOT_IN_NAMES = re.compile(r"[\\:\0]")  # backslash and colon mean folders and drives on Windows


class ArchiveError(ValueError):
    """The archive is broken, is none, or holds something that does not belong into a data set."""


@dataclass(frozen=True)
class Limits:
    """The most that an archive may hold; beyond it, reading stops."""

    members: int = 200_000
    """Files and folders."""
    file_bytes: int = 100_000_000
    """Bytes of one file."""
    total_bytes: int = 500_000_000
    """Bytes of the whole archive after decompression, headers included; it is held in memory."""


LIMITS = Limits()


def read_members(
    archive: Path, wanted: Callable[[str], bool], *, limits: Limits = LIMITS
) -> Iterator[tuple[str, bytes]]:
    """Path (with `/`) and contents of each file in a .tar.gz or .tar.xz archive whose path is `wanted`.

    Every member is examined, wanted or not: links, devices, sparse files, absolute paths, paths with `..`,
    files given twice, and sizes above `limits` raise ArchiveError, and so do a truncated or damaged archive
    and a file that is no archive. What came before such a member has been given out by then.
    """
    seen: set[str] = set()
    try:
        stream = io.BytesIO()
        _decompress(archive, stream, limits.total_bytes)
        with tarfile.open(fileobj=stream, mode="r:") as tar, stream.getbuffer() as contents:
            for count, member in enumerate(tar, start=1):
                if count > limits.members:
                    raise ArchiveError(f"{archive}: more than {limits.members} members; refused, a bomb")
                _check(archive, member, limits)
                if not member.isreg():
                    continue
                if member.name in seen:
                    raise ArchiveError(f"{archive}: member {member.name!r} is there twice; refused")
                seen.add(member.name)
                if wanted(member.name):
                    yield member.name, bytes(contents[member.offset_data :][: member.size])
    except ArchiveError:
        raise
    except _BROKEN as error:
        raise ArchiveError(
            f"{archive} is truncated, damaged or no .tar.gz or .tar.xz archive ({error}): fetch it again"
        ) from error


def extract(archive: Path, folder: Path, wanted: Callable[[str], bool], *, limits: Limits = LIMITS) -> None:
    """Write the wanted files of the archive into `folder`, which must not exist yet.

    They are written under a temporary name beside it, which is renamed at the very end: a folder of this name
    is always complete. Raises as `read_members`, FileExistsError, and leaves nothing behind then.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already: remove it to unpack {archive} again")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for path, contents in read_members(archive, wanted, limits=limits):
            target = partial / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:  # x: never onto something that is there
                    file.write(contents)
            except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
                raise ArchiveError(f"{archive}: member {path!r} is both file and folder; refused") from error
        partial.chmod(0o755)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first, and its copy is complete too
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _decompress(archive: Path, stream: io.BytesIO, limit: int) -> None:
    """Write the whole tar file into `stream`, from its start; gzip and xz check it at their end."""
    with archive.open("rb") as file:
        start = file.read(2)
    if start not in (b"\x1f\x8b", b"\xfd7"):
        raise ArchiveError(f"{archive} is no .tar.gz or .tar.xz archive: give the file as it was downloaded")
    with gzip.open(archive, "rb") if start == b"\x1f\x8b" else lzma.open(archive, "rb") as source:
        while chunk := source.read(1 << 20):
            stream.write(chunk)
            if stream.tell() > limit:
                raise ArchiveError(f"{archive}: more than {limit} bytes inside; refused, a bomb")
    stream.seek(0)


def _check(archive: Path, member: tarfile.TarInfo, limits: Limits) -> None:
    """Raise ArchiveError unless the member is a plain file or a folder that stays inside."""
    name = member.name
    if member.issparse() or not (member.isreg() or member.isdir()):
        kind = "a link" if member.issym() or member.islnk() else "no plain file"
        raise ArchiveError(f"{archive}: member {name!r} is {kind}; refused, only files and folders may be")
    if name.startswith("/") or ".." in name.split("/") or _NOT_IN_NAMES.search(name):
        raise ArchiveError(f"{archive}: member {name!r} points out of the folder; refused")
    if not 0 <= member.size <= limits.file_bytes:
        raise ArchiveError(
            f"{archive}: member {name!r} has {member.size} bytes, over {limits.file_bytes}; refused, a bomb"
        )
