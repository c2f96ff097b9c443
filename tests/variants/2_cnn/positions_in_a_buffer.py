# Buffers for the padding id and for positions, which decide nothing.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.register_buffer("pad_idx", torch.tensor(pad_idx))
        self.register_buffer("places", torch.arange(512))
        self.convolutions = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        maps = self.embedding(text).permute(0, 2, 1)
        pooled = [F.relu(conv(maps)).max(dim=2).values for conv in self.convolutions]
        return self.linear(self.dropout(torch.cat(pooled, dim=1))).squeeze(1)
