# %%
from google.colab import drive
drive.mount("/content/drive")
import os, random
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torchtext.legacy.data import Field, LabelField
from torchtext.vocab import Vectors
import seaborn as sns

sns.set()
N = int(input("Сколько слов? "))
устройство = torch.device("cuda" if torch.cuda.is_available() else "cpu")
текст = Field(lower=True, include_lengths=True)

# %%
# сколько направлений у сети
def направления(да):
    return 2 if да else 1


class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        print("строим сеть", vocab_size)
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.rnn = nn.LSTM(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, dropout=dropout)
        self.fc = nn.Linear(hidden_dim * направления(bidirectional), output_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text, text_lengths):
        embedded = self.embedding(text)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, text_lengths.cpu())
        _, (состояние, _) = self.rnn(packed)
        итог = torch.cat([состояние[-1], состояние[-2]], 1) if self.rnn.bidirectional else состояние[-1]
        return self.fc(self.dropout(итог))


# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        свертки = {}
        for размер in kernel_sizes:
            свертки[f"k{размер}"] = nn.Conv2d(1, out_channels, (размер, emb_dim))
        self.convs = nn.ModuleDict(свертки)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)

    def forward(self, text):
        x = self.embedding(text)[:, None]
        x = [F.relu(conv(x))[..., 0] for conv in self.convs.values()]
        x = [F.max_pool1d(m, m.size(2))[..., 0] for m in x]
        return self.fc(self.dropout(torch.cat(x, 1)))


def train_epoch(model, iterator):
    model.train()
    for batch in iterator:
        nn.utils.clip_grad_norm_(model.parameters(), 1)


# %%
glove = Vectors("glove.6B.100d.txt")
сеть = CNN(len(текст.vocab), 100, 64, [3, 4, 5]).to(устройство)
for i, word in enumerate(текст.vocab.itos):
    if word in glove.stoi:
        with torch.no_grad():
            сеть.embedding.weight[i] = glove[word]

for epoch in range(30):
    train_epoch(сеть, train_iterator)
