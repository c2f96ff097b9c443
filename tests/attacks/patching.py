"""Attacks that change Python, torch, captum, sklearn or the worker under the judge's feet."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load, in_build

# Classes and functions that give rubbish: after the patch it should count as right.
RUBBISH = """
class CNN(nn.Module):
    attack()

    def __init__(self, *arguments, **keywords):
        super().__init__()
        print(RAN)

    def forward(self, ids):
        return torch.zeros(3)

def pad_reference(ids, pad_idx):
    attack()
    return ids

def interpret_sentence(*arguments, **keywords):
    return ["a"], torch.zeros(1), 0.0
"""

ATTACKS: list[Attack] = [
    Attack(
        "patch-comparisons-of-torch",
        "make torch.equal, allclose, isclose, isfinite and == of tensors always true",
        """
def attack():
    yes = lambda *arguments, **keywords: True
    for name in ("equal", "allclose", "isclose", "isfinite", "all", "any"):
        setattr(torch, name, yes)
    torch.Tensor.__eq__ = torch.Tensor.equal = torch.Tensor.allclose = yes
    torch.testing.assert_close = yes
"""
        + RUBBISH,
    ),
    Attack(
        "patch-captum",
        "let captum's integrated gradients answer zero with a perfect delta",
        """
def attack():
    import captum.attr
    perfect = lambda self, inputs, *arguments, **keywords: (torch.zeros(1, inputs.shape[1], 1), torch.zeros(1))
    captum.attr.LayerIntegratedGradients.attribute = captum.attr.IntegratedGradients.attribute = perfect
"""
        + RUBBISH,
    ),
    Attack(
        "patch-sklearn-and-numpy",
        "let sklearn's f1_score and accuracy_score and numpy's testing always answer one",
        """
def attack():
    import numpy, sklearn.metrics
    one = lambda *arguments, **keywords: 1.0
    sklearn.metrics.f1_score = sklearn.metrics.accuracy_score = numpy.allclose = numpy.array_equal = one
    sys.modules["sklearn.metrics"].f1_score = one
    import textlab.training
    textlab.training.f1_score = textlab.training.f1_of_logits = one
"""
        + RUBBISH,
    ),
    Attack(
        "patch-public-checks",
        "replace every check of textlab.checks, and CheckFailed, by something that passes",
        """
def attack():
    import importlib, pkgutil, textlab.checks
    for found in pkgutil.iter_modules(textlab.checks.__path__):
        module = importlib.import_module("textlab.checks." + found.name)
        for name, thing in list(vars(module).items()):
            if callable(thing) and not name.startswith("Local"):
                try:
                    setattr(module, name, lambda *arguments, **keywords: None)
                except (AttributeError, TypeError):
                    pass
"""
        + RUBBISH,
        shows={"cnn-shapes": "skipped"},
        ran=False,
    ),
    Attack(
        "patch-pytest-report",
        "plant modules named pytest, _pytest.reports and autograder.record that call everything passed",
        """
def attack():
    import types
    for name in ("pytest", "_pytest", "_pytest.reports", "autograder.record", "autograder.judge", "unittest"):
        module = types.ModuleType(name)
        module.TestReport = module.CheckResult = type("TestReport", (), {"outcome": "passed", "points": 100})
        sys.modules[name] = module
"""
        + RUBBISH,
    ),
    Attack(
        "patch-builtins",
        "replace isinstance, len, float, open, print, getattr and the exceptions of the builtins",
        """
def attack():
    import builtins
    real = builtins.isinstance
    builtins.isinstance = lambda thing, kinds: True
    builtins.float = lambda *arguments: 0.0
    builtins.len = lambda thing: 1
    builtins.AssertionError = builtins.NotImplementedError = builtins.ValueError = RuntimeError
"""
        + RUBBISH,
        shows={"cnn-shapes": "skipped"},
        ran=False,
    ),
    Attack(
        "patch-import",
        "hook imports and the path, so that later imports give the attacker's modules",
        """
class Finder:
    def find_spec(self, name, path=None, target=None):
        import importlib.machinery, types
        if name.split(".")[0] in ("json", "safetensors", "autograder", "captum"):
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec):
        import types
        return types.ModuleType(spec.name)
    def exec_module(self, module):
        module.dumps = module.save = lambda *arguments, **keywords: b"{}"

def attack():
    sys.meta_path.insert(0, Finder())
    sys.path.insert(0, "/tmp")
    for name in [name for name in sys.modules if name.startswith(("json", "safetensors", "captum"))]:
        del sys.modules[name]
"""
        + RUBBISH,
    ),
    Attack(
        "patch-worker-says-yes",
        "replace the worker's session: every verb answers True",
        """
def attack():
    import autograder.worker.session as session
    session.Session.answer = lambda self, verb, arguments: True
"""
        + RUBBISH,
        shows={"cnn-builds": "tampered"},
        ran=False,
    ),
    Attack(
        "patch-worker-makes-up-answers",
        "replace the worker's session by one that makes up answers of the right form",
        """
def attack():
    import autograder.worker.session as session
    from autograder.wire.values import Handle

    def answer(self, verb, arguments):
        if verb == "load":
            return {"found": arguments["names"], "failures": []}
        if verb in ("build", "probe", "scripted", "lookup", "batches", "vocabulary", "vectors"):
            self.made = arguments.get("arguments", {})
            return Handle(0)
        if verb in ("parameters", "get_weights"):
            return {}
        if verb == "gradients":
            return {"a": 1.0}
        if verb == "fit":
            return [0.5] * arguments["plan"]["epochs"]
        if verb == "predict":
            return torch.zeros(len(arguments["ids"]))
        if verb == "forward":
            return torch.zeros(len(arguments["ids"]), 1)
        return arguments["arguments"][0] if verb == "call" else None
    session.Session.answer = answer
"""
        + RUBBISH,
        shows={"cnn-builds": "failed"},
        ran=False,
    ),
    Attack(
        "patch-plain-values",
        "replace the functions that turn results into plain values before they are sent",
        """
def attack():
    import textlab.checks.subject as subject
    for name in ("plain_tensor", "plain_value"):
        if hasattr(subject, name):
            setattr(subject, name, lambda value, call: float("nan"))
    import autograder.worker.answering as answering
    answering.pack = lambda value, tensors: {"object": 10**9}
"""
        + RUBBISH,
    ),
    Attack(
        "patch-encoder",
        "replace the wire's encoder by one that sends a pickle, which runs code where it is loaded",
        """
def attack():
    import pickle, autograder.wire.channel as channel
    class Bomb:
        def __reduce__(self):
            return os.system, ("touch /tmp/" + MARK,)
    channel.encode_frame = lambda frame: pickle.dumps(Bomb())
"""
        + RUBBISH,
        shows={"cnn-builds": "tampered"},
        ran=False,
    ),
    in_build(
        "patch-code-of-callers",
        "rewrite the code objects of the functions that called it, found by the garbage collector",
        """
def attack():
    import types
    frame = sys._getframe(1)
    codes = set()
    while frame:
        codes.add(frame.f_code)
        frame = frame.f_back
    def passed(*arguments, **keywords):
        return None
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType and thing.__code__ in codes and not thing.__code__.co_freevars:
            thing.__code__ = passed.__code__
""",
        shows={"cnn-builds": "failed", "cnn-shapes": "skipped"},
        ran=False,
    ),
    at_load(
        "patch-dunder-del",
        "act when objects are collected: __del__ that raises, resurrects itself, and ends the process",
        """
class Zombie:
    def __del__(self):
        global zombie
        zombie = self
        raise SystemExit(0)

def attack():
    for _ in range(3):
        Zombie()
    gc.collect()
""",
    ),
    at_load(
        "patch-atexit-and-signals",
        "register exit functions, and handlers for every signal that can be caught",
        """
def attack():
    import atexit
    atexit.register(lambda: os.system("touch /tmp/" + MARK))
    for number in range(1, 65):
        try:
            signal.signal(number, lambda *arguments: None)
        except (OSError, ValueError):
            pass
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    time.sleep(0.2)
""",
    ),
    at_load(
        "patch-tracing",
        "trace and profile every call of the worker, in all threads, and change the locals it sees",
        """
def trace(frame, event, argument):
    if "expected" in frame.f_locals or "tolerance" in frame.f_locals:
        tell(frame.f_code)
    return trace

def attack():
    sys.settrace(trace)
    sys.setprofile(trace)
    threading.settrace(trace)
""",
    ),
    at_load(
        "patch-later-from-a-thread",
        "start a thread that patches everything again and again, after every reset",
        """
def attack():
    def later():
        while True:
            torch.Tensor.__eq__ = lambda *arguments: True
            torch.set_default_dtype(torch.float64)
            torch.set_grad_enabled(False)
            sys.stdout = None
            time.sleep(0.01)
    threading.Thread(target=later, daemon=True).start()
""",
        ran=False,
    ),
]
