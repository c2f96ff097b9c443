"""Submissions are found in every layout, and nothing that a student names or packs does harm."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.submissions import (
    Submission,
    SubmissionError,
    SubmittedFile,
    archive,
    find_submissions,
    group,
    listing,
)
from autograder.submissions.group import Group
from autograder.submissions.safe_name import MAX_BYTES, safe_name

ASSIGNMENT = "text_classification"


def plant(folder: Path, *paths: str) -> Path:
    """Write a file at each path; its content is its path."""
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.encode("utf-8", "surrogateescape"))
    return folder


def pack(target: Path, *members: str | zipfile.ZipInfo, content: bytes = b"{}") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for member in members:
            packed.writestr(member, content)
    return target


def found(source: Path, *students: str) -> dict[str, list[str]]:
    return {s.student: [file.name for file in s.files] for s in find_submissions(source, students=students)}


def only(source: Path) -> Submission:
    (submission,) = find_submissions(source)
    return submission


# Layouts

NBGRADER = (
    f"zoe/{ASSIGNMENT}/2_cnn.ipynb",
    f"zoe/{ASSIGNMENT}/timestamp.txt",
    f"zoe/{ASSIGNMENT}/.ipynb_checkpoints/2_cnn-checkpoint.ipynb",
    f"adam/{ASSIGNMENT}/1_rnn.ipynb",
    f"adam/{ASSIGNMENT}/part/2_cnn.py",
    "adam/homework_1/other.ipynb",
    "bob/homework_1/other.ipynb",
)
EXPECTED: dict[str, list[str]] = {"adam": ["1_rnn.ipynb", "part/2_cnn.py"], "bob": [], "zoe": ["2_cnn.ipynb"]}


def test_nbgraders_layout_gives_the_assignments_files_by_student(tmp_path: Path) -> None:
    submissions = find_submissions(plant(tmp_path, *NBGRADER))
    assert {s.student: [f.name for f in s.files] for s in submissions} == EXPECTED
    adam, bob, zoe = submissions
    assert zoe.files[0].content == f"zoe/{ASSIGNMENT}/2_cnn.ipynb".encode()
    assert adam.problems == zoe.problems == ()
    assert "no folder text_classification, but homework_1" in bob.problems[0]


def test_a_course_folder_is_entered_at_submitted(tmp_path: Path) -> None:
    plant(tmp_path / "submitted", *NBGRADER)
    plant(tmp_path / "source", f"{ASSIGNMENT}/2_cnn.ipynb")
    assert found(tmp_path) == EXPECTED


def test_any_level_of_nbgraders_layout_can_be_given(tmp_path: Path) -> None:
    plant(tmp_path, *NBGRADER)
    assert found(tmp_path / "zoe") == {"zoe": ["2_cnn.ipynb"]}
    assert found(tmp_path / "zoe" / ASSIGNMENT) == {"zoe": ["2_cnn.ipynb"]}
    assert found(tmp_path / "zoe" / ASSIGNMENT / "2_cnn.ipynb") == {"zoe": ["2_cnn.ipynb"]}


def test_in_a_flat_folder_each_notebook_is_a_student(tmp_path: Path) -> None:
    plant(tmp_path, "bob.ipynb", "amy.py", "cy.ipynb.txt", "notes.txt", "._bob.ipynb")
    assert found(tmp_path) == {"amy": ["amy.py"], "bob": ["bob.ipynb"], "cy": ["cy.ipynb.txt"]}


def test_a_sub_folder_is_a_student_and_a_file_of_the_same_name_joins_it(tmp_path: Path) -> None:
    plant(tmp_path, "amy/2_cnn.ipynb", "amy/deep/1_rnn.ipynb", "amy.ipynb", "bob/2_cnn.ipynb")
    assert found(tmp_path) == {"amy": ["2_cnn.ipynb", "amy.ipynb", "deep/1_rnn.ipynb"], "bob": ["2_cnn.ipynb"]}


def test_a_single_notebook_is_a_student(tmp_path: Path) -> None:
    assert found(plant(tmp_path, "amy.ipynb") / "amy.ipynb") == {"amy": ["amy.ipynb"]}


@pytest.mark.parametrize("prefix", ["", "submitted/", "export/submitted/", "./"])
def test_a_zip_of_nbgraders_layout_is_read_like_the_folder(tmp_path: Path, prefix: str) -> None:
    assert found(pack(tmp_path / "all.zip", *(prefix + path for path in NBGRADER))) == EXPECTED


def test_a_zip_of_notebooks_or_of_folders_is_read(tmp_path: Path) -> None:
    assert found(pack(tmp_path / "flat.zip", "amy.ipynb", "bob.ipynb", "__MACOSX/._amy.ipynb")) == {
        "amy": ["amy.ipynb"],
        "bob": ["bob.ipynb"],
    }
    assert found(pack(tmp_path / "folders.zip", "class\\amy\\a.ipynb", "class\\bob\\b.ipynb")) == {
        "amy": ["a.ipynb"],
        "bob": ["b.ipynb"],
    }


def test_students_can_be_chosen_and_only_theirs_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, *NBGRADER)
    read: list[str] = []
    original = Group.read

    def noting(kept: Group, student: str) -> Submission:
        read.append(student)
        return original(kept, student)

    monkeypatch.setattr(Group, "read", noting)
    assert found(tmp_path, "zoe") == {"zoe": ["2_cnn.ipynb"]}
    assert read == ["zoe"]


# Errors of the caller


@pytest.mark.parametrize("name", ["missing", "empty", "notes.txt", "broken.zip", "empty.zip"])
def test_where_nothing_can_be_found_the_error_names_path_and_remedy(tmp_path: Path, name: str) -> None:
    plant(tmp_path, "notes.txt", "broken.zip")
    (tmp_path / "empty").mkdir()
    pack(tmp_path / "empty.zip")
    with pytest.raises(SubmissionError) as caught:
        find_submissions(tmp_path / name)
    assert name in str(caught.value)
    assert "Give " in str(caught.value) or "Pack " in str(caught.value)


def test_an_unknown_student_is_named_with_the_nearest(tmp_path: Path) -> None:
    plant(tmp_path, *NBGRADER)
    with pytest.raises(SubmissionError, match=r"'adan'.*'adam'"):
        find_submissions(tmp_path, students=["zoe", "adan"])


# Bad submissions


def test_a_student_without_a_notebook_is_listed_with_a_problem(tmp_path: Path) -> None:
    plant(tmp_path, f"amy/{ASSIGNMENT}/essay.docx", f"zoe/{ASSIGNMENT}/2_cnn.ipynb")
    (tmp_path / "bob").mkdir()
    submissions = {s.student: s for s in find_submissions(tmp_path)}
    assert list(submissions) == ["amy", "bob", "zoe"]
    assert submissions["amy"].files == () and "No notebook" in submissions["amy"].problems[0]
    assert "No notebook" in submissions["bob"].problems[0]


def test_a_zip_inside_is_reported(tmp_path: Path) -> None:
    plant(tmp_path, "amy.zip", "bob/work.zip")
    amy, bob = find_submissions(tmp_path)
    assert (amy.student, bob.student) == ("amy", "bob")
    assert amy.problems[0].startswith("amy.zip: ") and bob.problems[0].startswith("work.zip: ")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    plant(tmp_path, "amy.ipynb", "bob.ipynb")
    (tmp_path / "amy.ipynb").chmod(0)
    amy, bob = find_submissions(tmp_path)
    assert amy.files == () and "cannot be read" in amy.problems[0]
    assert len(bob.files) == 1


def test_a_read_error_is_a_problem_of_its_student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "amy.ipynb", "bob.ipynb")
    original = os.open

    def failing(path: os.PathLike[str], flags: int) -> int:
        if Path(path).name == "amy.ipynb":
            raise PermissionError(13, "Permission denied")
        return original(path, flags)

    monkeypatch.setattr(os, "open", failing)
    amy, bob = find_submissions(tmp_path)
    assert amy.files == () and amy.problems == ("amy.ipynb: cannot be read: Permission denied. Allow reading it.",)
    assert len(bob.files) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_over_the_limit_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(listing, "MAX_FILE_BYTES", 8)
    monkeypatch.setattr("autograder.submissions.folder.MAX_FILE_BYTES", 8)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 8)
    source = pack(tmp_path / "a.zip", "amy.ipynb", content=b"123456789") if packed else plant(tmp_path, "amy.ipynb")
    submission = only(source)
    assert submission.files == () and "Clear its outputs" in submission.problems[0]


def test_a_student_over_the_limit_keeps_the_first_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MAX_STUDENT_BYTES", 20)
    submission = only(plant(tmp_path, "amy/a.ipynb", "amy/b.ipynb"))
    assert [file.name for file in submission.files] == ["a.ipynb"] and "b.ipynb" in submission.problems[0]


def test_too_many_notebooks_of_one_student_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MAX_FILES", 2)
    submission = only(plant(tmp_path, "amy/a.ipynb", "amy/b.ipynb", "amy/c.ipynb"))
    assert len(submission.files) == 2 and "3 notebooks" in submission.problems[0]


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = plant(tmp_path / "secret", "key.ipynb")
    root = plant(tmp_path / "class", "amy/2_cnn.ipynb", "bob/2_cnn.ipynb")
    (root / "amy" / "key.ipynb").symlink_to(secret / "key.ipynb")
    (root / "amy" / "other").symlink_to(root / "bob")
    (root / "eve.ipynb").symlink_to(secret / "key.ipynb")
    submissions = {s.student: s for s in find_submissions(root)}
    assert [f.name for f in submissions["amy"].files] == ["2_cnn.ipynb"]
    assert len(submissions["amy"].problems) == 2 and "is a link" in submissions["amy"].problems[0]
    assert submissions["eve"].files == () and "is a link" in submissions["eve"].problems[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_does_not_make_the_reader_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "amy.ipynb")
    assert "not a plain file" in only(tmp_path).problems[0]


def test_deep_folders_are_reported_not_followed(tmp_path: Path) -> None:
    plant(tmp_path, "amy/" + "d/" * 12 + "a.ipynb", "amy/a.ipynb")
    submission = only(tmp_path)
    assert len(submission.files) == 1 and "too deep" in submission.problems[0]


# Zips


def test_paths_that_leave_the_zip_are_kept_inside_and_reported(tmp_path: Path) -> None:
    source = pack(tmp_path / "a.zip", "amy/../../bob/x.ipynb", "/etc/cy.ipynb", "..\\eve.ipynb")
    submissions = {s.student: s for s in find_submissions(source)}
    assert set(submissions) == {"amy", "etc", "__"}
    assert submissions["amy"].files[0].name == "__/__/bob/x.ipynb"
    assert "amy/../../bob/x.ipynb" in submissions["amy"].problems[0]
    assert submissions["__"].problems


def test_links_encrypted_and_damaged_members_are_problems(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("amy/link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    source = pack(tmp_path / "a.zip", link, "bob/2_cnn.ipynb", "cy/2_cnn.ipynb", content=b"{}" * 50)
    content = bytearray(source.read_bytes())
    with zipfile.ZipFile(source) as packed:
        data = packed.getinfo("bob/2_cnn.ipynb").header_offset + 30 + len("bob/2_cnn.ipynb")
    content[data : data + 2] = b"\xff\xff"
    central = content.index(b"PK\x01\x02", content.index(b"cy/2_cnn.ipynb"))
    cy = content.index(b"cy/2_cnn.ipynb", central) - 46
    struct.pack_into("<H", content, cy + 8, 0x1)
    source.write_bytes(content)
    amy, bob, other = find_submissions(source)
    assert amy.files == () and "is a link" in amy.problems[0]
    assert bob.files == () and "is damaged" in bob.problems[0]
    assert other.files == () and "is encrypted" in other.problems[0]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ARCHIVE_BYTES", 250)
    submissions = find_submissions(pack(tmp_path / "a.zip", "a.ipynb", "b.ipynb", "c.ipynb", content=b"0" * 100))
    assert [len(s.files) for s in submissions] == [1, 1, 0]
    assert "Split it" in submissions[2].problems[0]


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_SCAN", 2)
    with pytest.raises(SubmissionError, match="more than 2 files"):
        find_submissions(pack(tmp_path / "a.zip", "a.ipynb", "b.ipynb", "c.ipynb"))


def test_a_member_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        source = pack(tmp_path / "a.zip", "amy/a.ipynb", "amy/a.ipynb")
    submission = only(source)
    assert len(submission.files) == 1 and "more than once" in submission.problems[0]


def test_a_path_of_ten_thousand_folders_is_reported(tmp_path: Path) -> None:
    submission = find_submissions(pack(tmp_path / "a.zip", "amy/" + "d/" * 10_000 + "a.ipynb", "bob/b.ipynb"))[0]
    assert submission.files == () and "too deep" in " ".join(submission.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damaged_zip_raises_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    source = pack(tmp_path / "a.zip", "amy/2_cnn.ipynb", "bob/2_cnn.ipynb", content=b"{}" * 20)
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    source.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        submissions = find_submissions(source)
    except SubmissionError:
        return
    assert all(s.files or s.problems for s in submissions)


# Names


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("amy", "amy"), ("Zoë Ångström", "Zoë Ångström"), ("Zoe\u0308", "Zoë"), ("李雷", "李雷"),
        ("a.b-c_1@x", "a.b-c_1@x"),
        ("..", "__"), (".", "_"), ("", "_"), ("a/b", "a_b"), ("a\\b", "a_b"), ("C:x", "C_x"), ("a\x00\nb", "a__b"),
        ("..a", "__a"), ("a.", "a_"), (" a ", "_a_"), ("a\u202eb", "a_b"), ("\udcff", "_"),
        ("con", "_con"), ("NUL.txt", "_NUL.txt"),
        ("-rf", "-rf"), ("<b>|*?\"", "_b_____"),
    ],
)  # fmt: skip
def test_names_are_made_safe_by_rule(raw: str, safe: str) -> None:
    assert safe_name(raw) == safe


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_a_safe_name_is_one_printable_component_and_stays_as_it_is(raw: str) -> None:
    safe = safe_name(raw)
    assert safe and safe not in {".", ".."} and "/" not in safe and "\\" not in safe
    assert safe.isprintable() and len(safe.encode("utf-8")) <= MAX_BYTES
    assert safe == safe.strip(". ") and safe_name(safe) == safe


def test_long_names_that_differ_at_the_end_stay_different() -> None:
    assert safe_name("a" * 300 + "b") != safe_name("a" * 300 + "c")


def test_students_whose_names_become_the_same_are_kept_apart_and_reported(tmp_path: Path) -> None:
    plant(tmp_path, "a\x01/x.ipynb", "a\x02/y.ipynb", "b\x01.ipynb", "b\x02.ipynb")
    submissions = {s.student: s for s in find_submissions(tmp_path)}
    assert {name: [f.name for f in s.files] for name, s in submissions.items()} == {
        "a_": ["x.ipynb"],
        "a_-2": ["y.ipynb"],
        "b_": ["b_.ipynb"],
        "b_-2": ["b_-2.ipynb"],
    }
    assert all("path characters" in s.problems[0] for s in submissions.values())


def test_undecodable_names_are_readable_in_the_report(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"am\xff.ipynb")).write_bytes(b"{}")
    except OSError:
        pytest.skip("this file system refuses the name")
    submission = only(tmp_path)
    assert submission.student == "am_"
    " ".join(submission.problems).encode("utf-8")


# Digest


def test_the_digest_depends_on_names_and_contents_and_on_nothing_else() -> None:
    def digest(*files: tuple[str, bytes], student: str = "amy") -> str:
        return Submission(student, tuple(SubmittedFile(*file) for file in files), ()).sha256

    assert digest(("a", b"1")) == digest(("a", b"1"), student="bob")
    assert len({digest(("a", b"1")), digest(("b", b"1")), digest(("a", b"2")), digest(("a1", b"")), digest()}) == 5


def test_a_zip_that_does_not_say_that_its_names_are_utf8_is_read_rightly(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("brXXn.ipynb", b"{}")
    path.write_bytes(path.read_bytes().replace(b"brXXn.ipynb", "brün.ipynb".encode()))
    assert found(path) == {"brün": ["brün.ipynb"]}
