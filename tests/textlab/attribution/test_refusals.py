"""What `explain` does not take, and what it says then."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor, nn

from tests.textlab.attribution.networks import Smooth, seeded
from textlab.attribution import explain


class Elsewhere(nn.Module):
    """A network with an embedding that it does not call, and one that gives another shape."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 4)
        self.turned = nn.Sequential(nn.Embedding(40, 4), nn.Flatten())

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch]."""
        return nn.functional.embedding(text, self.embedding.weight).sum(dim=(1, 2))


@pytest.mark.parametrize(
    ("sentences", "arguments", "message"),
    [
        ([], {}, "at least one sentence"),
        ([[]], {}, "sentence 0, .*has no tokens"),
        ([[1, 1]], {}, "has no tokens"),
        ([3, 4], {}, "list of lists of ids"),
        (["sun"], {}, "pass the vocabulary"),
        ([[3]], {"tokens": [["a", "b"]]}, "1 ids but 2 tokens"),
        ([[3]], {"tokens": []}, "1 sentences but 0 lists"),
        ([[3]], {"truth": [1, 0]}, "1 sentences but 2 true classes"),
        ([[3]], {"truth": [2]}, "no class 2"),
        ([[3]], {"target": 0}, "the model has one logit"),
        ([[3]], {"target": "predicted"}, "the model has one logit"),
        ([[3]], {"target": "business"}, "no class 'business': the classes are negative, positive"),
        ([[3]], {"labels": {"a": 0, "b": 2}}, "name each class from 0 to 1 once"),
        ([[3]], {"output": "score"}, "take logit or probability"),
        ([[3]], {"baseline": "mask"}, "pad or zero"),
        ([[3]], {"internal_batch_size": 0}, "at least 1"),
        ([[3]], {"min_len": 0}, "at least 1"),
        ([[3]], {"layer": "embed"}, "no layer 'embed': its embeddings are embedding"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(sentences: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        explain(seeded(Smooth), sentences, **arguments)


def test_a_layer_that_is_not_called_is_refused() -> None:
    with pytest.raises(ValueError, match="does not call layer 'embedding'"):
        explain(Elsewhere(), [[3, 4]])
    with pytest.raises(ValueError, match=r"'turned' gives \[1, 8\]"):
        explain(Elsewhere(), [[3, 4]], layer="turned")


def test_an_output_that_is_no_logit_is_refused() -> None:
    with pytest.raises(ValueError, match="only finite numbers"):
        model = seeded(Smooth)
        nn.init.constant_(model.head.bias, float("nan"))
        explain(model, [[3, 4]])
