# %% [markdown]
# # 3 · A network that starts from word vectors
#
# **Goal.** A network that begins with random embeddings has to learn from your few reviews what *superb* means. In
# this notebook it starts from vectors in which others have already put that. You build the matrix, decide what may
# be trained, see what is gained, and ask the network once more why it says what it says.
#
# | | |
# |---|---|
# | Before you start | notebook 2: your `CNN`, `pad_reference` and `interpret_sentence` come along |
# | Time | about 75 minutes; the notebook itself runs in under two minutes |
# | Given | reviews, vectors, batches, the training loop, the figures |
# | Asked | `embedding_matrix`, `GloVeCNN`, the explanation again, three short answers at the end |
# | Points | 22 from checks, 3 for the answers |
#
# **How to work.** As before: a card opens every task, a cell below each blank checks it and says what comes next,
# `hint` helps in three steps, `symptom("…")` explains an error. Where you read **Predict**, write down your guess
# before you run the cell.

# %% [markdown]
# ## Set-up
#
# The first cell is folded: it installs what is missing, if anything is.
#
# `"mini"` uses vectors of 50 numbers that come with the kit. They were made in the way of GloVe, from which words
# stand near each other in many more texts like our reviews, without their labels. `"imdb"` uses GloVe's own vectors
# (6B, 100 numbers, a download of 0.9 GB; give a path if you have the text file).

# %%
DATA = "mini"  # or "imdb"
IMDB_PATH = None  # the archive or its extracted folder, if you have it already
VECTORS_PATH = None  # a file in GloVe's text format, if you have one
SEED = 0

# %%
import platform

import captum
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from captum.attr import LayerIntegratedGradients
from torch import nn

from textlab.attribution import Explanation, show, slopes_on_path
from textlab.batches import batches
from textlab.checks import check, hint, symptom
from textlab.comparison import comparison_figure, comparison_table, note_f1, noted_f1
from textlab.corpus import load_corpus
from textlab.expected_curves import expected_curve
from textlab.figures import learning_curve
from textlab.matrix_figure import matrix_figure, rows_figure
from textlab.text import PAD, UNK, Vocabulary, tokenize
from textlab.training import f1_on, fit, seed_everything
from textlab.vectors import Vectors, load_vectors

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SETTINGS = {
    "mini": dict(vectors="mini", dim=50, out_channels=64, epochs=20, batch_size=32, max_length=64, max_words=10_000),
    "imdb": dict(vectors="6B", dim=100, out_channels=100, epochs=6, batch_size=64, max_length=400, max_words=50_000),
}[DATA]
KERNEL_SIZES = [3, 4, 5]
VERY_FEW, FEW = 200, 1000
if DATA == "mini" and DEVICE == "cpu":
    torch.set_num_threads(1)  # batches this small gain nothing from more threads, and lose much on a busy machine
print(f"Python {platform.python_version()}, torch {torch.__version__}, captum {captum.__version__}, on {DEVICE}")

# %%
corpus = load_corpus(DATA, path=IMDB_PATH if DATA == "imdb" else None, seed=SEED)
vectors = load_vectors(VECTORS_PATH or SETTINGS["vectors"], dim=SETTINGS["dim"])
print(f"{len(corpus.train):,} training reviews, {vectors}")

# %% [markdown]
# ## What vectors know
#
# Each word has a vector. Two vectors that point the same way have a cosine near 1. Words come near each other when
# they stand in like places: *superb* and *marvellous* do, in texts that nobody had to label.
#
# **Predict.** Which words are nearest to *superb*, to *dull* and to *film*? Will you find opposites among them?


# %%
def nearest(word, count=6):
    """The words whose vectors point most nearly the same way."""
    cosines = F.cosine_similarity(vectors.matrix, vectors[word][None])
    places = cosines.argsort(descending=True)[1 : count + 1].tolist()
    return ", ".join(f"{vectors.words[place]} {cosines[place]:.2f}" for place in places)


for word in ("superb", "dull", "film"):
    print(f"{word:8} {nearest(word)}")

# %% [markdown]
# In our reviews praise stands among praise, so opposites lie apart. Vectors from encyclopaedias and news are not so
# kind: there *good* and *bad* stand in the same places and are close neighbours. Look at your vectors before you
# rely on them.
#
# **Predict.** Take a network that has seen 1,000 training reviews. What share of the test reviews holds at least one
# word that it has never seen? For how many of these words is there a vector?

# %%
few_words = {token for review in corpus.train[:FEW] for token in tokenize(review.text)}
unseen = [{token for token in tokenize(review.text) if token not in few_words} for review in corpus.test]
new_words = sorted(set().union(*unseen))
print(f"{sum(map(bool, unseen)) / len(unseen):.0%} of the test reviews hold a word that {FEW:,} reviews lack")
print(f"{sum(word in vectors for word in new_words)} of these {len(new_words)} words have a vector")

# %% [markdown]
# So the vocabulary takes in all words of the training reviews, and after them the words of the vectors. (With the
# real data only the first of them: they stand in the order of their frequency.) No test review was looked at: the
# list of words comes from the vectors. A word that training never shows keeps the vector it came with, near to words
# that training does show.

# %%
trained_words = Vocabulary.build((review.text for review in corpus.train), max_size=SETTINGS["max_words"])
vocabulary = Vocabulary.from_tokens(
    list(dict.fromkeys([*trained_words.tokens, *vectors.words[: SETTINGS["max_words"]]]))
)
print(f"{len(trained_words):,} tokens in the training reviews, {len(vocabulary):,} with those of the vectors")

# %% [markdown]
# **Predict.** The vectors know lower-case words, as most do. What do these three lines print?

# %%
print('"superb" in vectors:', "superb" in vectors)
print('"Superb" in vectors:', "Superb" in vectors)
print("tokens of the vocabulary that are not lower-case:", [t for t in vocabulary.tokens if t != t.lower()])

# %% [markdown]
# Our tokens are lower-case already, so look them up as they are. Vectors that keep upper case, such as GloVe 840B,
# have *Superb* as another word with another vector; your function must not confuse the two.

# %% [markdown]
# ## From vectors to a matrix
#
# An embedding layer is a matrix and a look-up: id 7 gives row 7. The file of vectors has an order of its own, so
# every row has to be found by its word.

# %%
matrix_figure()
plt.show()

# %% [markdown]
# What does a word get that has no vector? With zeros all such words look like padding, and like each other. Small
# random numbers keep them apart: the network can tell that there is a word, and training can give it a meaning. Only
# padding stays zero.
#
# **Predict.** Two functions draw two random numbers each. Which of them gives the same numbers at every call, and
# which one changes what the *rest* of your program draws?


# %%
def from_global_state():
    torch.manual_seed(3)
    return torch.randn(2)


def from_own_generator():
    return torch.randn(2, generator=torch.Generator().manual_seed(3))


for draw_two in (from_global_state, from_own_generator):
    seed_everything(SEED)
    first, second = draw_two(), draw_two()
    print(f"{draw_two.__name__:20} {torch.equal(first, second)}, afterwards {torch.rand(1).item():.4f}")
seed_everything(SEED)
print(f"{'neither':20}       afterwards {torch.rand(1).item():.4f}")

# %% [markdown]
# Both repeat themselves. The first also sets everybody else's random numbers, such as the dropout of your next
# training run. A generator of its own keeps to itself.
#
# > ### Task 1 · `embedding_matrix` (`embedding-matrix`, 8 points, about 20 minutes, importance 3 of 3)
# >
# > - **Goal** bring two orders of words together, so that each word gets its own vector and no other.
# > - **Given** `vocabulary` (`vocabulary.tokens[i]` is the token with id i, `len(vocabulary)`, `vocabulary.pad_id`)
# >   and `vectors` (`word in vectors`, `vectors[word]` is a tensor `[dim]`, `vectors.dim`).
# > - **Asked** a matrix with
# >   - in row i the vector of token i, if the vectors know that token as it is written;
# >   - small random numbers in the rows of `<unk>` and of unknown words: between −1 and 1, a different row for each,
# >     the same ones at every call, from a generator of their own;
# >   - zeros in the padding row, whatever the vectors say.
# > - **Shapes** → `[len(vocabulary), vectors.dim]`, float32.
# > - **Done when** the check says *right*.


# %% nbgrader={"grade_id": "embedding-matrix-blank", "kind": "answer"}
def embedding_matrix(vocabulary, vectors):
    """The vectors of a vocabulary's tokens, float32 [len(vocabulary), vectors.dim]."""
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(0)
    matrix = 0.1 * torch.randn(len(vocabulary), vectors.dim, generator=generator)
    for row, token in enumerate(vocabulary.tokens):
        if token in vectors:
            matrix[row] = vectors[token]
    matrix[vocabulary.pad_id] = 0.0
    return matrix
    ### END SOLUTION


# %% nbgrader={"grade_id": "embedding-matrix", "kind": "test"}
card = check("embedding-matrix", embedding_matrix)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_words = Vocabulary.from_tokens(["<unk>", "<pad>", "hail", "sun", "sleet", "rain"])
hidden_vectors = Vectors(["rain", "Hail", "sun"], torch.arange(12.0).reshape(3, 4) + 1)
hidden_matrix = embedding_matrix(hidden_words, hidden_vectors)
assert hidden_matrix.shape == (6, 4), hidden_matrix.shape
assert hidden_matrix[3].tolist() == [9, 10, 11, 12], "sun"
assert hidden_matrix[5].tolist() == [1, 2, 3, 4], "rain"
assert hidden_matrix[[0, 2, 4]].abs().max() < 1, "hail is not Hail"
assert not hidden_matrix[1].any(), "padding"
### END HIDDEN TESTS

# %%
# hint("embedding-matrix", 1)  # take the # away for a hint; 2 and 3 say more

# %% [markdown]
# ### Look at your matrix
#
# Below are six rows of yours. **Predict.** Which rows look alike, and which are pale?

# %%
matrix = embedding_matrix(vocabulary, vectors)
shown = [PAD, UNK, "superb", "marvellous", "dull", "film"]
rows_figure(shown, matrix[[vocabulary[token] for token in shown]])
plt.show()

# %% [markdown]
# ## Three ways to lose the vectors
#
# **1. Shared memory.** A layer is made from `numbers` and takes one step of training. **Predict.** What are the
# `numbers` afterwards, without and with `clone()`?


# %%
def one_step(layer):
    """One step down on the sum of the layer's first row."""
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    layer(torch.tensor([0])).sum().backward()
    optimizer.step()


for way in ("shared", "cloned"):
    numbers = torch.ones(2, 3)
    one_step(nn.Embedding.from_pretrained(numbers.clone() if way == "cloned" else numbers, freeze=False))
    print(f"{way}: {numbers.tolist()}")

# %% [markdown]
# `from_pretrained`, `nn.Parameter` and `.data = …` do not copy. The layer trains *your* matrix, and the next network,
# which you think starts from the vectors, starts from what the last one made of them. Your comparison would be wrong,
# and nothing would tell you.
#
# **2. Frozen without being asked.** **Predict.** Which of the three embeddings will be trained?

# %%
numbers = torch.ones(2, 3)
for name, layer in {
    "nn.Embedding(2, 3)": nn.Embedding(2, 3),
    "from_pretrained(numbers)": nn.Embedding.from_pretrained(numbers),
    "from_pretrained(numbers, freeze=False)": nn.Embedding.from_pretrained(numbers, freeze=False),
}.items():
    print(f"{name:40} trained: {layer.weight.requires_grad}, padding_idx: {layer.padding_idx}")

# %% [markdown]
# It also forgets `padding_idx` unless you give it: then the padding row starts at zero and learns like a word.
#
# **3. An optimiser that looks the other way.** The optimiser is made first, the vectors come in afterwards.
# **Predict.** Which of the two layers moves?

# %%
for way in ("new parameter", "copied into the old one"):
    layer = nn.Embedding(2, 3)
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    if way == "new parameter":
        layer.weight = nn.Parameter(torch.zeros(2, 3))
    else:
        with torch.no_grad():
            layer.weight.copy_(torch.zeros(2, 3))
    layer(torch.tensor([0])).sum().backward()
    optimizer.step()
    print(f"{way:24} {layer.weight.tolist()}")

# %% [markdown]
# An optimiser holds the parameters that existed when it was made. Replace one afterwards, and it goes on training the
# old one, which nobody uses: the vectors are silently frozen. So put the vectors in first, in `__init__`, and make
# the optimiser last, as `fit` does.
#
# > ### Task 2 · `GloVeCNN` (`glove-cnn`, 11 points, about 25 minutes, importance 3 of 3)
# >
# > - **Goal** start from what others have learnt, and stay in control of what is trained.
# > - **Given** `matrix` `[words, dim]` float32, with zeros in row `pad_idx`; the other arguments as in `CNN`. The
# >   matrix says how many words there are and how many numbers a word has.
# > - **Asked** your CNN, starting from the matrix. `self.embedding` is an `nn.Embedding`. With `frozen=True` training
# >   leaves it as it is; with `frozen=False` it is trained, all but the padding row, which stays zero. The matrix
# >   that was handed in stays as it is in any case.
# > - **Shapes** `[batch, length]` → `[batch, 1]`, as before. Take the lines over from your CNN, or put your CNN into
# >   a cell above and inherit from it.
# > - **Done when** the check says *right*. Later the graders train your network on 900 reviews and measure its F1.


# %% nbgrader={"grade_id": "glove-class", "kind": "answer"}
class GloVeCNN(nn.Module):
    """The CNN of notebook 2, its embedding filled with word vectors."""

    def __init__(self, matrix, out_channels, kernel_sizes, dropout, pad_idx, frozen=False):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=pad_idx)
        dim = matrix.shape[1]
        self.convolutions = nn.ModuleList(nn.Conv1d(dim, out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)
        ### END SOLUTION

    def forward(self, text):
        """Token ids [batch, length] -> logits [batch, 1]."""
        ### BEGIN SOLUTION
        embedded = self.embedding(text).permute(0, 2, 1)
        pooled = [F.relu(convolution(embedded)).amax(dim=2) for convolution in self.convolutions]
        return self.linear(self.dropout(torch.cat(pooled, dim=1)))
        ### END SOLUTION


# %% nbgrader={"grade_id": "glove-cnn", "kind": "test"}
card = check("glove-cnn", GloVeCNN)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_matrix = torch.randn(9, 5, generator=torch.Generator().manual_seed(29))
hidden_matrix[4] = 0.0
hidden_kept = hidden_matrix.clone()
for hidden_frozen in (True, False):
    hidden_cnn = GloVeCNN(hidden_matrix, 6, [2, 3], 0.1, 4, frozen=hidden_frozen)
    hidden_steps = torch.optim.SGD([p for p in hidden_cnn.parameters() if p.requires_grad], lr=0.5)
    hidden_cnn(torch.tensor([[0, 1, 2, 3, 5, 4], [8, 7, 6, 5, 4, 4]])).sum().backward()
    hidden_steps.step()
    hidden_same = torch.equal(hidden_cnn.embedding.weight.detach(), hidden_kept)
    assert hidden_same == hidden_frozen, "frozen says what is trained"
    assert torch.equal(hidden_matrix, hidden_kept), "the matrix stays as it is"
    assert not hidden_cnn.embedding.weight[4].any(), "padding stays zero"
### END HIDDEN TESTS

# %%
# hint("glove-cnn", 1)

# %% [markdown]
# ## What is gained?
#
# A fair comparison changes one thing. So we train your network from vectors and from small random numbers (that is
# the plain CNN of notebook 2), on 200, on 1,000 and on all training reviews. Network, vocabulary, seed and budget are
# the same. Two more start from vectors and are frozen.
#
# **Predict.** Write down eight numbers for F1. Where is the gain largest, and why?

# %%
SPLITS = {
    name: (
        [vocabulary.encode(review.text) for review in getattr(corpus, name)],
        [review.label for review in getattr(corpus, name)],
    )
    for name in ("train", "validation", "test")
}


def batches_of(name, count=None, seed=None):
    """All batches of a split, or of its first `count` reviews; a seed shuffles them."""
    ids, labels = SPLITS[name]
    return batches(
        ids[:count],
        labels[:count],
        batch_size=SETTINGS["batch_size"],
        pad_id=vocabulary.pad_id,
        max_length=SETTINGS["max_length"],
        min_length=max(KERNEL_SIZES),
        seed=seed,
    )


def trained(start, count, frozen=False):
    """A GloVeCNN that starts from a matrix and is trained on the first `count` reviews; its history."""
    seed_everything(SEED)
    model = GloVeCNN(start, SETTINGS["out_channels"], KERNEL_SIZES, 0.5, vocabulary.pad_id, frozen=frozen)
    history = fit(
        model,
        lambda epoch: batches_of("train", count, seed=epoch),
        lambda epoch: batches_of("validation"),
        epochs=SETTINGS["epochs"],
        device=DEVICE,
    )
    return model, history


random_start = 0.1 * torch.randn(matrix.shape, generator=torch.Generator().manual_seed(SEED))
random_start[vocabulary.pad_id] = 0.0
everything = len(corpus.train)
networks, histories = {}, {}
for name, start, count, frozen in [
    ("CNN", random_start, VERY_FEW, False),
    ("CNN from vectors", matrix, VERY_FEW, False),
    ("CNN from vectors, frozen", matrix, VERY_FEW, True),
    ("CNN", random_start, FEW, False),
    ("CNN from vectors", matrix, FEW, False),
    ("CNN from vectors, frozen", matrix, FEW, True),
    ("CNN", random_start, everything, False),
    ("CNN from vectors", matrix, everything, False),
]:
    networks[name, count], histories[name, count] = trained(start, count, frozen)
    f1 = f1_on(networks[name, count], batches_of("test"))
    note_f1(name, count, f1, data=DATA)
    print(f"{name}, {count:,} training reviews: F1 {f1:.3f}")

# %%
learning_curve(histories["CNN from vectors", FEW], expected=expected_curve("3_glove_cnn", DATA))
plt.show()

# %% [markdown]
# What you should see with `mini`: from 200 reviews the network that starts from random numbers learns next to
# nothing, the other one reaches more than 0.8. At 1,000 reviews the gain has shrunk to about 0.05, with all of them
# to less than 0.04: what the vectors know can also be learnt from reviews, when there are enough. Freezing costs
# little when reviews are few, because there is little to learn a vector from. With more of them trained vectors lead.
#
# **Predict.** Training moved the vectors. Which words moved furthest: rare or frequent ones, words of praise and
# blame or others? What happened to words that the 1,000 reviews lack?

# %%
moved = (networks["CNN from vectors", FEW].embedding.weight.detach().cpu() - matrix).norm(dim=1)
far = moved.argsort(descending=True)[:12].tolist()
print("moved furthest:", ", ".join(f"{vocabulary.tokens[row]} {moved[row]:.2f}" for row in far))
still = [row for row, token in enumerate(vocabulary.tokens) if token not in few_words]
print(f"not in the {FEW:,} reviews: {len(still):,} words, moved by up to {moved[still].max():.2f}")

# %% [markdown]
# Words that training does not show stay where they were, and their neighbours move. Little harm is done while the
# moves are small. Long training of all vectors tears neighbours apart, and then the unseen ones are left behind.
#
# ### The models compared
#
# The figures of all notebooks are kept in `results/f1.json`. This cell shows what is there.

# %%
noted = noted_f1(DATA)
if "RNN" not in noted:
    print("The RNN is missing: notebook 1 notes its F1 when you run it, with the same DATA.\n")
order = ["RNN", "CNN", "CNN from vectors", "CNN from vectors, frozen"]
scores = {name: noted[name] for name in order if name in noted}
print(comparison_table(scores))
comparison_figure(scores)
plt.show()

# %% [markdown]
# The axis does not start at 0, which makes differences look larger than they are; read the numbers too. One seed is
# one throw of a die: before you believe a difference of 0.01, train with other seeds.

# %% [markdown]
# ## Why does it say so, once more
#
# **Predict.** The weights of a frozen embedding have no gradient. Can integrated gradients explain such a network?
#
# They can. The scores need the slope of the logit with respect to what the embedding layer *gives*, not to its
# weights. So the way from the logit back to the embedded words has to be open in `forward`; freezing belongs to the
# weights.
#
# > ### Task 3 · explain `GloVeCNN` (`glove-explained`, 3 points, about 10 minutes, importance 1 of 3)
# >
# > - **Goal** see that an explanation needs the slope at what the embedding gives, not at its weights.
# > - **Given** your `pad_reference` and `interpret_sentence` of notebook 2: take them over as they are.
# > - **Asked** that they explain your `GloVeCNN`, frozen or not.
# > - **Shapes** sentence → ids `[1, length]` → scores `[length]`.
# > - **Done when** the check says *right*. It compares your scores with differences of logits along the way, so
# >   nothing depends on how a gradient was computed.


# %% nbgrader={"grade_id": "glove-interpret-blank", "kind": "answer"}
def pad_reference(ids, pad_idx):
    """The baseline for ids [batch, length]: the padding token in every place."""
    ### BEGIN SOLUTION
    return torch.full_like(ids, pad_idx)
    ### END SOLUTION


def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    """Why the model says what it says: (tokens, scores [length], delta)."""
    ### BEGIN SOLUTION
    tokens = tokenize(sentence)
    tokens += [PAD] * (min_len - len(tokens))
    ids = torch.tensor([[vocabulary[token] for token in tokens]], device=model.embedding.weight.device)
    was_training = model.training
    model.eval()
    attributions, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids,
        baselines=pad_reference(ids, vocabulary.pad_id),
        n_steps=n_steps,
        method="riemann_middle",
        return_convergence_delta=True,
    )
    model.train(was_training)
    return tokens, attributions[0].sum(dim=-1).detach().cpu(), delta.item()
    ### END SOLUTION


# %% nbgrader={"grade_id": "glove-explained", "kind": "test"}
card = check("glove-explained", GloVeCNN, interpret_sentence)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_words = Vocabulary.from_tokens(["<unk>", "<pad>", "hail", "sun", "sleet", "rain"])
hidden_matrix = torch.randn(6, 4, generator=torch.Generator().manual_seed(31))
hidden_matrix[1] = 0.0
hidden_path = [(step + 0.5) / 500 for step in range(500)]
for hidden_frozen in (True, False):
    hidden_cnn = GloVeCNN(hidden_matrix, 3, [2, 3], 0.2, 1, frozen=hidden_frozen).eval()
    _, hidden_scores, _ = interpret_sentence(hidden_cnn, "Sun hail rain", hidden_words, 5)
    hidden_ids = torch.tensor([[3, 2, 5, 1, 1]])
    hidden_slopes = slopes_on_path(hidden_cnn, hidden_ids, torch.ones_like(hidden_ids), hidden_path)
    assert abs(float(hidden_scores.sum()) - float(hidden_slopes.mean())) < 0.01, "the scores have another sum"
    assert float(hidden_scores[3:].abs().max()) < 1e-6, "padding gets nothing"
### END HIDDEN TESTS

# %%
# hint("glove-explained", 1)

# %% [markdown]
# ### Sentences with words that no training review has
#
# The words *sublime*, *matchless*, *irksome* and *lamentable* stand in none of the training reviews of `mini`, but
# they have vectors. **Predict.** Which scores will they get from the network that started from random numbers, and
# which from the other one?

# %%
SENTENCES = [
    ("The music is sublime and the story is wonderful.", 1),
    ("The sound is matchless.", 1),
    ("Nobody can deny that the acting is superb!", 1),
    ("The quests are irksome and the ending is lamentable.", 0),
    ("The plot is dull and the acting is terrible.", 0),
    ("There was not one lovely scene in it.", 0),
]


def explanation(model, sentence, label):
    """One sentence explained with your interpret_sentence."""
    tokens, scores, delta = interpret_sentence(model, sentence, vocabulary)
    with torch.no_grad():
        logit = model(torch.tensor([vocabulary.encode(" ".join(tokens))], device=DEVICE))
    return Explanation(tokens, scores.tolist(), torch.sigmoid(logit).item(), delta, label)


print("started from random numbers")
show([explanation(networks["CNN", FEW], sentence, label) for sentence, label in SENTENCES])

# %%
print("started from vectors")
show([explanation(networks["CNN from vectors", FEW], sentence, label) for sentence, label in SENTENCES])

# %% [markdown]
# To the first network *sublime* is a row of noise, and its score is chance. The second one has never been told what
# *sublime* means either. It has learnt what *superb* does, and *sublime* lies next to it. What vectors cannot give is
# what words do *together*: they know nothing about *not one*, which the reviews lack as well.
#
# The two sets of pictures have a scale each. Compare words inside one set, not shades across the two.

# %% [markdown] nbgrader={"grade_id": "reflection-glove", "kind": "manual"}
# ## Reflection (`reflection-glove`, 3 points, about 10 minutes)
#
# Two or three sentences each, one point each.
#
# 1. When would you freeze the vectors, and when train them? Name what speaks for each, with a figure of yours.
# 2. Someone's F1 does not change at all when the vectors are put in. Name two faults that could be the cause, and how
#    you would look for them.
# 3. Take a sentence that the two networks of the last section judge differently. Which words make the difference,
#    and is the vector the cause?
#
# ### BEGIN SOLUTION
# 1. Frozen: very few reviews, or many words in use that training lacks, because neighbours stay neighbours and there
#    is less to learn by heart. Trained: enough reviews, or vectors from other texts in which good and bad are close.
#    In our run frozen and trained vectors were within 0.02 of each other, at 200 and at 1,000 reviews.
# 2. The optimiser was made before the parameter was replaced, or rows and ids do not belong together (upper case,
#    order). Print how far the rows move in an epoch; look whether row vocabulary["superb"] equals vectors["superb"];
#    count how many tokens have a vector.
# 3. "The quests are irksome and the ending is lamentable" rests on two words that the training reviews lack. From
#    random numbers their scores are chance, one of them even praises; from vectors both are negative. With "dull" and
#    "terrible" in their place both networks agree, so the vectors are the cause.
# ### END SOLUTION
