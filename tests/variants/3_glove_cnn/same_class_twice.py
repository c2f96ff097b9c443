# One class for both networks: a matrix or sizes; explained with the left rule.
# %%
class TextCNN(nn.Module):
    def __init__(self, embedding, out_channels, kernel_sizes, dropout):
        super().__init__()
        self.embedding = embedding
        self.c = nn.ModuleList(
            nn.Sequential(nn.Conv1d(embedding.embedding_dim, out_channels, k), nn.ReLU()) for k in kernel_sizes
        )
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(out_channels * len(kernel_sizes), 1))

    def forward(self, text):
        x = self.embedding(text).permute(0, 2, 1)
        return self.head(torch.cat([layer(x).amax(-1) for layer in self.c], -1))


def GloVeCNN(matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
    layer = nn.Embedding.from_pretrained(torch.clone(matrix), frozen, pad_idx)
    return TextCNN(layer, out_channels, kernel_sizes, dropout)


# %%
def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = tokenize(sentence)
    tokens = tokens + [PAD] * max(0, min_len - len(tokens))
    ids = torch.tensor([[vocabulary[t] for t in tokens]])
    model.eval()
    scores, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids,
        baselines=torch.full_like(ids, vocabulary.pad_id),
        n_steps=n_steps,
        method="riemann_left",
        return_convergence_delta=True,
    )
    return tokens, scores.sum(-1)[0].detach(), float(delta)
