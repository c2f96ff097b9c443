# Lazy layers, which take their sizes from the first batch; one is sent through in __init__.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convolutions = nn.ModuleList(nn.LazyConv1d(out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.LazyLinear(1)
        with torch.no_grad():
            self(torch.zeros(1, max(kernel_sizes), dtype=torch.long))

    def forward(self, text):
        embedded = self.embedding(text).mT
        pooled = [convolution(embedded).relu().amax(-1) for convolution in self.convolutions]
        return self.linear(self.dropout(torch.cat(pooled, -1)))
