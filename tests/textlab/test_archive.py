"""Archives that are whole, broken or hostile."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from textlab.archive import ArchiveError, Limits, extract, read_members

Pack = Callable[..., Path]

GOOD = ("data/a.txt", b"first"), ("data/b/c.txt", b"second")


def anything(path: str) -> bool:
    return True


def entry(name: str, kind: bytes, link: str = "") -> tuple[tarfile.TarInfo, None]:
    """A member that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    return info, None


HOSTILE = {
    "a path with ..": (("../escaped.txt", b"x"), "points out"),
    "a path with .. inside": (("data/../../escaped.txt", b"x"), "points out"),
    "an absolute path": (("/tmp/escaped.txt", b"x"), "points out"),
    "a Windows path": (("..\\escaped.txt", b"x"), "points out"),
    "a drive": (("C:escaped.txt", b"x"), "points out"),
    "a folder outside": (entry("../escaped", tarfile.DIRTYPE), "points out"),
    "a symbolic link": (entry("data/link", tarfile.SYMTYPE, "/etc/passwd"), "a link"),
    "a hard link": (entry("data/link", tarfile.LNKTYPE, "data/a.txt"), "a link"),
    "a character device": (entry("data/device", tarfile.CHRTYPE), "no plain file"),
    "a block device": (entry("data/device", tarfile.BLKTYPE), "no plain file"),
    "a pipe": (entry("data/pipe", tarfile.FIFOTYPE), "no plain file"),
    "a sparse file": (entry("data/sparse", tarfile.GNUTYPE_SPARSE), "no plain file"),
    "a file given twice": (("data/a.txt", b"other"), "there twice"),
}


@pytest.mark.parametrize("name", ["data.tar.gz", "data.tar.xz"])
def test_wanted_files_are_read(pack: Pack, name: str) -> None:
    archive = pack(entry("data", tarfile.DIRTYPE), *GOOD, name=name)
    assert dict(read_members(archive, anything)) == dict(GOOD)
    assert list(read_members(archive, lambda path: path.endswith("c.txt"))) == [GOOD[1]]


def test_wanted_files_are_extracted(pack: Pack, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    extract(pack(*GOOD), folder, anything)
    found = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.txt")}
    assert found == dict(GOOD)
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_members_are_refused_and_nothing_is_left(pack: Pack, tmp_path: Path, case: str) -> None:
    member, message = HOSTILE[case]
    archive = pack(*GOOD, member)
    folder = tmp_path / "cache" / "out"
    with pytest.raises(ArchiveError, match=message):
        extract(archive, folder, anything)
    assert list(folder.parent.iterdir()) == []
    assert [path for path in tmp_path.rglob("*") if "escaped" in path.name] == []


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_members_are_refused_also_where_nobody_wants_them(pack: Pack, case: str) -> None:
    member, message = HOSTILE[case]
    with pytest.raises(ArchiveError, match=message):
        list(read_members(pack(*GOOD, member), lambda path: False))


def test_a_file_that_is_also_a_folder_is_refused(pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="both file and folder"):
        extract(pack(("a", b"1"), ("a/b", b"2")), tmp_path / "out", anything)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(members=1), "more than 1 members"),
        (Limits(file_bytes=5), "'data/b/c.txt' has 6 bytes"),
        (Limits(total_bytes=2_000), "more than 2000 bytes"),
    ],
)
def test_what_is_over_a_limit_is_refused(pack: Pack, limits: Limits, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        list(read_members(pack(*GOOD), anything, limits=limits))


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_bomb_is_refused_without_being_unpacked(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    archive = tmp_path / "bomb.tar"
    archive.write_bytes(compress(bytes(50_000_000)))
    with pytest.raises(ArchiveError, match="a bomb"):
        list(read_members(archive, anything, limits=Limits(total_bytes=1_000_000)))


def test_a_header_that_announces_too_much_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("data/huge.txt")
    info.size = 10**12
    archive = tmp_path / "huge.tar.gz"
    archive.write_bytes(gzip.compress(info.tobuf()))
    with pytest.raises(ArchiveError, match="1000000000000 bytes"):
        list(read_members(archive, anything))


@pytest.mark.parametrize("name", ["data.tar.gz", "data.tar.xz"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_archive_is_refused_and_nothing_is_left(
    pack: Pack, tmp_path: Path, name: str, share: float
) -> None:
    archive = pack(*GOOD, ("data/noise", bytes(i * i % 251 for i in range(5000))), name=name)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    folder = tmp_path / "cache" / "out"
    with pytest.raises(ArchiveError, match=rf"{name} is truncated, damaged"):
        extract(archive, folder, anything)
    assert list(folder.parent.iterdir()) == []


def test_a_tar_file_cut_before_it_was_compressed_is_refused(pack: Pack, tmp_path: Path) -> None:
    whole = gzip.decompress(pack(("data/long.txt", bytes(5000))).read_bytes())
    archive = tmp_path / "cut.tar.gz"
    archive.write_bytes(gzip.compress(whole[:3000]))
    with pytest.raises(ArchiveError, match="truncated"):
        list(read_members(archive, anything))


def test_a_flipped_byte_is_noticed(pack: Pack) -> None:
    archive = pack(*GOOD)
    damaged = bytearray(archive.read_bytes())
    damaged[-6] ^= 1  # inside the checksum of gzip
    archive.write_bytes(damaged)
    with pytest.raises(ArchiveError, match="damaged"):
        list(read_members(archive, anything))


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04 a zip file", b"plain text", gzip.compress(b"no tar" * 500)])
def test_what_is_no_archive_is_refused(tmp_path: Path, contents: bytes) -> None:
    archive = tmp_path / "other.tar.gz"
    archive.write_bytes(contents)
    with pytest.raises(ArchiveError, match=r"other\.tar\.gz is"):
        list(read_members(archive, anything))


def test_a_long_chain_of_extended_headers_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    info = tarfile.TarInfo("longname")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 2
    for _ in range(3000):
        stream.write(info.tobuf() + b"a\0".ljust(512, b"\0"))
    archive = tmp_path / "chain.tar.gz"
    archive.write_bytes(gzip.compress(stream.getvalue()))
    with pytest.raises(ArchiveError):
        list(read_members(archive, anything))


def test_an_interrupted_extraction_leaves_no_folder_that_looks_complete(pack: Pack, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "out"

    def interrupted(path: str) -> bool:
        if path.endswith("c.txt"):
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        extract(pack(*GOOD), folder, interrupted)
    assert list(folder.parent.iterdir()) == []


def test_a_process_that_extracts_at_the_same_time_does_no_harm(pack: Pack, tmp_path: Path) -> None:
    archive = pack(*GOOD)
    folder = tmp_path / "cache" / "out"

    def overtaken(path: str) -> bool:
        if not folder.exists():
            extract(archive, folder, anything)
        return True

    extract(archive, folder, overtaken)
    assert list(folder.parent.iterdir()) == [folder]
    assert (folder / "data" / "a.txt").read_bytes() == b"first"


def test_an_existing_folder_is_never_written_into(pack: Pack, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(FileExistsError, match="remove it"):
        extract(pack(*GOOD), folder, anything)
    assert list(folder.iterdir()) == []
