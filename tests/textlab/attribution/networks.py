"""Small networks of every form that can be explained, with fixed weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

VOCABULARY = 40
PAD_ID = 1


def seeded(kind: type[nn.Module], **arguments: int) -> nn.Module:
    """A network in double precision, the same at each call."""
    torch.manual_seed(5)
    return kind(**arguments).double()


def sentence(length: int, seed: int = 0) -> list[int]:
    """Token ids without padding."""
    source = torch.Generator().manual_seed(100 * seed + length)
    return [int(index) for index in torch.randint(2, VOCABULARY, (length,), generator=source)]


class Smooth(nn.Module):
    """A network without kinks: [batch] logits, dropout, and a padding row that is not zero."""

    def __init__(self, emb_dim: int = 6) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, emb_dim)
        self.inner = nn.Linear(emb_dim, 8)
        self.weigh = nn.Linear(8, 1)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(8, 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch]."""
        inner = torch.tanh(self.inner(self.embedding(text)))
        mean = (torch.softmax(self.weigh(inner), dim=1) * inner).sum(dim=1)
        logits: Tensor = self.head(self.dropout(torch.tanh(3 * mean)))[:, 0]
        return logits


class Convolution(nn.Module):
    """A convolution with ReLU and maximum over the length: [batch, outputs] logits, at least 3 tokens."""

    def __init__(self, outputs: int = 1, emb_dim: int = 6, channels: int = 7) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, emb_dim, padding_idx=PAD_ID)
        self.convolution = nn.Conv1d(emb_dim, channels, 3)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(channels, outputs)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, outputs]."""
        features = torch.relu(self.convolution(self.embedding(text).transpose(1, 2))).amax(dim=2)
        logits: Tensor = 3 * self.head(self.dropout(features))
        return logits


class Recurrent(nn.Module):
    """A packed LSTM in two directions that wants lengths: [batch, 1] logits."""

    def __init__(self, emb_dim: int = 6) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, emb_dim, padding_idx=PAD_ID)
        self.rnn = nn.LSTM(emb_dim, 5, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 1)

    def forward(self, text: Tensor, text_lengths: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        packed = pack_padded_sequence(self.embedding(text), text_lengths, batch_first=True)
        _, (hidden, _) = self.rnn(packed)
        logits: Tensor = self.head(torch.cat([hidden[-2], hidden[-1]], dim=1))
        return logits


class Attention(nn.Module):
    """A transformer that masks padding by its ids: [batch, 3] logits, the layer inside another module."""

    def __init__(self, emb_dim: int = 8) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict(
            {"tokens": nn.Embedding(VOCABULARY, emb_dim), "places": nn.Embedding(30, emb_dim)}
        )
        layer = nn.TransformerEncoderLayer(emb_dim, 2, 16, dropout=0.3, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.head = nn.Linear(emb_dim, 3)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 3]: of the mean over the places that are no padding."""
        padding = text == PAD_ID
        embedded = self.encoder["tokens"](text) + self.encoder["places"](torch.arange(text.shape[1]))
        hidden = self.layers(embedded, src_key_padding_mask=padding).masked_fill(padding[:, :, None], 0.0)
        logits: Tensor = self.head(hidden.sum(dim=1) / (~padding).sum(dim=1, keepdim=True))
        return logits


class Letters:
    """A vocabulary of another kind: two letters are a piece, the second half of a word is marked."""

    pad_id = PAD_ID
    unk_id = 0

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = ["<unk>", "<pad>", *pieces]

    def encode(self, text: str) -> list[int]:
        """Ids of the pieces of the words."""
        pieces = [piece for word in text.split() for piece in ([word[:2], "##" + word[2:]] if word[2:] else [word])]
        return [self.pieces.index(piece) if piece in self.pieces else 0 for piece in pieces]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The pieces."""
        return [self.pieces[index] for index in ids]
