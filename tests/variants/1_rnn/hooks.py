# the dropout on the summary is applied by a forward pre-hook of the linear layer; cells are split over a list of states
# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, batch_first=True)
        if n_layers > 1:
            self.lstm.dropout = dropout
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden_dim * (1 + int(bool(bidirectional))), 1)
        self.linear.register_forward_pre_hook(self._drop_first)

    def _drop_first(self, module, args):
        return tuple(map(self.dropout, args))

    def forward(self, text, lengths):
        _, (h, c) = self.lstm(pack_padded_sequence(self.embedding(text), lengths, batch_first=True,
                                                   enforce_sorted=False))
        states = {(i // self.directions, i % self.directions): state for i, state in enumerate(h)}
        last = max(layer for layer, _ in states)
        return self.linear(torch.cat([states[last, d] for d in range(self.directions)], dim=1))

    @property
    def directions(self):
        return 2 if self.lstm.bidirectional else 1
