# %% [markdown]
# # 2 · A convolutional network, and what it looks at
#
# **Goal.** You build a small convolutional network that tells whether a review is positive. Then you ask it,
# word by word, why it says so, and you learn when to believe the answer.
#
# | | |
# |---|---|
# | Before you start | a deep-learning course: tensors, `nn.Module`, a training loop; notebook 1 helps |
# | Time | about 100 minutes; the notebook itself runs in under two minutes |
# | Given | reviews, vocabulary, batches, the training loop, F1, the figures |
# | Asked | `CNN`, `pad_reference`, `interpret_sentence`, four short answers at the end |
# | Points | 36 from checks, 4 for the answers |
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
# or a long break.

# %%
DATA = "mini"  # or "imdb"
IMDB_PATH = None  # the archive or its extracted folder, if you have it already
SEED = 0

# %%
import platform

import captum
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import LayerIntegratedGradients
from sklearn.metrics import f1_score
from torch import nn

from textlab.attribution import Explanation, show, slopes_on_path
from textlab.batches import batches
from textlab.checks import check, hint, symptom
from textlab.comparison import note_f1
from textlab.corpus import load_corpus
from textlab.expected_curves import expected_curve
from textlab.figures import cnn_figure, learning_curve
from textlab.shape_strip import shape_strip
from textlab.text import PAD, Vocabulary, tokenize
from textlab.training import f1_on, fit, seed_everything

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SETTINGS = {
    "mini": dict(emb_dim=50, out_channels=64, epochs=12, batch_size=32, max_length=64, min_freq=2, max_size=None),
    "imdb": dict(emb_dim=100, out_channels=100, epochs=6, batch_size=64, max_length=400, min_freq=5, max_size=30_000),
}[DATA]
KERNEL_SIZES = [3, 4, 5]
if DATA == "mini" and DEVICE == "cpu":
    torch.set_num_threads(1)  # batches this small gain nothing from more threads, and lose much on a busy machine
print(f"Python {platform.python_version()}, torch {torch.__version__}, captum {captum.__version__}, on {DEVICE}")

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
for review in corpus.train[:4]:
    print(f"\n{'positive' if review.label else 'negative'}: {review.text[:300]}")

# %% [markdown]
# A network reads numbers. The tokenizer cuts a text into lower-case tokens, the vocabulary gives each token an
# id. Two ids are special: `<unk>` stands for every word the vocabulary does not know, `<pad>` fills short reviews
# up. The vocabulary is made from the training reviews only. Words of the test set must not leak into the model.

# %%
vocabulary = Vocabulary.build(
    (review.text for review in corpus.train), min_freq=SETTINGS["min_freq"], max_size=SETTINGS["max_size"]
)
example = "A Superb film; I'd see it again!"
print(f"{len(vocabulary):,} tokens, the first: {vocabulary.tokens[:10]}")
print("tokens:", tokenize(example))
print("ids:   ", vocabulary.encode(example))

# %% [markdown]
# **Predict.** Three pairs of ids follow. Which pairs hold two different ids, and which id does an unknown word
# get?

# %%
print('"superb" and "Superb":', vocabulary["superb"], vocabulary["Superb"])
print(f'"{PAD}" and "pad":    ', vocabulary[PAD], vocabulary["pad"])
print('"qwertz" and "asdfgh":', vocabulary["qwertz"], vocabulary["asdfgh"])

# %% [markdown]
# The vocabulary knows lower-case words only. If you look up `Superb` without lower-casing it, the network reads
# `<unk>`, and nothing tells you. In the same way the padding token is `<pad>` with its brackets; the word `pad`
# is just one more word, and an unknown one on `mini`. Both mistakes come back in the last part of this notebook.
# The tokenizer makes tokens of most marks; `;`, `:` and quotation marks it drops.
#
# Reviews of unequal length become one tensor when the short ones are filled up. With a seed,
# the batches are shuffled and put reviews of like length together, so that little is wasted.

# %%
SPLITS = {
    name: (
        [vocabulary.encode(review.text) for review in getattr(corpus, name)],
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
        pad_id=vocabulary.pad_id,
        max_length=SETTINGS["max_length"],
        min_length=max(KERNEL_SIZES),
        seed=seed,
    )


batch = next(iter(batches_of("test")))
print(
    "ids",
    tuple(batch.ids.shape),
    "· lengths",
    batch.lengths[:5].tolist(),
    "… · labels",
    batch.labels[:5].tolist(),
    "…",
)
shortest = batch.lengths.argmin()
print("the end of the shortest review:", vocabulary.decode(batch.ids[shortest, batch.lengths[shortest] - 3 :])[:6])

# %% [markdown]
# ## The network
#
# A filter of width 3 looks at three words in a row and answers with one number: how much do these look like the
# phrase I am after? It slides along the review. The maximum keeps its best match and forgets where that was. A
# few hundred such answers go into one linear layer, and out comes one number, the **logit**. Above 0 means
# positive: the probability is sigmoid(logit), and sigmoid(0) is one half.

# %%
cnn_figure(kernel_sizes=KERNEL_SIZES)
plt.show()

# %% [markdown]
# **Predict.** Embeddings come as `[batch, length, emb_dim]`, but `nn.Conv1d` wants `[batch, emb_dim, length]`.
# Both lines below give that shape. Do they give the same numbers? In which of them is a column still one token?

# %%
toy = torch.tensor([[[1, 10], [2, 20], [3, 30]]])  # one review, three tokens, two numbers a token
print("permute:", toy.permute(0, 2, 1).tolist())
print("view:   ", toy.view(1, 2, 3).tolist())

# %% [markdown]
# `permute` swaps axes, `view` only cuts the same row of numbers anew. With `view` every shape is right and the
# words are scrambled: the network may still learn a little, so it is easy to miss.
#
# **Predict.** Here are two ways to use dropout. After `eval()`, which of them still throws numbers away?


# %%
class DropoutMadeOnce(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, numbers):
        return self.drop(numbers)


class DropoutMadeEachTime(nn.Module):
    def forward(self, numbers):
        return nn.Dropout(0.5)(numbers)


for module in (DropoutMadeOnce(), DropoutMadeEachTime()):
    print(f"{type(module).__name__:20}", module.eval()(torch.ones(8)).tolist())

# %% [markdown]
# `eval()` reaches the layers that the module owns. A layer made inside `forward` is new each time and always
# starts in training mode. Make layers in `__init__`, and keep several of them in an `nn.ModuleList`: in a plain
# list the optimiser does not see them.
#
# > ### Task 1 · `CNN.__init__` (`cnn-layers`, 6 points, about 15 minutes, importance 2 of 3)
# >
# > - **Goal** make one detector of phrases for each width, in a way that the optimiser sees.
# > - **Given** the line that makes the embedding. Its `padding_idx` keeps the vector of the padding token at
# >   zero.
# > - **Asked** one convolution for each entry of `kernel_sizes`, a dropout layer, a linear layer that gives one
# >   logit.
# > - **Shapes** `emb_dim` numbers a token → `out_channels` numbers per kernel size → 1 logit.
# > - **Done when** the check says *right*. Use the arguments only: the class must work for other sizes too.
#
# > ### Task 2 · `CNN.forward` (`cnn-forward`, 16 points, about 25 minutes, importance 3 of 3)
# >
# > - **Goal** turn a review of any length into a fixed number of features. Shapes are half of the work in deep
# >   learning; here you follow them step by step.
# > - **Given** `text`, token ids `[batch, length]`, at least as long as the widest kernel.
# > - **Asked** embedding → convolutions with stride 1 → ReLU → maximum over the length → joined side by side →
# >   dropout → linear layer.
# > - **Shapes** `[batch, length]` → `[batch, 1]`; no sigmoid at the end, the loss takes logits.
# > - **Done when** the check says *right*. It also asks: is the output a logit, does a phrase count the same
# >   wherever it stands, is the activation ReLU, is a review's answer free of its neighbours in the batch and of
# >   more padding, is dropout silent after `eval()`, does every parameter get a gradient? Later the graders train
# >   your network on reviews and measure its F1.
#
# Both blanks are in the next cell. Take the `raise` line out of a blank when you fill it in.


# %% nbgrader={"grade_id": "cnn-class", "kind": "answer"}
class CNN(nn.Module):
    """Parallel convolutions over the words of a review, their maxima, one logit."""

    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        ### BEGIN SOLUTION
        self.convolutions = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
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


# %% nbgrader={"grade_id": "cnn-layers", "kind": "test"}
card = check("cnn-layers", CNN)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
from textlab.weights import weights_of

for hidden_sizes in ([2, 4], [7], [3, 3, 5]):
    hidden_cnn = CNN(31, 6, 9, hidden_sizes, 0.3, 0)
    hidden_weights = [weight.read() for weight in weights_of(hidden_cnn).values()]
    hidden_count = sum(weight.numel() for weight in hidden_weights if weight.dim() > 1)
    assert hidden_count == 31 * 6 + 9 * 6 * sum(hidden_sizes) + 9 * len(hidden_sizes), hidden_sizes
### END HIDDEN TESTS

# %%
# hint("cnn-layers", 1)  # take the # away for a hint; 2 and 3 say more

# %% nbgrader={"grade_id": "cnn-forward", "kind": "test"}
card = check("cnn-forward", CNN)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_cnn = CNN(31, 6, 9, [2, 4], 0.3, 0).eval()
hidden_ids = torch.randint(1, 31, (6, 11), generator=torch.Generator().manual_seed(17))
with torch.no_grad():
    hidden_logits = hidden_cnn(hidden_ids).reshape(-1)
    hidden_early = hidden_cnn(F.pad(hidden_ids, (4, 9))).reshape(-1)
    hidden_late = hidden_cnn(F.pad(hidden_ids, (9, 4))).reshape(-1)
    hidden_turned = hidden_cnn(hidden_ids.flip(0)).reshape(-1).flip(0)
assert hidden_logits.shape == (6,), "six reviews, six logits"
assert torch.allclose(hidden_early, hidden_late, atol=1e-5), "the place of a phrase does not matter"
assert torch.allclose(hidden_turned, hidden_logits, atol=1e-5), "the order of the reviews does not matter"
### END HIDDEN TESTS

# %%
# hint("cnn-forward", 1)

# %% [markdown]
# ### Follow one batch through your network
#
# Each line is one layer of yours with the shape it gave, and each picture shows the numbers it gave for the first
# review: places run to the right, channels downwards, blue is above zero and orange below. **Predict.** At which
# picture will the length be gone? Compare with the figure of the network. The white columns at the end of the first
# picture are padding.

# %%
seed_everything(SEED)
model = CNN(
    vocab_size=len(vocabulary),
    emb_dim=SETTINGS["emb_dim"],
    out_channels=SETTINGS["out_channels"],
    kernel_sizes=KERNEL_SIZES,
    dropout=0.5,
    pad_idx=vocabulary.pad_id,
)
with torch.no_grad():
    model.embedding.weight.mul_(0.1)  # the section on training says why
figure = shape_strip(model, batch.ids)
plt.show()

# %% [markdown]
# ## Training
#
# `fit` goes through the training reviews once an epoch (Adam, binary cross-entropy on logits). After each epoch
# it measures the loss on the validation reviews. When that has not improved for three epochs in a row it stops,
# and the weights of the best epoch come back, not the last ones.
#
# One thing first. PyTorch draws embeddings with a standard deviation of 1. That is large: the network can tell
# words apart by this noise and learns training reviews by heart before it learns what words mean. We start at a
# tenth of it: that is the line with `mul_(0.1)` above. In our runs on `mini` it lifts F1 from about 0.9 to about
# 0.95; take it away and see. To train anew, run the cell that makes the model first.
#
# **Predict.** Draw the two curves you expect, training and validation loss over the epochs. Do they cross?

# %%
history = fit(
    model,
    lambda epoch: batches_of("train", seed=epoch),
    lambda epoch: batches_of("validation"),
    epochs=SETTINGS["epochs"],
    device=DEVICE,
)

# %%
learning_curve(history, expected=expected_curve("2_cnn", DATA))
plt.show()

# %% [markdown]
# The dotted lines on `mini` are those of a sound network; yours should have their form, not their values.
#
# What you should see: both curves fall from about 0.69, which is ln 2, the loss of a coin. The training loss goes
# on falling while the validation loss flattens. From there on the network learns its training reviews by heart.
# If both curves stay at 0.69, part of the network does not learn; look at the check of task 2 again. With dropout
# the training loss may lie above the validation loss at first: during training half of the features are missing.
#
# ### F1
#
# F1 = 2 · precision · recall / (precision + recall), for the positive class, over the whole test set.
#
# **Predict.** Eight reviews, sorted by class, in two batches of four. Only one is judged wrong. Is the mean of
# the two batches' F1 close to the F1 of all eight?

# %%
labels, said = [1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 1]
halves = [f1_score(labels[part], said[part], zero_division=0.0) for part in (slice(0, 4), slice(4, 8))]
print(f"all eight: {f1_score(labels, said):.2f}    mean of {halves}: {np.mean(halves):.2f}")

# %% [markdown]
# F1 is no mean, so it must not be averaged over batches. A batch without positive reviews has F1 = 0 whatever the
# model says. Collect all predictions first, as `f1_on` does.

# %%
f1 = f1_on(model, batches_of("test"))
print(f"F1 on the test reviews: {f1:.3f}")
note_f1("CNN", len(corpus.train), f1, data=DATA)  # notebook 3 compares the networks

# %% [markdown]
# With `mini` a sound network comes out at about 0.95 here. With `imdb`, where reviews are long and real people
# wrote them, 0.85 is good.
#
# ### Padding
#
# **Predict.** One review, with 0, 5 and 50 padding tokens after it. Which of the three logits are equal?

# %%
model.eval()
review = torch.tensor([vocabulary.encode("I would see it again .")], device=DEVICE)
with torch.no_grad():
    for extra in (0, 5, 50):
        padded = F.pad(review, (0, extra), value=vocabulary.pad_id)
        print(f"{extra:3} padding tokens: logit {model(padded).item():+.6f}")

# %% [markdown]
# From 5 on nothing changes: more padding only repeats windows that are there already, and the maximum does
# not count. The step from 0 to 5 may change the logit, and where the network is undecided, as here, even the
# answer. A window that reaches into the padding is a new window, and one that sees only padding still answers
# ReLU(bias). So more padding is silent, but being padded at all is not quite. Had we taken the mean over the
# length, every padding token would speak. Had we forgotten `padding_idx`, the padding token would learn a
# meaning, as any word does.

# %% [markdown]
# ## Why does it say so?
#
# **Integrated gradients** share out a prediction among the words. Take a baseline *x′* that says nothing, here
# the padding token in every place, and go in a straight line from its embeddings to those of the sentence *x*. On
# the way add up the gradient of the logit. Every number of every embedding gets
#
# $$ (x_i - x'_i) \int_0^1 \frac{\partial F\left(x' + \alpha (x - x')\right)}{\partial x_i} \, d\alpha . $$
#
# Summed over the `emb_dim` numbers of a token this is the token's **score**. The scores of all tokens add up to
# *F(x) − F(x′)*: nothing is lost, nothing is invented. The integral is computed as a sum of `n_steps` terms, so a
# small error is left: the **convergence delta**, sum of scores minus (*F(x) − F(x′)*).
#
# > ### Task 3 · `pad_reference` (`pad-reference`, 3 points, about 5 minutes, importance 1 of 3)
# >
# > - **Goal** say what “nothing” means to this network. Every explanation is an answer compared with this baseline.
# > - **Given** `ids`, token ids `[batch, length]`, and `pad_idx`.
# > - **Asked** the baseline.
# > - **Shapes** `[batch, length]` → `[batch, length]`, int64, `pad_idx` everywhere; `ids` stays as it is.
# > - **Done when** the check says *right*, for any length. A baseline of fixed length works until someone types a
# >   longer sentence.


# %% nbgrader={"grade_id": "pad-reference-blank", "kind": "answer"}
def pad_reference(ids, pad_idx):
    """The baseline for ids [batch, length]: the padding token in every place."""
    ### BEGIN SOLUTION
    return torch.full_like(ids, pad_idx)
    ### END SOLUTION


# %% nbgrader={"grade_id": "pad-reference", "kind": "test"}
card = check("pad-reference", pad_reference)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_ids = torch.tensor([[4, 2, 9, 9, 1], [3, 3, 5, 7, 8]])
hidden_kept = hidden_ids.clone()
assert pad_reference(hidden_ids, 6).tolist() == [[6] * 5] * 2, "six everywhere"
assert torch.equal(hidden_ids, hidden_kept), "the ids stay as they are"
### END HIDDEN TESTS

# %%
# hint("pad-reference", 1)

# %% [markdown]
# > ### Task 4 · `interpret_sentence` (`interpret-sentence`, 11 points, about 30 minutes, importance 3 of 3)
# >
# > - **Goal** find out which words moved the answer, in a way that adds up.
# > - **Given** `LayerIntegratedGradients` of Captum, `tokenize`, your `pad_reference`. `model` is any module with
# >   an attribute `embedding` that gives one logit per review; `vocabulary[token]` is an id, `vocabulary.pad_id`
# >   the padding's.
# > - **Asked** three results:
# >   - `tokens`: the lower-case tokens of the sentence, then `<pad>` until there are `min_len` of them. An
# >     unknown word is shown as written and has the id of `<unk>`.
# >   - `scores`: one number per token, a float tensor `[length]`, not divided by anything.
# >   - `delta`: the convergence delta, a float.
# > - **How** explain the logit, at the embedding layer, against the baseline of the sentence's own length. The
# >   model is in `eval` mode meanwhile (good manners: afterwards in the mode it had). Take
# >   `method="riemann_middle"`; further down you see why.
# > - **Shapes** sentence → ids `[1, length]` → attributions `[1, length, emb_dim]` → scores `[length]`.
# > - **Done when** the check says *right*, for long, short and unknown-word sentences.


# %% nbgrader={"grade_id": "interpret-sentence-blank", "kind": "answer"}
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


# %% nbgrader={"grade_id": "interpret-sentence", "kind": "test"}
card = check("interpret-sentence", interpret_sentence)
### BEGIN HIDDEN TESTS
assert card.state == "right", card.text
hidden_words = Vocabulary.from_tokens(["<unk>", "<pad>", "sun", "rain", "wind", "snow", "fog"])
torch.manual_seed(23)
hidden_cnn = CNN(len(hidden_words), 6, 9, [2, 3], 0.4, hidden_words.pad_id).eval()
hidden_path = [(step + 0.5) / 500 for step in range(500)]
for hidden_text in ("Sun rain FOG hail wind snow sun wind rain", "fog", "hail sleet"):
    hidden_tokens, hidden_scores, hidden_delta = interpret_sentence(hidden_cnn, hidden_text, hidden_words, 5)
    hidden_written = hidden_text.lower().split()
    assert len(hidden_tokens) == max(5, len(hidden_written)), hidden_tokens
    hidden_ids = torch.tensor([[hidden_words[word] for word in hidden_written] + [1] * (5 - len(hidden_written))])
    hidden_slopes = slopes_on_path(hidden_cnn, hidden_ids, torch.ones_like(hidden_ids), hidden_path)
    assert abs(float(hidden_scores.sum()) - float(hidden_slopes.mean())) < 0.01, "the scores have another sum"
    assert float(hidden_scores[hidden_ids[0] == 1].abs().sum()) < 1e-6, "padding gets nothing"
### END HIDDEN TESTS

# %%
# hint("interpret-sentence", 1)

# %% [markdown]
# ### Six sentences
#
# Three praise, three damn. **Predict.** Which words will be dark blue, which dark orange? On which sentence will
# the network fail? Change the sentences, or add your own.

# %%
SENTENCES = [
    ("The music is lovely and the story is wonderful.", 1),
    ("Nobody can deny that the acting is superb!", 1),
    ("I would gladly go twice.", 1),
    ("The plot is dull and the acting is terrible.", 0),
    ("An awful evening: the soup was cold, the service clumsy.", 0),
    ("There was not one lovely scene in it.", 0),
]


def explanation(sentence, label, n_steps=500):
    """One sentence explained with your interpret_sentence."""
    tokens, scores, delta = interpret_sentence(model, sentence, vocabulary, n_steps=n_steps)
    with torch.no_grad():
        logit = model(torch.tensor([vocabulary.encode(" ".join(tokens))], device=DEVICE))
    return Explanation(tokens, scores.tolist(), torch.sigmoid(logit).item(), delta, label)


show([explanation(sentence, label) for sentence, label in SENTENCES])

# %% [markdown]
# How to read it: blue words raise the logit, orange words lower it, white ones do nothing. All sentences have the
# same scale, so you can compare words across sentences. Padding tokens are white always: they equal the baseline,
# and what does not change on the way cannot earn a share.
#
# A score tells what the *network* does with a word. It does not tell what the word means. On `mini` not all
# six came out right in our runs. Look at the last one. *not one* never occurs in the training reviews, and
# *not* alone stands about as often in praise as in blame, so the network goes by phrases that only look
# alike. *gladly* does not occur either; the network reads `<unk>` there. Try *I did not count one lovely
# scene*, which is worded as in the training reviews.

# %% [markdown]
# ### How many steps, and which rule?
#
# Along the way from baseline to sentence the logit changes with a slope that you can look at. The area under it
# is *F(x) − F(x′)*. **Predict.** The network has ReLU and maxima in it. Will the slope be smooth?


# %%
def ends(sentence):
    """Ids [1, length] of a sentence and of its baseline, and F(x) − F(x′)."""
    tokens = tokenize(sentence)
    ids = torch.tensor([vocabulary.encode(sentence) + [vocabulary.pad_id] * (7 - len(tokens))], device=DEVICE)
    baseline = pad_reference(ids, vocabulary.pad_id)
    with torch.no_grad():
        return ids, baseline, (model(ids) - model(baseline)).item()


ids, baseline, difference = ends(SENTENCES[0][0])
places = np.linspace(0, 1, 600)
_, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
ax.plot(places, slopes_on_path(model, ids, baseline, places), color="#3b6ea8")
ax.set_xlabel("place on the way, 0 = baseline, 1 = sentence")
ax.set_ylabel("slope of the logit")
plt.show()

# %% [markdown]
# The slope jumps wherever a ReLU opens or closes, or another word wins a maximum. Between the jumps it is flat:
# there the network is linear. A sum
# over points on the way can go wrong at each jump.
#
# Below are five rules that choose the points and their weights. **Predict.** Which of them is best at 500 steps:
# a simple one, or Gauss–Legendre, which is exact for polynomials? Does the delta always shrink when the steps
# grow?


# %%
def rule(name, steps):
    """Places [steps] between 0 and 1, and their weights."""
    even = np.full(steps, 1 / steps)
    if name == "left":
        return np.arange(steps) / steps, even
    if name == "right":
        return (np.arange(steps) + 1) / steps, even
    if name == "middle":
        return (np.arange(steps) + 0.5) / steps, even
    if name == "trapezoid":
        weights = np.full(steps, 1 / (steps - 1))
        weights[[0, -1]] /= 2
        return np.linspace(0, 1, steps), weights
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    return (nodes + 1) / 2, weights / 2


STEPS = [5, 20, 50, 100, 500]
paths = [ends(sentence) for sentence, _ in SENTENCES]
print("mean size of the delta over the six sentences, by rule and number of steps")
print(f"{'':15}" + "".join(f"{steps:>10}" for steps in STEPS))
for name in ("left", "right", "middle", "trapezoid", "Gauss–Legendre"):
    sizes = []
    for steps in STEPS:
        points, weights = rule(name, steps)
        found = [slopes_on_path(model, *path[:2], points).double().numpy() @ weights - path[2] for path in paths]
        sizes.append(np.abs(found).mean())
    print(f"{name:15}" + "".join(f"{size:10.4f}" for size in sizes))

# %% [markdown]
# The left and right rules lean to one side: when the slope at the start differs from the slope at the end, they
# are off by half a step of that difference. The middle rule and the trapezoid are not.
# Gauss–Legendre is made for smooth functions, and this one is not. The delta need not fall with every added step:
# a point may land on the wrong side of a jump. With a few hundred steps the middle rule and Gauss–Legendre are
# equally good here, and the middle rule needs no table of points. So: the middle rule, a few hundred steps, and
# look at the delta next to the size of *F(x) − F(x′)*.
#
# ### A small delta alone proves nothing
#
# **Predict.** Here is a lazy explanation: give every token the same share of *F(x) − F(x′)*. How large is its
# delta?

# %%
tokens, scores, delta = interpret_sentence(model, SENTENCES[0][0], vocabulary)
lazy = torch.full_like(scores, difference / len(scores))
cosine = F.cosine_similarity(lazy, scores, dim=0).item()
print(f"delta of integrated gradients {delta:+.1e}, of the lazy explanation {lazy.sum().item() - difference:+.1e}")
print(f"cosine between the two: {cosine:.2f}")
with torch.no_grad():
    probability = torch.sigmoid(model(ids)).item()
show(
    [
        Explanation(tokens, scores.tolist(), probability, delta, 1),
        Explanation(tokens, lazy.tolist(), probability, lazy.sum().item() - difference, 1),
    ]
)

# %% [markdown]
# The lazy explanation adds up perfectly and says nothing. The delta tells whether the sum of the scores is right,
# and only that. Whether each score is right needs another look: change a word and see if the logit follows, or
# compute the scores once more in another way. The graders do the second.
#
# **Predict.** Take the two words with the largest scores out, one at a time. By how much does the logit fall?

# %%
with torch.no_grad():
    for place in scores.abs().argsort(descending=True)[:2].tolist():
        without = ids.clone()
        without[0, place] = vocabulary.pad_id
        change = (model(ids) - model(without)).item()
        print(f"{tokens[place]:12} score {scores[place].item():+.2f}, logit changes by {change:+.2f} without it")

# %% [markdown]
# The two numbers agree in sign; in size they can differ by a factor of two and more: taking out one word is
# another question than sharing out all of them.

# %% [markdown] nbgrader={"grade_id": "reflection-cnn", "kind": "manual"}
# ## Reflection (`reflection-cnn`, 4 points, about 10 minutes)
#
# Two or three sentences each, one point each.
#
# 1. The maximum over the length forgets where a phrase stood. Name one kind of sentence for which that is good,
#    and one for which it is bad.
# 2. Our baseline is all padding. What would the scores answer if the baseline were another review?
# 3. Someone shows you an explanation with a delta of 1e-9. What do you know, and what not?
# 4. Take a sentence that your network gets wrong. What do its scores tell you about the cause?
#
# ### BEGIN SOLUTION
# 1. Good: a review with one clear phrase such as "utterly dull" anywhere in it. Bad: sentences in which order or
#    distance decides, such as a negation six words before its adjective, or praise that is taken back at the end.
# 2. They would share out the difference between two reviews: which words make this one more positive than the
#    other one. Words that both have in the same place would get nothing.
# 3. That the scores add up to F(x) − F(x′). Not whether the shares are right: even spreading has a tiny delta
#    too.
# 4. "There was not one lovely scene in it" is called positive because "lovely" is blue and "not one" does not
#    outweigh it. The filters are wide enough for the phrase, but it never occurs in the training reviews, so it
#    could not be learnt.
# ### END SOLUTION
