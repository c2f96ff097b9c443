"""The command `autograder grade`: a class from what was handed in to its reports."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from autograder.cluster import ClusterError
from autograder.contracts import Contract, load_contract
from autograder.gpus import GPUError, find_gpus
from autograder.grading import grade_class
from autograder.judge.hidden_data import load_hidden
from autograder.judge.judge import Settings, wanted_names
from autograder.record import Record, read_record, record_json
from autograder.reports.feedback import write_feedback
from autograder.reports.files import NotWrittenError, write_whole
from autograder.reports.pages import write_class_pages
from autograder.reports.rows import Rows
from autograder.rubric import Rubric
from autograder.sandbox import Level, probe_levels, strongest
from autograder.store.results import Results
from autograder.submissions import SubmissionError, open_class
from autograder.terminal import class_table, console, shown_progress, warn_if_weak

RESULTS = ".results"
"""The store's folder below OUT: who removes the reports removes what they came from."""


class Data(str, Enum):
    """The reviews that graded networks are trained and tested on."""

    mini = "mini"
    imdb = "imdb"


class Device(str, Enum):
    """Where graded networks are trained."""

    cpu = "cpu"
    cuda = "cuda"


class Floor(str, Enum):
    """The weakest sandbox that an instructor accepts."""

    process = "process"
    bubblewrap = "bubblewrap"


def grade(
    submissions: Annotated[
        Path, typer.Argument(help="nbgrader's submitted folder, a folder of notebooks, one notebook, or a zip")
    ],
    out: Annotated[Path, typer.Option(help="folder for the reports")] = Path("out"),
    workers: Annotated[int, typer.Option(min=0, help="submissions graded at once; 0: one per core")] = 0,
    data: Annotated[
        Data, typer.Option(help="reviews that RNN and CNN are trained on; GloVeCNN stays on mini")
    ] = Data.mini,
    data_path: Annotated[
        Path | None, typer.Option(envvar="TEXTLAB_IMDB", help="archive or folder of the IMDB reviews")
    ] = None,
    student: Annotated[list[str] | None, typer.Option(help="grade only this student; may be repeated")] = None,
    contract: Annotated[
        str, typer.Option(help="what the notebooks were written for: kit, original, or the path of a contract, .toml")
    ] = "kit",
    sandbox_floor: Annotated[
        Floor, typer.Option(envvar="AUTOGRADER_SANDBOX_FLOOR", help="grade nothing behind a weaker wall than this")
    ] = Floor.process,
    device: Annotated[
        Device, typer.Option(help="where graded networks are trained; cuda: on this machine's GPUs, one judge each")
    ] = Device.cpu,
    cluster: Annotated[
        str, typer.Option(help="address of a Dask scheduler whose workers grade, such as tcp://10.0.0.1:8786")
    ] = "",
    cache: Annotated[
        Path | None, typer.Option(help="folder of results that need not be found out again; default: OUT/.results")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="grade everything, and say whether it is as it was kept")
    ] = False,
) -> None:
    """Grade submissions; write OUT/<student>/report.json, OUT/grades.csv, OUT/index.html and OUT/feedback/.

    May be interrupted: the same command goes on there. Ends with status 0 when every submission got a mark, 1 when
    the grader failed on one, 2 for wrong arguments and when a report cannot be written, 130 when it was interrupted.
    """
    try:
        agreed = load_contract(contract)
        found = open_class(
            submissions,
            students=student or (),
            notebooks=tuple(wanted_names(agreed.roles)),
            skipped=(out.resolve(), (cache or out).resolve()),
        )
    except (SubmissionError, ValueError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    _refuse_below(sandbox_floor)
    gpus = _gpus(cluster) if device is Device.cuda else ()
    settings = Settings(
        data=data.value,
        data_path=data_path,
        level=strongest(),
        gpus=gpus,
        contract=contract,
        store=(cache or out / RESULTS).resolve(),
        fresh=no_cache,
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / ".writable", "")
        (out / ".writable").unlink()
        load_hidden(settings.data, settings.data_path)
    except (OSError, ValueError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    rows, results = Rows(), Results(settings)
    try:
        with found:
            graded = grade_class(found, settings, workers, results=results, cluster=cluster)
            for record in shown_progress(graded, len(found)):
                write_student(record, agreed.rubric, out)
                rows.add(record)
        records = rows.records
        if student:
            _add_earlier(rows, out, agreed)
        write_class_pages(rows.records, agreed.rubric, out)
    except (NotWrittenError, ClusterError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        count = f"{len(rows.records)} of {len(found)}"
        console.print(Text(f"interrupted: {count} are graded and kept; the same command goes on there"))
        raise typer.Exit(130) from None
    console.print(class_table(records))
    count = f"{len(records)} submission{'s' if len(records) != 1 else ''}"
    console.print(Text(f"{count} · sandbox: {settings.level.word} · {out / 'index.html'}"))
    _say_what_was_known(results, records)
    warn_if_weak(settings.level)
    failed = [record for record in records if not record.graded]
    for record in failed:
        console.print(Text(f"the grader failed on {record.student}: see {out / record.student / 'report.json'}"))
    for record in records:
        odd = ", ".join(check.id for check in record.checks if check.fault)
        if odd:
            where = out / record.student / "report.json"
            console.print(
                Text(f"{odd} of {record.student} raised on a value of theirs: is it a fault of the kit? {where}")
            )
    raise typer.Exit(1 if failed else 0)


def _refuse_below(floor: Floor) -> None:
    """End with status 2 and the remedy when the strongest wall that works is below the floor."""
    if strongest() >= Level[floor.name.upper()]:
        return
    for finding in probe_levels():
        if not finding.works:
            console.print(Text(f"autograder: {finding.level.word} does not work: {finding.reason}"))
    found = f"the sandbox floor is {floor.value} and only {strongest().word} works"
    console.print(Text(f"autograder: nothing was graded, since {found}"))
    raise typer.Exit(2)


def _gpus(cluster: str) -> tuple[str, ...]:
    """The names of the GPUs, which are said; end with status 2 and the remedy when they cannot be used."""
    try:
        if cluster:
            raise GPUError("--device cuda does not go with --cluster, whose workers train on CPUs; leave out one")
        gpus = find_gpus(strongest())
    except GPUError as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    console.print(Text(f"graded networks are trained on {', '.join(gpus)}: at most {len(gpus)} at once"))
    return gpus


def write_student(record: Record, rubric: Rubric, out: Path) -> None:
    """Write a student's report and page; a report that is there already is left alone, which spares the disk."""
    path, text = out / record.student / "report.json", record_json(record)
    if not (path.is_file() and path.read_bytes() == text.encode()):
        write_whole(path, text)
    write_feedback([record], rubric, out)


def _add_earlier(rows: Rows, out: Path, contract: Contract) -> None:
    """Add the reports of other students that lie in OUT already: grading one again keeps the class together."""
    now = {record.student for record in rows.records}
    for path in sorted(out.glob("*/report.json")):
        if path.parent.name not in now:
            try:
                record = read_record(path.read_text(encoding="utf-8"))
                if record.contract != contract.name:
                    raise ValueError(f"graded by the contract {record.contract}")
                write_feedback([record], contract.rubric, out)
                rows.add(record)
            except (ValueError, KeyError, TypeError) as error:
                console.print(Text(f"left out of the class page: {path} ({error})"))


def _say_what_was_known(results: Results, records: list[Record]) -> None:
    """Say which records come from the store, and whether they were right where they were found out again."""
    known = [record for record in records if record.student in results.known_students]
    if known:
        console.print(Text(f"{len(known)} of {len(records)} were graded before and have not changed since"))
    if results.confirmed or results.refuted:
        same = f"{len(results.confirmed)} of {len(results.confirmed) + len(results.refuted)} are as they were kept"
        told = f"; not the same: {', '.join(sorted(results.refuted))}" if results.refuted else ""
        console.print(Text(f"graded anew: {same}{told}"))
