# nn.Embedding(_weight=…) from a deep copy; matrix by fork_rng; the maxima through a small helper
# %%
import copy


def embedding_matrix(vocabulary, vectors):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1234)
        matrix = torch.empty(len(vocabulary), vectors.dim).uniform_(-0.1, 0.1)
    known = [(i, t) for i, t in enumerate(vocabulary.tokens) if t in vectors]
    if known:
        places, words = zip(*known)
        matrix[list(places)] = torch.stack([vectors[w] for w in words]).to(matrix.dtype)
    matrix[vocabulary.pad_id].zero_()
    return matrix


class GloVeCNN(nn.Module):
    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        self.embedding = nn.Embedding(matrix.size(0), matrix.size(1), padding_idx=pad_idx, _weight=copy.deepcopy(matrix))
        if frozen:
            for parameter in self.embedding.parameters():
                parameter.requires_grad = False
        self.convolutions = nn.ModuleList(nn.Conv1d(matrix.size(1), out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        words = self.embedding(text).permute(0, 2, 1)
        return self.linear(self.dropout(torch.cat([self.best(c, words) for c in self.convolutions], dim=1)))

    @staticmethod
    def best(convolution, words):
        return convolution(words).relu().topk(1).values[..., 0]
