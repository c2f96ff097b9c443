# one nn.Sequential per width, keyed by place in a ModuleDict; AdaptiveMaxPool1d; full-size reference with new_full
# %%
def branch(emb_dim, channels, width):
    return nn.Sequential(nn.Conv1d(emb_dim, channels, width), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten())


class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.branches = nn.ModuleDict({f"{i}:{k}": branch(emb_dim, out_channels, k) for i, k in enumerate(kernel_sizes)})
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Linear(out_channels * len(kernel_sizes), 1))

    def forward(self, text):
        x = self.embedding(text).transpose(1, 2)
        return self.classifier(torch.hstack([b(x) for b in self.branches.values()]))


def pad_reference(ids, pad_idx):
    return ids.new_full(ids.shape, pad_idx)
