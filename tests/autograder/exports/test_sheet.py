"""Tables in the encodings and with the separators that programs save, and what is said where one cannot be read."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.exports.sheet import SheetError, decoded, parse_sheet, read_text

TABLE = 'Student,ID\n"Ångström, Zoë",7\n'


@pytest.mark.parametrize(
    ("content", "noted"),
    [
        (TABLE.encode(), ""),
        (TABLE.encode("utf-8-sig"), ""),
        (TABLE.encode("cp1252"), "read as Windows-1252"),
        (codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"), "read as UTF-16-LE"),
        (codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), "read as UTF-16-BE"),
        (codecs.BOM_UTF32_LE + TABLE.encode("utf-32-le"), "read as UTF-32-LE"),
        (TABLE.encode("utf-16-le"), "read as UTF-16-LE"),
        (TABLE.encode("utf-16-be"), "read as UTF-16-BE"),
    ],
)
def test_every_encoding_gives_the_same_table(content: bytes, noted: str) -> None:
    text, note = decoded(content, "roster.csv")
    sheet = parse_sheet(text, "roster.csv")
    assert [row.cells for row in sheet.rows] == [["Ångström, Zoë", "7"]]
    assert noted in note and bool(note) == bool(noted)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "roster.csv is a workbook or a zip, not a CSV"),
        (b"\n<!DOCTYPE html><html>", "may have asked you to log in"),
        (b"Student,ID\nZo\x81,7\n", "roster.csv, line 2: the bytes 81 are no cp1252"),
        (b"Student,ID\nZo\0e,7\n", "line 2: NUL"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(SheetError, match="CSV UTF-8") as raised:
        decoded(content, "roster.csv")
    assert said in str(raised.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("hint", [False, True])
def test_any_separator_is_found(delimiter: str, hint: bool) -> None:
    text = f"sep={delimiter}\n" * hint + delimiter.join(["A", "B, c", "D"]).replace("B, c", '"B, c"') + "\n"
    text += delimiter.join(['"x, y; z"', "1", ""]) + "\n"
    sheet = parse_sheet(text, "t")
    assert sheet.header == ["A", "B, c", "D"] and sheet.delimiter == delimiter
    assert [(row.line, row.cells) for row in sheet.rows] == [(2 + hint, ["x, y; z", "1", ""])]


def test_rows_get_the_header_s_length_and_cells_beyond_it_are_refused() -> None:
    sheet = parse_sheet("A,B,C\n1,2\n\n1,2,3,,\n", "t.csv")
    assert [(row.line, row.cells) for row in sheet.rows] == [(2, ["1", "2", ""]), (4, ["1", "2", "3"])]
    with pytest.raises(SheetError, match=r"t\.csv, line 3: 4 cells, and the header has 3: 'd' is in no column"):
        parse_sheet("A,B,C\n1,2,3\na,b,c,d\n", "t.csv")


def test_a_quotation_mark_that_nobody_closes_swallows_no_rows() -> None:
    with pytest.raises(SheetError, match=r"t\.csv, line 2: .*quotation marks"):
        parse_sheet('A,B\n"Ada,1\nBob,2\n', "t.csv")


@pytest.mark.parametrize("text", ["", "\n\n", "one column\na\n"])
def test_nothing_to_read_is_said(text: str) -> None:
    with pytest.raises(SheetError, match=r"t\.csv (is empty|has one column)"):
        parse_sheet(text, "t.csv")


def test_a_file_that_is_no_file_blocks_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        read_text(tmp_path / "roster.csv")
    os.mkfifo(tmp_path / "roster.csv")
    with pytest.raises(SheetError, match="is not a plain file"):
        read_text(tmp_path / "roster.csv")
    with pytest.raises(SheetError):
        read_text(tmp_path)
    (tmp_path / "real.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert read_text(tmp_path / "link.csv")[0] == TABLE


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    try:
        parse_sheet(decoded(content, "t.csv")[0], "t.csv")
    except SheetError as error:
        assert str(error).startswith("t.csv")
