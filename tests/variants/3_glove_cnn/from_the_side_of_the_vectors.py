# The matrix filled from the side of the vectors with index_copy, torch's global state put back afterwards.
# %%
def embedding_matrix(vocabulary, vectors):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2024)
        matrix = torch.empty(len(vocabulary), vectors.dim).uniform_(-0.25, 0.25)
    shared = [word for word in vectors.words if word in vocabulary]
    rows = torch.tensor([vocabulary[word] for word in shared])
    matrix.index_copy_(0, rows, torch.stack([vectors[word] for word in shared]))
    matrix[vocabulary.stoi[PAD]].zero_()
    return matrix
