"""One run of Atheris, which never returns: `python -m tests.fuzz.atheris_run TARGET CORPUS [libFuzzer's options]`."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris
import torch  # noqa: F401  # before what is watched, so that nothing of it is

from tests.fuzz.__main__ import WATCHED

for loaded in [name for name in sys.modules if name.partition(".")[0] in WATCHED]:
    # What torch has imported already would not be watched.
    del sys.modules[loaded]
with atheris.instrument_imports(include=WATCHED):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Put the seeds into the corpus and fuzz."""
    name, corpus = sys.argv[1], Path(sys.argv[2])
    target = next(target for target in TARGETS if target.name == name)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], str(corpus), *sys.argv[3:]], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
