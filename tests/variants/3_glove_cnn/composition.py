# Holds the CNN of notebook 2; its embedding is a property.
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
class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        self.network = CNN(*matrix.shape, out_channels, kernel_sizes, dropout, pad_idx)
        self.network.embedding.load_state_dict({"weight": matrix})
        self.network.embedding.requires_grad_(not frozen)

    @property
    def embedding(self):
        return self.network.embedding

    def forward(self, text):
        return self.network(text)
