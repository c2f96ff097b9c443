# %% [markdown]
# # 4 · A small transformer, and which of its classes speaks
#
# **Goal.** You build the kind of network that large language models are made of, in small. It reads pieces of words,
# every piece looks at every other one, and it has one output per class. Then you ask it why, for a class that you
# call by its name, and you put the pieces together again, so that a person can read the answer.
#
# | | |
# |---|---|
# | Before you start | notebook 2; notebooks 1 and 3 help |
# | Time | about 80 minutes; the notebook itself runs in under two minutes |
# | Given | reviews, sub-words, batches, the training loop, tables and figures |
# | Asked | `TransformerClassifier`, `explain_label`, `merge_pieces`, two short answers at the end |
# | Points | 10 on top of the 100 of notebooks 1 to 3: 8 from checks, 2 for the answers |
#
# **How to work.** As before: a card opens every task, a cell below each blank checks it, `hint` helps in three steps,
# `symptom("…")` explains an error. Where you read **Predict**, write down your guess before you run the cell.

# %% [markdown]
# ## Set-up
#
# The first cell is folded: it installs what is missing, if anything is.

# %%
DATA = "mini"  # or "imdb"
IMDB_PATH = None  # the archive or its extracted folder, if you have it already
SEED = 0

# %%
import platform

import captum
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from captum.attr import LayerIntegratedGradients
from torch import nn

from textlab.attribution import Explanation, show, token_table
from textlab.batches import batches
from textlab.checks import check, hint, symptom
from textlab.comparison import comparison_table, note_f1, noted_f1
from textlab.corpus import load_corpus
from textlab.figures import learning_curve
from textlab.subwords import START, Subwords
from textlab.text import PAD, UNK, Vocabulary
from textlab.training import f1_on, fit, seed_everything
from textlab.transformer_figure import transformer_figure

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SETTINGS = {
    "mini": dict(pieces=2000, emb_dim=64, epochs=6, batch_size=32, max_length=96),
    "imdb": dict(pieces=8000, emb_dim=128, epochs=6, batch_size=32, max_length=400),
}[DATA]
LABELS = ["negative", "positive"]  # LABELS[i] is the name of class i
if DATA == "mini" and DEVICE == "cpu":
    torch.set_num_threads(1)  # batches this small gain nothing from more threads, and lose much on a busy machine
print(f"Python {platform.python_version()}, torch {torch.__version__}, captum {captum.__version__}, on {DEVICE}")

# %% [markdown]
# ## Pieces of words
#
# A vocabulary of words knows a word or it does not: all unknown words are one `<unk>`. A vocabulary of **sub-words**
# knows pieces. It begins with single letters and joins the pair of neighbours that is commonest in the training
# reviews, again and again (byte-pair encoding). Common words end up in one piece, rare ones in several.

# %%
corpus = load_corpus(DATA, path=IMDB_PATH if DATA == "imdb" else None, seed=SEED)
subwords = Subwords.train((review.text for review in corpus.train), size=SETTINGS["pieces"])
words = Vocabulary.build(review.text for review in corpus.train)
print(f"{len(words):,} different words in the training reviews, {len(subwords):,} pieces")

# %% [markdown]
# **Predict.** The training reviews hold neither *irksome* nor *matchless* nor *filmish*. What do the two vocabularies
# make of them? And can a piece be unknown?

# %%
for word in ("film", "irksome", "matchless", "filmish", "naïve"):
    piece_text = " ".join(subwords.pieces(word))
    print(f"{word:10} word: {words.decode([words[word]])[0]:10} pieces: {piece_text}")

# %% [markdown]
# The sign `▁` (not an underscore) stands where a word begins. Without it nobody could tell *her o* from *hero*, and
# you will need it at the end. A piece is unknown only if it holds a letter that the training reviews never had. The
# price: reviews get longer, and a piece such as *ir* means nothing by itself. Its meaning comes from its neighbours,
# which is what attention is for.

# %%
SPLITS = {
    name: (
        [subwords.encode(review.text) for review in getattr(corpus, name)],
        [review.label for review in getattr(corpus, name)],
    )
    for name in ("train", "validation", "test")
}


def batches_of(name, seed=None):
    """All batches of a split; a seed shuffles them."""
    ids, labels = SPLITS[name]
    return batches(
        ids,
        labels,
        batch_size=SETTINGS["batch_size"],
        pad_id=subwords.pad_id,
        max_length=SETTINGS["max_length"],
        seed=seed,
    )


lengths = [len(ids) for ids in SPLITS["train"][0]]
print(f"{sum(lengths) / len(lengths):.0f} pieces a review on average, {max(lengths)} at most")

# %% [markdown]
# ## The network
#
# In **self-attention** every token asks all tokens of its review, itself included: how much do you matter to me? The
# answers are weights that sum to 1, and the token becomes the weighted mean of what the others have to say. Several
# **heads** ask different questions at once. A small feed-forward network follows for each token. The layer keeps the
# shape `[batch, length, emb_dim]`, so it can be stacked.

# %%
transformer_figure()
plt.show()

# %% [markdown]
# Three things about it surprise almost everybody. Try them before you build.
#
# **1. Order.** **Predict.** Below, attention reads *not bad , good* and *not good , bad*; we take the mean over the
# tokens. Without positions, how far apart are the two results? And with one vector added for each place?

# %%
seed_everything(SEED)
toy = {word: torch.randn(8) for word in ("not", "bad", ",", "good")}
places = torch.randn(4, 8)
attention = nn.MultiheadAttention(8, 2, batch_first=True)


def mean_of(text, positions):
    """What attention makes of four words, averaged over them."""
    tokens = torch.stack([toy[word] for word in text.split()])[None] + positions
    return attention(tokens, tokens, tokens)[0].mean(dim=1)


for name, positions in {"without positions": torch.zeros(4, 8), "with positions": places}.items():
    apart = mean_of("not bad , good", positions) - mean_of("not good , bad", positions)
    print(f"{name:18} {apart.abs().max().item():.4f}")

# %% [markdown]
# Attention sees a set of tokens. Order exists only if you add it: one learnt vector for place 0, one for place 1, …
# So there is a last place, too, and longer reviews have to be cut.
#
# **2. Padding.** The mask of PyTorch says which tokens are **hidden**: `True` at padding. **Predict.** What becomes
# of the weights when it is the other way round, in a review without any padding?

# %%
looks = torch.tensor([1.0, 2.0, 0.5, 0.0])
for name, mask in {
    "no mask": [False, False, False, False],
    "True at padding": [False, False, False, True],
    "everything is hidden": [True, True, True, True],
}.items():
    weights = looks.masked_fill(torch.tensor(mask), -torch.inf).softmax(dim=0)
    print(f"{name:22}", " ".join(f"{weight:.2f}" for weight in weights))

# %% [markdown]
# Weights over nothing are 0/0. Keep that in mind: it comes back when we explain. And the mask works inside the
# attention only. What comes out at a padding place is no zero, so a plain mean over the length counts it. Sum over
# the real tokens, and divide by their number.
#
# **3. The batch.** **Predict.** Two reviews in a batch; we change the second. In which of the two layers does the
# output for the *first* review change?

# %%
two = torch.randn(2, 5, 8)
other = two.clone()
other[1] = torch.randn(5, 8)
for batch_first in (False, True):
    layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=batch_first).eval()
    with torch.no_grad():
        print(f"batch_first={batch_first!s:6} {(layer(two)[0] - layer(other)[0]).abs().max().item():.4f}")

# %% [markdown]
# PyTorch expects `[length, batch, emb_dim]` unless told otherwise. The shapes fit either way, nothing complains, and
# the reviews of a batch read each other.
#
# > ### Task 1 · `TransformerClassifier` (`transformer`, 5 points, about 30 minutes, importance 3 of 3)
# >
# > - **Goal** build the network that large language models are made of, and give it what attention lacks: order and
# >   an end.
# > - **Given** the arguments. `text` holds token ids `[batch, length]`, padding behind the tokens; `padding`, if
# >   given, is a mask `[batch, length]` that is `True` at padding. If it is `None`, `text` itself says where padding
# >   is.
# > - **Asked** `self.embedding` (an `nn.Embedding` with `padding_idx`) + positions → `n_layers` encoder layers with
# >   `n_heads` heads that do not look at padding → mean over the real tokens → dropout → linear layer. Reviews longer
# >   than `max_length` are read up to there. Take `dim_feedforward=2 * emb_dim`: PyTorch's own 2048 is far too wide
# >   here.
# > - **Shapes** `[batch, length]` → `[batch, length, emb_dim]` → `[batch, emb_dim]` → `[batch, n_classes]`; logits,
# >   no softmax: cross-entropy takes logits.
# > - **Beware** in evaluation `nn.TransformerEncoder` packs padding away in a way that is still experimental, and
# >   warns of it. `enable_nested_tensor=False` keeps it plain.
# > - **Done when** the check says *right*. It asks: do the arguments decide, does order matter, does padding not
# >   matter, are reviews free of each other, is dropout silent after `eval()`, does every parameter get a gradient?
# >   Later the graders train your network on sentences in which only the order of two words decides, and measure its
# >   F1.


# %% nbgrader={"grade_id": "transformer-class", "kind": "answer"}
class TransformerClassifier(nn.Module):
    """Embedding and positions, self-attention, the mean of the real tokens, one logit per class."""

    def __init__(self, vocab_size, emb_dim, n_heads, n_layers, n_classes, dropout, pad_idx, max_length):
        super().__init__()
        ### BEGIN SOLUTION
        self.pad_idx = pad_idx
        self.max_length = max_length
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.positions = nn.Embedding(max_length, emb_dim)
        layer = nn.TransformerEncoderLayer(emb_dim, n_heads, 2 * emb_dim, dropout, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(emb_dim, n_classes)
        ### END SOLUTION

    def forward(self, text, padding=None):
        """Token ids [batch, length] -> logits [batch, n_classes]."""
        ### BEGIN SOLUTION
        text = text[:, : self.max_length]
        padding = text == self.pad_idx if padding is None else padding[:, : self.max_length]
        hidden = self.embedding(text) + self.positions.weight[: text.shape[1]]
        hidden = self.encoder(hidden, src_key_padding_mask=padding)
        real = (~padding).unsqueeze(-1)
        mean = (hidden * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
        return self.linear(self.dropout(mean))
        ### END SOLUTION


# %% nbgrader={"grade_id": "transformer", "kind": "test"}
card = check("transformer", TransformerClassifier)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
torch.manual_seed(37)
hidden_network = TransformerClassifier(29, 12, 3, 2, 4, 0.2, 5, 10).eval()
hidden_text = torch.tensor([[7, 9, 8, 28, 5, 5], [11, 6, 0, 1, 2, 3]])
with torch.no_grad():
    for hidden_weights in hidden_network.parameters():
        hidden_weights.normal_(std=0.5)  # positions may begin at zero
    hidden_network.embedding.weight[5] = 0.0
    hidden_logits = hidden_network(hidden_text)
    hidden_alone = hidden_network(hidden_text[:1, :4])
    hidden_turned = hidden_network(hidden_text[:1, [3, 1, 2, 0]])
assert hidden_logits.shape == (2, 4), hidden_logits.shape
assert torch.allclose(hidden_logits[:1], hidden_alone, atol=1e-5), "padding does not count"
assert (hidden_turned - hidden_alone).abs().max() > 1e-4, "order counts"
### END HIDDEN TESTS

# %%
# hint("transformer", 1)  # take the # away for a hint; 2 and 3 say more

# %% [markdown]
# ## Training
#
# `fit` sees two outputs and takes cross-entropy. **Predict.** Below, the same logits go into cross-entropy twice,
# once with a softmax before it. How low can the loss get in each case, if the network is as sure as can be?

# %%
sure = torch.tensor([[-20.0, 20.0]])
right = torch.tensor([1])
print(f"logits:  {F.cross_entropy(sure, right).item():.4f}")
print(f"softmax: {F.cross_entropy(sure.softmax(dim=1), right).item():.4f}")

# %% [markdown]
# With two softmaxes the loss stays above 0.31 however good the network is, and its gradient is small everywhere.
#
# **Predict.** The CNN of notebook 2 reached an F1 of about 0.95 on `mini`. Will the transformer do better?

# %%
seed_everything(SEED)
model = TransformerClassifier(
    vocab_size=len(subwords),
    emb_dim=SETTINGS["emb_dim"],
    n_heads=4,
    n_layers=2,
    n_classes=len(LABELS),
    dropout=0.1,
    pad_idx=subwords.pad_id,
    max_length=SETTINGS["max_length"],
)
with torch.no_grad():
    model.embedding.weight.mul_(0.1)  # as in notebook 2: start small, or noise is learnt by heart
history = fit(
    model,
    lambda epoch: batches_of("train", seed=epoch),
    lambda epoch: batches_of("validation"),
    epochs=SETTINGS["epochs"],
    device=DEVICE,
)

# %%
learning_curve(history)
plt.show()

# %%
f1 = f1_on(model, batches_of("test"))
note_f1("Transformer", len(corpus.train), f1, data=DATA)
print(comparison_table(noted_f1(DATA)))

# %% [markdown]
# On `mini` ours came out at about 0.83, well below the CNN. A transformer takes nothing for granted: not that
# neighbours belong together, not that a phrase means the same in another place. The CNN has both built in. With four
# thousand reviews that is worth more than freedom. Large transformers have read billions of words before they see
# their first review; ours knows nothing but these.

# %% [markdown]
# ## Why does it say so, and for which class?
#
# The network has two columns, and people ask about *positive*. A list of labels joins the two: `LABELS[i]` is the
# name of column i. A look-up by hand goes wrong silently, and explanations look fine for the wrong class.
#
# **Predict.** There are two classes. If *superb* raises the logit of *positive* by 1, does it lower that of
# *negative* by 1?
#
# It need not: cross-entropy looks at the difference of the logits only, so each of them may drift. You will see.
#
# The baseline is padding in every place, as before. But this network hides padding. **Predict.** What does it say
# about a review of nothing but padding? And what when the mask is that of a real review, so that the places are
# looked at, and only the embeddings are those of padding?

# %%
model.eval()
ids = torch.tensor([subwords.encode("The acting is superb.")], device=DEVICE)
nothing = torch.full_like(ids, subwords.pad_id)
with torch.no_grad():
    print("its own mask:        ", model(nothing).tolist())
    print("the review's own mask:", model(nothing, ids == subwords.pad_id).tolist())

# %% [markdown]
# With its own mask there is nothing left to look at; depending on the version of PyTorch the answer is `nan` or some
# number that has nothing to do with the way from *x′* to *x*. On that way only the embeddings change, the mask stays.
# So *F(x′)* is the second line. Captum hands `additional_forward_args` on to the model in every call, also when it
# computes the delta.
#
# > ### Task 2 · `explain_label` (`explain-label`, 2 points, about 20 minutes, importance 2 of 3)
# >
# > - **Goal** explain the class that somebody asked about, and no other.
# > - **Given** a `model` with an attribute `embedding`, called as `model(ids, padding)`; `ids` `[1, length]`; the
# >   `label` to explain; `labels`, where `labels[i]` is the name of column i; `pad_idx`.
# > - **Asked** `scores`, the integrated gradients of the **logit** of that class, a float tensor `[length]` on the
# >   CPU, and `delta`, the convergence delta, a float. The baseline is `pad_idx` in every place, under the review's
# >   own padding mask. Use `n_steps` and `method="riemann_middle"`, with the model in `eval` mode. A label that is
# >   not in `labels` raises a `ValueError` whose message names the labels there are.
# > - **Shapes** ids `[1, length]` → attributions `[1, length, emb_dim]` → scores `[length]`.
# > - **Done when** the check says *right*, on networks with three and more classes, and on your own.


# %% nbgrader={"grade_id": "explain-label-blank", "kind": "answer"}
def explain_label(model, ids, label, labels, pad_idx, n_steps=500):
    """Why the model says what it says about the class called `label`: (scores [length], delta)."""
    ### BEGIN SOLUTION
    if label not in labels:
        raise ValueError(f"there is no class {label!r}; the classes are {', '.join(labels)}")
    model.eval()
    attributions, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids,
        baselines=torch.full_like(ids, pad_idx),
        target=labels.index(label),
        additional_forward_args=(ids == pad_idx,),
        n_steps=n_steps,
        method="riemann_middle",
        return_convergence_delta=True,
    )
    return attributions[0].sum(dim=-1).detach().cpu(), delta.item()
    ### END SOLUTION


# %% nbgrader={"grade_id": "explain-label", "kind": "test"}
card = check("explain-label", TransformerClassifier, explain_label)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
torch.manual_seed(41)
hidden_network = TransformerClassifier(23, 8, 2, 1, 3, 0.2, 1, 12).eval()
hidden_text = torch.tensor([[4, 9, 17, 2, 11]])
hidden_mask = torch.zeros(1, 5, dtype=torch.bool)
with torch.no_grad():
    for hidden_weights in hidden_network.parameters():
        hidden_weights.normal_(std=0.5)
    hidden_network.embedding.weight[1] = 0.0
    hidden_ends = hidden_network(hidden_text) - hidden_network(torch.ones_like(hidden_text), hidden_mask)
for hidden_column, hidden_label in enumerate(("hail", "sun", "sleet")):
    hidden_scores, hidden_delta = explain_label(
        hidden_network, hidden_text, hidden_label, ["hail", "sun", "sleet"], 1
    )
    hidden_total = float(hidden_scores.sum()) - float(hidden_ends[0, hidden_column])
    assert abs(hidden_total - float(hidden_delta)) < 0.001, hidden_label
    assert abs(hidden_delta) < 0.05 * (1 + abs(float(hidden_ends[0, hidden_column]))), "500 steps leave a small delta"
### END HIDDEN TESTS

# %%
# hint("explain-label", 1)

# %% [markdown]
# ### Two classes, two explanations
#
# The same review, explained for each class. The table holds all tokens, sorted by what they do for that class.


# %%
def explanation(text, label, n_steps=500):
    """A text explained for the class called `label`, with your explain_label."""
    ids = torch.tensor([subwords.encode(text)], device=DEVICE)
    scores, delta = explain_label(model, ids, label, LABELS, subwords.pad_id, n_steps)
    with torch.no_grad():
        probability = model(ids).softmax(dim=1)[0, LABELS.index(label)].item()
    other = next(name for name in LABELS if name != label)
    return Explanation(subwords.pieces(text), scores.tolist(), probability, delta, target=label, other=other)


REVIEW = "The acting is superb, but the ending is unforgivably clumsy."
for label in LABELS:
    print(f"for {label}")
    print(token_table(explanation(REVIEW, label)), "\n")

# %% [markdown]
# The two tables are nearly, but not exactly, mirrors of each other.
#
# ### Steps and rules, once more
#
# Notebook 2 chose the middle rule for a network with corners. This one has corners, too, and its layer
# normalisation bends the way where embeddings are small, near the baseline. **Predict.** How many steps does it take
# until the delta is below one hundredth of *F(x) − F(x′)*? Which of the rules will be worst?

# %%
ids = torch.tensor([subwords.encode(REVIEW)], device=DEVICE)
padding = ids == subwords.pad_id
column = LABELS.index("positive")
with torch.no_grad():
    nothing = torch.full_like(ids, subwords.pad_id)
    difference = (model(ids, padding) - model(nothing, padding))[0, column].item()
print(f"F(x) − F(x′) = {difference:+.3f}\n")
STEPS = [2, 5, 10, 50, 500]
print(f"{'delta with so many steps':25}" + "".join(f"{steps:>10}" for steps in STEPS))
for method in ("riemann_left", "riemann_right", "riemann_middle", "riemann_trapezoid", "gausslegendre"):
    deltas = [
        LayerIntegratedGradients(model, model.embedding)
        .attribute(
            ids,
            nothing,
            target=column,
            additional_forward_args=(padding,),
            n_steps=steps,
            method=method,
            return_convergence_delta=True,
        )[1]
        .item()
        for steps in STEPS
    ]
    print(f"{method:25}" + "".join(f"{delta:+10.4f}" for delta in deltas))

# %% [markdown]
# With two steps a good part of what is to be shared out gets lost or invented, with fifty hardly any. Look at the
# trapezoid: its delta shrinks like 1/steps and has always the same sign. That is no property of the network. The
# weights of this rule, as Captum makes them, sum to (steps − 1)/steps, so that share of every score is missing. The
# delta told.
#
# In larger networks the way bends much more. In one published explanation of a large transformer the delta is almost
# 3: nearly three whole logits are not accounted for, and the picture does not show it. So print the delta beside
# *F(x) − F(x′)*, and take more steps when it is not small.

# %% [markdown]
# ## From pieces to words
#
# Nobody wants to read *unforg · iv · ably*. A word's score is the **sum** of its pieces' scores: only then do the
# scores of all words still add up to *F(x) − F(x′)*.
#
# **Predict.** Three pieces have the scores +0.9, −0.3 and +0.6. What does the word get, if you add, if you take the
# mean, if you take the largest? With which of the three can you still compare the total with *F(x) − F(x′)*?
#
# > ### Task 3 · `merge_pieces` (`merge-pieces`, 1 point, about 10 minutes, importance 1 of 3)
# >
# > - **Goal** make an explanation readable without losing a part of it.
# > - **Given** `pieces`, a list of strings, and `scores`, a tensor `[pieces]`. A piece that begins with `START` (`▁`)
# >   begins a word; so does the first piece in any case. Every other piece goes on with the word before it.
# > - **Asked** the words without the mark, and a score for each: the sum over its pieces.
# > - **Shapes** `[pieces]` → `[words]`, as two lists, or a list and a tensor.
# > - **Done when** the check says *right*, also when the same word comes twice.


# %% nbgrader={"grade_id": "merge-pieces-blank", "kind": "answer"}
def merge_pieces(pieces, scores):
    """Words, and their scores: (list of str, list of float), one of each per word."""
    ### BEGIN SOLUTION
    merged, sums = [], []
    for piece, score in zip(pieces, scores, strict=False):
        if piece.startswith(START) or not merged:
            merged.append(piece.removeprefix(START))
            sums.append(float(score))
        else:
            merged[-1] += piece
            sums[-1] += float(score)
    return merged, sums
    ### END SOLUTION


# %% nbgrader={"grade_id": "merge-pieces", "kind": "test"}
card = check("merge-pieces", merge_pieces)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_words, hidden_sums = merge_pieces(["sn", "ow", "▁hail", "▁hail", "▁th", "un", "der"], torch.arange(7.0))
assert list(hidden_words) == ["snow", "hail", "hail", "thunder"], hidden_words
assert [float(hidden_sum) for hidden_sum in hidden_sums] == [1, 2, 3, 15], hidden_sums
### END HIDDEN TESTS

# %%
# hint("merge-pieces", 1)

# %% [markdown]
# ### Six sentences
#
# **Predict.** *irksome*, *matchless* and *lamentable* stand in no training review. For a network of words they were
# all the same `<unk>`. What will this one make of their pieces?

# %%
SENTENCES = [
    ("The music is lovely and the story is wonderful.", "positive"),
    ("The sound is matchless.", "positive"),
    ("Nobody can deny that the acting is superb!", "positive"),
    ("The quests are irksome and the ending is lamentable.", "negative"),
    ("The plot is dull and the acting is terrible.", "negative"),
    ("There was not one lovely scene in it.", "negative"),
]


def by_words(text, label, true_label):
    """The explanation of a text for a class, pieces merged with your merge_pieces."""
    found = explanation(text, label)
    merged, sums = merge_pieces(list(found.tokens), torch.tensor(found.scores))
    return Explanation(
        merged,
        [float(score) for score in sums],
        found.probability,
        found.delta,
        label=true_label,
        target=found.target,
        other=found.other,
    )


show([by_words(text, "positive", true_label) for text, true_label in SENTENCES])

# %% [markdown]
# All scores are shares of the logit of *positive*: blue speaks for it, orange against it. An unknown word has a score
# of its own now, made of pieces that other words share. Whether that is insight or chance the score does not tell:
# look which training words hold the piece.
#
# In our run the fourth sentence came out wrong, as positive, with scores that are all nearly 0. Then the words
# decided nothing. The scores share out *F(x) − F(x′)*; what the network says to a review of nothing is in none of
# them.
#
# The same as a table, for one sentence:

# %%
token_table(by_words(*SENTENCES[3][:1], "negative", "negative"))

# %% [markdown] nbgrader={"grade_id": "reflection-transformer", "kind": "manual"}
# ## Reflection (`reflection-transformer`, 2 points, about 10 minutes)
#
# Two or three sentences each, one point each.
#
# 1. Our transformer loses to the CNN on a few thousand reviews. Name two things that the CNN takes for granted
#    and the transformer has to learn, and what could be done about it.
# 2. A colleague explains a classifier with five classes and shows coloured sub-words, the largest score of each word,
#    20 steps, no delta. Name two questions that you ask before you believe it, and what a bad answer would mean.
#
# ### BEGIN SOLUTION
# 1. That words next to each other belong together (the kernel), and that a phrase means the same wherever it stands
#    (one filter for all places, the maximum). The transformer has to find both in the data. More reviews, or weights
#    that were trained on much other text first, as large models have them; or word vectors to begin with.
# 2. Which class was explained, and how was its column found: another column gives another picture. How large is the
#    delta beside F(x) − F(x′): with 20 steps the scores may not add up at all. Why the largest score and not the sum:
#    the shares then depend on how words were cut. Which mask did the baseline have?
# ### END SOLUTION
