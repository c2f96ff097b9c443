# The backward reader's state stands first, and the output is flat.
# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.rnn = nn.LSTM(
            embedding_dim, hidden_dim, n_layers, True, True, dropout if n_layers > 1 else 0.0, bidirectional
        )
        self.drop = nn.Dropout(dropout)
        self.directions = 2 if bidirectional else 1
        self.head = nn.Linear(self.directions * hidden_dim, 1)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths, batch_first=True, enforce_sorted=False)
        hidden = self.rnn(packed)[1][0][-self.directions :]
        return self.head(self.drop(torch.cat(tuple(hidden.flip(0)), dim=-1))).flatten()
