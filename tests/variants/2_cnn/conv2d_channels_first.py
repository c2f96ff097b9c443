# Conv2d with the embedding as channels, ReLU after the maximum, flat output.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.layers = nn.ModuleList([nn.Conv2d(emb_dim, out_channels, (size, 1)) for size in kernel_sizes])
        self.dropout = nn.Dropout(p=dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        x = self.embedding(text).transpose(1, 2).unsqueeze(-1)
        pooled = [torch.relu(torch.amax(layer(x), dim=(2, 3))) for layer in self.layers]
        return self.linear(self.dropout(torch.hstack(pooled))).view(-1)
