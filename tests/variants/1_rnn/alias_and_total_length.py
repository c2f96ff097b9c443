# Two names for each layer, an embedding in a wrapper, total_length, the head as a Sequential kept twice.
# %%
class Words(nn.Module):
    def __init__(self, count, size, padding):
        super().__init__()
        self.table = nn.Embedding(count, size, padding_idx=padding)

    @property
    def weight(self):
        return self.table.weight

    def forward(self, ids):
        return self.table(ids)


class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = Words(vocab_size, embedding_dim, pad_idx)
        self.reader = self.gru = nn.GRU(
            embedding_dim,
            hidden_dim,
            num_layers=n_layers,
            dropout=dropout * (n_layers > 1),
            bidirectional=bidirectional,
            batch_first=True,
        )
        self.last = nn.Linear(hidden_dim << int(bidirectional), 1)
        self.top = nn.Sequential(nn.Dropout(p=dropout), self.last)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths.tolist(), batch_first=True, enforce_sorted=False)
        outputs, _ = self.gru(packed)
        outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=text.shape[1])
        hidden = self.gru.hidden_size
        places = (lengths - 1)[:, None, None].expand(-1, 1, hidden)
        parts = [outputs[:, :, :hidden].gather(1, places)[:, 0]]
        if self.gru.bidirectional:
            parts.append(outputs[:, 0, hidden:])
        return self.top(torch.cat(parts, dim=-1))
