# %%
%%capture
!wget -q https://example.org/aclImdb_v1.tar.gz

# %%
import math
import torch
import torch.nn.functional as F
from torch import nn, optim
from torchtext import data

TEXT = data.Field(batch_first=False, lower=True, include_lengths=True)


# %%
class RNNBaseline(nn.Module):
    """Gives the probability that the review is positive."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.encoder = nn.LSTM(
            input_size=embedding_dim, hidden_size=hidden_dim, num_layers=n_layers, dropout=dropout, bidirectional=bidirectional
        )
        self.bidirectional = bidirectional
        self.out = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(hidden_dim * (2 if bidirectional else 1), output_dim), nn.Sigmoid()
        )

    def forward(self, text, text_lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(text), text_lengths)
        states, _ = self.encoder(packed)
        states, lengths = nn.utils.rnn.pad_packed_sequence(states)
        # what the layer says at the last token of each review
        last = states[lengths - 1, torch.arange(len(lengths))]
        return self.out(last)


# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        self.convs = nn.ModuleList([nn.Conv1d(emb_dim, out_channels, k) for k in kernel_sizes])
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        x = self.embedding(text).transpose(1, 2)
        x = torch.cat([F.relu(conv(x)).amax(-1) for conv in self.convs], dim=-1)
        return torch.sigmoid(self.fc(self.dropout(x))).view(-1)


loss = nn.BCELoss()

# %%
TEXT.build_vocab(train, vectors="glove.6B.300d", unk_init=torch.Tensor.normal_)
cnn_glove = CNN(vocab_size=len(TEXT.vocab), emb_dim=300, out_channels=64, kernel_sizes=(3, 4, 5))
word_vectors = TEXT.vocab.vectors
cnn_glove.embedding.weight = nn.Parameter(word_vectors)
optimizer = optim.Adam(cnn_glove.parameters())
