# Each convolution inside a Sequential with ReLU and AdaptiveMaxPool1d, and a Sequential head.
# %%
def branch(channels_in, channels_out, width):
    return nn.Sequential(
        nn.Conv1d(channels_in, channels_out, width), nn.ReLU(inplace=True), nn.AdaptiveMaxPool1d(1), nn.Flatten()
    )


# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.branches = nn.ModuleList(branch(emb_dim, out_channels, width) for width in kernel_sizes)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(out_channels * len(kernel_sizes), 1))

    def forward(self, text):
        x = self.embedding(text).permute(0, 2, 1)
        return self.head(torch.cat([one(x) for one in self.branches], dim=1))
