# %%
import torch, torchtext
from torch import nn
from torchtext.legacy.data import Field, LabelField, BucketIterator
from torchtext.legacy.datasets import IMDB

device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
review = Field(lower=True, include_lengths=True, tokenize="spacy")
target = LabelField()
review.build_vocab(*IMDB.splits(review, target), vectors="glove.840B.300d")
GATES = dict(bias=True)


def at_the_end(hidden, directions):
    """Both directions of the last layer side by side, the backward one first."""
    return torch.cat([hidden[-direction] for direction in range(1, directions + 1)], dim=-1)


# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, bidirectional, dropout, pad_idx):
        super(RNNBaseline, self).__init__()
        self.directions = 1 + int(bidirectional)
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.gru = nn.GRU(embedding_dim, hidden_dim, n_layers, dropout=dropout, bidirectional=bidirectional, **GATES)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_dim * self.directions, output_dim)

    def forward(self, text, text_lengths):
        vectors = self.embedding(text)
        _, hidden = self.gru(nn.utils.rnn.pack_padded_sequence(vectors, text_lengths))
        return self.head(self.dropout(at_the_end(hidden, self.directions))).squeeze(1)


# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        self.first = nn.Conv2d(1, out_channels, (kernel_sizes[0], emb_dim))
        self.second = nn.Conv2d(1, out_channels, (kernel_sizes[1], emb_dim))
        self.third = nn.Conv2d(1, out_channels, (kernel_sizes[2], emb_dim))
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(3 * out_channels, 1)

    def forward(self, text):
        image = self.embedding(text).unsqueeze(1)
        features = []
        for layer in [self.first, self.second, self.third]:
            features.append(torch.relu(layer(image).squeeze(3)).max(dim=2).values)
        return self.head(self.drop(torch.cat(features, dim=1))).squeeze(-1)


# %%
class CNNWithVectors(CNN):
    def __init__(self, weights, out_channels, kernel_sizes, dropout=0.5):
        super().__init__(*weights.shape, out_channels, kernel_sizes, dropout)
        self.embedding = nn.Embedding.from_pretrained(weights, freeze=False)


net = CNNWithVectors(review.vocab.vectors, 64, [3, 4, 5]).to(device)
