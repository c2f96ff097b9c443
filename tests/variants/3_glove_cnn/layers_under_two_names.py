# Embedding and linear layer have a second name each.
# %%
class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        self.words = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=pad_idx)
        self.embedding = self.words
        self.convolutions = nn.ModuleList(nn.Conv1d(matrix.shape[1], out_channels, size) for size in kernel_sizes)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)
        self.head = nn.Sequential(nn.Dropout(dropout), self.linear)

    def forward(self, text):
        embedded = self.words(text).permute(0, 2, 1)
        return self.head(torch.cat([F.relu(conv(embedded)).amax(dim=2) for conv in self.convolutions], dim=1))
