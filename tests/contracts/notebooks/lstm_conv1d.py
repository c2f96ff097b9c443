# %% [markdown]
# # Homework: which words does the model look at?

# %%
!pip install -q torchtext==0.8 captum
%matplotlib inline
!nvidia-smi

# %%
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import torch.nn.functional as F
import matplotlib.pyplot as plt
from torchtext.legacy import data, datasets
from torchtext.vocab import GloVe
from tqdm.notebook import tqdm

SEED = int(input("seed? "))
device = "cuda" if torch.cuda.is_available() else "cpu"

# %%
TEXT = data.Field(sequential=True, lower=True, include_lengths=True)
LABEL = data.LabelField(dtype=torch.float)
train_part, test_part = datasets.IMDB.splits(TEXT, LABEL)
train_part, valid_part = train_part.split(random_state=SEED)
TEXT.build_vocab(train_part)
LABEL.build_vocab(train_part)

# %%
train_iter, valid_iter, test_iter = data.BucketIterator.splits(
    (train_part, valid_part, test_part), batch_size=64, sort_within_batch=True, device=device
)
plt.hist([len(example.text) for example in train_part.examples])
plt.show()


# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.rnn = nn.LSTM(
            embedding_dim,
            hidden_dim,
            num_layers=n_layers,
            bidirectional=bidirectional,
            dropout=dropout if n_layers > 1 else 0,
        )
        self.fc = nn.Linear(hidden_dim * 2 if bidirectional else hidden_dim, output_dim)
        self.dropout = nn.Dropout(dropout)
        self.both = bidirectional

    def forward(self, text, text_lengths):
        # text: [length, batch]
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(text), text_lengths)
        output, (hidden, cell) = self.rnn(packed)
        if self.both:
            summary = torch.cat((hidden[-2], hidden[-1]), dim=1)
        else:
            summary = hidden[-1]
        return self.fc(self.dropout(summary))


# %%
model = RNNBaseline(len(TEXT.vocab), 100, 256, 1, 2, True, 0.2, TEXT.vocab.stoi[TEXT.pad_token])
model = model.to(device)
opt = torch.optim.Adam(model.parameters())
loss_func = nn.BCEWithLogitsLoss()

# %%
best, waited = float("inf"), 0
for epoch in range(20):
    model.train()
    for batch in tqdm(train_iter):
        opt.zero_grad()
        text, lengths = batch.text
        loss = loss_func(model(text, lengths.cpu()).squeeze(), batch.label)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()


# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        self.conv_0 = nn.Conv1d(emb_dim, out_channels, kernel_sizes[0])
        self.conv_1 = nn.Conv1d(emb_dim, out_channels, kernel_sizes[1])
        self.conv_2 = nn.Conv1d(emb_dim, out_channels, kernel_sizes[2])
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        # text: [batch, length]
        embedded = self.embedding(text).permute(0, 2, 1)
        maps = [F.relu(conv(embedded)) for conv in (self.conv_0, self.conv_1, self.conv_2)]
        pooled = [F.max_pool1d(one, one.shape[2]).squeeze(2) for one in maps]
        return self.fc(self.dropout(torch.cat(pooled, dim=1)))


# %%
model = CNN(len(TEXT.vocab), 300, 64, [3, 4, 5])
print(model)

# %%
TEXT.build_vocab(train_part, vectors="glove.6B.300d")
glove_model = CNN(vocab_size=len(TEXT.vocab), emb_dim=300, out_channels=64, kernel_sizes=[3, 4, 5], dropout=0.5)
glove_model.embedding.weight.data.copy_(TEXT.vocab.vectors)
glove_model = glove_model.to(device)
opt = torch.optim.Adam(glove_model.parameters())
