"""What is explained: one number of the model's output, for a class that has a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Output = Literal["logit", "probability"]
PREDICTED = "predicted"
TWO_CLASSES = {"negative": 0, "positive": 1}


@dataclass(frozen=True)
class Classes:
    """The classes of a model: how many outputs stand for them, and their names by index."""

    columns: int
    """1: one logit, of the second of two classes. Otherwise a logit per class."""
    names: tuple[str, ...]

    @classmethod
    def of(cls, output: Tensor, rows: int, labels: Mapping[str, int] | None) -> Classes:
        """The classes of a model that gives this output for so many rows. Raises ValueError if it cannot be."""
        if output.shape not in ((rows,), (rows, 1)) and not (output.dim() == 2 and len(output) == rows):
            raise ValueError(
                f"the model gives {list(output.shape)} for {rows} sentences: "
                "[batch], [batch, 1] or [batch, classes] can be explained"
            )
        columns = 1 if output.dim() == 1 else output.shape[1]
        count = max(2, columns)
        if labels is None:
            labels = TWO_CLASSES if columns == 1 else {f"class {index}": index for index in range(count)}
        names = {index: name for name, index in labels.items()}
        if sorted(names) != list(range(count)) or len(names) != len(labels):
            raise ValueError(f"labels are {dict(labels)}: name each class from 0 to {count - 1} once")
        return cls(columns, tuple(names[index] for index in range(count)))

    def index(self, name: int | str) -> int:
        """The index of a class, given by its index or its name. Raises ValueError for one that is not there."""
        if isinstance(name, str) and name in self.names:
            return self.names.index(name)
        if isinstance(name, str) or not 0 <= name < len(self.names):
            raise ValueError(f"there is no class {name!r}: the classes are {', '.join(self.names)}")
        return int(name)

    def logits(self, output: Tensor) -> Tensor:
        """[rows, classes]: a single logit z stands for logits 0 and z, whose softmax is its sigmoid."""
        if self.columns > 1:
            return output
        single = output.reshape(-1, 1)
        return torch.cat([torch.zeros_like(single), single], dim=1)

    def predictions(self, logits: Tensor) -> list[int]:
        """The predicted class of each row of logits [rows, classes]; of two, the second from one half on."""
        if self.columns == 1:
            return (logits[:, 1] >= 0).long().tolist()
        return logits.argmax(dim=1).tolist()

    def select(self, logits: Tensor, targets: Tensor, kind: Output) -> Tensor:
        """[rows]: logit or probability of each row's target class, of logits [rows, classes]."""
        values = logits if kind == "logit" else torch.softmax(logits, dim=1)
        return values.gather(1, targets[:, None])[:, 0]

    def targets(self, target: int | str | None, predictions: Sequence[int]) -> list[int]:
        """The class to explain for each sentence. Raises ValueError for one that the model has no logit for."""
        if self.columns == 1:
            if target is not None and (target == PREDICTED or self.index(target) != 1):
                raise ValueError(
                    f"target is {target!r}: the model has one logit, and it is that of {self.names[1]!r}; "
                    "leave target out, a negative score speaks for the other class"
                )
            return [1] * len(predictions)
        if target is None or target == PREDICTED:
            return list(predictions)
        return [self.index(target)] * len(predictions)
