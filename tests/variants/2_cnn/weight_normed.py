# Convolutions with weight norm, in a dictionary.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convolutions = nn.ModuleDict(
            {
                f"{place}": nn.utils.parametrizations.weight_norm(nn.Conv1d(emb_dim, out_channels, size))
                for place, size in enumerate(kernel_sizes)
            }
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        maps = self.embedding(text).permute(0, 2, 1)
        pooled = [conv(maps).amax(dim=2).relu() for conv in self.convolutions.values()]
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))
