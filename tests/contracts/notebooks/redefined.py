# %%
import torch
import torch.nn as nn
from torchtext.legacy import data
from captum.attr import LayerIntegratedGradients

TEXT = data.Field(lower=True, include_lengths=True, tokenizer_language="en")
TEXT.build_vocab(data.Dataset([], []), max_size=25_000, vectors="glove.6B.300d")
PAD_IDX = TEXT.vocab.stoi[TEXT.pad_token]
dim = 300


# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.rnn = nn.GRU(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, dropout=dropout)
        self.fc = nn.Linear(hidden_dim + hidden_dim * bidirectional, output_dim)
        self.dropout = nn.Dropout(dropout)
        self.n_layers, self.bidirectional = n_layers, bidirectional

    def forward(self, text, text_lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(text), text_lengths)
        output, hidden = self.rnn(packed)
        hidden = hidden.view(self.n_layers, 1 + self.bidirectional, len(text_lengths), -1)[-1]
        return self.fc(self.dropout(torch.cat(tuple(hidden), dim=1)))


# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=PAD_IDX)
        self.conv_0 = nn.Sequential(nn.Conv1d(emb_dim, out_channels, kernel_sizes[0]), nn.ReLU(), nn.AdaptiveMaxPool1d(1))
        self.conv_1 = nn.Sequential(nn.Conv1d(emb_dim, out_channels, kernel_sizes[1]), nn.ReLU(), nn.AdaptiveMaxPool1d(1))
        self.conv_2 = nn.Sequential(nn.Conv1d(emb_dim, out_channels, kernel_sizes[2]), nn.ReLU(), nn.AdaptiveMaxPool1d(1))
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = [part(embedded).squeeze(2) for part in (self.conv_0, self.conv_1, self.conv_2)]
        return self.fc(self.dropout(torch.cat(pooled, 1)))


model = CNN(len(TEXT.vocab), dim, 64, [3, 4, 5])


# %%
# the same once more, now with GloVe
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(TEXT.vocab.vectors, freeze=False, padding_idx=PAD_IDX)
        self.conv_0 = nn.Conv1d(emb_dim, out_channels, kernel_sizes[0])
        self.conv_1 = nn.Conv1d(emb_dim, out_channels, kernel_sizes[1])
        self.conv_2 = nn.Conv1d(emb_dim, out_channels, kernel_sizes[2])
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = [torch.relu(conv(embedded)).max(2)[0] for conv in (self.conv_0, self.conv_1, self.conv_2)]
        return self.fc(self.dropout(torch.cat(pooled, 1)))


model = CNN(len(TEXT.vocab), dim, 64, [3, 4, 5])
lig = LayerIntegratedGradients(model, model.embedding)
