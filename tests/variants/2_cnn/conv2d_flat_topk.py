# Conv2d of height 1 over [batch, emb, 1, length]; topk(1) as the maximum; widths sorted, so features stand in another order
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.filters = nn.ModuleList(nn.Conv2d(emb_dim, out_channels, (1, k)) for k in sorted(kernel_sizes, reverse=True))
        self.act = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(self.filters), 1)

    def forward(self, text):
        x = torch.einsum("ble->bel", self.embedding(text)).unsqueeze(2)
        maxima = [self.act(f(x)).squeeze(2).topk(1, dim=-1).values.squeeze(-1) for f in self.filters]
        return self.linear(self.dropout(torch.cat(maxima, 1)))
