# A subclass of the CNN of notebook 2, the matrix copied in with copy_.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convolutions = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = [F.relu(convolution(embedded)).amax(dim=2) for convolution in self.convolutions]
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))


# %%
class GloVeCNN(CNN):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__(*matrix.shape, out_channels, kernel_sizes, dropout, pad_idx)
        with torch.no_grad():
            self.embedding.weight.copy_(matrix)
        self.embedding.weight.requires_grad_(not frozen)
