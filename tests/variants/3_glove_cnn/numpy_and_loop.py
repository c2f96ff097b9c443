# The matrix in numpy, rows copied one by one into Conv2d's embedding.
# %%
import numpy as np


def embedding_matrix(vocabulary, vectors):
    rng = np.random.default_rng(7)
    matrix = rng.normal(scale=0.05, size=(len(vocabulary), vectors.dim)).astype("float32")
    for row in range(len(vocabulary)):
        word = vocabulary.tokens[row]
        if word in vectors and row != vocabulary.pad_id:
            matrix[row] = vectors[word].numpy()
    matrix[vocabulary.pad_id] = 0
    return torch.from_numpy(matrix)


# %%
class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        self.embedding = nn.Embedding(matrix.size(0), matrix.size(1), padding_idx=pad_idx)
        for row in range(matrix.size(0)):
            self.embedding.weight.data[row] = matrix[row]
        self.embedding.weight.requires_grad = not frozen
        self.convs = nn.ModuleList(nn.Conv2d(1, out_channels, (size, matrix.size(1))) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(len(kernel_sizes) * out_channels, 1)

    def forward(self, text):
        picture = self.embedding(text)[:, None]
        pooled = [F.relu(conv(picture)).flatten(2).max(2).values for conv in self.convs]
        return self.linear(self.dropout(torch.cat(pooled, 1))).squeeze(-1)
