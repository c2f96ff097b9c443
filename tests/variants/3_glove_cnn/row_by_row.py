# Rows collected in a list and stacked, unknown words from a generator kept outside; nn.Parameter of a copy.
# %%
def small_random(dim, row):
    return torch.empty(dim).uniform_(-0.25, 0.25, generator=torch.Generator().manual_seed(row))


def embedding_matrix(vocabulary, vectors):
    rows = []
    for row, token in enumerate(vocabulary.tokens):
        if row == vocabulary.pad_id:
            rows.append(torch.zeros(vectors.dim))
        elif token in vectors:
            rows.append(vectors[token])
        else:
            rows.append(small_random(vectors.dim, row))
    return torch.stack(rows)


# %%
class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        words, dim = matrix.shape
        self.embedding = nn.Embedding(words, dim, padding_idx=pad_idx)
        self.embedding.weight = nn.Parameter(matrix.detach().clone(), requires_grad=not frozen)
        self.convs = nn.ModuleList(nn.Conv1d(dim, out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        embedded = self.embedding(text).transpose(1, 2)
        return self.fc(self.dropout(torch.cat([F.relu(c(embedded)).amax(2) for c in self.convs], dim=1)))
