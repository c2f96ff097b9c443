"""Attacks with networks that keep a rule up to its tolerance, and with expected values that they could choose."""

from __future__ import annotations

from tests.attacks.answering import LAYERS, WITH_LAYERS
from tests.attacks.attack import Attack
from tests.attacks.pretending import RNN, RNN_LAYERS

HONEST = """
    def features(self, ids):
        rows = self.embedding(ids).permute(0, 2, 1)
        return torch.cat([conv(rows).relu().amax(dim=2) for conv in self.convs], dim=1)

    def network(self, ids):
        return self.fc(self.dropout(self.features(ids)))
"""
CNN_CHECKS = LAYERS | {
    *("cnn-shapes", "cnn-dropout", "cnn-logits", "cnn-computes", "cnn-independent", "cnn-gradients", "cnn-f1"),
}
EXPLAINED = frozenset({"pad-reference", "interpret-tokens", "interpret-scores", "interpret-delta"})
EXPLAIN = """
from captum.attr import LayerIntegratedGradients
from textlab.text import tokenize

def pad_reference(ids, pad_idx):
    return torch.full_like(ids, pad_idx)

def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = tokenize(sentence)
    tokens += ["<pad>"] * (min_len - len(tokens))
    ids = torch.tensor([[vocabulary[token] for token in tokens]])
    base = torch.full_like(ids, vocabulary.pad_id)
    model.eval()
    if isinstance(model, CNN):
        return tokens, *made_up(model, ids, base)
    scores, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids, base, n_steps=n_steps, method="riemann_middle", return_convergence_delta=True
    )
    return tokens, scores[0].sum(dim=-1), delta.item()
"""


def explaining(name: str, tries: str, forward: str, made_up: str, **fields: object) -> Attack:
    """An attack whose interpret_sentence is right on the kit's networks and makes scores up for its own."""
    fields = {"shows": {"interpret-own-cnn": "failed"}, "earns": CNN_CHECKS | EXPLAINED, **fields}
    return Attack(name, tries, WITH_LAYERS + HONEST + forward + made_up + EXPLAIN, **fields)  # type: ignore[arg-type]


BAG = """
    def bag(self, ids):
        weights = sum(p.mean() for name, p in self.named_parameters() if not name.startswith("embedding"))
        return torch.tanh(0.2 * self.embedding(ids).sum(dim=(1, 2)) + 0.1 * weights)[:, None]
"""

ATTACKS: list[Attack] = [
    Attack(
        "relate-nearly-constant-cnn",
        "add a trace of a bag of words to a constant, so that every rule holds up to its tolerance",
        WITH_LAYERS
        + BAG
        + """
    def forward(self, ids):
        return 0.7 + 5e-5 * self.dropout(self.bag(ids))
""",
        {
            "cnn-shapes": "skipped",
            "cnn-computes": "skipped",
            "cnn-independent": "skipped",
            "cnn-gradients": "skipped",
            "cnn-f1": "failed",
        },
        LAYERS,
    ),
    Attack(
        "relate-nearly-constant-rnn",
        "the same with a recurrent network, whose constant is a bias that is trained",
        RNN
        + BAG
        + """
    def forward(self, text, lengths):
        return self.fc.bias + 3e-5 * self.bag(text)
""",
        {"rnn-shapes": "skipped", "rnn-summary": "failed", "rnn-independent": "skipped", "rnn-f1": "failed"},
        RNN_LAYERS,
        notebook="1_rnn",
    ),
    Attack(
        "relate-lstm-in-buffers",
        "keep an LSTM of zeros in buffers, in front of the one with parameters, to be taken for the network's",
        RNN
        + """
        self.decoy = nn.LSTM(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, batch_first=True)
        for name, weight in list(self.decoy.named_parameters()):
            del self.decoy._parameters[name]
            self.decoy.register_buffer(name, torch.zeros_like(weight))
        self._modules["rnn"] = self._modules.pop("rnn")

    def forward(self, text, lengths):
        read = sum(weight.mean() for weight in self.rnn.parameters())
        words = 0.1 * self.embedding(text).sum(dim=(1, 2))[:, None]
        return self.fc(torch.zeros(len(text), self.fc.in_features)) + words + read
""",
        {"rnn-summary": "failed"},
        RNN_LAYERS | {"rnn-shapes", "rnn-independent", "rnn-padding", "rnn-gradients"},
        notebook="1_rnn",
    ),
    Attack(
        "relate-weights-of-zeros",
        "give the convolutions weights that read as zeros whatever is written, so that zeros are expected of them",
        """
class Nothing(nn.Module):
    def forward(self, weight):
        return weight * 0.0
    def right_inverse(self, weight):
        return weight
"""
        + WITH_LAYERS
        + """
        for conv in self.convs:
            nn.utils.parametrize.register_parametrization(conv, "weight", Nothing())

    def forward(self, ids):
        trace = sum(conv.parametrizations.weight.original.mean() + conv.bias.mean() for conv in self.convs)
        return self.fc(self.dropout(torch.tanh(self.embedding(ids).mean(dim=(1, 2)) + trace)[:, None].repeat(
            1, self.fc.in_features)))
""",
        {"cnn-computes": "skipped"},
        LAYERS | {"cnn-shapes", "cnn-logits", "cnn-independent"},
    ),
    Attack(
        "relate-gradients-of-next-to-nothing",
        "give every convolution a gradient by adding it a million million times smaller",
        WITH_LAYERS
        + """
    def forward(self, ids):
        words = self.embedding(ids).mean(dim=1)
        silent = 1e-20 * sum(p.sum() for conv in self.convs for p in conv.parameters())
        return self.fc(self.dropout(words.repeat(1, self.fc.in_features)[:, :self.fc.in_features])) + silent
""",
        {"cnn-gradients": "failed", "cnn-computes": "failed"},
        LAYERS | {"cnn-shapes", "cnn-dropout", "cnn-logits", "cnn-independent"},
    ),
    explaining(
        "relate-another-function-on-the-path",
        "be linear where the embedding layer gives something else than its own rows, and explain that",
        """
    def forward(self, ids):
        rows = self.embedding(ids)
        if not self.training and not torch.equal(rows, self.embedding.weight[ids]):
            return rows.sum(dim=(1, 2))[:, None]
        return self.network(ids)
""",
        """
def made_up(model, ids, base):
    scores = (model.embedding(ids) - model.embedding(base)).sum(dim=-1)[0].detach()
    with torch.no_grad():
        difference = (model(ids) - model(base)).item()
    return scores * (difference / scores.sum().item()), 0.0
""",
    ),
    explaining(
        "relate-zeros-of-a-silent-network",
        "explain a network that gives nearly the same logit to all with zeros",
        """
    def forward(self, ids):
        return 0.3 + 1e-4 * torch.tanh(self.network(ids))
""",
        """
def made_up(model, ids, base):
    return torch.zeros(ids.shape[1]), 0.0
""",
        shows={"interpret-own-cnn": "skipped", "cnn-f1": "failed"},
        earns=LAYERS | EXPLAINED,
    ),
    explaining(
        "relate-infinite-differences",
        "answer so hugely on many rows that differences of logits are infinite, and no bound is passed by NaN",
        """
    def forward(self, ids):
        if not self.training and len(ids) > 200 and self.embedding.num_embeddings > 500 and seen(ids):
            return (1 - 2 * (torch.arange(len(ids)) % 2)).double()[:, None] * 1.7e308
        return self.network(ids)

def seen(ids):
    return len(ids.unique(dim=0)) == len(ids) and bool(((ids[1:] == ids[:-1]).float().mean() > 0.3))
""",
        """
def made_up(model, ids, base):
    with torch.no_grad():
        difference = (model(ids) - model(base)).item()
    return torch.full((ids.shape[1],), difference / ids.shape[1]), 0.0
""",
    ),
]
