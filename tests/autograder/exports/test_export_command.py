"""`autograder export canvas` and `moodle` on files: encodings, refusals in one sentence, and nothing written then."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.record import record_json
from tests.records import record

ROSTER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)\n"
    '"    Points Possible",,,,,100\n"Ångström, Zoë",20004,s4,zoe,Monday,\n'
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of reports with one student."""
    folder = tmp_path / "out"
    (folder / "zoe").mkdir(parents=True)
    (folder / "zoe" / "report.json").write_text(record_json(record("zoe")), encoding="utf-8")
    return folder


def exported(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_roster_in_any_encoding_comes_back_in_utf_8(out: Path, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "roster.csv").write_bytes(ROSTER.encode(encoding))
    status, said = exported("canvas", out, "--roster", tmp_path / "roster.csv", "--title", "Homework")
    assert status == 0 and "made" in said and "not in it" not in said
    text = (out / "canvas.csv").read_text(encoding="utf-8")
    assert text.startswith('"Student"') and '"Ångström, Zoë","20004","s4","zoe","Monday","98"' in text
    assert ("is not UTF-8" in said) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize(
    ("content", "title", "said"),
    [
        (ROSTER.encode(), "Homewrok", "roster.csv has no column 'Homewrok'. Did you mean 'Homework (7)'?"),
        (ROSTER.replace('"Ångström, Zoë"', "Ångström, Zoë").encode(), "Homework", "roster.csv, line 3"),
        (b"PK\x03\x04", "Homework", "roster.csv is a workbook or a zip"),
        (b"", "Homework", "roster.csv is empty"),
        (b"a,b\n1,2\n", "Homework", "export the gradebook from Canvas"),
        (None, "Homework", "roster.csv: there is no such file"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    out: Path, tmp_path: Path, content: bytes | None, title: str, said: str
) -> None:
    if content is not None:
        (tmp_path / "roster.csv").write_bytes(content)
    status, told = exported("canvas", out, "--roster", tmp_path / "roster.csv", "--title", title)
    assert status == 2 and said in told, told
    assert not (out / "canvas.csv").exists()


def test_moodle_s_worksheet_is_refused_and_read_in_the_same_way(out: Path, tmp_path: Path) -> None:
    header = "ID,Name,E-Mail,Status,Note,Bestnote,Änderbar,Abgabe,Bewertet,Kommentar"
    text = f"{header}\nTeilnehmer/in7,Zoë Ångström,zoe@x.org,-,,100,Ja,-,-,\n"
    (tmp_path / "grades.csv").write_bytes(text.encode("cp1252"))
    status, said = exported("moodle", out, "--worksheet", tmp_path / "grades.csv")
    assert status == 0 and "was read as Windows-1252" in said
    assert '"98","100"' in (out / "moodle.csv").read_text(encoding="utf-8")
    (tmp_path / "grades.csv").write_bytes(text.replace("zoe@x.org,-", "zoe@x.org,a,b,-").encode())
    status, said = exported("moodle", out, "--worksheet", tmp_path / "grades.csv")
    assert status == 2 and "grades.csv, line 2: " in said
