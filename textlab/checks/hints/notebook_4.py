"""Hints for notebook 4: the transformer, its explanation for a class called by its label, sub-words made words."""

from __future__ import annotations

HINTS: dict[str, tuple[str, str, str]] = {
    "transformer": (
        "Attention lets every token look at every other one, wherever it stands and whatever it is. So the network "
        "sees a heap of tokens, no sentence. Which two things must it therefore be told besides the tokens "
        "themselves? For the first, think of *not bad, good* and *not good, bad*: the same words in another order. "
        "For the second, think of a short review that stands beside a long one in the same batch: what should its "
        "padding add to the answer, and at how many places of forward could padding slip in? There are two of them: "
        "one inside the attention, one where many tokens become one summary. Why could that go unnoticed?",
        "nn.TransformerEncoderLayer takes d_model, nhead, dim_feedforward, dropout and batch_first=True; "
        "nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False) copies it. Positions are an "
        "nn.Embedding of max_length rows; the first length rows of its weight, [length, emb_dim], are added to the "
        "embedded tokens [batch, length, emb_dim]. The argument src_key_padding_mask is [batch, length], True at "
        "padding. If forward gets no mask, compare text with pad_idx; keep pad_idx in __init__ for that. The mean "
        "over the real tokens is a sum over the length divided by how many there are: turn the mask around, give it "
        "a last axis with unsqueeze(-1), multiply. Divide by at least 1, since a review may be all padding.",
        "Cut text, and the mask if you were given one, to the first max_length columns. Then hidden = "
        "self.encoder(self.embedding(...) + self.positions.weight[: ...], src_key_padding_mask=...). Next, real is "
        "the turned mask with a last axis of size 1, and the summary is (hidden * ...).sum(dim=...) divided by "
        "real.sum(dim=...).clamp(min=1): both sums run over the same axis. Last come dropout and the linear layer, "
        "which gives n_classes numbers. Print the shape after each line: [batch, length, emb_dim] until the sum, "
        "[batch, emb_dim] from there on. Which axis is it that vanishes, and what happens to the answer when you "
        "pad a review with ten more tokens?",
    ),
    "explain-label": (
        "A person asks about *positive*, the network has columns. What joins the two, and who would notice if it "
        "were the wrong column? Nobody: an explanation of the wrong class looks just as fine. So let the list of "
        "labels decide, and refuse a label that is not in it, instead of taking any column. Then the baseline. It "
        "is all padding, and this network hides padding from its attention. What is there to look at when all of it "
        "is hidden? And which mask does the review itself have, while its embeddings go from those of padding to "
        "its own? Why must this mask stay the same all the way?",
        "labels.index(label) gives the column; Captum calls it target. LayerIntegratedGradients(model, "
        "model.embedding) makes the explainer. Its attribute(...) takes the ids, baselines, target, n_steps, method "
        "and return_convergence_delta, and additional_forward_args: a tuple of what follows the ids in every call "
        "of the model, here the padding mask of the review. With return_convergence_delta=True two things come "
        "back, attributions and delta. The attributions are [1, length, emb_dim]: take the only review, sum over "
        "the last axis, detach, and bring it to the CPU. The delta is a tensor with one number; item() makes a "
        "float of it. Dropout must be off while you explain.",
        "First refuse: if label is not among the labels, raise ValueError with a text that names them all. Then "
        "model.eval(), and attributions, delta = LayerIntegratedGradients(...).attribute(ids, "
        "baselines=torch.full_like(ids, ...), target=..., additional_forward_args=(..., ), n_steps=n_steps, "
        "method='riemann_middle', return_convergence_delta=True). The mask in additional_forward_args is that of "
        "ids, not that of the baseline: compare ids with pad_idx. At the end return the scores and the delta, in "
        "this order. Test yourself: the sum of the scores minus the delta is F(x) − F(x′). With which mask do you "
        "have to compute F(x′) for that to come out?",
    ),
    "merge-pieces": (
        "All scores together are what the network adds to its baseline, and after merging they should still be. If a "
        "word of four pieces got "
        "the mean of its scores, what would the scores of all words sum to? And would a word that happens to be cut "
        "into many pieces count as much as one that stayed whole? Then the words. How can you see at a piece alone, "
        "without knowing the text, whether it begins a word or goes on with the one before it? Look at what the "
        "cell at the beginning of this notebook prints for *irksome*. And why may the first piece of all "
        "come without a mark?",
        "Go through the pieces and the scores together with zip, and let two lists grow: words and their sums. "
        "piece.startswith(START) says that a word begins, and piece.removeprefix(START) takes the mark away. START "
        "is a letter of its own, ▁, and no underscore. The first piece begins a word whatever it looks like, so ask "
        "also whether the list is still empty. A piece that begins a word is appended; any other one is added to "
        "the last entry, and its score to the last sum. The same word may come twice in a text, so a dictionary "
        "with words as keys would put two places together. Scores are a tensor: float(...) makes a number of each.",
        "Start with two empty lists. In the loop there are two cases. If a word begins here, or nothing has begun "
        "yet: append the piece without its mark to the one list, and float(score) to the other. Else go on with the "
        "word before: the last word += ..., the last sum += ...; the last entry of a list has the index -1. After "
        "the loop return both lists, words first. Try it by hand on the pieces ir, ks, ome, ▁film with the scores "
        "1, 2, 3, 4: there should be two words, and their sums should be 6 and 4. What comes out for a single "
        "piece, and what for none?",
    ),
}
