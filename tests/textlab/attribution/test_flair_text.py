"""Explanations of a flair text classifier. Where flair is not installed, only the message is tested that says so."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from textlab.attribution.flair_text import class_indices, explain_flair

TEXTS = ["The shipyard found a buyer.", "Our goalkeeper was hurt, and we lost the derby."]
LABELS = ["business", "sport", "science"]
needs_flair = pytest.mark.skipif(importlib.util.find_spec("flair") is None, reason="flair is not installed")


def test_without_flair_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flair.data", None)
    with pytest.raises(ImportError, match=r'pip install "textlab\[flair\]"'):
        explain_flair(object(), "A text.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An XLM-RoBERTa made from a configuration, with a tokenizer learnt from TEXTS; the hub is off."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizerFast

        path = tmp_path_factory.mktemp("transformer")
        pieces = Tokenizer(models.BPE(unk_token="<unk>"))
        pieces.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        pieces.train_from_iterator(
            TEXTS, trainers.BpeTrainer(vocab_size=60, special_tokens=special, show_progress=False)
        )
        pieces.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        pieces.save(str(path / "pieces.json"))
        XLMRobertaTokenizerFast(tokenizer_file=str(path / "pieces.json"), model_max_length=64).save_pretrained(path)
        sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        config = XLMRobertaConfig(vocab_size=60, max_position_embeddings=66, type_vocab_size=1, **sizes)
        XLMRobertaModel(config).save_pretrained(path)
        yield path


def classifier_of(folder: Path, *, multi_label: bool = False, **settings: Any) -> Any:
    """A classifier with random weights, large enough that the classes differ."""
    import flair
    import torch
    from flair.data import Dictionary
    from flair.embeddings import TransformerDocumentEmbeddings
    from flair.models import TextClassifier

    flair.device = torch.device("cpu")
    torch.manual_seed(3)
    names = Dictionary(add_unk=False)
    for label in LABELS:
        names.add_item(label)
    embeddings = TransformerDocumentEmbeddings(str(folder), **settings)
    classifier = TextClassifier(embeddings, label_dictionary=names, label_type="topic", multi_label=multi_label)
    with torch.no_grad():
        embeddings.model.get_input_embeddings().weight.mul_(40)
        classifier.decoder.weight.mul_(2)
    return classifier


@needs_flair
@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_what_is_explained_is_what_flair_predicts(folder: Path, pooling: str) -> None:
    from flair.data import Sentence

    classifier = classifier_of(folder, cls_pooling=pooling)
    for text in TEXTS:
        sentence = Sentence(text)
        classifier.predict(sentence, return_probabilities_for_all_classes=True)
        by_flair = {label.value: label.score for label in sentence.get_labels("topic")}
        for name in LABELS:
            explanation = explain_flair(classifier, text, name, n_steps=5).pieces[0]
            assert explanation.target == name
            assert explanation.probability == pytest.approx(by_flair[name], abs=1e-6)
        assert explain_flair(classifier, text, n_steps=5).pieces[0].target == max(by_flair, key=by_flair.__getitem__)


@needs_flair
def test_a_class_is_called_by_its_name(folder: Path) -> None:
    classifier = classifier_of(folder)
    assert class_indices(classifier) == {"business": 0, "sport": 1, "science": 2}
    result = explain_flair(classifier, TEXTS, "science", truth=["business", None], n_steps=20).pieces
    assert result.data.targets == (2, 2)
    assert [item.label_name for item in result] == ["business", None]
    with pytest.raises(ValueError, match="no class 'sports': the label dictionary has business, sport, science"):
        explain_flair(classifier, TEXTS, "sports")


@needs_flair
def test_sub_words_are_merged_to_words_and_the_sum_stays(folder: Path) -> None:
    result = explain_flair(classifier_of(folder), TEXTS, "sport", n_steps=20)
    assert result.words[0].tokens == ("<s>", "The", "shipyard", "found", "a", "buyer", ".", "</s>")
    for pieces, words in zip(result.pieces, result.words, strict=True):
        assert len(pieces.tokens) > len(words.tokens)
        assert math.fsum(words.scores) == pytest.approx(math.fsum(pieces.scores), abs=1e-9)
    assert result.word_ids[0][0] is None and result.word_ids[0][-1] is None


@needs_flair
def test_more_steps_make_a_smaller_delta(folder: Path) -> None:
    classifier = classifier_of(folder)
    largest = [
        float(
            explain_flair(classifier, TEXTS, "sport", rule="riemann_left", n_steps=steps)
            .pieces.data.deltas.abs()
            .max()
        )
        for steps in (10, 100, 1000)
    ]
    assert largest[0] > 5 * largest[1] > 25 * largest[2]


@needs_flair
def test_the_classifier_comes_back_as_it_was(folder: Path) -> None:
    classifier = classifier_of(folder)
    classifier.train()
    before = {name: value.clone() for name, value in classifier.state_dict().items()}
    explain_flair(classifier, TEXTS, n_steps=5)
    assert all(module.training for module in classifier.modules())
    assert all(before[name].equal(value) for name, value in classifier.state_dict().items())


@needs_flair
def test_what_cannot_be_explained_is_refused(folder: Path) -> None:
    from flair.embeddings import DocumentPoolEmbeddings, TransformerWordEmbeddings
    from flair.models import TextClassifier

    with pytest.raises(ValueError, match="several labels"):
        explain_flair(classifier_of(folder, multi_label=True), TEXTS)
    with pytest.raises(ValueError, match="use_context=False"):
        explain_flair(classifier_of(folder, use_context=True), TEXTS)
    with pytest.raises(ValueError, match="explain it in parts"):
        explain_flair(classifier_of(folder), "The derby was lost. " * 30)
    names = classifier_of(folder).label_dictionary
    pooled = DocumentPoolEmbeddings([TransformerWordEmbeddings(str(folder))])
    with pytest.raises(ValueError, match="only TransformerDocumentEmbeddings"):
        explain_flair(TextClassifier(pooled, label_dictionary=names, label_type="topic"), TEXTS)
