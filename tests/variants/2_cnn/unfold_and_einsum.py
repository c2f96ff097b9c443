# Windows by unfold, filters as parameters of its own, multiplied with einsum.
# %%
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.filters = nn.ParameterList()
        self.biases = nn.ParameterList()
        for size in kernel_sizes:
            bound = 1 / (size * emb_dim) ** 0.5
            self.filters.append(nn.Parameter(torch.empty(out_channels, emb_dim, size).uniform_(-bound, bound)))
            self.biases.append(nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text):
        embedded = self.embedding(text)
        pooled = []
        for weight, bias in zip(self.filters, self.biases):
            windows = embedded.unfold(1, weight.shape[2], 1)
            answers = torch.einsum("bnek,oek->bno", windows, weight) + bias
            pooled.append(torch.clamp(answers, min=0).amax(dim=1))
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))
