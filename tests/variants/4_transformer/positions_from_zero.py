# Positions that begin at zero, layers that normalise first and a last norm, the mean by nanmean.
# %%
class TransformerClassifier(nn.Module):
    def __init__(self, vocab_size, emb_dim, n_heads, n_layers, n_classes, dropout, pad_idx, max_length):
        super().__init__()
        self.pad_idx, self.longest = pad_idx, max_length
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.places = nn.Parameter(torch.zeros(1, max_length, emb_dim))
        layer = nn.TransformerEncoderLayer(
            emb_dim, n_heads, 2 * emb_dim, dropout, batch_first=True, norm_first=True, activation="gelu"
        )
        self.encoder = nn.TransformerEncoder(layer, n_layers, norm=nn.LayerNorm(emb_dim), enable_nested_tensor=False)
        self.classify = nn.Sequential(nn.Dropout(dropout), nn.Linear(emb_dim, n_classes))

    def forward(self, text, padding=None):
        hidden = text == self.pad_idx if padding is None else padding
        text, hidden = text[:, : self.longest], hidden[:, : self.longest]
        x = self.encoder(self.embedding(text) + self.places[:, : text.shape[1]], src_key_padding_mask=hidden)
        return self.classify(x.masked_fill(hidden.unsqueeze(-1), torch.nan).nanmean(dim=1))
