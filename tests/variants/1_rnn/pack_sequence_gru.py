# GRU; reviews cut to their lengths and packed with pack_sequence instead of pack_padded_sequence
# %%
from torch.nn.utils.rnn import pack_sequence


class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.gru = nn.GRU(
            input_size=embedding_dim,
            hidden_size=hidden_dim,
            num_layers=n_layers,
            bidirectional=bidirectional,
            dropout=0 if n_layers == 1 else dropout,
        )
        self.drop = nn.Dropout(p=dropout)
        self.fc = nn.Linear(hidden_dim << int(bidirectional), 1)

    def forward(self, text, lengths):
        rows = [self.embedding(row[:n]) for row, n in zip(text, lengths.tolist())]
        _, h = self.gru(pack_sequence(rows, enforce_sorted=False))
        summary = torch.cat(list(h[-2:] if self.gru.bidirectional else h[-1:]), dim=-1)
        return self.fc(self.drop(summary))
