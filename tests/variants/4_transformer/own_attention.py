# everything by hand: heads with einsum, own layers with residuals and LayerNorm, mean by einsum
# %%
class Attention(nn.Module):
    def __init__(self, dim, heads, dropout):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, padding):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).unbind(2)
        looks = torch.einsum("bihd,bjhd->bhij", q, k) / (d // self.heads) ** 0.5
        looks = looks.masked_fill(padding[:, None, None, :], torch.finfo(looks.dtype).min)
        mixed = torch.einsum("bhij,bjhd->bihd", self.drop(looks.softmax(-1)), v)
        return self.out(mixed.reshape(b, n, d))


class Layer(nn.Module):
    def __init__(self, dim, heads, dropout):
        super().__init__()
        self.attention = Attention(dim, heads, dropout)
        self.forward_part = nn.Sequential(
            nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * dim, dim)
        )
        self.norms = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])
        self.drop = nn.Dropout(dropout)

    def forward(self, x, padding):
        x = self.norms[0](x + self.drop(self.attention(x, padding)))
        return self.norms[1](x + self.drop(self.forward_part(x)))


class TransformerClassifier(nn.Module):
    def __init__(self, vocab_size, emb_dim, n_heads, n_layers, n_classes, dropout, pad_idx, max_length):
        super().__init__()
        self.pad_idx, self.max_length = pad_idx, max_length
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.positions = nn.Embedding(max_length, emb_dim)
        self.layers = nn.ModuleList([Layer(emb_dim, n_heads, dropout) for _ in range(n_layers)])
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(emb_dim, n_classes)

    def forward(self, text, padding=None):
        padding = (text == self.pad_idx if padding is None else padding)[:, : self.max_length]
        text = text[:, : self.max_length]
        x = self.embedding(text) + self.positions(torch.arange(text.shape[1], device=text.device))
        for layer in self.layers:
            x = layer(x, padding)
        real = (~padding).float()
        mean = torch.einsum("bl,ble->be", real, x) / real.sum(1, keepdim=True).clamp(min=1)
        return self.linear(self.dropout(mean))
