"""What was handed out is told from what a student has written."""

from __future__ import annotations

import textwrap

import pytest

from textlab.definitions import Piece
from textlab.definitions.blank import is_blank

HAND_OUT = """
class Net(nn.Module):
    def __init__(self, vocab_size, emb_dim, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        self.conv_0 = {layer}
        self.fc = nn.Linear({width}, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        embedded = self.embedding(text)
        pooled = {pooled}
        return self.fc(self.dropout(pooled))
"""
GIVEN = ("Embedding", "Linear", "Dropout")


def blank(*sources: str, name: str = "Net", given: tuple[str, ...] = GIVEN) -> bool:
    """Whether the program of these statements leaves `name` blank."""
    return is_blank([Piece(1, 1, textwrap.dedent(source)) for source in sources], name, given)


def net(layer: str = "None", width: str = "len(sizes) * channels", pooled: str = "None") -> str:
    """A class whose blanks hold these."""
    return HAND_OUT.format(layer=layer, width=width, pooled=pooled)


@pytest.mark.parametrize("placeholder", ["None", "...", "None  # your code"])
def test_a_class_with_placeholders_and_given_layers_only_is_blank(placeholder: str) -> None:
    assert blank(net(layer=placeholder, pooled=placeholder))
    assert blank(net(layer=placeholder, pooled="self.conv_0(embedded).amax(2)"))


def test_a_class_with_a_layer_of_its_own_is_not_blank_even_if_something_is_left() -> None:
    assert not blank(net(layer="nn.Conv1d(emb_dim, 4, 3)"))
    assert not blank(net(layer="nn.Conv1d(emb_dim, 4, 3)", pooled="self.conv_0(embedded).amax(2)"))
    assert not blank(net(layer="None"), given=("Embedding",)), "the head is the student's there"


@pytest.mark.parametrize("body", ["pass", "...", '"""What it does."""', "raise NotImplementedError", "return None"])
def test_a_class_and_a_function_that_only_stand_there_are_blank(body: str) -> None:
    source = f"""
    class Net(nn.Module):
        def __init__(self, vocab_size, emb_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, emb_dim)
            {body}

        def forward(self, text):
            {body}
    """
    assert blank(source)
    assert blank(f"def f(x):\n    '''Doc.'''\n    {body}", name="f")


def test_a_function_that_returns_what_is_only_none_is_blank() -> None:
    assert blank(
        "def f(x):\n    tokens = None\n    scores, delta = None, None\n    return tokens, scores, delta", name="f"
    )
    assert not blank("def f(x):\n    best = None\n    for y in x:\n        best = y\n    return best", name="f")


def test_none_that_is_set_later_is_no_placeholder() -> None:
    source = """
    class Net(nn.Module):
        def __init__(self, vocab_size, emb_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, emb_dim)
            self.weight = None
            self.weight = nn.Parameter(torch.randn(3, emb_dim))

        def forward(self, text):
            return F.linear(self.embedding(text), self.weight)
    """
    assert not blank(source)


@pytest.mark.parametrize(
    "later",
    [
        "Net = TextCNN",
        "Net.forward = forward",
        "Net.__init__, Net.forward = start, forward",
        "setattr(Net, 'forward', forward)",
        "@add_to(Net)\ndef forward(self, text):\n    return text",
        "Net = partial(Net, emb_dim=3)",
        "if True:\n    Net = TextCNN",
    ],
)
def test_a_stub_that_later_code_replaces_or_completes_is_not_blank(later: str) -> None:
    assert blank(net())
    assert not blank(net(), later)
    assert blank(later, net()), "what stands before the stub is replaced by it"


def test_an_empty_subclass_is_what_its_base_is() -> None:
    assert not blank("class Net(CNN):\n    pass")
    assert blank("class Net(nn.Module):\n    pass")
    assert not blank(
        "class Net(CNN):\n    def __init__(self, matrix):\n        super().__init__(matrix)\n        self.x = 1"
    )


def test_nothing_is_said_about_what_is_not_defined_or_does_not_parse() -> None:
    assert not blank("x = 1")
    assert not blank("class Net(:")
