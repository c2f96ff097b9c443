# A linear layer over each window in place of a convolution, features interleaved, dropout by function.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.sizes, self.rate = list(kernel_sizes), dropout
        self.windows = nn.ModuleList(nn.Linear(size * emb_dim, out_channels) for size in kernel_sizes)
        self.out = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        embedded = self.embedding(text)
        pooled = []
        for size, layer in zip(self.sizes, self.windows):
            phrases = embedded.unfold(1, size, 1).transpose(2, 3).flatten(2)
            pooled.append(F.relu(layer(phrases)).max(1)[0])
        features = torch.stack(pooled, dim=2).flatten(1)
        return self.out(F.dropout(features, self.rate, training=self.training))
