"""Where a calibration's files go: measured values, thresholds, page, figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.calibration.calibrate import Outcome, write_thresholds
from autograder.calibration.figure import draw_outcomes
from autograder.calibration.report import calibration_page
from autograder.reports.files import write_whole
from autograder.thresholds import THRESHOLDS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True)
class Products:
    """The files of a calibration."""

    docs: Path = DOCS
    """Folder of calibration.json, calibration.md and the figures."""
    thresholds: Path = THRESHOLDS

    @property
    def measured(self) -> Path:
        """The file of measured values."""
        return self.docs / "calibration.json"

    def write(self, outcomes: list[Outcome]) -> None:
        """Write page and figures, then the thresholds. Raises CalibrationError when one does not hold."""
        write_whole(self.docs / "calibration.md", calibration_page(outcomes))
        for data in dict.fromkeys(outcome.data for outcome in outcomes):
            draw_outcomes([found for found in outcomes if found.data == data], self.docs / f"calibration-{data}.svg")
        write_thresholds(outcomes, THRESHOLDS, self.thresholds)
