"""Checks of the encoder of TransformerClassifier: every token looks at every one that is not hidden."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError, expect_close, numbers_text
from textlab.checks.positions import LENGTH, are_added, find_table, zero_positions
from textlab.checks.rnn import redraw
from textlab.checks.subject import Model, Network
from textlab.checks.token_mean import class_head
from textlab.weights import EMBEDDING

CLASSES = 9
SAME = 2e-4
LEAST = 1e-3
LONG = LENGTH
ATTENTION = "self_attn.in_proj_weight"


def given_mask_decides(network: Network, sizes: dict[str, Any], draw: Draw) -> None:
    """A mask that is given says which tokens are hidden, whatever text holds; it may be as long as a long review."""
    model = network.build(**{**sizes, "n_classes": CLASSES, "max_length": LONG, "pad_idx": 1, "n_layers": 2})
    redraw(model, draw)
    ids = draw.token_ids(3, 8, 40, avoid=[1])
    short = model.forward(ids[:, :5])
    hidden = torch.arange(8).expand(3, 8) >= 5
    expect_close(
        model.forward(ids, hidden),
        short,
        tolerance=SAME,
        what="the mask that forward is given does not hide tokens",
        input="3 reviews of 8 words with padding=True at the last 3, against their first 5 words alone",
        likely=Cause("mask-ignored", "the logits are those without a mask")
        if torch.equal(model.forward(ids, hidden), model.forward(ids))
        else None,
        next="use padding, if it is given, in the encoder and in the mean; only if it is None ask text",
    )
    padded = ids.clone()
    padded[:, 5:] = 1
    shown = model.forward(padded, torch.zeros(3, 8, dtype=torch.bool))
    if torch.allclose(shown, short, atol=LEAST):
        raise CheckFailed(
            "the mask that forward is given is not the only one",
            input="3 reviews of 5 words and 3 times padding, padding=False everywhere",
            expected="logits in which all 8 tokens have a part",
            got=f"those of the first 5 words: {numbers_text(shown)}",
            likely=Cause("mask-of-the-text", "padding in text is hidden, although the mask shows it"),
            next="if padding is given, do not compare text with pad_idx",
        )
    long = draw.token_ids(2, LONG + 4, 40, avoid=[1])
    call = f"2 reviews of {LONG + 4} tokens and a mask of the same size, max_length={LONG}"
    try:
        got = model.forward(long, torch.zeros(long.shape, dtype=torch.bool))
    except StudentError as error:
        raise CheckFailed(
            "a mask longer than max_length stops the network",
            input=call,
            expected=f"the logits of the first {LONG} tokens",
            got=f"{error.type_name}: {error.message}"[:200],
            likely=Cause("mask-not-cut", "without a mask the same reviews are read: text is cut, padding is not")
            if _answers(model, long)
            else None,
            next="padding = padding[:, : max_length], as for text",
        ) from None
    expect_close(
        got,
        model.forward(long[:, :LONG]),
        tolerance=SAME,
        what="with a long mask other tokens are read",
        input=call,
        likely=None,
        next="padding = padding[:, : max_length], as for text",
    )


def every_token_reads_every_token(network: Network, sizes: dict[str, Any], draw: Draw) -> None:
    """Without positions a review is nothing but the shares of its tokens: order and repetition change nothing."""
    model = network.build(**{**sizes, "n_classes": CLASSES, "max_length": LONG, "pad_idx": 1, "n_layers": 2})
    redraw(model, draw)
    table = find_table(model, LONG, draw)
    if table is None:
        return  # positions that are computed in forward cannot be taken away
    zero_positions(model, table)
    tokens = torch.tensor(draw.distinct(2, 39, 4))[draw.permutation(4)]
    together = model.forward(tokens[None])
    orders = [[1, 0, 2, 3], [3, 2, 1, 0], [0, 1, 3, 2]]
    repeats = [[0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 2, 3] * 2, [3, 2, 1, 0] * 3]
    for order in [*orders, *repeats]:
        expect_close(
            model.forward(tokens[order][None]),
            together,
            tolerance=SAME,
            what="not every token looks at every token",
            input="all positions zero; a review of 4 words, then "
            + ("the same in another order" if order in orders else "each of its words equally often, but more often"),
            likely=None,
            next="give the encoder no other mask than src_key_padding_mask, whatever the length",
        )
    once = model.forward(tokens[:1, None])
    expect_close(
        model.forward(tokens[[0, 0, 0]][None]),
        once,
        tolerance=SAME,
        what="a review of one token is read in another way",
        input="all positions zero; one word once, then three times",
        likely=None,
        next="let every review pass through the encoder, however short",
    )
    alone = model.forward(tokens[:, None]).mean(dim=0, keepdim=True)
    if float((together - alone).abs().max()) < LEAST:
        raise CheckFailed(
            "tokens do not look at each other",
            input="all positions zero; a review of 4 words, then each of them alone",
            expected="logits that differ from the mean of the four",
            got=f"{numbers_text(together)} and {numbers_text(alone)}",
            likely=Cause("no-attention", "the logits are the mean of what each word gives alone"),
            next="queries, keys and values all come from the whole review",
        )


@dataclass(frozen=True)
class _Encoder:
    """The stored layers of PyTorch's kind, and what lies around them."""

    weights: dict[str, Tensor]
    prefixes: list[str]
    heads: int
    norms: list[tuple[Tensor, Tensor]]
    """Layer normalisation outside of the layers: gain and bias."""

    def outputs(self, embedded: Tensor) -> Iterator[Tensor]:
        """What comes out [batch, length, emb_dim] for every form that is right; all positions are zero."""
        dim = embedded.shape[2]
        sides = [(False, False), (False, True), (True, False)] if self.norms else [(False, False)]
        for norm_first in (False, True):
            for activation in ("relu", "gelu", nn.functional.silu):
                layers = [self._layer(prefix, dim, norm_first, activation) for prefix in self.prefixes]
                for scale in (1.0, math.sqrt(dim)):
                    for before, after in sides:
                        hidden = embedded * scale
                        hidden = self._normalised(hidden) if before else hidden
                        for layer in layers:
                            hidden = layer(hidden)
                        yield self._normalised(hidden) if after else hidden

    def _layer(self, prefix: str, dim: int, norm_first: bool, activation: Any) -> nn.TransformerEncoderLayer:
        own = {name.removeprefix(prefix): value for name, value in self.weights.items() if name.startswith(prefix)}
        layer = nn.TransformerEncoderLayer(
            dim,
            self.heads,
            len(own["linear1.weight"]),
            0.0,
            activation,
            batch_first=True,
            norm_first=norm_first,
        )
        zeros = {name: torch.zeros_like(value) for name, value in layer.state_dict().items()}
        layer.load_state_dict({**zeros, **own})
        return layer.eval()

    def _normalised(self, hidden: Tensor) -> Tensor:
        for gain, bias in self.norms:
            hidden = nn.functional.layer_norm(hidden, hidden.shape[-1:], gain, bias)
        return hidden


AFTER: tuple[tuple[Cause, Callable[[Tensor, Tensor], Tensor]], ...] = (
    (Cause("skip-around-the-encoder", "what goes into the encoder is added to what comes out"), torch.add),
    (Cause("relu-after-the-encoder", "a ReLU comes after the encoder"), lambda _, hidden: torch.relu(hidden)),
    (Cause("gelu-after-the-encoder", "a GELU comes after the encoder"), lambda _, hidden: nn.functional.gelu(hidden)),
    (Cause("tanh-after-the-encoder", "a tanh comes after the encoder"), lambda _, hidden: torch.tanh(hidden)),
    (
        Cause("norm-after-the-encoder", "the mean is over normalised vectors"),
        lambda _, hidden: nn.functional.normalize(hidden, dim=-1),
    ),
)


def computes_the_layers(network: Network, sizes: dict[str, Any], draw: Draw) -> None:
    """Layers of PyTorch's kind are computed anew: the mean of what they give is what the linear layer reads."""
    heads = 2
    model = network.build(
        **{**sizes, "n_classes": CLASSES, "max_length": LONG, "pad_idx": 1, "n_layers": 2, "n_heads": heads}
    )
    weights = redraw(model, draw)
    prefixes = _prefixes(weights)
    table = find_table(model, LONG, draw) if len(prefixes) == 2 else None
    if table is None:
        return  # layers or positions of their own: the checks of their behaviour are about them
    ids = draw.token_ids(4, LONG, 40, avoid=[1])
    if not all(model.gradients(ids).values()):
        return  # what forward leaves out is charged by the check of gradients
    zero_positions(model, table)
    weights = model.get_weights()
    head = class_head(model, CLASSES, draw)
    matrix = weights[head[0]] if len(head) == 1 else torch.stack([weights[name].flatten() for name in head])
    matrix = matrix if matrix.shape[0] == CLASSES else matrix.mT
    biases = [f"{name.removesuffix('weight')}bias" for name in head]
    bias = torch.cat([weights[name].flatten() for name in biases if name in weights] or [torch.zeros(())[None]])
    own = {EMBEDDING, table.name, *head, *biases}
    other = {
        name: value
        for name, value in weights.items()
        if name in model.parameters() and name not in own and not name.startswith(tuple(prefixes))
    }
    logits = model.forward(ids)
    gains = [name for name in other if name.endswith("weight") and other[name].shape == matrix.shape[1:]]
    norms = [(other[name], other.get(f"{name.removesuffix('weight')}bias", torch.zeros(()))) for name in gains]
    encoder = _Encoder(weights, prefixes, heads, norms)
    embedded = weights[EMBEDDING][ids]
    with torch.no_grad():
        outputs = list(encoder.outputs(embedded))
        if any(_reads(logits, hidden, matrix, bias) for hidden in outputs):
            return
        cause = _after(logits, embedded, outputs, matrix, bias)
    if not are_added(model, table, draw):
        return  # something stands between embedding and encoder, and the check of positions says so
    raise CheckFailed(
        "what the linear layer reads is not the mean of what the encoder layers give",
        input=f"4 reviews of {LONG} words, all weights drawn anew, all positions zero",
        expected=numbers_text(outputs[0].mean(dim=1) @ matrix.mT + bias),
        got=numbers_text(logits),
        likely=cause or _layer_too_many(model, weights, other, ids),
        next="embedding + positions, the encoder layers, the mean, dropout, one linear layer, and nothing else",
    )


def _prefixes(weights: dict[str, Tensor]) -> list[str]:
    """What the names of each layer of PyTorch's kind begin with, in the order of their numbers."""
    found = [name.removesuffix(ATTENTION) for name in weights if name.endswith(ATTENTION)]
    complete = [prefix for prefix in found if f"{prefix}linear1.weight" in weights]
    return sorted(complete, key=lambda prefix: [int(number) for number in re.findall(r"\d+", prefix)])


def _reads(logits: Tensor, hidden: Tensor, matrix: Tensor, bias: Tensor) -> bool:
    return torch.allclose(hidden.mean(dim=1) @ matrix.mT + bias, logits, atol=2e-3, rtol=1e-3)


def _after(logits: Tensor, given: Tensor, outputs: list[Tensor], matrix: Tensor, bias: Tensor) -> Cause | None:
    """The step behind the encoder that gives these logits."""
    for cause, step in AFTER:
        if any(_reads(logits, step(given, hidden), matrix, bias) for hidden in outputs):
            return cause
    return None


def _layer_too_many(model: Model, weights: dict[str, Tensor], other: dict[str, Tensor], ids: Tensor) -> Cause | None:
    """A parameter that belongs to nothing that was asked for, and on which the logits depend."""
    before = model.forward(ids)
    found = None
    for name, value in other.items():
        model.set_weights({**weights, name: value * 2 + 1})
        if not torch.allclose(model.forward(ids), before, atol=1e-4):
            found = Cause("layer-too-many", f"{name} changes the logits, and belongs to no layer that was asked for")
            break
    model.set_weights(weights)
    return found


def _answers(model: Model, ids: Tensor) -> bool:
    try:
        model.forward(ids)
    except StudentError:
        return False
    return True
