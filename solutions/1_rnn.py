# %% [markdown]
# # 1 · A recurrent network, and how to train it
#
# **Goal.** You build a network that reads a review word by word and tells whether it is positive. You write the
# training loop yourself, with early stopping that keeps the best weights, and you measure the result with F1.
#
# | | |
# |---|---|
# | Before you start | a deep-learning course: tensors, `nn.Module`, gradients |
# | Time | about 110 minutes; the notebook itself runs in under two minutes |
# | Given | reviews, vocabulary, batches, the figures |
# | Asked | `RNNBaseline`, `train_model`, `f1_on`, three short answers at the end |
# | Points | 32 from checks, 3 for the answers |
#
# **How to work.** Every task starts with a card: its goal, what is given and what is asked, the shapes, when it is
# done. Its importance goes from 1 (you can do without) to 3 (what follows builds on it). Below each blank a cell
# checks what you wrote, shows what is wrong and where to look, and says what comes next. Run it as often as you like.
# When you are stuck, take a hint: there are three for every blank. When another cell stops with an error, paste its
# last line into `symptom("…")` and read what it means. Where you read **Predict**, stop and write down your guess
# before you run the cell. A wrong guess is where you learn most.
#
# If you like terminals better: `textlab check --watch` checks the notebook whenever you save it.

# %% [markdown]
# ## Set-up
#
# The first cell is folded: it installs what is missing, if anything is.
#
# One variable decides which reviews are used. `"mini"` comes with the kit: 4,000 short made-up reviews, fine
# for learning and quick. `"imdb"` is the Large Movie Review Dataset (84 MB, downloaded once); take a GPU for it,
# since a recurrent network reads one word after the other and is slow on long reviews.

# %%
DATA = "mini"  # or "imdb"
IMDB_PATH = None  # the archive or its extracted folder, if you have it already
SEED = 0

# %%
import copy
import platform
import warnings

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import f1_score
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from tqdm import tqdm

from textlab.batches import batches
from textlab.checks import check, hint, symptom
from textlab.comparison import note_f1
from textlab.corpus import load_corpus
from textlab.expected_curves import expected_curve
from textlab.figures import learning_curve, rnn_figure
from textlab.text import Vocabulary
from textlab.training import History, seed_everything

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SETTINGS = {
    "mini": dict(
        embedding_dim=100, hidden_dim=32, epochs=10, batch_size=32, max_length=64, min_freq=2, max_size=None
    ),
    "imdb": dict(
        embedding_dim=100, hidden_dim=128, epochs=8, batch_size=64, max_length=256, min_freq=5, max_size=30_000
    ),
}[DATA]
if DATA == "mini" and DEVICE == "cpu":
    torch.set_num_threads(1)  # batches this small gain nothing from more threads, and lose much on a busy machine
print(f"Python {platform.python_version()}, torch {torch.__version__}, on {DEVICE}")

# %% [markdown]
# ## The reviews
#
# Look at your data before you build anything.

# %%
corpus = load_corpus(DATA, path=IMDB_PATH if DATA == "imdb" else None, seed=SEED)
for name in ("train", "validation", "test"):
    part = getattr(corpus, name)
    positive = sum(review.label for review in part)
    print(f"{name:10}  {len(part):6,} reviews, {positive:6,} of them positive")
for review in corpus.train[4:7]:
    print(f"\n{'positive' if review.label else 'negative'}: {review.text[:300]}")

# %% [markdown]
# The vocabulary gives each lower-case token an id. `<unk>` stands for every word that it does not know, `<pad>`
# fills short reviews up. It is made from the training reviews only: nothing of the test set may leak into the
# model.
#
# A **batch** holds reviews that go through the network together. It has three tensors: `ids` `[batch, length]`,
# padded at the end to the longest review; `lengths` `[batch]`, the tokens of each review without padding; `labels`
# `[batch]`, 1.0 for positive. `len(batch)` is the number of reviews.

# %%
vocabulary = Vocabulary.build(
    (review.text for review in corpus.train), min_freq=SETTINGS["min_freq"], max_size=SETTINGS["max_size"]
)


def batches_of(name, seed=None):
    """All batches of a split as a list; a seed shuffles them and puts reviews of like length together."""
    reviews = getattr(corpus, name)
    return list(
        batches(
            [vocabulary.encode(review.text) for review in reviews],
            [review.label for review in reviews],
            batch_size=SETTINGS["batch_size"],
            pad_id=vocabulary.pad_id,
            max_length=SETTINGS["max_length"],
            seed=seed,
            device=DEVICE,
        )
    )


train, validation, test = batches_of("train", seed=SEED), batches_of("validation"), batches_of("test")
first = test[0]
print("ids", tuple(first.ids.shape), "· lengths", first.lengths[:6].tolist(), "… · labels", first.labels[:6].tolist())
print("the end of the shortest review:", vocabulary.decode(first.ids[first.lengths.argmin()])[-8:])

# %% [markdown]
# ## The network
#
# A recurrent layer reads one token after the other. After each it updates its **state**: `hidden_dim` numbers that
# hold what it has read so far. An LSTM or a GRU learns what to keep and what to forget. With two directions, a
# second reader starts at the end. The last state of each reader sums up the review, and one linear layer turns the
# summary into a **logit**: above 0 means positive, since sigmoid(0) is one half.

# %%
rnn_figure()
plt.show()

# %% [markdown]
# ### Padding is not silent here
#
# **Predict.** A small LSTM that nobody has trained reads the same review with 0, 5 and 50 padding tokens after it.
# The embedding of the padding token is zero. Does the state at the end stay the same?

# %%
seed_everything(SEED)
toy_embedding = nn.Embedding(len(vocabulary), 8, padding_idx=vocabulary.pad_id)
toy_lstm = nn.LSTM(8, 4, batch_first=True)
toy_ids = torch.tensor([vocabulary.encode("I would see it again .")])
toy_length = torch.tensor([toy_ids.shape[1]])
with torch.no_grad():
    for extra in (0, 5, 50):
        padded = F.pad(toy_ids, (0, extra), value=vocabulary.pad_id)
        reads_all = toy_lstm(toy_embedding(padded))[0][0, -1]
        stops = toy_lstm(pack_padded_sequence(toy_embedding(padded), toy_length, batch_first=True))[1][0][0, 0]
        print(f"{extra:2} padding tokens: state at the end {np.round(reads_all.numpy(), 3)}", end="   ")
        print(f"packed {np.round(stops.numpy(), 3)}")

# %% [markdown]
# A zero input still moves the state: the layer has biases, and its state feeds back into itself. After 50 padding
# tokens the review is forgotten. `pack_padded_sequence` takes the lengths and lets the layer stop at the last real
# token of each review. It wants the longest review first, unless you say `enforce_sorted=False`. The lengths have
# to be on the CPU; in our batches they are.
#
# ### Which state is whose?
#
# **Predict.** An LSTM with 2 layers and 2 directions gives back `output` and `(hidden, cell)`. What are the shapes
# of `output` and `hidden` for 3 reviews of 5 tokens and `hidden_dim` 4? Which entries of `hidden` come again
# in `output`, and where?

# %%
deep = nn.LSTM(8, 4, 2, bidirectional=True, batch_first=True)
with torch.no_grad():
    output, (hidden, cell) = deep(torch.randn(3, 5, 8))
print("output", tuple(output.shape), "· hidden", tuple(hidden.shape))
for entry in range(len(hidden)):
    places = [
        f"output[:, {token}, {half.start}:{half.stop}]"
        for token in (0, 4)
        for half in (slice(0, 4), slice(4, 8))
        if torch.equal(hidden[entry], output[:, token, half])
    ]
    print(f"hidden[{entry}] is {places or 'not in output: it is of the first layer'}")

# %% [markdown]
# `hidden` is ordered by layer, then by direction; `output` holds the last layer only. So the backward reader's
# last state stands at the *first* token. Two layers with one direction also give two entries. Do not take them for
# two directions: the last layer's is the last one.
#
# ### Dropout in two places
#
# **Predict.** `nn.LSTM` has a `dropout` of its own, which works *between* its layers. What does it do when there is
# one layer only?

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    nn.LSTM(8, 4, num_layers=1, dropout=0.5)
print(caught[0].message)

# %% [markdown]
# Nothing, and it says so. Hand the rate on only when there is something in between. The dropout on the summary is
# an `nn.Dropout` of your own, made in `__init__` so that `eval()` reaches it.
#
# > ### Task 1 · `RNNBaseline.__init__` (`rnn-layers`, 4 points, about 15 minutes, importance 2 of 3)
# >
# > - **Goal** make a network whose size follows from its arguments, so that one class serves for every experiment.
# > - **Given** the line that makes the embedding. Its `padding_idx` keeps the vector of the padding token at
# >   zero.
# > - **Asked** one `nn.LSTM` or `nn.GRU` (both are right) with `n_layers` layers in one or two directions, a dropout
# >   layer, a linear layer that gives one logit. No other layers.
# > - **Shapes** `embedding_dim` numbers a token → `hidden_dim` × directions numbers a review → 1 logit.
# > - **Done when** the check says *right*. Use the arguments only: the class must work for one layer and one
# >   direction, and without this notebook's variables.
#
# > ### Task 2 · `RNNBaseline.forward` (`rnn-forward`, 14 points, about 25 minutes, importance 3 of 3)
# >
# > - **Goal** sum a review up without reading its padding. Networks that get this wrong still learn, only worse, and
# >   nobody is told.
# > - **Given** `text`, token ids `[batch, length]`, and `lengths` `[batch]`, at least 1 each, in any order.
# > - **Asked** embedding → packed → recurrent layer → summary → dropout → linear layer. The summary is the
# >   last hidden state of the last layer; with two directions both of them, side by side. (The output at the last
# >   real token counts as right too; it holds less of the backward reader. Why?)
# > - **Shapes** `[batch, length]` → `[batch, 1]`; no sigmoid at the end, the loss takes logits. `batch` may be 1.
# > - **Done when** the check says *right*. It also asks: is a review's answer free of its neighbours and of padding,
# >   does dropout work in both places and keep silent after `eval()`, does every parameter get a gradient? Later the
# >   graders train your network on reviews and measure its F1.


# %% nbgrader={"grade_id": "rnn-class", "kind": "answer"}
class RNNBaseline(nn.Module):
    """Reads a review token by token; the last states give one logit."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        ### BEGIN SOLUTION
        between = dropout if n_layers > 1 else 0.0
        self.recurrent = nn.LSTM(
            embedding_dim, hidden_dim, n_layers, dropout=between, bidirectional=bidirectional, batch_first=True
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden_dim * (2 if bidirectional else 1), 1)
        ### END SOLUTION

    def forward(self, text, lengths):
        """Token ids [batch, length] and lengths [batch] -> logits [batch, 1]."""
        ### BEGIN SOLUTION
        embedded = self.embedding(text)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.recurrent(packed)
        summary = torch.cat([hidden[-2], hidden[-1]], dim=1) if self.recurrent.bidirectional else hidden[-1]
        return self.linear(self.dropout(summary))
        ### END SOLUTION


# %% nbgrader={"grade_id": "rnn-layers", "kind": "test"}
card = check("rnn-layers", RNNBaseline)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
for hidden_layers, hidden_both in [(1, True), (3, False)]:
    hidden_rnn = RNNBaseline(31, 6, 9, hidden_layers, hidden_both, 0.3, 0)
    hidden_shapes = [tuple(weights.shape) for weights in hidden_rnn.parameters()]
    assert (1, 18 if hidden_both else 9) in hidden_shapes, "the width of the linear layer follows the directions"
    hidden_count = sum(shape in [(36, 9), (27, 9), (36, 18), (27, 18)] for shape in hidden_shapes)
    assert hidden_count == (2 if hidden_both else 5), "layers and directions follow the arguments"
### END HIDDEN TESTS

# %%
# hint("rnn-layers", 1)  # take the # away for a hint; 2 and 3 say more

# %% nbgrader={"grade_id": "rnn-forward", "kind": "test"}
card = check("rnn-forward", RNNBaseline)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_rnn = RNNBaseline(31, 6, 9, 2, True, 0.3, 0).eval()
hidden_ids = torch.randint(1, 31, (6, 11), generator=torch.Generator().manual_seed(17))
hidden_lengths = torch.tensor([4, 11, 1, 7, 7, 10])
with torch.no_grad():
    hidden_logits = hidden_rnn(hidden_ids, hidden_lengths).reshape(-1)
    hidden_longer = hidden_rnn(F.pad(hidden_ids, (0, 9)), hidden_lengths).reshape(-1)
    hidden_turned = hidden_rnn(hidden_ids.flip(0), hidden_lengths.flip(0)).reshape(-1).flip(0)
assert hidden_logits.shape == (6,), "six reviews, six logits"
assert torch.allclose(hidden_logits, hidden_longer, atol=1e-5), "padding does not matter"
assert torch.allclose(hidden_turned, hidden_logits, atol=1e-5), "the order of the reviews does not matter"
### END HIDDEN TESTS

# %%
# hint("rnn-forward", 1)

# %% [markdown]
# ## Training
#
# One **epoch** goes through all training batches. For each: logits, loss, gradients, one step of the optimiser.
# Then the validation batches are looked at, to see how the network does on reviews that it does not learn from.
# Four things go wrong so often that we look at them first.
#
# ### A loss per review
#
# **Predict.** Three batches of 4, 4 and 1 reviews have mean losses 0.2, 0.2 and 2.0. What is the mean loss per
# review? Is it the mean of the three numbers?

# %%
means, counts = np.array([0.2, 0.2, 2.0]), np.array([4, 4, 1])
print(f"mean of the batches' means {means.mean():.2f}, mean per review {(means * counts).sum() / counts.sum():.2f}")

# %% [markdown]
# The last batch is often smaller. Add up *loss × reviews*, divide by all reviews. And add up numbers, not tensors:
# `loss.item()`. A sum of tensors keeps the graph of the whole epoch in memory.
#
# ### Is a remembered state remembered?
#
# **Predict.** We keep `state_dict()` of a layer, and a deep copy of it. Then one step of training. Which of the two
# is still as before?

# %%
layer = nn.Linear(2, 1)
kept, copied = layer.state_dict(), copy.deepcopy(layer.state_dict())
before = layer.weight.tolist()
sgd = torch.optim.SGD(layer.parameters(), lr=0.5)
layer(torch.ones(1, 2)).sum().backward()
sgd.step()
print("kept as it was:  ", kept["weight"].tolist() == before)
print("copied as it was:", copied["weight"].tolist() == before)

# %% [markdown]
# `state_dict()` hands out the weights themselves. They go on changing. Whoever keeps them without a copy gets the
# *last* weights back and never notices.
#
# ### Patience
#
# **Predict.** With patience 2, training stops as soon as 2 epochs **in a row** bring no new best validation loss.
# After which epoch does it stop below, and which epoch's weights are kept?

# %%
curve = np.array([0.60, 0.50, 0.55, 0.45, 0.48, 0.40, 0.47, 0.46, 0.30])
best_so_far = np.minimum.accumulate(curve)
print("epoch", "  ".join(f"{epoch:4}" for epoch in range(1, 10)))
print("loss ", "  ".join(f"{loss:.2f}" for loss in curve))
print("best ", "  ".join(f"{loss:.2f}" for loss in best_so_far))

# %% [markdown]
# It stops after epoch 8: epochs 7 and 8 did not beat 0.40, and the weights of epoch 6 come back. Epoch 8 is better
# than epoch 7, but that does not count; it is no new best. Epochs 3 and 5 were misses too, but single ones: each
# new best sets the counter back to 0. If it is never set back, this training stops after epoch 5. (The 0.30 of
# epoch 9 is never seen. That is the price of stopping early.)
#
# ### Train and eval
#
# **Predict.** `model.eval()` is called before each validation, `model.train()` once at the very beginning. In how
# many of five epochs does dropout work?

# %%
sleepy = nn.Dropout(0.5).train()
for epoch in range(1, 6):
    print(f"epoch {epoch}: dropout works while training: {sleepy.training}")
    sleepy.eval()  # for the validation

# %% [markdown]
# In one. Modes stay in force until the next call, so each half of each epoch sets its own. `torch.no_grad()` is
# another matter: it saves the memory for gradients during validation, and does not touch dropout.
#
# > ### Task 3 · `train_model` (`train-model`, 10 points, about 30 minutes, importance 3 of 3)
# >
# > - **Goal** write the loop that every deep-learning project has, with the four faults above left out.
# > - **Given** `model`, called as `model(ids, lengths)`, gives logits `[batch, 1]`. `train` and `validation` are
# >   lists of batches that lie where the model does; a batch may hold one review only. So do not `squeeze()` without
# >   an axis.
# > - **Asked** up to `epochs` epochs of training with Adam at `learning_rate`, one step per batch, loss binary
# >   cross-entropy on logits (`F.binary_cross_entropy_with_logits`). After each epoch the validation loss. Stop
# >   as soon as `patience` epochs in a row brought no new best. At the end the model has the best epoch's weights.
# > - **Shapes** `batch.ids` `[batch, length]` → logits `[batch, 1]` → one mean loss per epoch and half.
# > - **Gives back** `{"train_loss": [...], "validation_loss": [...]}`: plain numbers, the mean loss per review of
# >   each epoch that was run; the training loss as it was while training.
# > - **Write the loop yourself.** `textlab.training.fit`, which notebook 2 uses, is of no use here: it calls networks
# >   without lengths. `for … in tqdm(range(epochs))` shows a progress bar.
# > - **Done when** the check says *right*. It hands your function small networks whose losses it knows in advance.


# %% nbgrader={"grade_id": "train-model-blank", "kind": "answer"}
def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    """Train with early stopping; the best weights stay in the model, the losses of every epoch come back."""
    ### BEGIN SOLUTION
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = {"train_loss": [], "validation_loss": []}
    best_loss, best_weights, waited = float("inf"), None, 0
    for _ in tqdm(range(epochs), desc="training", unit="epoch"):
        for part, reviews in (("train_loss", train), ("validation_loss", validation)):
            learning = part == "train_loss"
            model.train(learning)
            total = count = 0
            with torch.set_grad_enabled(learning):
                for batch in reviews:
                    logits = model(batch.ids, batch.lengths).reshape(-1)
                    loss = F.binary_cross_entropy_with_logits(logits, batch.labels)
                    if learning:
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                    total += loss.item() * len(batch)
                    count += len(batch)
            history[part].append(total / count)
        if history["validation_loss"][-1] < best_loss:
            best_loss = history["validation_loss"][-1]
            best_weights, waited = copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_weights)
    return history
    ### END SOLUTION


# %% nbgrader={"grade_id": "train-model", "kind": "test"}
card = check("train-model", train_model)
### BEGIN HIDDEN TESTS
import contextlib
import io

assert card.state == "right", card.text


class HiddenLine(nn.Module):
    """One weight for the first token; training only ever makes it larger."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, text, lengths):
        return (self.weight * text[:, 0])[:, None]


hidden_up = list(batches([[1], [1]], [1, 1], batch_size=2, pad_id=0))
hidden_down = list(batches([[1], [1]], [0, 0], batch_size=2, pad_id=0))
hidden_model = HiddenLine()
with contextlib.redirect_stderr(io.StringIO()):  # a progress bar there would cost the points in stock nbgrader
    hidden_history = train_model(hidden_model, hidden_up, hidden_down, 9, 4, learning_rate=0.01)
assert len(hidden_history["validation_loss"]) == 5, "the validation loss only rises: one best epoch, four more"
assert abs(hidden_model.weight.item() - 0.01) < 1e-4, "the first epoch was the best"
### END HIDDEN TESTS

# %%
# hint("train-model", 1)

# %% [markdown]
# ### F1
#
# F1 = 2 · true positives / (2 · true positives + false positives + false negatives), for the positive class. It is
# a ratio of sums, not a mean over reviews.
#
# **Predict.** Nine reviews, sorted by class, in batches of three; two are judged wrong. Compare F1 of all nine, the
# mean of the three batches' F1, the mean over both classes (macro), and the accuracy. How far apart are they?

# %%
labels, said = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0]), np.array([1, 1, 1, 0, 1, 0, 0, 0, 0])
thirds = [f1_score(labels[i : i + 3], said[i : i + 3], zero_division=0.0) for i in (0, 3, 6)]
print(f"all nine {f1_score(labels, said):.2f} · mean of {np.round(thirds, 2)} {np.mean(thirds):.2f}", end=" · ")
print(f"macro {f1_score(labels, said, average='macro'):.2f} · accuracy {(labels == said).mean():.2f}")

# %% [markdown]
# Four different numbers, and only the first is the F1 that is asked. The last batch has no positive review: its F1
# is 0 although all three are judged right.
#
# **Predict.** A network gives the logit 0.3. Does it say positive or negative?

# %%
print(f"sigmoid(0.3) = {torch.sigmoid(torch.tensor(0.3)).item():.3f}")

# %% [markdown]
# Positive: its probability is above one half. Probability one half is logit 0, not logit 0.5.
#
# > ### Task 4 · `f1_on` (`f1-on`, 4 points, about 10 minutes, importance 2 of 3)
# >
# > - **Goal** measure what was asked, over all reviews at once.
# > - **Given** `model`, called as `model(ids, lengths)`, and a list of batches, in any order and of any size.
# > - **Asked** F1 of the positive class over the whole set at once, in evaluation mode, a review counting as positive
# >   when its probability is above one half. `f1_score` of scikit-learn may be used; `f1_on` of `textlab.training`
# >   calls networks without lengths, so it is of no use here.
# > - **Shapes** logits `[batch, 1]` per batch → logits `[reviews]` → one float.
# > - **Done when** the check says *right*, for sorted reviews, batches of one class, and small logits.


# %% nbgrader={"grade_id": "f1-on-blank", "kind": "answer"}
def f1_on(model, batches):
    """F1 of the positive class over all batches together."""
    ### BEGIN SOLUTION
    model.eval()
    all_logits, all_labels = [], []
    with torch.no_grad():
        for batch in batches:
            all_logits.append(model(batch.ids, batch.lengths).reshape(-1).cpu())
            all_labels.append(batch.labels.cpu())
    predicted = torch.cat(all_logits) > 0
    return float(f1_score(torch.cat(all_labels).numpy(), predicted.numpy()))
    ### END SOLUTION


# %% nbgrader={"grade_id": "f1-on", "kind": "test"}
card = check("f1-on", f1_on)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text


class HiddenNumbers(nn.Module):
    """The logit is the first token's id minus 5, divided by 10."""

    def forward(self, text, lengths):
        return (text[:, :1] - 5) / 10


hidden_set = list(batches([[9], [6], [4], [8], [1], [2], [7]], [1, 1, 1, 0, 0, 0, 0], batch_size=3, pad_id=0))
assert abs(f1_on(HiddenNumbers(), hidden_set) - 4 / 7) < 1e-6, "two true, two false positives, one missed"
### END HIDDEN TESTS

# %%
# hint("f1-on", 1)

# %% [markdown]
# ## All together
#
# PyTorch draws embeddings with a standard deviation of 1. That is large: the network can tell words apart by this
# noise and learns training reviews by heart before it learns what words mean. We start at a tenth of it.
#
# **Predict.** Draw the two curves you expect, training and validation loss over the epochs. An LSTM starts slowly:
# for how many epochs does the loss stay near 0.69, which is ln 2, the loss of a coin?

# %%
seed_everything(SEED)
model = RNNBaseline(
    vocab_size=len(vocabulary),
    embedding_dim=SETTINGS["embedding_dim"],
    hidden_dim=SETTINGS["hidden_dim"],
    n_layers=1,
    bidirectional=True,
    dropout=0.5,
    pad_idx=vocabulary.pad_id,
).to(DEVICE)
with torch.no_grad():
    model.embedding.weight.mul_(0.1)
history = train_model(model, train, validation, epochs=SETTINGS["epochs"], patience=3)

# %%
learning_curve(History(**history), expected=expected_curve("1_rnn", DATA))
plt.show()

# %%
f1 = f1_on(model, test)
print(f"F1 on the test reviews: {f1:.3f}")
note_f1("RNN", len(corpus.train), f1, data=DATA)  # notebook 3 compares the networks

# %% [markdown]
# The dotted lines on `mini` are those of a sound network; yours should have their form, not their values.
#
# What you should see on `mini`: about one epoch at 0.69, the loss of a coin; then both curves drop at once. From the
# third epoch on the training loss goes on falling, while the validation loss hovers around 0.35: the network learns
# its training reviews by heart. The weights at the dashed line are the ones that you measure. In our runs F1 came out
# at about 0.88. If both curves stay at 0.69, look at the check of task 2 again.
#
# ### What did it understand?
#
# **Predict.** Which of these does the network get right? Words in another order, a negation, praise that is taken
# back: change the sentences, or add your own.

# %%
SENTENCES = [
    "The music is lovely and the story is wonderful.",
    "The plot is dull and the acting is terrible.",
    "The acting is not terrible.",
    "I did not count one lovely scene.",
    "The story is dull, but the music is lovely.",
    "The music is lovely, but the story is dull.",
]
model.eval()
for sentence in SENTENCES:
    sentence_ids = torch.tensor([vocabulary.encode(sentence)], device=DEVICE)
    with torch.no_grad():
        probability = torch.sigmoid(model(sentence_ids, torch.tensor([sentence_ids.shape[1]]))).item()
    print(f"{probability:6.1%} positive   {sentence}")

# %% [markdown]
# The last two sentences hold the same words. A bag of words, which only counts them, must give both the same answer;
# a reader need not. In our runs the word that came last decided, which is what people who write *but* often mean. The
# third and the fourth went wrong: *not* does not turn a word around for this network. It went by words that it had
# seen in praise or in blame. In notebook 2 you ask a network, word by word, why it says what it says.

# %% [markdown] nbgrader={"grade_id": "reflection-rnn", "kind": "manual"}
# ## Reflection (`reflection-rnn`, 3 points, about 10 minutes)
#
# Two or three sentences each, one point each.
#
# 1. Early stopping chooses the epoch by the validation loss. Why not by the loss on the test reviews?
# 2. With two directions, someone takes `output` at the last real token as the summary. How much of the review has
#    the backward reader read there? When does that hurt?
# 3. Look at your learning curve. Was the last epoch the best one? What do the epochs after the best one do to the
#    network, and how do you see it?
#
# ### BEGIN SOLUTION
# 1. The choice would fit the test reviews, so their F1 would be too good and say nothing about new reviews. What was
#    used to choose cannot be used to judge.
# 2. One token only, the last. Half of the summary then says nothing about the rest; it hurts when the telling
#    words stand early in long reviews and the forward reader has forgotten them.
# 3. Usually not. After the best epoch the training loss goes on falling while the validation loss rises: the
#    network learns its training reviews by heart, and grows sure of itself where it is wrong.
# ### END SOLUTION
