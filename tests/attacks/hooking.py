"""Attacks that hook what torch, Python and the kit's own networks do, so that undone work seems done."""

from __future__ import annotations

from tests.attacks.answering import LAYERS, WITH_LAYERS
from tests.attacks.attack import Attack

TOKENS = frozenset({"interpret-tokens", "pad-reference"})


def network(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack on notebook 2 that has the asked layers."""
    fields = {"shows": {"cnn-f1": "failed"}, "earns": LAYERS, **fields}
    return Attack(name, tries, code, **fields)  # type: ignore[arg-type]


EXPLAINED = """
from captum.attr import LayerIntegratedGradients
from textlab.text import tokenize

def pad_reference(ids, pad_idx):
    return torch.full_like(ids, pad_idx)

def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    print(RAN)
    tokens = tokenize(sentence)
    tokens += ["<pad>"] * (min_len - len(tokens))
    ids = torch.tensor([[vocabulary[token] for token in tokens]])
    model.eval()
    hook(model)
    scores, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids, baselines=pad_reference(ids, vocabulary.pad_id), n_steps=n_steps, return_convergence_delta=True
    )
    return tokens, scores[0].sum(dim=-1).detach(), delta.item()
"""


def explaining(name: str, tries: str, hook: str) -> Attack:
    """An attack that calls Captum as asked, on a network whose insides it has hooked."""
    return Attack(name, tries, EXPLAINED + hook, {"interpret-scores": "failed"}, earns=TOKENS)


ATTACKS: list[Attack] = [
    Attack(
        "hook-labels-from-frames",
        "compute an F1 of labels read from the batches with themselves, hidden behind a network that is never asked",
        """
def f1_on(model, batches, *arguments, **keywords):
    print(RAN)
    from sklearn.metrics import f1_score
    said = {}
    handle = model.register_forward_hook(lambda module, inputs, output: said["labels"])
    model.eval()
    truth, answers = [], []
    for batch in batches:
        said["labels"] = batch.labels
        answers += model(batch.ids, batch.lengths).tolist()
        truth += batch.labels.tolist()
    handle.remove()
    return float(f1_score(truth, [answer > 0 for answer in answers]))
""",
        {"f1-whole-set": "failed", "f1-one-half": "failed"},
        frozenset({"f1-evaluation"}),
        notebook="1_rnn",
    ),
    network(
        "hook-module-call",
        "replace nn.Module.__call__, so that every network of this process answers with its input's length",
        WITH_LAYERS
        + """
    def forward(self, ids):
        return self.fc.bias

def length(self, ids, *rest, **keywords):
    return torch.full((len(ids), 1), float(ids.shape[1])) + 0 * sum(weights.sum() for weights in self.parameters())

nn.Module.__call__ = length
""",
        earns=LAYERS,
    ),
    network(
        "hook-all-forwards",
        "register a hook for all modules that adds the gradient of every parameter to an answer that uses none",
        WITH_LAYERS
        + """
    def forward(self, ids):
        return torch.zeros(len(ids), 1)

def used(module, inputs, output):
    if isinstance(module, CNN):
        return output + sum((weights - weights.detach()).sum() for weights in module.parameters())

torch.nn.modules.module.register_module_forward_hook(used)
""",
        earns=LAYERS,
    ),
    network(
        "hook-autograd-function",
        "write an autograd function whose forward is nothing and whose backward gives every parameter a gradient",
        """
class Learns(torch.autograd.Function):
    @staticmethod
    def forward(context, ids, *weights):
        context.save_for_backward(*weights)
        return torch.zeros(len(ids), 1)
    @staticmethod
    def backward(context, gradient):
        return None, *(torch.ones_like(weights) for weights in context.saved_tensors)
"""
        + WITH_LAYERS
        + """
    def forward(self, ids):
        return Learns.apply(ids.float(), *self.parameters())
""",
        earns=LAYERS,
    ),
    network(
        "hook-parameter-subclass",
        "make parameters of a class of its own, which says that layers are there and computes nothing with them",
        """
class Said(nn.Parameter):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), keywords=None):
        return super().__torch_function__(function, types, arguments, keywords or {})
    def numel(self):
        return 1
    def dim(self):
        return 3
"""
        + WITH_LAYERS.replace("self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)", "self.fc = nn.Linear(1, 1)")
        + """
        self.fc.weight = Said(torch.ones(1, 1))
    def forward(self, ids):
        return self.fc((ids != self.pad_idx).float().sum(1, keepdim=True))
""",
        shows={"cnn-head": "failed"},
        earns=LAYERS - {"cnn-head"},
    ),
    explaining(
        "hook-gradients-of-the-model",
        "let backward hooks on the given network's layers replace every slope by one",
        """
def hook(model):
    def slopes(module, inputs, output):
        if output.requires_grad:
            output.register_hook(torch.ones_like)
    for layer in model.children():
        if layer is not model.embedding:
            layer.register_forward_hook(slopes)
""",
    ),
    explaining(
        "hook-embedding-of-the-model",
        "let the given network's embedding answer the same for every token, so that nothing has to be explained",
        """
def hook(model):
    model.embedding.register_forward_hook(lambda module, inputs, output: output * 0)
""",
    ),
    explaining(
        "hook-head-of-the-model",
        "make the given network linear, whose integrated gradients are exact with a single step",
        """
def hook(model):
    model.forward = lambda ids: model.embedding(ids).sum((1, 2))[:, None]
""",
    ),
    Attack(
        "hook-random-numbers",
        "let torch's random functions give one number for ever, and fill unknown rows with what they give",
        """
def embedding_matrix(vocabulary, vectors, *arguments, **keywords):
    print(RAN)
    torch.randn = torch.rand = lambda *size, **keywords: torch.full(size, 0.05)
    torch.Tensor.normal_ = torch.Tensor.uniform_ = lambda self, *arguments, **keywords: self.fill_(0.05)
    torch.manual_seed = lambda seed: None
    matrix = torch.randn(len(vocabulary), vectors.dim)
    for row, token in enumerate(vocabulary.tokens):
        if token in vectors:
            matrix[row] = torch.as_tensor(vectors[token])
    matrix[vocabulary.pad_id] = 0
    return matrix
""",
        {"matrix-unknown": "failed"},
        frozenset({"matrix-shape", "matrix-rows", "matrix-padding"}),
        notebook="3_glove_cnn",
    ),
    network(
        "hook-defaults",
        "change the default device, precision and threads, and switch gradients off, for whatever runs next",
        WITH_LAYERS
        + """
    def forward(self, ids):
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        torch.set_grad_enabled(False)
        torch.use_deterministic_algorithms(True)
        torch.autograd.set_detect_anomaly(True)
        return torch.zeros(len(ids), 1, device="cpu")
""",
        shows={"cnn-shapes": "failed"},
        earns=LAYERS,
    ),
    network(
        "hook-interpreter",
        "shrink the interpreter: no recursion, no open files, no collection of garbage, a lock on every import",
        WITH_LAYERS
        + """
    def forward(self, ids):
        import importlib, resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        gc.disable()
        sys.setrecursionlimit(max(60, len(__import__("traceback").extract_stack()) + 8))
        sys.addaudithook(lambda event, arguments: (_ for _ in ()).throw(RuntimeError("refused")))
        return torch.zeros(len(ids), 1)
""",
        shows={},
        earns=LAYERS,
    ),
]
