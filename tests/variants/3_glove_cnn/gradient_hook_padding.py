# no padding_idx in the layer: a hook on the weight keeps the padding row's gradient at zero; noise with Box-Muller in numpy
# %%
import numpy as np


def embedding_matrix(vocabulary, vectors):
    rng = np.random.default_rng(seed=7)
    noise = np.clip(rng.normal(scale=0.05, size=(len(vocabulary), vectors.dim)), -0.9, 0.9)
    matrix = torch.tensor(noise, dtype=torch.float32)
    for token in filter(vectors.__contains__, vocabulary.tokens):
        matrix[vocabulary.tokens.index(token)] = vectors[token]
    return matrix.index_fill_(0, torch.tensor([vocabulary.pad_id]), 0.0)


class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(matrix + 0, freeze=frozen)
        if not frozen:
            keep = torch.ones(len(matrix), 1)
            keep[pad_idx] = 0
            self.register_buffer("keep", keep)
            self.embedding.weight.register_hook(lambda gradient: gradient * self.keep)
        self.convolutions = nn.ModuleList(nn.Conv1d(matrix.shape[1], out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = [F.relu(c(embedded)).amax(dim=2) for c in self.convolutions]
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))
