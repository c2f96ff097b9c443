# The reviews are sorted by length, and their logits are put back in order.
# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.lstm = nn.LSTM(
            embedding_dim,
            hidden_dim,
            n_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=0 if n_layers == 1 else dropout,
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden_dim * 2 if bidirectional else hidden_dim, 1)

    def forward(self, text, lengths):
        ordered, order = torch.sort(lengths, descending=True)
        back = torch.argsort(order)
        packed = pack_padded_sequence(self.embedding(text[order]), ordered, batch_first=True)
        _, (hidden, _) = self.lstm(packed)
        if self.lstm.bidirectional:
            summary = torch.hstack((hidden[-2], hidden[-1]))
        else:
            summary = hidden[-1]
        return self.linear(self.dropout(summary[back]))
