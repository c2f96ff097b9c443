"""JUnit XML: a test suite per student, a test case per check, in the form that pytest writes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from autograder.record import CheckResult, Record

# XML 1.0 has no place for these, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(records: Iterable[Record]) -> str:
    """The checks of all students; `classname` is student and role, `name` the id of the check."""
    suites = ET.Element("testsuites")
    for record in sorted(records, key=lambda record: record.student):
        counts = {
            "tests": len(record.checks),
            "errors": sum(check.outcome == "error" for check in record.checks),
            "failures": sum(check.lost and check.outcome != "error" for check in record.checks),
            "skipped": sum(check.outcome == "skipped" for check in record.checks),
        }
        attributes = {name: str(count) for name, count in counts.items()}
        seconds = {"time": f"{record.seconds.get('total', 0.0):.3f}"}
        suite = ET.SubElement(suites, "testsuite", {"name": _text(record.student), **attributes, **seconds})
        for check in record.checks:
            _case(suite, record, check)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _case(suite: ET.Element, record: Record, check: CheckResult) -> None:
    seconds = f"{record.seconds.get(check.id, 0.0):.3f}"
    where = f"{_text(record.student)}.{check.role}"
    case = ET.SubElement(suite, "testcase", {"classname": where, "name": check.id, "time": seconds})
    if check.outcome == "passed":
        return
    kind = {"skipped": "skipped", "error": "error"}.get(check.outcome, "failure")
    first = (check.message.splitlines() or [check.outcome])[0]
    said = ET.SubElement(case, kind, {"message": _text(first), "type": check.outcome})
    said.text = _text(check.message)


def _text(text: str) -> str:
    """The text with what XML forbids as a question mark."""
    return FORBIDDEN.sub("?", text)
