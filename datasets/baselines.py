"""The models that the data cards measure, from guessing to networks; each gives one F1 on the test set."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping, Sequence

import torch
from glove import WordVectors
from reviewgen import DrawnReview, Lexicon
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pack_padded_sequence

from textlab.batches import Batch, batches
from textlab.text import Vocabulary, tokenize

Splits = Mapping[str, Sequence[DrawnReview]]

BATCH = 64
MOST_EPOCHS = 20
PATIENCE = 3


class ConvolutionNetwork(nn.Module):
    """Embedding, convolutions of several widths, maximum over time, one logit a review."""

    def __init__(self, embeddings: nn.Embedding, channels: int = 64, widths: Sequence[int] = (3, 4, 5)) -> None:
        super().__init__()
        self.embeddings = embeddings
        size = embeddings.embedding_dim
        self.convolutions = nn.ModuleList(nn.Conv1d(size, channels, width) for width in widths)
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(channels * len(widths), 1)

    def forward(self, batch: Batch) -> Tensor:
        """Logits [batch, 1]."""
        vectors = self.embeddings(batch.ids).transpose(1, 2)
        peaks = [torch.relu(convolution(vectors)).amax(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(peaks, dim=1)))
        return logits


class RecurrentNetwork(nn.Module):
    """Embedding, two-way LSTM over packed reviews, its two last states, one logit a review."""

    def __init__(self, embeddings: nn.Embedding, hidden: int = 64) -> None:
        super().__init__()
        self.embeddings = embeddings
        self.lstm = nn.LSTM(embeddings.embedding_dim, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(2 * hidden, 1)

    def forward(self, batch: Batch) -> Tensor:
        """Logits [batch, 1]."""
        vectors = self.dropout(self.embeddings(batch.ids))
        packed = pack_padded_sequence(vectors, batch.lengths, batch_first=True, enforce_sorted=False)
        _, (states, _) = self.lstm(packed)
        logits: Tensor = self.linear(self.dropout(torch.cat((states[-2], states[-1]), dim=1)))
        return logits


def majority(splits: Splits) -> float:
    """F1 of answering "positive" always, which is what the majority of a balanced set comes to."""
    return _f1(splits, [1] * len(splits["test"]))


def word_list(splits: Splits) -> float:
    """F1 of counting words of praise and of blame, as the generator's own lexicon has them."""
    senses = Lexicon.load().polarity_words()
    sums = (sum(senses.get(token, 0) for token in tokenize(row.text)) for row in splits["test"])
    return _f1(splits, [int(total >= 0) for total in sums])


def bag_of_words(splits: Splits) -> float:
    """F1 of logistic regression on counts of single tokens (scikit-learn's defaults)."""
    counter = CountVectorizer(tokenizer=tokenize, token_pattern=None, lowercase=False)
    counts = counter.fit_transform([row.text for row in splits["train"]])
    model = LogisticRegression(max_iter=2000).fit(counts, [row.label for row in splits["train"]])
    return _f1(splits, model.predict(counter.transform([row.text for row in splits["test"]])))


def cnn(splits: Splits, seed: int) -> float:
    """F1 of the CNN with embeddings of its own: 100-d, every training token has one."""
    torch.manual_seed(seed)
    vocabulary = _vocabulary(splits, min_freq=1)
    embeddings = nn.Embedding(len(vocabulary), 100, padding_idx=vocabulary.pad_id)
    return _fit(ConvolutionNetwork(embeddings), splits, vocabulary, seed, learning_rate=1e-3)


def rnn(splits: Splits, seed: int) -> float:
    """F1 of the RNN: 100-d embeddings of tokens seen three times (rarer ones teach an LSTM by heart)."""
    torch.manual_seed(seed)
    vocabulary = _vocabulary(splits, min_freq=3)
    embeddings = nn.Embedding(len(vocabulary), 100, padding_idx=vocabulary.pad_id)
    return _fit(RecurrentNetwork(embeddings), splits, vocabulary, seed, learning_rate=2e-3)


def glove_cnn(splits: Splits, seed: int, vectors: WordVectors) -> float:
    """F1 of the CNN that starts from word vectors and knows all their words, also those training lacks."""
    torch.manual_seed(seed)
    known = dict.fromkeys([*_vocabulary(splits, min_freq=1).tokens, *vectors.words])
    vocabulary = Vocabulary.from_tokens(list(known))
    given = torch.from_numpy(vectors.matrix).float()
    weights = torch.randn(len(vocabulary), given.shape[1]) * given.std()
    weights[[vocabulary[word] for word in vectors.words]] = given
    weights[vocabulary.pad_id] = 0.0
    embeddings = nn.Embedding.from_pretrained(weights, freeze=False, padding_idx=vocabulary.pad_id)
    return _fit(ConvolutionNetwork(embeddings), splits, vocabulary, seed, learning_rate=1e-3)


def _vocabulary(splits: Splits, min_freq: int) -> Vocabulary:
    return Vocabulary.build((row.text for row in splits["train"]), min_freq=min_freq)


def _f1(splits: Splits, predicted: Sequence[int]) -> float:
    return float(f1_score([row.label for row in splits["test"]], predicted))


def _fit(model: nn.Module, splits: Splits, vocabulary: Vocabulary, seed: int, learning_rate: float) -> float:
    """Train until the validation loss stops falling, keep the best weights, answer the test set."""

    def stream(split: str, shuffle: int | None) -> Iterator[Batch]:
        rows = splits[split]
        encoded = [vocabulary.encode(row.text) for row in rows]
        labels = [row.label for row in rows]
        return batches(encoded, labels, batch_size=BATCH, pad_id=vocabulary.pad_id, min_length=5, seed=shuffle)

    def logits_and_labels(split: str) -> tuple[Tensor, Tensor]:
        model.eval()
        with torch.no_grad():
            parts = [(model(batch).squeeze(1), batch.labels) for batch in stream(split, None)]
        logits, labels = zip(*parts, strict=True)
        return torch.cat(logits), torch.cat(labels)

    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    shuffles = random.Random(seed)
    best, best_weights, waited = float("inf"), copy.deepcopy(model.state_dict()), 0
    for _ in range(MOST_EPOCHS):
        model.train()
        for batch in stream("train", shuffles.randrange(2**31)):
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(model(batch).squeeze(1), batch.labels).backward()
            optimizer.step()
        loss = binary_cross_entropy_with_logits(*logits_and_labels("validation")).item()
        waited += 1
        if loss < best:
            best, best_weights, waited = loss, copy.deepcopy(model.state_dict()), 0
        if waited == PATIENCE:
            break
    model.load_state_dict(best_weights)
    return _f1(splits, (logits_and_labels("test")[0] > 0).int().tolist())
