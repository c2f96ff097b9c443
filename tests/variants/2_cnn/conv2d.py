# Conv2d over pictures of a review, max_pool1d.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.filters = nn.ModuleList(nn.Conv2d(1, out_channels, (size, emb_dim)) for size in kernel_sizes)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)

    def forward(self, text):
        picture = self.embedding(text).unsqueeze(1)
        maps = [F.relu(layer(picture)).squeeze(3) for layer in self.filters]
        pooled = [F.max_pool1d(part, part.shape[2]).squeeze(2) for part in maps]
        return self.fc(self.drop(torch.cat(pooled, dim=1)))
