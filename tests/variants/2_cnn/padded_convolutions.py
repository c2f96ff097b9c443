# Convolutions that pad on their own, no bias, dropout on the embedding as well.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList(
            nn.Conv1d(emb_dim, out_channels, size, padding=size - 1, bias=False) for size in kernel_sizes
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        embedded = self.dropout(self.embedding(text)).permute(0, 2, 1)
        pooled = [torch.max(F.relu(conv(embedded)), dim=2)[0] for conv in self.convs]
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))
