"""Forms of CNN, right and wrong, as changes of the solution: what each check has to say of them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.textlab.checks.answers import Change

CONVOLUTIONS = "nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)"
CONVOLUTION = "nn.Conv1d(emb_dim, out_channels, size)"
DROPOUT = "self.dropout = nn.Dropout(dropout)"
LINEAR = "nn.Linear(out_channels * len(kernel_sizes), 1)"
EMBEDDED = "self.embedding(text).permute(0, 2, 1)"
POOLED = "[F.relu(convolution(embedded)).amax(dim=2) for convolution in self.convolutions]"
MAP = "F.relu(convolution(embedded))"
JOINED = "torch.cat(pooled, dim=1)"
LAST = f"self.linear(self.dropout({JOINED}))"
FEATURES = "out_channels * len(kernel_sizes)"


@dataclass(frozen=True)
class Form:
    """One way to write the class."""

    name: str
    changes: tuple[Change, ...]
    fails: tuple[str, ...] = ()
    """The checks that fail; none for a right form."""
    cause: str = ""
    """The cause that the first of them names; "" for none."""


def form(name: str, *changes: Change, fails: str = "", cause: str = "") -> Form:
    """A form from its changes; `fails` names checks, separated by blanks."""
    return Form(name, changes, tuple(fails.split()), cause)


def behind_dropout(layer: str) -> Change:
    """A further line in __init__."""
    return DROPOUT, f"{DROPOUT}\n        {layer}"


LAYERS, HEAD, RUNS, SHAPES = "one_convolution_per_kernel_size", "one_linear_layer", "runs", "one_logit_per_review"
DROPPED, LOGIT, COMPUTES = "arguments_decide_dropout", "logits_are_not_probabilities", "computes_what_was_asked"
APART, PADDING, LEARNS = "reviews_are_independent", "padding_is_silent", "every_parameter_learns"

RIGHT = [
    form("the solution"),
    form("no bias", (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, size, bias=False)")),
    form("own padding", (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, size, padding='same')")),
    form(
        "full padding, no bias", (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, size, padding=size - 1, bias=False)")
    ),
    form(
        "ReLU after pooling",
        (POOLED, "[F.relu(convolution(embedded).amax(dim=2)) for convolution in self.convolutions]"),
    ),
    form("ReLU twice", (JOINED, "F.relu(torch.cat(pooled, dim=1))")),
    form("sorted", ("for size in kernel_sizes", "for size in sorted(kernel_sizes)")),
    form(
        "a ModuleDict",
        (CONVOLUTIONS, f"nn.ModuleDict({{str(place): {CONVOLUTION} for place, size in enumerate(kernel_sizes)}})"),
        ("in self.convolutions]", "in self.convolutions.values()]"),
    ),
    form(
        "Conv2d",
        (CONVOLUTION, "nn.Conv2d(1, out_channels, (size, emb_dim))"),
        (EMBEDDED, "self.embedding(text).unsqueeze(1)"),
        (MAP, "F.relu(convolution(embedded)).squeeze(3)"),
    ),
    form(
        "Conv2d, embedding as channels",
        (CONVOLUTION, "nn.Conv2d(emb_dim, out_channels, (1, size))"),
        (EMBEDDED, "self.embedding(text).permute(0, 2, 1).unsqueeze(2)"),
        (MAP, "F.relu(convolution(embedded)).squeeze(2)"),
    ),
    form("weight norm", (CONVOLUTION, f"nn.utils.parametrizations.weight_norm({CONVOLUTION})")),
    form("weight norm by hook", (CONVOLUTION, f"nn.utils.weight_norm({CONVOLUTION})")),
    form(
        "F.conv1d with parameters of its own",
        (
            CONVOLUTIONS,
            "nn.ParameterList(nn.Parameter(0.1 * torch.randn(out_channels, emb_dim, size)) for size in kernel_sizes)",
        ),
        (MAP, "F.relu(F.conv1d(embedded, convolution))"),
    ),
    form(
        "einsum over windows, width first",
        (
            CONVOLUTIONS,
            "nn.ParameterList(nn.Parameter(0.1 * torch.randn(size, emb_dim, out_channels)) for size in kernel_sizes)",
        ),
        (EMBEDDED, "self.embedding(text)"),
        (MAP, "F.relu(torch.einsum('bnek,keo->bon', embedded.unfold(1, len(convolution), 1), convolution))"),
    ),
    form("positions in a buffer", behind_dropout("self.register_buffer('positions', torch.arange(512))")),
    form("padding id in a buffer", behind_dropout("self.register_buffer('pad_idx', torch.tensor(pad_idx))")),
    form(
        "head under a second name",
        behind_dropout("self.head = nn.Sequential(self.dropout)"),
        (LAST, f"self.linear(self.head({JOINED}))"),
    ),
    form(
        "a Sequential head with a second name",
        (
            f"self.linear = {LINEAR}",
            f"self.head = nn.Sequential(self.dropout, {LINEAR})\n        self.linear = self.head[1]",
        ),
        (LAST, f"self.head({JOINED})"),
    ),
    form("features interleaved", (JOINED, "torch.stack(pooled, dim=2).flatten(1)")),
    form("features in another order", (JOINED, "torch.cat(pooled[::-1], dim=1)")),
    form("dropout on the embedding, too", (EMBEDDED, f"self.dropout({EMBEDDED})")),
    form("head without bias", (LINEAR, "nn.Linear(out_channels * len(kernel_sizes), 1, bias=False)")),
    form("logits [batch]", (f"return {LAST}", f"return {LAST}.squeeze(1)")),
    form("lazy head", (LINEAR, "nn.LazyLinear(1)")),
    form(
        "a wrapped embedding",
        (EMBEDDED, EMBEDDED),
        ("padding_idx=pad_idx)\n", "padding_idx=pad_idx)\n        self.embedding = nn.Sequential(self.embedding)\n"),
    ),
]

WRONG = [
    form(
        "first kernel size for all",
        (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, kernel_sizes[0])"),
        fails=LAYERS,
        cause="first-kernel-size-for-all",
    ),
    form(
        "last kernel size for all",
        (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, kernel_sizes[-1])"),
        fails=LAYERS,
        cause="last-kernel-size-for-all",
    ),
    form(
        "written out",
        ("for size in kernel_sizes", "for size in (2, 3, 4)"),
        (LINEAR, "nn.Linear(out_channels * 3, 1)"),
        fails=LAYERS,
        cause="kernel-sizes-written-out",
    ),
    form(
        "the first three",
        ("for size in kernel_sizes", "for size in kernel_sizes[:3]"),
        (LINEAR, "nn.Linear(out_channels * len(self.convolutions), 1)"),
        fails=LAYERS,
        cause="first-kernel-sizes-only",
    ),
    form(
        "equal ones once",
        ("for size in kernel_sizes", "for size in sorted(set(kernel_sizes))"),
        (LINEAR, "nn.Linear(out_channels * len(self.convolutions), 1)"),
        fails=LAYERS,
        cause="kernel-sizes-once-each",
    ),
    form(
        "written for three",
        (CONVOLUTIONS, "nn.ModuleList(nn.Conv1d(emb_dim, out_channels, kernel_sizes[place]) for place in range(3))"),
        (LINEAR, "nn.Linear(out_channels * 3, 1)"),
        fails=LAYERS,
        cause="first-kernel-sizes-only",
    ),
    form("no wider than 7", (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, min(size, 7))"), fails=LAYERS),
    form(
        "channels written out",
        (CONVOLUTION, "nn.Conv1d(emb_dim, 64, size)"),
        (LINEAR, "nn.Linear(64 * len(kernel_sizes), 1)"),
        fails=LAYERS,
        cause="channels-written-out",
    ),
    form(
        "a plain list",
        (CONVOLUTIONS, f"[{CONVOLUTION} for size in kernel_sizes]"),
        fails=LAYERS,
        cause="convolutions-not-registered",
    ),
    form(
        "groups",
        (
            CONVOLUTION,
            "nn.Conv1d(emb_dim, out_channels, size, groups=2 if out_channels % 2 + emb_dim % 2 == 0 else 1)",
        ),
        fails=LAYERS,
    ),
    form(
        "head for three", (LINEAR, "nn.Linear(out_channels * 3, 1)"), fails=HEAD, cause="head-for-three-kernel-sizes"
    ),
    form(
        "features added",
        (LINEAR, "nn.Linear(out_channels, 1)"),
        (JOINED, "sum(pooled)"),
        fails=HEAD,
        cause="head-for-one-kernel-size",
    ),
    form("sigmoid", (f"return {LAST}", f"return torch.sigmoid({LAST})"), fails=LOGIT, cause="sigmoid-at-the-end"),
    form("ReLU on the logit", (f"return {LAST}", f"return F.relu({LAST})"), fails=LOGIT, cause="relu-at-the-end"),
    form("clamped logit", (f"return {LAST}", f"return {LAST}.clamp(-5, 5)"), fails=LOGIT),
    form("tanh at the end", (f"return {LAST}", f"return torch.tanh({LAST})"), fails=LOGIT),
    form("ReLU forgotten", (MAP, "convolution(embedded)"), fails=COMPUTES, cause="relu-missing"),
    form(
        "GELU beside a buffer",
        (MAP, "F.gelu(convolution(embedded))"),
        behind_dropout("self.register_buffer('pad_idx', torch.tensor(pad_idx))"),
        fails=COMPUTES,
        cause="gelu-for-relu",
    ),
    form("SiLU", (MAP, "F.silu(convolution(embedded))"), fails=COMPUTES, cause="silu-for-relu"),
    form("leaky ReLU", (MAP, "F.leaky_relu(convolution(embedded))"), fails=COMPUTES, cause="leaky-relu"),
    form(
        "PReLU",
        (MAP, "self.activation(convolution(embedded))"),
        behind_dropout("self.activation = nn.PReLU()"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form("ReLU6", (MAP, "F.relu6(convolution(embedded))"), fails=COMPUTES, cause="relu6-for-relu"),
    form("softplus", (MAP, "F.softplus(convolution(embedded))"), fails=COMPUTES, cause="softplus-for-relu"),
    form("ReLU on the embedding", (EMBEDDED, f"F.relu({EMBEDDED})"), fails=COMPUTES),
    form(
        "tanh before the head",
        (JOINED, "torch.tanh(torch.cat(pooled, dim=1))"),
        fails=COMPUTES,
        cause="tanh-behind-relu",
    ),
    form(
        "layer norm",
        behind_dropout(f"self.norm = nn.LayerNorm({FEATURES})"),
        (JOINED, "self.norm(torch.cat(pooled, dim=1))"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "layer norm without weights",
        (JOINED, "F.layer_norm(torch.cat(pooled, dim=1), (self.linear.in_features,))"),
        fails=COMPUTES,
    ),
    form("normalised features", (JOINED, "F.normalize(torch.cat(pooled, dim=1))"), fails=COMPUTES),
    form(
        "batch norm",
        behind_dropout(f"self.norm = nn.BatchNorm1d({FEATURES})"),
        (JOINED, "self.norm(torch.cat(pooled, dim=1))"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "batch norm without weights",
        behind_dropout(f"self.norm = nn.BatchNorm1d({FEATURES}, affine=False)"),
        (JOINED, "self.norm(torch.cat(pooled, dim=1))"),
        fails=COMPUTES,
    ),
    form(
        "a scale that is learnt",
        behind_dropout("self.scale = nn.Parameter(torch.ones(1))"),
        (JOINED, "self.scale * torch.cat(pooled, dim=1)"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "positions that are learnt",
        behind_dropout("self.places = nn.Embedding(4096, emb_dim)"),
        (EMBEDDED, "(self.embedding(text) + self.places.weight[: text.shape[1]]).permute(0, 2, 1)"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "a second convolution",
        (CONVOLUTION, f"nn.Sequential({CONVOLUTION}, nn.ReLU(), nn.Conv1d(out_channels, out_channels, 1))"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "a second convolution without ReLU",
        (CONVOLUTION, f"nn.Sequential({CONVOLUTION}, nn.Conv1d(out_channels, out_channels, 1))"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "a projection first",
        behind_dropout("self.project = nn.Linear(emb_dim, emb_dim)"),
        (EMBEDDED, "self.project(self.embedding(text)).permute(0, 2, 1)"),
        fails=COMPUTES,
        cause="layer-too-many",
    ),
    form(
        "stride 2", (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, size, stride=2)"), fails=COMPUTES, cause="stride"
    ),
    form(
        "dilation",
        (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, size, dilation=2)"),
        fails=COMPUTES,
        cause="dilation",
    ),
    form(
        "dilation with padding",
        (CONVOLUTION, "nn.Conv1d(emb_dim, out_channels, size, dilation=2, padding='same')"),
        fails=COMPUTES,
    ),
    form("mean", ("amax(dim=2)", "mean(dim=2)"), fails=COMPUTES, cause="mean-pooling"),
    form("last window", ("amax(dim=2)", "select(2, -1)"), fails=COMPUTES, cause="last-window"),
    form(
        "view",
        (EMBEDDED, "self.embedding(text).view(len(text), -1, text.shape[1])"),
        fails=COMPUTES,
        cause="view-for-permute",
    ),
    form(
        "cut to 32 tokens",
        (EMBEDDED, "self.embedding(text[:, :32]).permute(0, 2, 1)"),
        fails=COMPUTES,
        cause="reviews-cut",
    ),
    form(
        "cut to 1,024 tokens",
        (EMBEDDED, "self.embedding(text[:, :1024]).permute(0, 2, 1)"),
        fails=COMPUTES,
        cause="reviews-cut",
    ),
    form("the last 500 tokens", (EMBEDDED, "self.embedding(text[:, -500:]).permute(0, 2, 1)"), fails=COMPUTES),
    form(
        "half of the rate",
        (DROPOUT, "self.dropout = nn.Dropout(dropout / 2)"),
        fails=DROPPED,
        cause="dropout-rate-halved",
    ),
    form(
        "dropout twice",
        (LAST, f"self.linear(self.dropout(self.dropout({JOINED})))"),
        fails=DROPPED,
        cause="dropout-twice",
    ),
    form(
        "what is kept",
        (DROPOUT, "self.dropout = nn.Dropout(1 - dropout if dropout else 0)"),
        fails=DROPPED,
        cause="dropout-keeps-the-rate",
    ),
    form(
        "a rate of its own",
        (DROPOUT, "self.dropout = nn.Dropout(0.4 if dropout else 0)"),
        fails=DROPPED,
        cause="dropout-rate-written-out",
    ),
    form("dropout before pooling", (MAP, f"self.dropout({MAP})"), (LAST, f"self.linear({JOINED})"), fails=DROPPED),
    form(
        "whole features of a batch",
        (DROPOUT, "self.dropout = nn.Dropout1d(dropout)"),
        fails=DROPPED,
        cause="dropout-of-whole-groups",
    ),
    form("alpha dropout", (DROPOUT, "self.dropout = nn.AlphaDropout(dropout)"), fails=DROPPED),
    form(
        "a part of the features",
        (LAST, "self.linear(torch.cat([self.dropout(pooled[0]), *pooled[1:]], dim=1))"),
        fails=DROPPED,
    ),
    form(
        "dropout on the embedding",
        (EMBEDDED, f"self.dropout({EMBEDDED})"),
        (LAST, f"self.linear({JOINED})"),
        fails=DROPPED,
        cause="dropout-on-the-embeddings",
    ),
    form(
        "dropout on the logit",
        (LAST, f"self.dropout(self.linear({JOINED}))"),
        fails=DROPPED,
        cause="dropout-on-the-logit",
    ),
    form(
        "padding zeroed once",
        (", padding_idx=pad_idx)\n", ")\n        self.embedding.weight.data[pad_idx] = 0.0\n"),
        fails=PADDING,
        cause="padding-idx-missing",
    ),
    form(
        "padding_idx written out",
        ("padding_idx=pad_idx", "padding_idx=1"),
        fails=PADDING,
        cause="padding-idx-written-out",
    ),
    form("reviews mixed by reshape", (JOINED, "torch.stack(pooled).reshape(len(text), -1)"), fails=APART),
    form(
        "embedding detached",
        (EMBEDDED, "self.embedding(text).detach().permute(0, 2, 1)"),
        fails=LEARNS,
        cause="gradient-cut",
    ),
    form(
        "layer without use",
        behind_dropout("self.hidden = nn.Linear(emb_dim, emb_dim)"),
        fails=LEARNS,
        cause="layer-not-used",
    ),
    form("squeeze", (f"return {LAST}", f"return {LAST}.squeeze()"), fails=SHAPES, cause="squeeze-without-axis"),
]
