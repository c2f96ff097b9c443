# Kernels as parameters of its own, stored with the width first, and F.conv1d.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.kernels = nn.ParameterList(
            nn.Parameter(torch.randn(size, out_channels, emb_dim) * (emb_dim * size) ** -0.5) for size in kernel_sizes
        )
        self.shifts = nn.ParameterList(nn.Parameter(torch.zeros(out_channels)) for _ in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        maps = self.embedding(text).mT
        pooled = [
            F.relu(F.conv1d(maps, kernel.permute(1, 2, 0), shift)).amax(dim=2)
            for kernel, shift in zip(self.kernels, self.shifts)
        ]
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))
