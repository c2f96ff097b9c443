"""Trains a flair classifier and explains it; runs in its own virtual environment, see flair_example.py.

    python flair_side.py folder answer.json

In `folder` a tokenizer and an XLM-RoBERTa are made from nothing and saved, so that flair loads them as it would load
published ones. Nothing is downloaded.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import flair
import torch
import transformers
from flair.data import Corpus, Sentence
from flair.datasets import FlairDatapointDataset
from flair.embeddings import TransformerDocumentEmbeddings
from flair.models import TextClassifier
from flair.trainers import ModelTrainer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizerFast

from benchmarks.systems.topics import LABELS, PARAGRAPHS, articles
from textlab.attribution.flair_text import FlairExplanations, explain_flair
from textlab.attribution.quadrature import RULES
from textlab.attribution.table import token_table

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PIECES, MAX_LENGTH = 500, 128
SIZES = {"train": 800, "dev": 80, "test": 200}
LABEL_TYPE = "topic"
STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000)


def save_transformer(folder: Path, texts: list[str]) -> None:
    """A tokenizer learnt from the texts, and an XLM-RoBERTa of two layers with random weights."""
    pieces = Tokenizer(models.BPE(unk_token="<unk>"))
    pieces.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    pieces.decoder = decoders.Metaspace()
    pieces.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=PIECES, special_tokens=SPECIAL, show_progress=False)
    )
    pieces.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    folder.mkdir(parents=True, exist_ok=True)
    pieces.save(str(folder / "pieces.json"))
    tokenizer = XLMRobertaTokenizerFast(tokenizer_file=str(folder / "pieces.json"), model_max_length=MAX_LENGTH)
    tokenizer.save_pretrained(folder)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=MAX_LENGTH + 2,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    XLMRobertaModel(config).save_pretrained(folder)


def sentences(part: str) -> list[Sentence]:
    """Labelled sentences of flair; every part has texts of its own."""
    found = []
    for label, text in articles(SIZES[part], seed=list(SIZES).index(part)):
        found.append(Sentence(text).add_label(LABEL_TYPE, label))
    return found


def trained(folder: Path) -> tuple[TextClassifier, float]:
    """The classifier, and its accuracy on the test texts."""
    parts = {part: sentences(part) for part in SIZES}
    save_transformer(folder, [sentence.text for sentence in parts["train"]])
    corpus = Corpus(*(FlairDatapointDataset(parts[part]) for part in SIZES), name="made-up news")
    labels = corpus.make_label_dictionary(LABEL_TYPE)
    embeddings = TransformerDocumentEmbeddings(str(folder), fine_tune=True)
    classifier = TextClassifier(embeddings, label_dictionary=labels, label_type=LABEL_TYPE)
    ModelTrainer(classifier, corpus).fine_tune(
        folder / "training", learning_rate=1e-3, mini_batch_size=32, max_epochs=6, save_final_model=False
    )
    result = classifier.evaluate(parts["test"], gold_label_type=LABEL_TYPE, mini_batch_size=32)
    return classifier, float(result.classification_report["accuracy"])


def delta_table(classifier: TextClassifier) -> dict[str, dict[str, float]]:
    """Largest |delta| of the two paragraphs' logits, by rule and number of steps."""
    texts = [text for _, text in PARAGRAPHS]
    table: dict[str, dict[str, float]] = {}
    for rule in RULES:
        table[rule] = {}
        for steps in STEPS:
            found = explain_flair(classifier, texts, rule=rule, n_steps=steps).pieces
            table[rule][str(steps)] = float(found.data.deltas.abs().max())
    return table


def shown(result: FlairExplanations, place: int) -> dict[str, Any]:
    """One paragraph: its pieces and its words sorted by attribution."""
    pieces, words = result.pieces[place], result.words[place]
    return {
        "true": pieces.label_name,
        "predicted": pieces.predicted_name,
        "explained": pieces.target,
        "probability": pieces.probability,
        "difference": sum(pieces.scores) - pieces.delta,
        "delta": pieces.delta,
        "pieces": [[row.token, row.place, row.score, row.share] for row in token_table(pieces).rows],
        "words": [[row.token, row.place, row.score, row.share] for row in token_table(words).rows],
    }


def main(folder: str, answer: str) -> None:
    """Train, explain, write."""
    logging.getLogger("flair").setLevel(logging.WARNING)
    torch.set_num_threads(1)
    flair.device = torch.device("cpu")
    flair.set_seed(0)
    begun = time.process_time()
    classifier, accuracy = trained(Path(folder))
    training = time.process_time() - begun
    texts, truth = [text for _, text in PARAGRAPHS], [label for label, _ in PARAGRAPHS]
    result = explain_flair(classifier, texts, truth=truth, n_steps=500)
    asked = [Sentence(text) for text in texts]
    classifier.predict(asked)
    predicted = [sentence.get_label(LABEL_TYPE) for sentence in asked]
    try:
        explain_flair(classifier, texts, "busines")
    except ValueError as error:
        unknown = str(error)
    found = {
        "versions": {
            "flair": flair.__version__,
            "transformers": transformers.__version__,
            "torch": torch.__version__,
        },
        "sizes": SIZES,
        "labels": LABELS,
        "pieces": len(classifier.embeddings.tokenizer),
        "accuracy": accuracy,
        "training_seconds": training,
        "paragraphs": [shown(result, place) for place in range(len(texts))],
        "by_name": shown(explain_flair(classifier, texts[0], LABELS[1], n_steps=500), 0),
        "same_as_predict": [label.value for label in predicted] == [item.predicted_name for item in result.pieces],
        "probability_difference": max(
            abs(label.score - item.certainty) for label, item in zip(predicted, result.pieces, strict=True)
        ),
        "unknown_class": unknown,
        "deltas": delta_table(classifier),
    }
    Path(answer).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
