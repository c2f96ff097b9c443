# The linear layer is kept under a second name, inside the head that forward calls.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convolutions = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.output = nn.Linear(out_channels * len(kernel_sizes), 1)
        self.head = nn.Sequential(nn.Dropout(dropout), self.output)

    def forward(self, text):
        maps = self.embedding(text).transpose(1, 2)
        return self.head(torch.cat([conv(maps).relu().amax(2) for conv in self.convolutions], dim=1))
