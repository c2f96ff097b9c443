# Sine waves as positions, layers in a ModuleList that normalise first.
# %%
def waves(max_length, emb_dim):
    places = torch.arange(max_length).unsqueeze(1) / 10 ** torch.linspace(0, 3, emb_dim // 2)
    return torch.stack([places.sin(), places.cos()], dim=2).flatten(1)


class TransformerClassifier(nn.Module):
    def __init__(self, vocab_size, emb_dim, n_heads, n_layers, n_classes, dropout, pad_idx, max_length):
        super().__init__()
        self.pad_idx = pad_idx
        self.embedding = nn.Embedding(vocab_size, emb_dim, pad_idx)
        self.register_buffer("waves", 0.1 * waves(max_length, emb_dim))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                emb_dim, n_heads, 2 * emb_dim, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(n_layers)
        )
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(emb_dim, n_classes)

    def forward(self, text, padding=None):
        longest = len(self.waves)
        text = text[:, :longest]
        padding = (text == self.pad_idx) if padding is None else padding[:, :longest]
        x = self.embedding(text) + self.waves[: text.size(1)]
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        weights = (~padding).float()
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1)
        return self.head(self.drop(torch.einsum("bl,bld->bd", weights, x)))
