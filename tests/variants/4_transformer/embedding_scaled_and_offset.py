# Embeddings times the root of emb_dim, a table of positions with two rows to spare, one linear layer for each class.
# %%
class TransformerClassifier(nn.Module):
    def __init__(self, vocab_size, emb_dim, n_heads, n_layers, n_classes, dropout, pad_idx, max_length):
        super().__init__()
        self.max_length = max_length
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.positions = nn.Embedding(max_length + 2, emb_dim)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(emb_dim, n_heads, 2 * emb_dim, dropout, batch_first=True)
            for _ in range(n_layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.outputs = nn.ModuleList(nn.Linear(emb_dim, 1) for _ in range(n_classes))

    def forward(self, text, padding=None):
        padding = text == self.embedding.padding_idx if padding is None else padding
        text, padding = text[:, : self.max_length], padding[:, : self.max_length]
        x = self.embedding(text) * self.embedding.embedding_dim**0.5
        x = x + self.positions(torch.arange(2, text.shape[1] + 2, device=text.device))
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        real = (~padding).unsqueeze(-1)
        mean = self.dropout((x * real).sum(dim=1) / real.sum(dim=1).clamp(min=1))
        return torch.cat([output(mean) for output in self.outputs], dim=1)
