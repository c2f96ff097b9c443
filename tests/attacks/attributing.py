"""Attacks with explanations that have the right form, or add up, and explain nothing."""

from __future__ import annotations

from tests.attacks.attack import Attack

TOKENS = frozenset({"interpret-tokens"})


def attributing(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack that gives the right tokens, which earns the points for tokens, and made-up scores."""
    source = """
from textlab.text import tokenize

def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    print(RAN)
    tokens = tokenize(sentence)
    tokens += ["<pad>"] * (min_len - len(tokens))
    model.eval()
    ids = torch.tensor([[vocabulary.pad_id if token == "<pad>" else vocabulary.encode(token)[0] for token in tokens]])
    with torch.no_grad():
        full, empty = float(model(ids)), float(model(ids * 0 + vocabulary.pad_id))
    scores, delta = made_up(model, ids, full - empty)
    return tokens, scores, delta
"""
    fields = {"shows": {"interpret-scores": "failed"}, "earns": TOKENS, **fields}
    return Attack(name, tries, code + source, **fields)  # type: ignore[arg-type]


ATTACKS: list[Attack] = [
    attributing(
        "attribute-evenly",
        "spread F(x) - F(x') evenly over the tokens, so that the sum is right and the delta is zero",
        """
def made_up(model, ids, difference):
    return torch.full((ids.shape[1],), difference / ids.shape[1]), 0.0
""",
    ),
    attributing(
        "attribute-by-chance",
        "draw random scores and shift them until the sum is right",
        """
def made_up(model, ids, difference):
    scores = torch.randn(ids.shape[1])
    return scores + (difference - scores.sum()) / ids.shape[1], 1e-9
""",
    ),
    attributing(
        "attribute-all-to-one-token",
        "give everything to the first token, and a delta computed to fit",
        """
def made_up(model, ids, difference):
    scores = torch.zeros(ids.shape[1])
    scores[0] = 2 * difference
    return scores, difference
""",
    ),
    attributing(
        "attribute-nothing",
        "give zeros and the delta that belongs to zeros",
        """
def made_up(model, ids, difference):
    return torch.zeros(ids.shape[1]), -difference
""",
    ),
    attributing(
        "attribute-by-patching-the-model",
        "change the judge's own model, so that its explanation is trivial",
        """
def made_up(model, ids, difference):
    for parameter in model.parameters():
        parameter.data.zero_()
    model.forward = lambda *arguments: torch.zeros(1, 1)
    return torch.zeros(ids.shape[1]), 0.0
""",
    ),
]
