"""A table as course systems and spreadsheet programs save it: its encoding, its separator, and its cells by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.submissions.folder import read_file
from autograder.submissions.listing import UnreadableFileError

DELIMITERS = (",", ";", "\t")
SAVE_AGAIN = "Save it as “CSV UTF-8” and give that file"
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""A byte-order mark and the encoding that it announces; UTF-32 first, its mark begins like that of UTF-16."""
OTHER_FILES = (
    (b"PK\x03\x04", "a workbook or a zip"),
    (b"\xd0\xcf\x11\xe0", "an old workbook"),
    (b"%PDF", "a PDF"),
    (b"<", "a web page: the course system may have asked you to log in"),
)


class SheetError(ValueError):
    """A table cannot be used; the text names the file, the line, the value and the remedy."""


@dataclass(frozen=True)
class Row:
    """One row below the header, with as many cells as the header."""

    line: int
    """Where it begins in the file, from 1."""
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A table with a header."""

    name: str
    """The file, for messages."""
    header: list[str]
    """Without spaces around."""
    rows: list[Row]
    """Without empty ones."""
    delimiter: str

    def fault(self, row: Row, what: str) -> SheetError:
        """The error for something in a row."""
        return SheetError(f"{self.name}, line {row.line}: {what}")


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file, and a note where its encoding had to be found out.

    Raises SheetError when it is no text, FileNotFoundError when there is none.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        content = read_file(path.resolve(), str(path))
    except UnreadableFileError as error:
        raise SheetError(str(error).replace("Hand in the notebook itself", "Give the CSV file itself")) from None
    return decoded(content, path.name)


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text of some bytes, and a note where their encoding had to be found out.

    By byte-order mark, else UTF-16 where every other byte is zero, UTF-8, or Windows-1252. A UTF-8 mark stays in
    the text. Raises SheetError when none fits.
    """
    for beginning, kind in OTHER_FILES:
        if content.lstrip().startswith(beginning):
            raise SheetError(f"{name} is {kind}, not a CSV file. {SAVE_AGAIN}, or download it again")
    marked = [(mark, encoding) for mark, encoding in MARKS if content.startswith(mark)]
    mark, encoding = marked[0] if marked else (b"", _unmarked(content))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        value = content[error.start : error.end].hex(" ")
        raise SheetError(f"{name}, line {line}: the bytes {value} are no {encoding}. {SAVE_AGAIN}") from None
    if "\0" in text:
        raise SheetError(
            f"{name}, line {text[: text.index(chr(0))].count(chr(10)) + 1}: NUL in the text. {SAVE_AGAIN}"
        )
    if encoding == "utf-8":
        return ("\ufeff" + text if mark else text), ""
    shown = {"cp1252": "Windows-1252; look at the names with accents"}.get(encoding, encoding.upper())
    return text, f"{name} is not UTF-8 and was read as {shown}"


def _unmarked(content: bytes) -> str:
    """The encoding of bytes without a byte-order mark."""
    start = content[:512]
    if start.count(0) > len(start) // 4:
        return "utf-16-be" if start[:1] == b"\0" else "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def parse_sheet(text: str, name: str) -> Sheet:
    """The table in a text, whatever separates its cells. Raises SheetError.

    Rows get as many cells as the header has: empty ones are added or, where there are too many, taken away.
    """
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5:
        # A hint to Excel, which takes it away.
        text, skipped = rest, 1
    tables = {delimiter: _table(text, delimiter, skipped) for delimiter in DELIMITERS}
    delimiter = max(tables, key=lambda one: _regular(tables[one]))
    table = tables[delimiter]
    if isinstance(table, str):
        raise SheetError(f"{name}, {table}. Download it again, or mend the quotation marks")
    if not table:
        raise SheetError(f"{name} is empty. Download it again")
    header = [cell.strip() for cell in table[0].cells]
    while header and not header[-1]:
        header.pop()
    if len(header) < 2:
        raise SheetError(f"{name} has one column only. {SAVE_AGAIN}")
    sheet = Sheet(name, header, [], delimiter)
    for row in table[1:]:
        extra = [cell for cell in row.cells[len(header) :] if cell.strip()]
        if extra:
            what = f"{len(row.cells)} cells, and the header has {len(header)}: {extra[0]!r} is in no column"
            raise sheet.fault(row, f"{what}. Put a cell that holds {delimiter!r} into quotation marks")
        sheet.rows.append(Row(row.line, (row.cells + [""] * len(header))[: len(header)]))
    return sheet


def _table(text: str, delimiter: str, skipped: int) -> list[Row] | str:
    """All rows that hold something, or what is wrong and in which line."""
    # strict: otherwise a quotation mark that nobody closes swallows the rows below it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line + 1 + skipped, cells))
            line = reader.line_num
    except csv.Error as error:
        return f"line {line + 1 + skipped}: {error}"
    return rows


def _regular(table: list[Row] | str) -> tuple[bool, int]:
    """How much speaks for a separator: most rows are as long as the header, and that is long."""
    if isinstance(table, str) or not table:
        return False, 0
    width = len(table[0].cells)
    alike = sum(len(row.cells) == width for row in table)
    return width > 1 and 2 * alike >= len(table), width


def twice(header: Sequence[str]) -> list[str]:
    """The columns that a header names more than once."""
    return sorted({column for column in header if column and header.count(column) > 1})
