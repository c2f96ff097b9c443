"""Hints for notebook 3: word vectors, the network that starts from them, and its explanation."""

from __future__ import annotations

HINTS: dict[str, tuple[str, str, str]] = {
    "embedding-matrix": (
        "The network knows words by their id, the file of vectors knows them by how they are written, and each has "
        "an order of its own. So row 7 of the matrix is not line 7 of the file. What joins the two? Look at the "
        "figure: every row is found by its word. Then think of the words that nobody has a vector for. If all of "
        "them get zeros, the network cannot tell them apart, and they look like padding. Why is it better to give "
        "them small random numbers, and why small ones? And why should the same call give the same numbers again "
        "tomorrow? Only padding says nothing and stays at zero.",
        "Begin with a matrix of small random numbers, then overwrite the rows that you know better. "
        "torch.randn(rows, columns, generator=...) times 0.1, with rows = len(vocabulary) and columns = "
        "vectors.dim. Make the generator inside the function and seed it there: torch.Generator().manual_seed(0). "
        "That repeats itself and leaves the random numbers of the rest of the program alone. "
        "enumerate(vocabulary.tokens) gives id and token together. `token in vectors` says whether there is a "
        "vector, vectors[token] is it, of shape [dim]. Look the token up as it is written; do not change its case. "
        "Last of all, the row vocabulary.pad_id is set to zero.",
        "matrix = 0.1 * torch.randn(len(...), vectors.dim, generator=torch.Generator().manual_seed(0)). Then for "
        "row, token in enumerate(...): if token in vectors: matrix[...] = vectors[...]. After the loop the "
        "padding: matrix[...] = 0.0, and return matrix. The order matters: the padding comes last, because the "
        "vectors may hold a word that is written like the padding token. Check three rows by hand before you run "
        "the check: the row of a word that you know must equal its vector, the row of <unk> must be small but not "
        "zero, and the row of <pad> must be all zeros. What does matrix.shape have to be?",
    ),
    "glove-cnn": (
        "This is your CNN of notebook 2 with another beginning: its embedding holds the vectors when training "
        "starts, and everything after the embedding stays as it was. Which arguments of CNN does the matrix "
        "replace? Its shape says how many words there are and how many numbers a word has. Then think about who "
        "else uses the matrix. Further down several networks start from the same one, one after the other. If a "
        "layer does not copy it, training that layer changes the matrix itself. Where would the second network "
        "then start from, and why would your comparison be worth nothing? At last: frozen says whether training "
        "may touch the embedding at all.",
        "nn.Embedding.from_pretrained takes the matrix [words, dim] and the options freeze and padding_idx. It "
        "freezes unless you say freeze=False, it forgets the padding unless you name padding_idx, and it shares "
        "memory with what it is given, so hand it a copy: clone(). matrix.shape[1] is dim, the number of input "
        "channels of each convolution. The rest of __init__ and the whole of forward are those of your CNN: "
        "[batch, length] to [batch, length, dim], swapped to [batch, dim, length], convolved, ReLU, maximum, "
        "joined, dropout, linear layer, [batch, 1]. With padding_idx set, the padding row gets no gradient, so it "
        "stays zero also when the other rows are trained.",
        "self.embedding = nn.Embedding.from_pretrained(..., freeze=..., padding_idx=...), with a copy in the first "
        "gap. Then the three lines of your CNN for the convolutions, the dropout and the linear layer; where they "
        "say emb_dim, write matrix.shape[...]. forward: take the lines over from your CNN as they are; they begin "
        "with embedded = self.embedding(text). To test it, build two networks from one small matrix, take a "
        "training step with the first one, and compare the matrix with a copy that you made before. Did it change? "
        "Then the gap is not a copy yet. Which value of frozen makes requires_grad of the embedding's weight "
        "False?",
    ),
    "glove-explained": (
        "The scores belong to what the embedding layer gives out, not to its weights. Integrated gradients asks: "
        "how does the logit change when the embedded words change a little? A layer whose weights are frozen still "
        "gives out numbers, and the logit still depends on them. Freezing only says that training leaves the "
        "weights alone. So why does nothing about the method have to be new here? What can go wrong is the way in "
        "between. Follow it from the logit back to the embedded words, through your forward: is it open, or does "
        "some line cut it? And does forward really call the layer that the explainer watches?",
        "LayerIntegratedGradients watches model.embedding. While it works, it replaces what that layer gives out "
        "by points on the way from baseline to sentence, [steps, length, dim]. So forward has to call "
        "self.embedding(text), once, and go on with what comes back. Three things break this: looking rows up in a "
        "matrix of your own, detach() or .data, and torch.no_grad() inside forward. Freezing belongs into "
        "__init__, by freeze=True or requires_grad_(False) on the weight. The functions pad_reference and "
        "interpret_sentence come over from notebook 2 unchanged, with [1, length] ids in and [length] scores out; "
        "both are in one cell here.",
        "First see which part is to blame. Does the card of glove-cnn say right? Do the same two functions get "
        "right in notebook 2? Then only the meeting of both is left, and that is the first line of forward. It "
        "should read embedded = self.embedding(...), perhaps followed by permute, and the following lines must use "
        "embedded and nothing else. If you inherit from CNN, make sure that __init__ puts the vectors into "
        "self.embedding itself, and not into a second layer beside it. Print list(dict(model.named_modules())) for "
        "a built network: how many embeddings are in there, and which of them does forward use?",
    ),
}
