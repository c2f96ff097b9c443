"""A slice means what the notebook meant when the card was shown (docs/slicing.md)."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.textlab.definitions.reference import loaded, quietly, sliced

CARD = 'check("f", f)'
F = "def f(): return "
MEANINGS = {
    # a name is bound again below the card
    "builtin": ([F + "max(1, 2)", CARD, "max = 0"], 2),
    "builtin in a loop": ([F + "max(1, 2)", CARD, "for max in (1, 2): pass"], 2),
    "module": (["import math as F", F + "F.floor(2.5)", CARD, "P, R, F = 1, 2, 3"], 2),
    "import": (["from time import time as t", F + "t() > 0", CARD, "def t(): return -1"], True),
    "constant": (["K = 3", F + "K", CARD, "K = 4"], 3),
    "counter": (["K = 3", F + "K", CARD, "K += 1"], 3),
    "item": (["K = {'a': 1}", F + "K['a']", CARD, "K['a'] = 2"], 1),
    "helper": (["def g(): return 1", F + "g()", CARD, "def g(): return 2"], 1),
    "itself": ([F + "1", CARD, F + "2"], 1),
    "itself called": ([F + "1", CARD, "f = f()"], 1),
    "star import": ([F + "pow(2, 2)", CARD, "from math import *"], 4),
    "with": ([F + "open", CARD, "with x as open: pass"], open),
    "class": (["class C:\n    n = 1", F + "C().n", CARD, "class C:\n    n = 2", "C.n = 3"], 1),
    "attribute": (["class C:\n    n = 1", F + "C.n", CARD, "C.n = 3"], 1),
    "decorated again": (["def d(g): return lambda: 5", F + "1", CARD, "f = d(f)"], 1),
    # only below the card
    "late": ([F + "K", CARD, "K = 4"], 4),
    "late helper": ([F + "g()", CARD, "def g(): return K", "K = 4"], 4),
    "late twice": ([F + "K", CARD, "K = 4", "K = 5"], 4),
    # what the card saw
    "partial": (["from functools import partial\ndef g(x, y): return x + y", "def f(x):\n    raise NotImplementedError",
                 "f = partial(g, 1, y=1)", CARD], 2),
    "conditional": (["def a(): return 2\ndef b(): return 3\nc = 1", "def f(): ...", "f = a if c else b", CARD], 2),
    "unpacked": (["def a(): return 2", 'def f(): "later"', "f, q = a, 0", CARD], 2),
    "alias": (["def a(): return 2", F + "1", "f = a", CARD], 2),
    "alias on the card": ([F + "1", "g = f", 'check("f", g)', F + "2"], 1),
    "card in a function": ([F + "K", "K = 1", "def run(x): check('f', x)", "run(f)", "K = 2"], 1),
    "card in a loop": ([F + "K", "K = 1", "for b in ('f', 'g'): check(b, f)", "K = 2"], 1),
    "card of a module": (["import textlab.checks as c", F + "K", "K = 1", "c.check('f', f)", "K = 2"], 1),
    "blank card": (["K = 1", "def f(): raise NotImplementedError", CARD, F + "K", "K = 2"], 2),
    "no card": (["K = 1", F + "K", "K = 2"], 2),
    "no card but a use": (["K = 1", F + "K", "x = f()", "K = 2"], 1),
    # unbinding
    "deleted": (["len = 3", "del len", F + "len([1])", CARD], 1),
    "deleted with others": (["len = 3; x = 1", "del len, x", F + "len([1])", CARD], 1),
    # binding by functions
    "global in init": (["K = 1", "class S:\n    def __init__(self):\n        global K\n        K = 2", "S()", F + "K", CARD], 2),
    "global in a callback": (["K = 1", "def s():\n    global K\n    K = 2", "def run(g): g()", "run(s)", F + "K", CARD], 2),
    "globals()": (["globals()['K'] = 1", F + "K", CARD], 1),
    "globals().update": (["globals().update(K=1)", F + "K", CARD], 1),
    "vars()": (["vars()['K'] = 1", F + "K", CARD], 1),
    "exec": (["exec('K = 1')", F + "K", CARD], 1),
    "builtins": (["import builtins", "builtins.K = 1", F + "K", CARD], 1),
    "from __main__": (["def g(): return 1", "from __main__ import g", F + "g()", CARD], 1),
    "in a main block": (["if __name__ == '__main__':\n    K = 1\n    L = K + 1", F + "L", CARD, "L = 5"], 2),
    # objects under other names
    "alias of data": (["K = {}", "J = K", "J['a'] = 1", F + "K", CARD], {"a": 1}),
    "loop over names": (["A = {}; B = {}", "for d in (A, B): d['a'] = 1", F + "A", CARD], {"a": 1}),
    "bound method": (["K = []", "add = K.append", "add(1)", F + "K", CARD], [1]),
    "method as a callback": (["K = []", "list(map(K.append, [1]))", F + "K", CARD], [1]),
    "iterator": (["it = iter([1, 2])", "next(it)", F + "next(it)", CARD], 2),
    "iterator in a loop": (["it = iter([1, 2, 3])", "for x in it:\n    break", F + "next(it)", CARD], 2),
    "iterator in a list": (["it = iter([1, 2])", "list(it)", F + "next(it, 'end')", CARD], "end"),
    "item of a list": (["K = [[]]", "K[0].append(1)", F + "K", CARD], [[1]]),
    "held": (["K = []", "H = {'k': K}", "H['k'].append(1)", F + "K", CARD], [1]),
    "given": (["K = []", "def g(x): return x", "g(K).append(1)", F + "K", CARD], [1]),
    "default": (["K = []", "def add(x, into=K): into.append(x)", "add(1)", F + "K", CARD], [1]),
    "closure": (["def make():\n    n = []\n    def add(x):\n        n.append(x)\n        return n\n    return add",
                 "add = make()", "add(1)", F + "add(2)", CARD], [1, 2]),
    "instance": (["class S:\n    def __init__(self): self.n = []\n    def put(self, x): self.n.append(x)",
                  "s = S()", "s.put(1)", F + "s.n", CARD], [1]),
    "shared by a class": (["class S:\n    n = []\n    def put(self, x): self.n.append(x)", "S().put(1)", F + "S.n", CARD], [1]),
    # changes in place
    **{
        f"{change}": (["K = [3, 1, 2]", change, F + "K", CARD], after)
        for change, after in [
            ("K.pop()", [3, 1]), ("K.remove(1)", [3, 2]), ("K.sort()", [1, 2, 3]), ("K.reverse()", [2, 1, 3]),
            ("K.clear()", []), ("x = K.pop(0)", [1, 2]), ("del K[0]", [1, 2]), ("K += [4]", [3, 1, 2, 4]),
            ("K[1:] = []", [3]), ("[K.append(i) for i in (4,)]", [3, 1, 2, 4]), ("K.insert(0, 4) or 1", [4, 3, 1, 2]),
            ("while len(K) > 1: K.pop()", [3]), ("if K: K.pop()", [3, 1]), ("(lambda: K.pop())()", [3, 1]),
            ("try: K.pop()\nfinally: K.pop()", [3]), ("from random import shuffle\nK.extend([4])", [3, 1, 2, 4]),
            ("import heapq\nheapq.heappush(K, 0)", [0, 3, 2, 1]), ("K.__setitem__(0, 9)", [9, 1, 2]),
            ("import operator\noperator.setitem(K, 0, 9)", [9, 1, 2]), ("list.append(K, 4)", [3, 1, 2, 4]),
            ("print(K.pop())", [3, 1]), ("assert K.pop()", [3, 1]), ("K.append(K.pop() + 1)", [3, 1, 3]),
        ]
    },
    "dictionary": (["K = {'a': 1, 'b': 2}", "K.pop('b')", F + "K", CARD], {"a": 1}),
    "a chain of 12": (["K = []", "def g0(x): x.append(1)", *(f"def g{n}(x): g{n - 1}(x)" for n in range(1, 12)), "g11(K)",
                       F + "K", CARD], [1]),
    "nine of a name": (["K = []", "def g(x): x.append(1)", "g(K)", *["def g(x): pass"] * 9, F + "K", CARD], [1]),
    "half a loop": (["K = []", "for i in (0, 1, 2):\n    K.append(i)\n    if i: undefined", F + "K", CARD], [0, 1]),
    # functions and classes in pieces
    "method by decorator": (["class C: pass", "def add(k):\n    def w(g): setattr(k, g.__name__, g)\n    return w",
                             "@add(C)\ndef run(self): return K", "K = 7", F + "C().run()", CARD], 7),
    "method by setattr": (["class C: pass", "setattr(C, 'run', lambda self: 7)", F + "C().run()", CARD], 7),
    "methods by a loop": (["class C: pass", "for n in ('a', 'b'): setattr(C, n, len(n))", F + "C.b", CARD], 1),
    "registry": (["R = {}", "def reg(g):\n    R[g.__name__] = g\n    return g", "@reg\ndef a(): return 1", F + "R['a']()", CARD], 1),
    "registry with a key": (["R = {}", "def reg(k):\n    def w(g):\n        R[k] = g\n        return g\n    return w",
                             "@reg('x')\ndef a(): return 1", F + "R['x']()", CARD], 1),
    "registry class": (["class R:\n    known = {}\n    @classmethod\n    def add(cls, g):\n        cls.known[g.__name__] = g\n        return g",
                        "@R.add\ndef a(): return 1", F + "R.known['a']()", CARD], 1),
    "singledispatch": (["from functools import singledispatch", "@singledispatch\ndef g(x): return 0",
                        "@g.register(int)\ndef _(x): return 1", "@g.register\ndef _(x: str): return 2",
                        F + "(g(1), g('a'), g(1.5))", CARD], (1, 2, 0)),
    "subclasses": (["class B:\n    known = []\n    def __init_subclass__(cls): B.known.append(cls.__name__)",
                    "class A(B): pass", F + "B.known", CARD], ["A"]),
    "metaclass": (["R = []", "class M(type):\n    def __init__(cls, n, b, d):\n        super().__init__(n, b, d)\n        R.append(n)",
                   "class A(metaclass=M): pass", "class B(A): pass", F + "R", CARD], ["A", "B"]),
    "called object": (["class A:\n    n = 0\n    def __call__(self): self.n += 1", "a = A()", "a()", "x = a()", F + "a.n", CARD], 2),
    "made by an item": (["from collections import defaultdict", "K = defaultdict(list)", "K['a']", F + "dict(K)", CARD], {"a": []}),
    "loop with a way out": (["K = 0\nwhile True:\n    K += 1\n    if K > 4: break", F + "K", CARD], 5),
    "subclasses asked": (["class B: pass", "class A(B): pass", F + "[c.__name__ for c in B.__subclasses__()]", CARD], ["A"]),
    "function attribute": (["def g(): return g.n", "g.n = 3", F + "g()", CARD], 3),
    "stack of decorators": (["N = []", "def note(g):\n    N.append(1)\n    return g", "@note\n@note\ndef a(): pass", F + "len(N)", CARD], 2),
    # what all depends on
    "environment": (["import os", "os.environ['SLICED_MODE'] = 'a'", "def g(): import os; return os.environ['SLICED_MODE']",
                     F + "g()", CARD, "os.environ['SLICED_MODE'] = 'b'"], "a"),
    "warnings": (["import warnings", "warnings.simplefilter('error')", "def g():\n    import warnings\n    warnings.warn('x')",
                  "def f():\n    try: g()\n    except UserWarning: return 1", CARD], 1),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANINGS)
def test_a_name_means_what_the_card_saw(case: str) -> None:
    sources, expected = MEANINGS[case]
    with quietly():
        found = loaded(sliced(sources))
        value = found["f"]()
    assert value == expected
