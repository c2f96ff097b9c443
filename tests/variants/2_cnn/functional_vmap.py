# each review alone through torch.func.vmap; F.conv1d with registered parameters; dropout outside of vmap
# %%
from torch.func import vmap


class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convolutions = nn.ModuleList()
        self.convolutions.extend(map(lambda size: nn.Conv1d(emb_dim, out_channels, kernel_size=size), kernel_sizes))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(self.convolutions), 1)

    def _features(self, words):
        columns = words.T
        return torch.cat([F.relu(F.conv1d(columns, c.weight, c.bias)).amax(-1) for c in self.convolutions])

    def forward(self, text):
        return self.linear(self.dropout(vmap(self._features)(self.embedding(text))))
