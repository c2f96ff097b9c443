"""What was measured as a table, a figure, docs/benchmarks.json and docs/benchmarks.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

from autograder.reports.files import write_whole

ORDER = ("start", "load", "request", "build", "forward", "train", "attribute", "judge", "report")
OWN = ("build", "forward", "train", "attribute")
"""Stages in which the student's own code runs."""
TERM = 10_000
"""Students of a large term."""
CORES = 64


@dataclass(frozen=True)
class Target:
    """What a figure should be."""

    name: str
    bound: float
    at_least: bool
    unit: str
    meaning: str

    def met(self, value: float) -> bool:
        """Whether the figure is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound


TARGETS = (
    Target("throughput_vs_nbgrader", 8, True, "times", "our throughput over that of stock nbgrader autograde"),
    Target("throughput_vs_otter", 8, True, "times", "our throughput over that of otter run"),
    Target("overhead_share", 0.15, False, "", "share of the time that is not the student's own computation"),
    Target("overhead_s", 0.3, False, "s", "the same per submission"),
    Target("scaling_2_workers", 1.85, True, "times", "throughput of two workers over that of one"),
    Target("extra_worker_mb", 150, False, "MB", "memory that a second worker adds, shared pages counted once"),
    Target("regrade_ms", 20, False, "ms", "what an unchanged submission adds to the command's time"),
    Target("first_result_s", 5, False, "s", "from the command to the first report of the class"),
)


def figures(measured: Mapping[str, Any]) -> dict[str, float]:
    """The figures of docs/benchmarks.json from what was measured."""
    ours, scaling, spent = measured["ours"], measured["scaling"], measured["stages"]["seconds"]
    students = ours["students"]
    rate_of_ours = students / ours["both"]["seconds"]
    total = sum(spent.values())
    overhead = sum(seconds for stage, seconds in spent.items() if stage not in OWN)
    found = {
        "overhead_share": overhead / total,
        "overhead_s": overhead,
        "scaling_2_workers": scaling["one"]["seconds"] / scaling["two"]["seconds"],
        "extra_worker_mb": scaling["two"]["memory_mb"] - scaling["one"]["memory_mb"],
        "regrade_ms": 1000 * measured["again"]["seconds"],
        "first_result_s": ours["both"]["first_s"],
        "submissions_per_hour": 3600 * rate_of_ours,
        "seconds_per_submission_one_core": total,
        "floor_s": sum(measured["floor"]["seconds"].values()),
        "regrade_class_s": measured["again"]["command"]["seconds"],
        "largest_process_mb": ours["both"]["largest_mb"],
    }
    for peer in ("nbgrader", "otter"):
        if peer in measured:
            rate = measured[peer]["students"] / measured[peer]["seconds"]
            found[f"throughput_vs_{peer}"] = rate_of_ours / rate
            found[f"{peer}_seconds_per_submission"] = 1 / rate
    return {name: round(value, 4) for name, value in sorted(found.items())}


def write_report(measured: Mapping[str, Any], docs: Path) -> None:
    """Print the table; write the JSON, the figure, and the measured part of the page."""
    found = figures(measured)
    table = target_table(found)
    print(table)
    write_whole(docs / "benchmarks.json", json.dumps(found, indent=2) + "\n")
    draw(measured, docs / "benchmarks.svg")
    put(docs / "benchmarks.md", "measured", "\n".join([table, stage_table(measured), peer_table(measured, found)]))
    put(docs / "benchmarks.md", "large", large_class(measured["large"]))
    put(docs / "cluster.md", "cost", cost(found))


def put(path: Path, name: str, text: str) -> None:
    """Replace what stands between the marks of that name on a page."""
    begin, end = f"<!-- {name}: written by make bench -->", f"<!-- end of {name} -->"
    before, _, rest = path.read_text(encoding="utf-8").partition(begin)
    write_whole(path, f"{before}{begin}\n{text}{end}{rest.partition(end)[2]}")


def cost(found: Mapping[str, float]) -> str:
    """What a term of many students takes, from what one complete submission took here."""
    each = found["seconds_per_submission_one_core"]
    hours = each * TERM / 3600
    again = found["regrade_ms"] * TERM / 1000 / 60
    minutes, scaled = hours / CORES * 60, found["scaling_2_workers"]
    return (
        f"A complete submission of four notebooks took {each:.1f} s of one core where `make bench` ran, so {TERM:,}\n"
        f"of them take {hours:.0f} core-hours: {minutes:.0f} minutes on {CORES} cores, if they scale as two do\n"
        f"({scaled:.2f} times one). Multiply by what your site asks for a core-hour. Grading all again when nothing\n"
        f"has changed takes {again:.1f} min of one core; when one notebook of each has changed, the time\n"
        "of that notebook. Submissions that end at deadlines take up to some minutes each.\n"
    )


def large_class(measured: Mapping[str, Any]) -> str:
    """What a class of many submissions takes that need next to no work."""
    students, first, again = measured["students"], measured["first"], measured["again"]
    return (
        f"{students:,} submissions of {measured['megabytes']:.1f} MB took {first['seconds']:.0f} s; the largest\n"
        f"process had {first['largest_mb']:.0f} MB, all together {first['memory_mb']:.0f} MB. Grading all again\n"
        f"took {again['seconds']:.0f} s and {again['largest_mb']:.0f} MB.\n"
    )


def target_table(found: Mapping[str, float]) -> str:
    """Figures and targets."""
    rows = ["| figure | measured | target | met | |", "|---|---|---|---|---|"]
    for target in TARGETS:
        if target.name in found:
            value, word = found[target.name], "at least" if target.at_least else "at most"
            reached, met = f"{value:.3g} {target.unit}", "yes" if target.met(value) else "no"
            rows.append(f"| `{target.name}` | {reached} | {word} {target.bound:g} | {met} | {target.meaning} |")
    return "\n".join(rows) + "\n"


def stage_table(measured: Mapping[str, Any]) -> str:
    """Where the time of one complete submission goes, beside the floor."""
    spent, floor = measured["stages"]["seconds"], measured["floor"]["seconds"]
    rows = ["| stage | seconds | the floor |", "|---|---|---|"]
    for stage in ORDER:
        own = f"{floor.get(stage, 0.0):.2f}" if stage in OWN else "–"
        rows.append(f"| {stage} | {spent.get(stage, 0.0):.3f} | {own} |")
    rows.append(f"| all | {sum(spent.values()):.2f} | {sum(floor.values()):.2f} |")
    return "\n" + "\n".join(rows) + "\n"


def peer_table(measured: Mapping[str, Any], found: Mapping[str, float]) -> str:
    """Seconds per submission of each grader on this machine."""
    ours = measured["ours"]
    rows = ["| grader | submissions | wall seconds each | points |", "|---|---|---|---|"]
    both = ours["both"]
    seconds = both["seconds"] / ours["students"]
    rows.append(f"| `autograder grade` | {ours['students']} | {seconds:.1f} | {_range(both['scores'])} |")
    for peer in ("nbgrader", "otter"):
        if peer in measured:
            one = measured[peer]
            each = found[f"{peer}_seconds_per_submission"]
            rows.append(f"| `{one['version']}` | {one['students']} | {each:.0f} | {_range(one['points'])} |")
    loads = [f"{part} {one['load']:.1f}" for part, one in measured.items()]
    told = f"{ours['cores']} cores; average load after each part: {', '.join(loads)}."
    busy = " Other programs were running, so the figures in seconds are too high." if _busy(measured) else ""
    return "\n" + "\n".join(rows) + f"\n\n{told}{busy}\n"


def _busy(measured: Mapping[str, Any]) -> bool:
    """Whether more was running than the benchmark itself."""
    return any(one["load"] > one["cores"] + 0.5 for one in measured.values())


def draw(measured: Mapping[str, Any], path: Path) -> None:
    """Two bars: the student's own computation, and a submission by stages."""
    spent, floor = measured["stages"]["seconds"], measured["floor"]["seconds"]
    figure, axes = plt.subplots(figsize=(8, 2.4), layout="constrained")
    colours = plt.get_cmap("tab10").colors  # type: ignore[attr-defined]
    for row, seconds in enumerate((spent, floor)):
        left = 0.0
        for colour, stage in zip(colours, ORDER, strict=False):
            value = seconds.get(stage, 0.0)
            axes.barh(row, value, left=left, color=colour, label=stage if row == 0 else None)
            left += value
    axes.set_yticks([0, 1], ["autograder grade,\none submission", "the student's own\ncomputation, warm"])
    axes.invert_yaxis()
    axes.set_xlabel("seconds on one core")
    axes.legend(ncols=len(ORDER), fontsize=7, loc="upper center", bbox_to_anchor=(0.45, 1.25), frameon=False)
    plt.rcParams["svg.hashsalt"] = "benchmarks"
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _range(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
