# Unknown words get numbers that follow from a hash of the word; known rows through vectors.matrix; middle rule by hand.
# %%
import hashlib


def numbers_of(word, dim):
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return torch.rand(dim, generator=torch.Generator().manual_seed(seed)) / 5 - 0.1


def embedding_matrix(vocabulary, vectors):
    places = {word: place for place, word in enumerate(vectors.words)}
    rows = [
        vectors.matrix[places[token]] if token in places else numbers_of(token, vectors.dim)
        for token in vocabulary.itos
    ]
    matrix = torch.vstack(rows).float().contiguous()
    matrix[vocabulary.pad_id] = torch.zeros(vectors.dim)
    return matrix
