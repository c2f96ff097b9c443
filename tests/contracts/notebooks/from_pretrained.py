# %%
import torch, gensim.downloader as api
import torch.nn as nn
from torchtext.legacy import data

device = 'cuda' if torch.cuda.is_available() else 'cpu'
TEXT = data.Field(lower=True, include_lengths=True)
n_filters, dropout_rate = 64, 0.5

# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, 
                 bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx = pad_idx)
        self.rnn = nn.LSTM(embedding_dim, hidden_dim, num_layers=n_layers, bidirectional=bidirectional, dropout=dropout)
        self.fc = nn.Linear(hidden_dim * (bidirectional + 1), output_dim)
        self.dropout = nn.Dropout(dropout)
        
    def forward(self, text, text_lengths):
        embedded = self.embedding(text)
        packed_embedded = nn.utils.rnn.pack_padded_sequence(embedded, text_lengths)
        packed_output, (hidden, cell) = self.rnn(packed_embedded)
        h0 = torch.zeros(1, device=device)
        hidden = torch.cat((hidden[-2,:,:], hidden[-1,:,:]), dim = 1) if self.rnn.bidirectional else hidden[-1]
        return self.fc(self.dropout(hidden)).squeeze(1) + h0

# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, n_filters, filter_sizes, dropout=dropout_rate):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        self.convs = nn.ModuleList([nn.Conv1d(emb_dim, n_filters, fs) for fs in filter_sizes])
        self.fc = nn.Linear(len(filter_sizes) * n_filters, 1)
        self.dropout = nn.Dropout(dropout)
        
    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = [torch.relu(conv(embedded)).max(dim=2)[0] for conv in self.convs]
        return self.fc(self.dropout(torch.cat(pooled, dim=1))).squeeze(1)

# %%
kv = api.load("glove-wiki-gigaword-300")
def load_vectors():
    matrix = torch.zeros(len(TEXT.vocab), 300)
    for i, w in enumerate(TEXT.vocab.itos):
        if w in kv:
            matrix[i] = torch.as_tensor(kv[w])
    return matrix

def with_vectors(freeze=False):
    net = CNN(len(TEXT.vocab), 300, n_filters, [3, 4, 5])
    net.embedding = nn.Embedding.from_pretrained(load_vectors(), freeze=freeze)
    return net.to(device)

cnn2 = with_vectors()
