"""Attacks on the budget: time of the worker, time and memory of the judge, memory of the kernel, names and files."""

from __future__ import annotations

from tests.attacks.answering import LAYERS
from tests.attacks.attack import HEAD, Attack, at_load, in_build
from tests.attacks.escaping import NOTEBOOK, packed
from tests.textlab.definitions.worst_cases import SHAPES

SIZE = 150_000
"""Characters of a source that is made to be slow to follow."""
TO_FOLLOW = {
    "lists": "deep lists",
    "comprehensions": "deep lists of comprehensions",
    "attributes": "chains of attributes",
    "calls": "calls in calls",
    "functions": "functions that call the next",
    "globals": "names that are declared global",
    "additions": "additions to one name",
    "aliases": "lists in lists",
    "broken-lines": "lines that do not parse",
    "open-brackets": "brackets that do not close",
    "open-parameters": "type parameters that do not close",
    "number": "a number in base 16",
}
"""By the end of an attack's name the shape of its source."""

SAYING = NOTEBOOK.decode()[len(HEAD) :]

NETWORK = """
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        print(RAN)
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        {more}
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, ids):
        {before}
        return torch.zeros(len(ids), 1) + sum(p.sum() for p in self.parameters()) * 0
"""


def _following(name: str, shape: str) -> Attack:
    """A source that takes long to follow, and a class that is not there."""
    return Attack(
        f"spend-following-{name}",
        f"let the judge follow names for hours: {shape}",
        SHAPES[shape](SIZE) + "\nCNN = None\n",
        shows={"cnn-f1": "skipped"},
        ran=False,
    )


ATTACKS: list[Attack] = [
    *(_following(name, shape) for name, shape in TO_FOLLOW.items()),
    Attack(
        "spend-drop-by-drop",
        "answer every call just before its deadline, so that all calls together take for ever",
        NETWORK.format(more="pass", before="time.sleep(5)"),
        shows={"cnn-f1": "timeout"},
        earns=LAYERS,
        ran=False,
    ),
    Attack(
        "spend-many-convolutions",
        "have forty convolutions where three were asked for, which may be matched in ever so many orders",
        NETWORK.format(
            more="self.more = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, 2) for _ in range(40))", before="pass"
        ),
        shows={"cnn-kernel-sizes": "failed"},
        earns=LAYERS,
        ran=False,
    ),
    Attack(
        "spend-many-parameters",
        "have twenty thousand parameters, each of which the judge asks for, draws and sets",
        NETWORK.format(
            more="self.more = nn.ParameterList(nn.Parameter(torch.zeros(1)) for _ in range(20_000))", before="pass"
        ),
        shows={},
        earns=LAYERS,
        ran=False,
    ),
    in_build(
        "spend-sockets",
        "hold memory in the buffers of sockets, where no limit of a process sees it",
        """
def attack():
    kept = []
    for _ in range(64):
        one, other = socket.socketpair()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)
        one.setblocking(False)
        kept.append((one, other))
        try:
            while True:
                one.send(bytes(2**16))
        except OSError:
            pass
    time.sleep(1)
""",
        shows={"cnn-builds": "memory"},
        ran=False,
    ),
    in_build(
        "spend-memory-slowly",
        "fill memory so slowly that the deadline comes before the limit",
        """
def attack():
    kept = []
    while True:
        kept.append(bytearray(b"x" * 2**24))
        time.sleep(0.1)
""",
        shows={"cnn-builds": "memory"},
        ran=False,
    ),
    in_build(
        "spend-processor-of-children",
        "keep the processor busy in children, whose time no call's deadline counts",
        """
def attack():
    for _ in range(8):
        if os.fork() == 0:
            while True:
                pass
    while True:
        pass
""",
        shows={"cnn-builds": "timeout"},
        ran=False,
    ),
    at_load(
        "spend-names-of-exceptions",
        "raise an exception whose class is named in HTML, Markdown and a formula",
        """
Named = type('<img src=x onerror=alert(1)>=HYPERLINK("x")![x](//x)', (Exception,), {})
def attack():
    print(RAN)
    raise Named("<script>alert(1)</script>")
""",
    ),
    Attack("spend-name-of-the-page", "be called like the class page", SAYING, student="Index.html"),
    Attack("spend-name-of-the-grades", "be called like the grades", SAYING, student="grades.CSV"),
    Attack(
        "spend-thousands-of-files",
        "hand in a zip of thirty thousand files",
        packed=packed(
            {
                "many/text_classification/2_cnn.py": NOTEBOOK,
                **{f"many/text_classification/{number % 100}/{number}.txt": b"" for number in range(30_000)},
            }
        ),
    ),
]  # fmt: skip
