# LSTM cells by hand, one for each layer and direction; the features of the two directions in turn.
# %%
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.directions = 1 + int(bidirectional)
        widths = [embedding_dim] + [hidden_dim * self.directions] * (n_layers - 1)
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.LSTM(width, hidden_dim, batch_first=True) for _ in range(self.directions))
            for width in widths
        )
        self.between = nn.Dropout(dropout)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(hidden_dim * self.directions, 1))

    def forward(self, text, lengths):
        steps = torch.arange(text.shape[1])[None].expand(len(text), -1)
        backwards = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
        current = self.embedding(text)
        for number, layer in enumerate(self.layers):
            current = self.between(current) if number else current
            outputs = [layer[0](current)[0]]
            if self.directions == 2:
                turned = current.gather(1, backwards[:, :, None].expand_as(current))
                read = layer[1](turned)[0]
                outputs.append(read.gather(1, backwards[:, :, None].expand_as(read)))
            last = outputs[0][torch.arange(len(text)), lengths - 1]
            summary = torch.stack([last, outputs[1][:, 0]], dim=2).flatten(1) if self.directions == 2 else last
            current = torch.cat(outputs, dim=2)
        return self.head(summary)
