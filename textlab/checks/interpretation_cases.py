"""Sentences to explain, and networks whose explanations are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from textlab.checks.attribution_mistakes import Explained, Way
from textlab.checks.draw import Draw
from textlab.checks.probe import ProbeNetwork
from textlab.checks.probe_attributions import RULES, Attributions, Rule
from textlab.checks.subject import Bench, Model
from textlab.text import PAD, UNK, tokenize

WORD_PAD = "pad"
"""The padding token's name without its brackets: one more word of some vocabularies."""
MARKS = [",", "!", "'", "(", ")", ".", "?"]
APART = 0.1
"""Share of the largest score by which a mistake has to change some score of the case that shows it."""
LEAST_DELTA = 2e-3
"""Share of F(x) − F(x′), or of 1, that the delta of every rule of Captum exceeds."""
Told = Literal["nothing", "settings", "deltas", "steps"]
"""What the networks of a check have to tell apart: what was explained, deltas, or numbers of steps."""
LEAST_SCORE = 0.3
"""Of the largest score, so that two digits of each are enough for the scores, and only the delta shows the rest."""
SHARPNESS: dict[Told, float] = {"nothing": 1.0, "settings": 1.0, "deltas": 3.0, "steps": 400.0}
"""Factor on the first layer: the larger it is, the more steps the integral needs."""
STEPS = ((3, 8), (150, 400), (400, 1000))
"""Pairs of numbers of steps: those that are always many, and those that are cut to fewer, give the same scores."""
STEPS_APART = 1e-3
"""Share of the largest score by which the scores of a pair differ, whatever the rule."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, and how it has to be read."""

    text: str
    min_len: int
    words: Sequence[str]
    """Of the vocabulary, behind `<unk>` and `<pad>`."""

    @property
    def tokens(self) -> list[str]:
        """Padded up to min_len."""
        tokens = tokenize(self.text)
        return tokens + [PAD] * (self.min_len - len(tokens))

    @property
    def is_plain(self) -> bool:
        """Whether it is read alike however it is cut into tokens and padded."""
        return tokenize(self.text) == self.text.split() and len(self.text.split()) >= self.min_len

    def ids(self, tokens: Sequence[str] | None = None) -> Tensor:
        """The ids of its tokens, or of others, [length]."""
        lookup = {token: row for row, token in enumerate([UNK, PAD, *self.words])}
        return torch.tensor([lookup.get(token, 0) for token in (self.tokens if tokens is None else tokens)]).long()

    @property
    def misread(self) -> dict[Way, Tensor]:
        """The ids that it gets by mistakes."""
        ids, tokens, lookup = self.ids(), self.tokens, {word: row + 2 for row, word in enumerate(self.words)}
        padding = torch.tensor([token == PAD for token in tokens])
        unknown = (ids == 0) & ~padding
        found: dict[Way, Tensor] = {}
        if bool(padding.any()):
            way = (
                "padded-with-unknown",
                "the sentence was padded with id 0, which is <unk>, not with the padding's id",
            )
            found[way] = torch.where(padding, 0, ids)
            if WORD_PAD in lookup:
                way = ("padded-with-the-word-pad", "the sentence was padded with the id of the word pad")
                found[way] = torch.where(padding, lookup[WORD_PAD], ids)
        if bool(unknown.any()):
            way = ("unknown-read-as-padding", "unknown words got the padding's id in place of the one of <unk>")
            found[way] = torch.where(unknown, 1, ids)
        written = self.text.split()
        if written != tokenize(self.text) and [word.lower() for word in written] == tokenize(self.text):
            way = (
                "looked-up-in-upper-case",
                "words with capitals were looked up as they are written, so they are <unk>",
            )
            found[way] = torch.tensor([lookup.get(word, 0) for word in written] + [1] * (len(tokens) - len(written)))
        return found


@dataclass(frozen=True)
class Case:
    """One sentence to explain, the model it is explained with, and what has to come out."""

    sentence: Sentence
    n_steps: int
    model: Model
    vocabulary: object
    explained: Explained
    """With the same network in this process, in double precision."""
    right: Attributions

    @property
    def tokens(self) -> list[str]:
        """As they have to come back."""
        return self.sentence.tokens

    @property
    def keywords(self) -> Mapping[str, object]:
        """Of the call."""
        return {"min_len": self.sentence.min_len, "n_steps": self.n_steps}

    def with_steps(self, n_steps: int) -> Case:
        """The same with another number of steps."""
        return replace(self, n_steps=n_steps)

    @property
    def call(self) -> str:
        """The call as students read it."""
        words = self.sentence.text.split()
        text = self.sentence.text if len(words) < 25 else f"{' '.join(words[:8])} … ({len(words)} words)"
        given = ", ".join(f"{name}={value}" for name, value in self.keywords.items())
        return f'interpret_sentence(model, "{text}", vocabulary, {given})'


def sentences_to_read(draw: Draw) -> list[Sentence]:
    """Long, short and empty ones, with marks, capitals and unknown words; min_len is above and below their length."""
    words = [*MARKS, *_made_up(draw, 40)]
    few = [words[draw.integer(len(MARKS), len(words) - 1)] for _ in range(16)]
    many = [words[draw.integer(len(MARKS), len(words) - 1)] for _ in range(draw.integer(420, 450))]
    marked = (
        f'{few[0].capitalize()}, {few[1]} ({few[2].upper()}); "{few[3]}": {few[4]}? {few[0]}\'{few[5]}. {few[6]}!'
    )
    strange = f"{few[2]} {draw.word()}{draw.word()} {few[3]} {few[4]} {few[5]}"
    return [
        Sentence(text, min_len, words)
        for text, min_len in [
            (marked, 7),
            (" ".join(few), 7),
            (" ".join(few[:7]), 7),
            (f"{few[0].upper()} {few[1]}", 7),
            (strange, draw.integer(8, 10)),
            (f"{few[3]} {few[4].title()}", draw.integer(3, 5)),
            (" ".join(few[:9]), draw.integer(12, 16)),
            (f"{few[5]} {few[6]} {few[7]}", 1),
            (f"{draw.word()}{draw.word()} {draw.word()}{draw.word()}", 3),
            (" ".join(many[: draw.integer(60, 80)]), 7),
            (" ".join(many), 7),
            ("", draw.integer(4, 6)),
        ]
    ]


def sentences_to_explain(draw: Draw) -> list[Sentence]:
    """Two that are read alike however they are cut; then an unknown word, capitals, marks, and a short one."""
    made = _made_up(draw, 40)
    words = [*MARKS, *made, WORD_PAD]
    few = [made[draw.integer(0, len(made) - 1)] for _ in range(draw.integer(12, 16))]
    strange = f"{few[2]} {draw.word()}{draw.word()} {few[3]} {few[4]} {few[5]} {few[6]}"
    capitals = " ".join(word.capitalize() if place % 3 == 0 else word for place, word in enumerate(few[:10]))
    return [
        Sentence(" ".join(few), 7, words),
        Sentence(" ".join(few[:7]), 7, words),
        Sentence(strange, 5, words),
        Sentence(capitals, 7, words),
        Sentence(f"{capitals.replace(' ', ', ', 1)}'{few[0]}!", 7, words),
        Sentence(f"{few[0]} {few[1]}", draw.integer(6, 9), words),
    ]


def draw_case(
    bench: Bench, draw: Draw, sentence: Sentence, *, n_steps: int, told: Told, padding_speaks: bool = False
) -> Case:
    """A case whose network tells apart what it has to; `padding_speaks` if the padding token's vector is not 0."""
    emb_dim = draw.integer(5, 9)
    while emb_dim == len(tokenize(sentence.text)) < sentence.min_len:
        # Scores of the words only and sums over the tokens would have the same shape.
        emb_dim = draw.integer(5, 9)
    while True:
        weights, mirror = _probe(draw, len(sentence.words) + 2, emb_dim, padding_speaks, SHARPNESS[told])
        explained = _explained(mirror, sentence, padding_speaks)
        if _tells(explained, n_steps, told):
            break
    probe = bench.probe(len(sentence.words) + 2, emb_dim, 1)
    probe.set_weights(weights)
    vocabulary = bench.vocabulary([UNK, PAD, *sentence.words])
    steps = 1 if told in ("nothing", "steps") else 1000
    return Case(sentence, n_steps, probe, vocabulary, explained, explained.attributions(steps))


def turned(case: Case, bench: Bench) -> Case:
    """The same with the logit's sign turned, so that each rule's delta has the other sign."""
    weights = {name: value.clone() for name, value in case.explained.network.state_dict().items()}
    for name in ("head.weight", "head.bias"):
        weights[name] = -weights[name]
    vocab_size, emb_dim = weights["embedding.weight"].shape
    mirror = ProbeNetwork(vocab_size, emb_dim, 1).double().eval()
    mirror.load_state_dict(weights)
    probe = bench.probe(vocab_size, emb_dim, 1)
    probe.set_weights({name: value.float() for name, value in weights.items()})
    explained = _explained(mirror, case.sentence, bool(weights["embedding.weight"][1].any()))
    return Case(case.sentence, case.n_steps, probe, case.vocabulary, explained, explained.attributions(1000))


def _explained(mirror: ProbeNetwork, sentence: Sentence, padding_speaks: bool) -> Explained:
    ids = sentence.ids()
    also = "" if WORD_PAD in sentence.words else ", which is also what the word pad gets"
    baselines: dict[Way, Tensor] = {
        ("baseline-of-unknown", f"the baseline is id 0, <unk>{also}; it has to be the padding token"): ids * 0
    }
    if WORD_PAD in sentence.words:
        place = list(sentence.words).index(WORD_PAD) + 2
        baselines["baseline-of-the-word-pad", "the baseline is the word pad; the padding token is <pad>"] = (
            ids * 0 + place
        )
    if padding_speaks:
        zeros = torch.zeros(len(ids), mirror.embedding.embedding_dim, dtype=torch.float64)
        baselines["baseline-of-zero-vectors", "the baseline is vectors of zeros; the padding token's are others"] = (
            zeros
        )
    return Explained(mirror, ids, torch.ones_like(ids), misread=sentence.misread, baselines=baselines)


def _tells(explained: Explained, n_steps: int, told: Told) -> bool:
    """Whether the network shows every mistake that a check is there for."""
    if told == "settings":
        right = explained.attributions(n_steps)
        size = right.scores.abs().max()
        shown = [float((mistake.scores - right.scores).abs().max() / size) for mistake in explained.others(n_steps)]
        # Where few tokens have a score all may have the same sign.
        few = int((explained.ids != explained.baseline).sum()) < 5
        signs = float(right.scores.max()) > APART * size and float(right.scores.min()) < -APART * size
        return (few or bool(signs)) and min(shown) > APART and float(size) > LEAST_SCORE
    if told == "nothing":
        return True
    if told == "deltas":
        by_rule = [explained.attributions(n_steps, rule) for rule in RULES]
        return all(abs(found.delta) > LEAST_DELTA * max(1.0, abs(found.difference)) for found in by_rule)
    return all(_apart(explained, *pair, rule) > STEPS_APART for pair in STEPS for rule in RULES)


def _apart(explained: Explained, few: int, many: int, rule: Rule) -> float:
    """The share of the largest score by which two numbers of steps differ; 0 for scores that vanish in float32."""
    one, other = (explained.attributions(steps, rule).scores for steps in (few, many))
    largest = float(other.abs().max())
    return float((one - other).abs().max()) / largest if largest > LEAST_SCORE else 0.0


def _probe(
    draw: Draw, vocab_size: int, emb_dim: int, padding_speaks: bool, sharpness: float
) -> tuple[dict[str, Tensor], ProbeNetwork]:
    """Fresh weights, and the network that has them, in double precision."""
    mirror = ProbeNetwork(vocab_size, emb_dim, 1).double().eval()
    weights = {name: draw.normal(*value.shape, scale=0.5) for name, value in mirror.state_dict().items()}
    if not padding_speaks:
        weights["embedding.weight"][1] = 0.0
    weights["head.weight"] *= 3.0
    for name in ("inner.weight", "inner.bias"):
        weights[name] *= sharpness
    mirror.load_state_dict({name: value.double() for name, value in weights.items()})
    return weights, mirror


def _made_up(draw: Draw, count: int) -> list[str]:
    return sorted({draw.word() for _ in range(count)})
