"""Attacks that carry hidden reviews out of the graders' calls, by whatever a report may hold."""

from __future__ import annotations

from tests.attacks.answering import LAYERS, WITH_LAYERS
from tests.attacks.attack import Attack

# Hidden reviews are read in evaluation, with a large vocabulary, and some words are frequent. Ids
# that the judge draws at random lack such words, and whoever tells them has told nothing.
HIDDEN = "not self.training and not torch.is_grad_enabled() and self.embedding.num_embeddings > 500"
LIKE_TEXT = """
    def like_text(self, ids):
        words = ids[ids != self.pad_idx]
        return words.bincount().max() > 0.02 * len(words) and len(words) > 500
"""


def spying(name: str, tries: str, code: str, before: str = "", **fields: object) -> Attack:
    """An attack whose network tells about the reviews `ids` that it predicts, and answers nothing."""
    forward = f"""{LIKE_TEXT}
    def forward(self, ids):
        if {HIDDEN} and self.like_text(ids):
            self.spy(ids)
        return torch.zeros(len(ids), 1) + 0 * self.fc.bias

    def spy(self, ids):
{code}
"""
    fields = {"shows": {"cnn-f1": "failed"}, "earns": LAYERS, **fields}
    return Attack(name, tries, before + WITH_LAYERS + forward, **fields)  # type: ignore[arg-type]


LATER = """
def pad_reference(ids, pad_idx):
    tell_later()
    return ids

def interpret_sentence(*arguments, **keywords):
    tell_later()
    return ["a"], torch.zeros(1), 0.0
"""

ATTACKS: list[Attack] = [
    spying(
        "spy-exceptions",
        "raise an exception whose text is the hidden reviews",
        "        raise ValueError(f'{STOLEN} {ids.tolist()}')",
    ),
    spying(
        "spy-exception-names",
        "raise an exception whose class is named after the hidden reviews",
        "        raise type(f'{STOLEN}_' + '_'.join(map(str, ids[0].tolist())), (ValueError,), {})('')",
    ),
    spying(
        "spy-exception-notes",
        "raise an exception whose cause, context and notes are the hidden reviews",
        """
        try:
            raise KeyError(f"{STOLEN} {ids[0].tolist()}")
        except KeyError as cause:
            raise ValueError(f"{STOLEN} {ids[1].tolist()}") from cause
""",
    ),
    spying(
        "spy-warnings",
        "warn, log and write to every open descriptor what the hidden reviews are",
        """
        import logging, warnings
        warnings.simplefilter("always")
        warnings.warn(f"{STOLEN} {ids[0].tolist()}")
        logging.basicConfig(force=True)
        logging.critical(f"{STOLEN} {ids[0].tolist()}")
        for number in (0, 1, 2):
            try:
                os.write(number, f"{STOLEN} {ids[0].tolist()}\\n".encode())
            except OSError:
                pass
        print(STOLEN, ids[0].tolist(), file=sys.__stdout__)
""",
    ),
    spying(
        "spy-outlive",
        "keep the hidden reviews in a variable, and print them in a later call of another function",
        "        seen.append(ids[0].tolist())",
        "seen = []\ndef tell_later():\n    if seen:\n        print(STOLEN, seen.pop())\n" + LATER,
        earns=LAYERS,
    ),
    spying(
        "spy-files",
        "write the hidden reviews into the notebook's folder and /tmp, and print them when it is loaded again",
        """
        for path in ("results/seen.txt", "seen.txt", "/tmp/seen.txt", "/dev/shm/seen.txt", "../seen.txt"):
            try:
                with open(path, "w") as file:
                    file.write(str(ids[0].tolist()))
            except OSError:
                pass
        os._exit(0)
""",
        """
for path in ("results/seen.txt", "seen.txt", "/tmp/seen.txt", "/dev/shm/seen.txt", "../seen.txt"):
    if os.path.exists(path):
        print(STOLEN, open(path).read())
""",
        shows={"cnn-f1": "crashed"},
    ),
    spying(
        "spy-representation",
        "let everything that a message may show be named after the hidden reviews: classes, shapes, arguments",
        """
        text = STOLEN + str(ids[0].tolist())
        CNN.__name__ = CNN.__qualname__ = type(self).forward.__name__ = text
        self._get_name = lambda: text
        type(self).__repr__ = lambda self: text
        raise RuntimeError(self)
""",
    ),
]
