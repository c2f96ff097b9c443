"""Attacks with objects that lie about what they are, what they equal and what they hold."""

from __future__ import annotations

from tests.attacks.attack import Attack

# What a class needs so that the judge gets as far as asking for an output; it earns the given line, the embedding.
NETWORK = """
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        print(RAN)

    def forward(self, ids):
        return lie(ids)

def pad_reference(ids, pad_idx):
    print(RAN)
    return lie(ids)

def interpret_sentence(model, sentence, vocabulary, **keywords):
    return lie(torch.zeros(1, 7)), lie(torch.zeros(1, 7)), lie(torch.zeros(1, 7))
"""
GIVEN = frozenset({"cnn-builds", "cnn-padding"})


def lying(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack whose function `lie` makes every output."""
    fields = {"shows": {"cnn-runs": "failed", "pad-reference": "failed"}, "earns": GIVEN, **fields}
    return Attack(name, tries, code + NETWORK, **fields)  # type: ignore[arg-type]


ATTACKS: list[Attack] = [
    lying(
        "lie-equal-to-everything",
        "give an object that equals everything and is larger and smaller than everything",
        """
class Everything:
    shape = (1, 1)
    dtype = torch.int64
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = lambda self, other: True
    __hash__ = lambda self: 0
    __getattr__ = lambda self, name: self
    __call__ = lambda self, *arguments: self
    __bool__ = lambda self: True
    __iter__ = lambda self: iter([self])

def lie(ids):
    return Everything()
""",
    ),
    lying(
        "lie-tensor-subclass",
        "give a tensor subclass whose __torch_function__ answers every question with yes",
        """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), keywords=None):
        name = getattr(function, "__name__", "")
        if name in ("eq", "equal", "allclose", "isfinite", "all", "__eq__"):
            return True
        return super().__torch_function__(function, types, arguments, keywords or {})

def lie(ids):
    return torch.zeros(2, 2).as_subclass(Liar)
""",
    ),
    lying(
        "lie-about-shape",
        "give a tensor whose shape, size and dtype are properties that say what is wanted",
        """
class Liar(torch.Tensor):
    shape = property(lambda self: torch.Size(wanted))
    dtype = property(lambda self: torch.int64)
    size = lambda self, *arguments: torch.Size(wanted)
    numel = lambda self: 1

def lie(ids):
    global wanted
    wanted = (len(ids), 1)
    return torch.zeros(1, 5, 3).as_subclass(Liar)
""",
    ),
    lying(
        "lie-property-changes-with-each-read",
        "give an object whose shape and values are other ones at every read",
        """
class Shifty:
    reads = 0
    @property
    def shape(self):
        Shifty.reads += 1
        return [(1, 1), (3, 1), (7, 1)][Shifty.reads % 3]
    def __array__(self, *arguments, **keywords):
        Shifty.reads += 1
        import numpy
        return numpy.full((Shifty.reads % 5,), Shifty.reads)
    def __float__(self):
        Shifty.reads += 1
        return float(Shifty.reads)

def lie(ids):
    return Shifty()
""",
    ),
    lying(
        "lie-float-subclass",
        "give numbers that are subclasses of float, int and str and compare as equal",
        """
class Number(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *other: Number(0)
    __hash__ = float.__hash__

class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__

def lie(ids):
    return [Text("a"), Number(1), Number(2)]
""",
    ),
    lying(
        "lie-generator",
        "give generators and lists that never end or change while they are read",
        """
class Endless(list):
    def __iter__(self):
        while True:
            yield 0.0
    __len__ = lambda self: 3

def lie(ids):
    return Endless([1.0, 2.0, 3.0])
""",
        shows={"cnn-runs": "failed", "pad-reference": "timeout"},
    ),
    lying(
        "lie-meta-and-strange-tensors",
        "give tensors without data: on the meta device, nested, sparse, quantised, of zero or huge size",
        """
calls = 0
def lie(ids):
    global calls
    calls += 1
    return [
        torch.empty(len(ids), 1, device="meta"),
        torch.zeros(1).expand(2**20, 2**14),
        torch.quantize_per_tensor(torch.zeros(len(ids), 1), 0.1, 0, torch.qint8),
        torch.sparse_coo_tensor(size=(10**6, 10**6)),
        torch.zeros(len(ids), 0),
    ][calls % 5]
""",
        shows={"pad-reference": "memory"},
    ),
    lying(
        "lie-nan-and-infinity",
        "give NaN, which is neither larger nor smaller than any bound",
        """
def lie(ids):
    return torch.full((len(ids), 1), float("nan"))
""",
    ),
    Attack(
        "lie-names-and-classes",
        "name things like passed checks: class names, function names, __class__, __module__, metaclasses",
        """
class Meta(type):
    __instancecheck__ = __subclasscheck__ = lambda cls, other: True
    __eq__ = lambda cls, other: True
    __hash__ = lambda cls: 0

class CNN(metaclass=Meta):
    __module__ = "autograder.judge.remote"
    __class__ = nn.Module
    def __init__(self, *arguments, **keywords):
        print(RAN)

CNN.__name__ = "passed\\n46 passed in 0.1s"
""",
        shows={"cnn-builds": "failed"},
    ),
    Attack(
        "lie-state-dict-and-parameters",
        "override named_parameters, state_dict, train and eval so that they describe a right network",
        """
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        print(RAN)
        self.said = {"embedding.weight": torch.zeros(vocab_size, emb_dim)}
        for size in kernel_sizes:
            self.said[f"convs.{size}.weight"] = torch.zeros(out_channels, emb_dim, size)
        self.said["fc.weight"] = torch.zeros(1, out_channels * len(kernel_sizes))

    def named_parameters(self, *arguments, **keywords):
        return ((name, nn.Parameter(value)) for name, value in self.said.items())

    def parameters(self, *arguments, **keywords):
        return (value for _, value in self.named_parameters())

    def state_dict(self, *arguments, **keywords):
        return self.said

    def train(self, mode=True):
        return self

    def forward(self, ids):
        return torch.zeros(len(ids), 1)
""",
        shows={"cnn-builds": "failed"},
    ),
]
