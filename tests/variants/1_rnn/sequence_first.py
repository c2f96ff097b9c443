# The recurrent layer reads [length, batch], and an encoder of its own holds it.
# %%
class Encoder(nn.Module):
    """Reads packed reviews and sums them up."""

    def __init__(self, width, hidden, layers, both, rate):
        super().__init__()
        self.layers, self.directions = layers, 1 + bool(both)
        self.gru = nn.GRU(width, hidden, layers, bidirectional=both, dropout=rate if layers > 1 else 0.0)

    def forward(self, embedded, lengths):
        packed = pack_padded_sequence(embedded, lengths.to("cpu"), enforce_sorted=False)
        _, state = self.gru(packed)
        state = state.view(self.layers, self.directions, embedded.shape[1], -1)
        return state[-1].permute(1, 0, 2).reshape(embedded.shape[1], -1)


# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.encoder = Encoder(embedding_dim, hidden_dim, n_layers, bidirectional, dropout)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(hidden_dim * self.encoder.directions, 1))

    def forward(self, text, lengths):
        return self.head(self.encoder(self.embedding(text.t()), lengths))
