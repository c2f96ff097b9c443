"""Whether all parameters of a network learn, and why one does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from textlab.checks.failure import Cause, expect_gradients, without_gradient
from textlab.checks.head import Reviews
from textlab.checks.subject import Model


def expect_all_to_learn(
    model: Model, batches: Sequence[Reviews], *, input: str, spared: Collection[str] = ()
) -> None:
    """Fail if the gradient of a parameter that is not spared is 0 in all batches, after backward()."""
    found = [model.gradients(*batch) for batch in batches]
    sizes = {name: sum(each[name] for each in found) for name in found[0]}
    silent = without_gradient(sizes, spared)
    expect_gradients(
        sizes,
        spared=spared,
        input=input,
        likely=_cause(model, *batches[0], silent[0]) if silent else None,
        next="follow each layer of __init__ to the place in forward where it is called",
    )


def _cause(model: Model, ids: Tensor, lengths: Tensor | None, name: str) -> Cause | None:
    """Whether the output depends on the parameter at all."""
    weights = model.get_weights()
    before = model.forward(ids, lengths)
    model.set_weights({**weights, name: weights[name] * 2 + 1})
    moved = not torch.equal(model.forward(ids, lengths), before)
    model.set_weights(weights)
    if moved:
        return Cause(
            "gradient-cut", f"the output depends on {name}, but its gradient is cut off: detach, no_grad, .data"
        )
    return Cause("layer-not-used", f"the output does not depend on {name}: forward does not use it")
