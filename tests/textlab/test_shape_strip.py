"""The shape strip shows each layer's own numbers and shapes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.textlab.checks.answers import answer
from textlab.shape_strip import shape_strip


def test_every_layer_is_drawn_once_with_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    model = answer("CNN", notebook="2_cnn")(20, 6, 5, [2, 3], 0.5, 1).eval()
    figure = shape_strip(model, torch.randint(2, 20, (4, 9)))
    assert [axes.get_title() for axes in figure.axes] == ["Embedding", "Conv1d", "Conv1d", "Dropout", "Linear"]
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "[4, 9, 6]",
        "[4, 5, 8]",
        "[4, 5, 7]",
        "[4, 10]",
        "[4, 1]",
    ]
    assert "Conv1d     -> (4, 5, 8)" in capsys.readouterr().out


def test_the_numbers_drawn_are_those_of_the_model() -> None:
    model = answer("CNN", notebook="2_cnn")(20, 6, 5, [2, 3], 0.5, 1).eval()
    ids = torch.randint(2, 20, (4, 9))
    image = shape_strip(model, ids).axes[0].get_images()[0].get_array()
    assert image is not None
    assert torch.equal(torch.as_tensor(image.data), model.embedding(ids)[0].detach().T)


def test_the_model_is_left_as_it_was() -> None:
    model = answer("CNN", notebook="2_cnn")(20, 6, 5, [2, 3], 0.5, 1).train()
    shape_strip(model, torch.randint(2, 20, (4, 9)))
    assert model.training
    assert not any(layer._forward_hooks for layer in model.modules())


def test_a_model_without_layers_is_refused() -> None:
    class Empty(nn.Module):
        def forward(self, text: Tensor) -> Tensor:
            """Zeros."""
            return text * 0.0

    with pytest.raises(ValueError, match="no layer"):
        shape_strip(Empty(), torch.ones(2, 3, dtype=torch.long))
