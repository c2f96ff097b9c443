"""The layers of a network of parallel convolutions, known by the sizes of their weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError, shape_text
from textlab.checks.subject import Model
from textlab.weights import EMBEDDING

Shapes = Mapping[str, tuple[int, ...]]


def expect_kernel_sizes(
    build: Callable[[int, int, list[int]], Model], call: Callable[..., str], asked: Sequence[list[int]], draw: Draw
) -> None:
    """Fail unless there is one convolution for each kernel size that is asked for.

    build: makes a network from emb_dim, out_channels and kernel_sizes. call: says how, from arguments by name.
    """
    found: list[tuple[list[int], list[int]]] = []
    for kernel_sizes in asked:
        # Twice a prime each, so that no other layer's size is a multiple of both.
        emb_dim, channels = (10, 14)[draw.integer(0, 1)], (22, 26)[draw.integer(0, 1)]
        model = build(emb_dim, channels, kernel_sizes)
        shapes = model.parameters()
        widths = convolution_widths(shapes, emb_dim, channels)
        found.append((kernel_sizes, widths))
        if sorted(kernel_sizes) != widths:
            raise CheckFailed(
                "the convolutions do not have the asked kernel sizes",
                input=call(emb_dim=emb_dim, out_channels=channels, kernel_sizes=kernel_sizes),
                expected=f"kernel sizes {kernel_sizes}, each with {channels} channels over {emb_dim} numbers a token",
                got=f"kernel sizes {widths} among the parameters {parameter_text(shapes)}",
                likely=_kernel_cause(build, kernel_sizes, widths, model, draw),
                next="make the layers in one loop over kernel_sizes and keep them in an nn.ModuleList",
            )


def convolution_widths(shapes: Shapes, emb_dim: int, channels: int) -> list[int]:
    """Kernel sizes found among parameter shapes, ascending, however a layer stores its weights."""
    # One or two rows are those of a linear layer at the end.
    layers = {name: shape for name, shape in shapes.items() if len(shape) > 2 or (len(shape) == 2 and shape[0] > 2)}
    counts = {name: math.prod(shape) for name, shape in layers.items() if name != EMBEDDING}
    return sorted(
        count // (channels * emb_dim) for count in counts.values() if count and count % (channels * emb_dim) == 0
    )


def expect_one_linear_layer(shapes: Shapes, call: Callable[..., str], channels: int, kernel_sizes: list[int]) -> None:
    """Fail unless one layer reads one number per filter."""
    if reads_all_features(shapes, channels, kernel_sizes):
        return
    filters = _filters(shapes, channels, kernel_sizes)
    raise CheckFailed(
        "there is no linear layer from all features to one logit",
        input=call(out_channels=channels, kernel_sizes=kernel_sizes),
        expected=f"a weight of shape {shape_text((1, filters))}: out_channels × number of kernel sizes → 1",
        got=parameter_text(shapes),
        likely=_head_cause(shapes, channels, filters),
        next="nn.Linear reads one number per filter: out_channels of them for every kernel size",
    )


def reads_all_features(shapes: Shapes, channels: int, kernel_sizes: list[int]) -> bool:
    """Whether there is a weight for each filter that is there, and for no more."""
    filters = _filters(shapes, channels, kernel_sizes)
    biases = [shape for shape in shapes.values() if shape == (filters,)]
    for name, shape in shapes.items():
        # A bias is as long as its convolution has channels, so one alone proves nothing.
        one_row = name != EMBEDDING and sorted(shape)[:-1] == [1] * (len(shape) - 1) and math.prod(shape) == filters
        if one_row and (len(shape) > 1 or len(biases) > 1 or filters != channels):
            return True
    return False


def parameter_text(shapes: Shapes) -> str:
    """The first parameters by name and shape."""
    listed = [f"{name} {shape_text(shape)}" for name, shape in shapes.items() if name != EMBEDDING]
    return ", ".join(listed[:4]) + (", …" if len(listed) > 4 else "")


def _filters(shapes: Shapes, channels: int, kernel_sizes: list[int]) -> int:
    """How many filters there are over the embeddings: whether they are those asked is another check's business."""
    dim = shapes.get(EMBEDDING, (0, 0))[1]
    over = [
        channels if channels in shape else shape[0]
        for name, shape in shapes.items()
        if name != EMBEDDING and len(shape) > 2 and dim in shape[1:]
    ]
    return sum(over) or channels * len(kernel_sizes)


def _head_cause(shapes: Shapes, channels: int, filters: int) -> Cause | None:
    rows = [shape for name, shape in shapes.items() if name != EMBEDDING and len(shape) == 2]
    if any(shape == (2, filters) for shape in rows):
        return Cause("two-outputs", "it has two outputs, one per class: this assignment uses one logit")
    if any(shape[1] == filters for shape in rows) and any(shape[0] == 1 for shape in rows):
        return Cause("hidden-layer", "the features go through another linear layer first")
    widths = [shape[1] for shape in rows if shape[0] == 1]
    if channels in widths and widths.count(channels) == 1:
        return Cause("head-for-one-kernel-size", "it reads the features of one kernel size only")
    if 3 * channels in widths:
        return Cause("head-for-three-kernel-sizes", "it is made for three kernel sizes, whatever the argument says")
    return None


def _kernel_cause(
    build: Callable[[int, int, list[int]], Model], asked: list[int], widths: list[int], model: Model, draw: Draw
) -> Cause | None:
    """The mistake that gives these widths, confirmed with another list where one could be chance."""
    count, other = len(asked), [size + 5 for size in asked]
    try:
        again = {channels: build(10, channels, other).parameters() for channels in (22, 26)}
    except StudentError:
        return None
    others = convolution_widths(again[22], 10, 22)
    convolutions = [
        {shape for name, shape in shapes.items() if name != EMBEDDING and len(shape) > 2} for shapes in again.values()
    ]
    if not any(convolutions) and not widths:
        try:
            logits = model.forward(draw.token_ids(4, max(asked) + 8, 50, avoid=[1]))
        except StudentError:
            return None
        if bool((logits != logits.flatten()[0]).any()):
            return Cause("convolutions-not-registered", "no convolution is registered: a plain list hides its layers")
        return None
    if not widths and convolutions[0] == convolutions[1]:
        return Cause("channels-written-out", "the number of channels is the same whatever out_channels says")
    if widths == others and widths:
        return Cause("kernel-sizes-written-out", "the kernel sizes are the same whatever the argument says")
    hypotheses: list[tuple[Cause, Callable[[list[int]], list[int]]]] = [
        (Cause("first-kernel-size-for-all", "every convolution has the first kernel size"), lambda s: [s[0]] * count),
        (Cause("last-kernel-size-for-all", "every convolution has the last kernel size"), lambda s: [s[-1]] * count),
        (Cause("kernel-sizes-once-each", "equal kernel sizes get one convolution together"), lambda s: [*set(s)]),
        (Cause("first-kernel-sizes-only", f"only {len(widths)} convolutions are made"), lambda s: s[: len(widths)]),
    ]
    for cause, wrong in hypotheses:
        if sorted(wrong(asked)) == widths and sorted(wrong(other)) == others:
            return cause
    return None
