"""The section of docs/systems.md on steps and quadrature rules."""

from __future__ import annotations

from typing import Any

SHOWN = ("10", "50", "500", "2000")


def quadrature_section(records: dict[str, dict[str, Any]]) -> list[str]:
    """How delta and error fall with the steps, and how far the references are apart."""
    title, record = "## Steps and rules", records.get("quadrature")
    if record is None:
        return [title, "Not run yet."]
    rows = [
        "| rule | "
        + " | ".join(f"{steps} steps" for steps in SHOWN)
        + f" | largest difference to Captum, {record['captum_steps']} steps |",
        "|" + "---|" * (len(SHOWN) + 2),
    ]
    for rule, found in record["rules"].items():
        cells = [f"{found[steps]['delta']:.1e} / {found[steps]['error']:.1e}" for steps in SHOWN]
        rows.append(f"| `{rule}` | {' | '.join(cells)} | {record['largest_difference_to_captum'][rule]:.0e} |")
    return [
        title,
        "`python -m benchmarks.systems.quadrature`",
        "![Delta and error over the number of steps, by rule](systems-delta.svg)",
        f"The CNN of system 2 and its {record['sentences']} sentences, in double precision; F(x) − F(x′) is "
        f"{record['difference_median']:.2f} in the median. Each cell: median |delta| / median of the largest error "
        f"of a sentence's scores, against a Riemann sum of {record['reference_steps']:,} places written without any "
        "code of textlab (`benchmarks/systems/riemann.py`).",
        "\n".join(rows),
        _lesson(record["rules"]),
        "Captum's trapezoid is divided by the sum of its weights here, 1 − 1/steps; without that its attributions "
        "are too small by this share. `tests/textlab/attribution/test_against_captum.py` holds all rules equal to "
        "Captum's to 1e-6 on three other networks.",
    ]


def _lesson(rules: dict[str, Any]) -> str:
    middle, gauss = rules["riemann_middle"], rules["gausslegendre"]
    small = min(found["delta"] / found["error"] for rule in rules.values() for found in rule.values())
    return (
        "ReLU and the maximum over time put kinks on the way, so no rule gains much from being of high order: at "
        f"500 steps the midpoint rule's error is {middle['500']['error']:.1e}, Gauss–Legendre's "
        f"{gauss['500']['error']:.1e}. Delta and error are not the same: errors of opposite sign cancel in the sum, "
        f"and a delta can be {small:.3f} of the error beside it. Compare with the transformer on the right, which is "
        "smooth."
    )
