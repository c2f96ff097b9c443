"""Attacks with answers of another form than was asked for: other names, counts, dtypes, shapes, sizes."""

from __future__ import annotations

from tests.attacks.answering import LAYERS
from tests.attacks.attack import Attack

PATCH = """
import json, struct
import autograder.wire.channel as channel
import autograder.worker.answering as answering
from autograder.wire.frames import Frame

reply, encode = answering.reply, channel.encode_frame

def raw(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<4sIQ", b"TLW1", len(text), len(body)) + text + body

def body_of(shape, content, dtype="F32"):
    index = {"t0": {"dtype": dtype, "shape": shape, "data_offsets": [0, len(content)]}}
    text = json.dumps(index).encode()
    return struct.pack("<Q", len(text)) + text + content

def patch():
    answering.reply = lambda session, request: distort(request.header["verb"], reply(session, request))
    channel.encode_frame = lambda frame: frame if isinstance(frame, bytes) else encode(frame)

def valued(frame, value):
    return Frame({**frame.header, "value": value}, frame.tensors)
"""
NETWORK = """
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        print(RAN)
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
        patch()

    def forward(self, ids):
        return torch.sin(self.embedding(ids).sum(dim=(1, 2)) + self.fc.bias)[:, None]
"""
ALONE = frozenset({"cnn-independent", "cnn-shapes"})
"""What the network does besides its layers: each review is read by itself, whatever its length."""


def distorting(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack whose function `distort` changes the answers of the worker; the network has the right layers."""
    fields = {"earns": LAYERS | ALONE, **fields}
    return Attack(name, tries, PATCH + code + NETWORK, **fields)  # type: ignore[arg-type]


def returning(name: str, tries: str, code: str, **fields: object) -> Attack:
    """An attack whose functions of notebook 1 give the value `value`, which nobody expects."""
    functions = """
def f1_on(model, batches):
    print(RAN)
    return value()

def train_model(model, train, validation, epochs, patience, learning_rate=1e-3):
    return {"train_loss": [value()] * epochs, "validation_loss": [value()] * epochs}
"""
    fields = {"shows": {"f1-whole-set": "failed", "train-history": "failed"}, "notebook": "1_rnn", **fields}
    return Attack(name, tries, code + functions, **fields)  # type: ignore[arg-type]


ATTACKS: list[Attack] = [
    distorting(
        "distort-gradients-away",
        "say of no parameter that it lacks a gradient, by naming none",
        """
def distort(verb, frame):
    return valued(frame, {"items": []}) if verb == "gradients" else frame
""",
        shows={"cnn-gradients": "tampered"},
    ),
    distorting(
        "distort-gradients-of-strangers",
        "give gradients of the embedding, and of parameters that are not there",
        """
def distort(verb, frame):
    items = {"items": [["embedding.weight", 1.0], ["nobody.weight", 1.0]]}
    return valued(frame, items) if verb == "gradients" else frame
""",
        shows={"cnn-gradients": "tampered"},
    ),
    distorting(
        "distort-gradients-beyond-floats",
        "write a gradient as 1e999, which is JSON and reads as infinity",
        """
def distort(verb, frame):
    if verb != "gradients":
        return frame
    items = {"items": [[name, "@"] for name, _ in frame.header["value"]["items"]]}
    return raw(json.dumps({**frame.header, "value": items}).replace('"@"', "1e999").encode())
""",
        shows={"cnn-gradients": "tampered"},
    ),
    distorting(
        "distort-gradients-below-zero",
        "give sizes below zero, which equal no bound",
        """
def distort(verb, frame):
    if verb != "gradients":
        return frame
    return valued(frame, {"items": [[name, -1] for name, _ in frame.header["value"]["items"]]})
""",
        shows={"cnn-gradients": "tampered"},
    ),
    distorting(
        "distort-gradients-twice",
        "name each parameter twice, first without a gradient and then with one",
        """
def distort(verb, frame):
    if verb != "gradients":
        return frame
    items = [[name, size] for name, _ in frame.header["value"]["items"] for size in (0.0, 1.0)]
    return valued(frame, {"items": items})
""",
        shows={"cnn-gradients": "tampered"},
    ),
    distorting(
        "distort-shapes-below-zero",
        "give shapes with sizes that are negative, or true in place of 1",
        """
def distort(verb, frame):
    return valued(frame, {"items": [["embedding.weight", [-1, True]]]}) if verb == "parameters" else frame
""",
        shows={"cnn-builds": "tampered"},
        earns=frozenset(),
    ),
    distorting(
        "distort-shapes-without-end",
        "give a shape that no memory holds, so that the judge makes weights of it",
        """
def distort(verb, frame):
    return valued(frame, {"items": [["embedding.weight", [2**30, 2**30]]]}) if verb == "parameters" else frame
""",
        shows={"cnn-builds": "tampered"},
        earns=frozenset(),
    ),
    distorting(
        "distort-weights-of-other-shapes",
        "name the parameters in one shape and send them in another",
        """
def distort(verb, frame):
    if verb == "get_weights":
        frame.tensors.update((name, value.flatten()[:3].clone()) for name, value in frame.tensors.items())
    return frame
""",
        shows={"cnn-logits": "tampered"},
        earns=LAYERS,
    ),
    distorting(
        "distort-output-in-half-precision",
        "send logits in a dtype that networks do not give, whose numbers overflow early",
        """
def distort(verb, frame):
    return Frame(frame.header, {name: value.half() for name, value in frame.tensors.items()})
""",
        shows={"cnn-runs": "tampered"},
    ),
    distorting(
        "distort-output-of-300-mib",
        "send a body a thousand times larger than what was asked for",
        """
def distort(verb, frame):
    if verb != "forward":
        return frame
    return raw({**frame.header, "value": {"tensor": "t0"}}, body_of([75 * 2**20], bytes(300 * 2**20)))
""",
        shows={"cnn-runs": "tampered"},
    ),
    distorting(
        "distort-output-without-numbers",
        "send tensors of no numbers whose axes are longer than 63 bits count, or more than torch has",
        """
calls = 0
def distort(verb, frame):
    global calls
    calls += 1
    shape = [[0, 2**63], [0] * 70, [0, 2**62, 2**62]][calls % 3]
    return raw({**frame.header, "value": {"tensor": "t0"}}, body_of(shape, b"")) if verb == "forward" else frame
""",
        shows={"cnn-runs": "tampered"},
    ),
    distorting(
        "distort-output-with-passengers",
        "send tensors that no value names, and one value that names a tensor twice",
        """
def distort(verb, frame):
    if verb != "forward":
        return frame
    name = frame.header["value"]["tensor"]
    return Frame(frame.header, {**frame.tensors, "points": torch.full((1,), 100.0)})
""",
        shows={"cnn-runs": "tampered"},
    ),
    distorting(
        "distort-fields",
        "send a value and an error, no value at all, and points",
        """
calls = 0
def distort(verb, frame):
    global calls
    calls += 1
    header = {**frame.header, "student_error": ["", "", "", ""], "points": 100, "outcome": "passed"}
    del header[["value", "points"][calls % 2]]
    return Frame(header, frame.tensors) if verb == "forward" else frame
""",
        shows={"cnn-runs": "tampered"},
    ),
    distorting(
        "distort-losses",
        "answer graded training at once, with one loss for all epochs",
        """
def patch():
    answering.reply = lambda session, request: (
        Frame({"sequence": request.header["sequence"], "printed": "", "value": [0.1]})
        if request.header["verb"] == "fit"
        else reply(session, request)
    )
""",
        shows={"cnn-f1": "tampered"},
    ),
    distorting(
        "distort-handles",
        "give true in place of the number of a network",
        """
def distort(verb, frame):
    return frame

def patch():
    channel.encode_frame = lambda frame: raw({**frame.header, "value": {"object": True}})
""",
        shows={"cnn-builds": "tampered"},
        earns=frozenset(),
        ran=False,
    ),
    returning("return-ten-to-the-400", "give an integer that no float holds", "value = lambda: 10**400\n"),
    returning("return-beyond-bounds", "give a finite number whose square is none", "value = lambda: -1.7e308\n"),
    returning(
        "return-lists-in-lists",
        "give a list that is nested deeper than anybody reads",
        """
def value():
    inner = 0.5
    for _ in range(200):
        inner = [inner]
    return inner
""",
    ),
    returning(
        "return-no-text",
        "give text with half of a character in it, which no encoder writes, and a million letters more",
        'value = lambda: "\\\\ud800" + "x" * 10**6\n',
    ),
    Attack(
        "return-no-scores",
        "explain every sentence by its tokens and by no score at all, which leaves nothing to compare",
        """
from textlab.text import tokenize

def pad_reference(ids, pad_idx):
    print(RAN)
    return ids[:, :0]

def interpret_sentence(model, sentence, vocabulary, min_len=7, n_steps=500):
    tokens = tokenize(sentence)
    return tokens + ["<pad>"] * (min_len - len(tokens)), torch.zeros(0), 0.0
""",
        shows={"pad-reference": "failed", "interpret-scores": "failed"},
    ),
]
