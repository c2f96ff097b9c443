# convolution written out with Tensor.unfold and einsum on ParameterLists; ReLU after the maximum
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.sizes = tuple(kernel_sizes)
        self.kernels = nn.ParameterList()
        self.biases = nn.ParameterList()
        for size in self.sizes:
            bound = (emb_dim * size) ** -0.5
            self.kernels.append(nn.Parameter(torch.empty(out_channels, emb_dim, size).uniform_(-bound, bound)))
            self.biases.append(nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(self.sizes), 1)

    def forward(self, text):
        words = self.embedding(text)  # [b, l, e]
        best = []
        for size, kernel, bias in zip(self.sizes, self.kernels, self.biases):
            windows = words.unfold(1, size, 1)  # [b, w, e, s]
            best.append((torch.einsum("bwes,oes->bwo", windows, kernel) + bias).max(dim=1).values.relu())
        return self.linear(self.dropout(torch.cat(best, dim=-1)))
