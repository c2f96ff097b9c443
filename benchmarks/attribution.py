"""What integrated gradients cost beyond the model's own passes, and how that compares with Captum.

One sentence, one thread, a CNN of the notebook's size. Each round measures, in turns: `explain`; the model's own
forward and backward passes, as many and of the same shapes; Captum's LayerIntegratedGradients with the same rule,
steps and batch. The bound holds for 500 steps and ten tokens. Run `python benchmarks/attribution.py`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median

import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor, nn

from textlab.attribution import explain
from textlab.attribution.quadrature import Rule, nodes

BOUND = 0.1
"""Seconds that `explain` may take beyond the model's own passes, 500 steps, ten tokens."""
RULES: tuple[Rule, ...] = ("riemann_middle", "gausslegendre")


class CNN(nn.Module):
    """Convolutions of widths 3, 4 and 5, maximum over the length, one logit."""

    def __init__(self, emb_dim: int = 100, channels: int = 64) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20_000, emb_dim, padding_idx=1)
        self.convolutions = nn.ModuleList(nn.Conv1d(emb_dim, channels, size) for size in (3, 4, 5))
        self.head = nn.Linear(3 * channels, 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1] for ids [batch, length]."""
        embedded = self.embedding(text).transpose(1, 2)
        features = [torch.relu(convolution(embedded)).amax(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.head(torch.cat(features, dim=1))
        return logits


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def own_passes(model: CNN, ids: Tensor, n_steps: int, rows: int) -> None:
    """The passes that any integrated gradients need: the sentence, the baseline, and each chunk of steps."""
    with torch.no_grad():
        model(ids)
        model(torch.ones_like(ids))
    embedded = model.embedding(ids.expand(min(rows, n_steps), -1)).detach()
    for first in range(0, n_steps, rows):
        chunk = ids.expand(min(rows, n_steps - first), -1)
        points = embedded[: len(chunk)].requires_grad_()
        handle = model.embedding.register_forward_hook(lambda _module, _inputs, _own, points=points: points)
        torch.autograd.grad(model(chunk).sum(), points)
        handle.remove()


def main() -> int:
    """Print a row per rule and number of steps; exit status 1 when 500 steps exceed the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tokens", type=int, default=10)
    parser.add_argument("--rows", type=int, default=256, help="internal batch size of all three")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = CNN().eval()
    ids = torch.randint(2, 20_000, (1, options.tokens))
    captum = LayerIntegratedGradients(model, model.embedding)
    exceeded = False
    print(
        f"{'rule':15} {'steps':>6} {'first':>8} {'explain':>8} {'passes':>8} {'beyond':>8} {'Captum':>8} {'ratio':>6}"
    )
    for rule in RULES:
        for n_steps in (500, 5000):
            nodes.cache_clear()

            def ours(rule: Rule = rule, n_steps: int = n_steps) -> object:
                return explain(model, ids, rule=rule, n_steps=n_steps, internal_batch_size=options.rows)

            def theirs(rule: Rule = rule, n_steps: int = n_steps) -> object:
                return captum.attribute(
                    ids,
                    baselines=torch.ones_like(ids),
                    n_steps=n_steps,
                    method=rule,
                    internal_batch_size=options.rows,
                    return_convergence_delta=True,
                )

            first = seconds(ours)
            own_passes(model, ids, n_steps, options.rows)
            # Captum computes its nodes anew at each call, so one round tells enough where that takes long.
            captum_rounds = 1 if n_steps > 500 and rule == "gausslegendre" else options.rounds
            times: list[tuple[float, float, float | None]] = [
                (
                    seconds(ours),
                    seconds(lambda n_steps=n_steps: own_passes(model, ids, n_steps, options.rows)),  # type: ignore[misc]
                    seconds(theirs) if number < captum_rounds else None,
                )
                for number in range(options.rounds)
            ]
            explained, passes = median(item[0] for item in times), median(item[1] for item in times)
            beyond = median(item[0] - item[1] for item in times)
            captums = median(item[2] for item in times if item[2] is not None)
            exceeded |= n_steps == 500 and beyond > BOUND
            print(
                f"{rule:15} {n_steps:6} {first:7.3f}s {explained:7.3f}s {passes:7.3f}s {beyond:7.3f}s "
                f"{captums:7.3f}s {captums / explained:5.1f}x"
            )
    print(f"bound for 500 steps: {BOUND} s beyond the model's own passes; first: with nodes not yet computed")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
