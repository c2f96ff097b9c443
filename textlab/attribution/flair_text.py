"""Explains what a trained flair `TextClassifier` with a transformer inside says about texts.

flair is an extra: `pip install "textlab[flair]"`. Nothing here is imported by the rest of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from textlab.attribution.explanation import Explanation
from textlab.attribution.integrated_gradients import explain
from textlab.attribution.result import Attributions
from textlab.kit_answers import answers_a_blank


@dataclass(frozen=True, eq=False)
class FlairExplanations:
    """Explained texts, by sub-word and by word."""

    pieces: Attributions
    """One explanation a text, of the transformer's sub-words; its two special tokens are among them."""
    word_ids: tuple[tuple[int | None, ...], ...]
    """For each sub-word of each text the place of its word in flair's sentence, None for a special token."""
    words: tuple[Explanation, ...]
    """The same with sub-words merged to flair's words; the sum of the scores stays."""


@answers_a_blank
def explain_flair(
    classifier: Any,
    texts: str | Sequence[str],
    target: str | None = None,
    *,
    truth: Sequence[str | None] | None = None,
    **settings: Any,
) -> FlairExplanations:
    """What each sub-word and each word of each text adds to the logit of a class, by integrated gradients.

    classifier: a flair `TextClassifier` on `TransformerDocumentEmbeddings`, one label a text; given back as it was.
    target: name of the class, as the classifier's label dictionary has it; None: the predicted class of each text.
    truth: the true class of each text, by name. settings: of `explain`, such as rule, n_steps, output and baseline.

    The baseline is the padding token at every place, the special tokens' included. Raises ImportError without flair,
    and ValueError for a class that the label dictionary does not have or a classifier that cannot be explained.
    """
    sentence_of = _sentence()
    labels = class_indices(classifier)
    if target is not None and target not in labels:
        raise ValueError(f"there is no class {target!r}: the label dictionary has {', '.join(labels)}")
    logits = FlairLogits(classifier)
    read = [logits.encode(sentence_of(text)) for text in ([texts] if isinstance(texts, str) else texts)]
    pieces = explain(
        logits,
        [ids for ids, _ in read],
        target=target,
        labels=labels,
        layer=logits.layer,
        tokens=[logits.tokenizer.convert_ids_to_tokens(ids) for ids, _ in read],
        pad_id=logits.tokenizer.pad_token_id,
        truth=truth,
        **settings,
    )
    word_ids = tuple(tuple(words) for _, words in read)
    # SentencePiece marks the first piece of a word; word ids, unlike the marks, tell the special tokens apart.
    words = tuple(
        explanation.by_word(start="▁", word_ids=ids) for explanation, ids in zip(pieces, word_ids, strict=True)
    )
    return FlairExplanations(pieces, word_ids, words)


def class_indices(classifier: Any) -> dict[str, int]:
    """The column of each class in the classifier's logits, by its name in the label dictionary."""
    return {name: index for index, name in enumerate(classifier.label_dictionary.get_items())}


class FlairLogits(nn.Module):
    """A flair text classifier as a module from sub-word ids to logits, through flair's own forward pass.

    Raises ValueError for a classifier that reads more than the text itself, or gives several labels.
    """

    def __init__(self, classifier: Any) -> None:
        super().__init__()
        embeddings = classifier.embeddings
        transformer = getattr(embeddings, "model", None)
        if not isinstance(transformer, nn.Module) or not getattr(embeddings, "document_embedding", False):
            raise ValueError(
                f"the classifier's embeddings are {type(embeddings).__name__}: "
                "only TransformerDocumentEmbeddings can be explained"
            )
        if classifier.multi_label:
            raise ValueError(
                "the classifier gives several labels a text: only one with multi_label=False is explained"
            )
        if embeddings.context_length:
            raise ValueError(
                "the classifier reads neighbouring sentences too: build its embeddings with use_context=False"
            )
        self.classifier = classifier
        self.tokenizer = embeddings.tokenizer
        words = transformer.get_input_embeddings()
        self.layer = next(name for name, module in self.named_modules() if module is words)
        """Name of the layer that turns ids into embeddings."""

    def encode(self, sentence: Any) -> tuple[list[int], list[int | None]]:
        """Sub-word ids of a flair sentence as flair gives them to the transformer, and the word each belongs to."""
        embeddings = self.classifier.embeddings
        rows = embeddings.prepare_tensors([sentence])["input_ids"].tolist()
        words = [token.text for token in sentence]
        encoded = self.tokenizer(words, is_split_into_words=True, truncation=embeddings.truncate)
        word_ids = encoded.word_ids()
        if rows != [encoded["input_ids"]] or len(words) - 1 not in word_ids:
            raise ValueError(
                f"the text {sentence.text[:40]!r}… is longer than the {self.tokenizer.model_max_length} sub-words "
                "that the transformer reads at once: explain it in parts"
            )
        return encoded["input_ids"], word_ids

    def forward(self, ids: Tensor) -> Tensor:
        """Logits [batch, classes] for sub-word ids [batch, length] without padding."""
        lengths = torch.full((len(ids),), ids.shape[1], device=ids.device)
        embedded = self.classifier.embeddings(
            input_ids=ids, attention_mask=torch.ones_like(ids), sub_token_lengths=lengths
        )
        logits: Tensor = self.classifier.decoder(embedded["document_embeddings"])
        return logits


def _sentence() -> Any:
    try:
        from flair.data import Sentence
    except ImportError as error:
        raise ImportError(
            f'explaining a flair classifier needs flair ({error}): pip install "textlab[flair]"'
        ) from error
    return Sentence
