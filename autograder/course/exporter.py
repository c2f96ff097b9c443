"""Reads submitted notebooks for nbgrader and does not give up on a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter


class SubmissionExporter(NotebookExporter):
    """As nbgrader's, but a notebook that cannot be read becomes the released one with a note in front.

    Otherwise one broken file would cost a student the marks of all other notebooks.
    """

    def from_filename(self, filename: str, resources: Any = None, **keywords: Any) -> Any:
        """The notebook and its resources, as `Exporter.from_filename` gives them."""
        converter: Any = self.parent
        course = converter.coursedir
        place = resources["nbgrader"]
        submitted = Path(course.format_path(course.submitted_directory, place["student"], place["assignment"]))
        released = Path(course.format_path(course.release_directory, ".", place["assignment"])) / Path(filename).name
        try:
            return super().from_filename(filename, resources=resources, **keywords)
        except Exception as error:
            if Path(filename).parent.resolve() != submitted.resolve() or not released.is_file():
                raise
            self.log.warning("%s cannot be read and counts as not attempted: %s", filename, error)
            notebook = nbformat.read(released, as_version=4)
            note = "**This notebook could not be read.** The released one stands here in its place."
            notebook.cells.insert(0, nbformat.v4.new_markdown_cell(note))
            resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
            return super().from_notebook_node(notebook, resources=resources, **keywords)  # type: ignore[no-untyped-call]
