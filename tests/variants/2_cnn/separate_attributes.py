# One attribute a convolution, made with setattr; kernel sizes in reverse order in the features.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.names = [f"conv_{place}" for place, _ in enumerate(kernel_sizes)]
        for name, size in zip(self.names, kernel_sizes):
            setattr(self, name, nn.Conv1d(emb_dim, out_channels, size))
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)

    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = []
        for name in reversed(self.names):
            convolved = self.relu(getattr(self, name)(embedded))
            pooled.append(convolved.max(dim=2).values)
        return self.fc(self.dropout(torch.cat(pooled, 1)))
