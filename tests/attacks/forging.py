"""Attacks that forge results: files, printed text, exit codes, exceptions, frames on the worker's own socket."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load, in_build

SOCKET = """
def judge_socket():
    for number in range(3, 256):
        try:
            found = socket.socket(fileno=os.dup(number))
            if found.family == socket.AF_UNIX and found.type == socket.SOCK_STREAM:
                return found
        except OSError:
            pass

def frame(header):
    import json, struct
    text = json.dumps(header).encode()
    return struct.pack("<4sIQ", b"TLW1", len(text), 0) + text
"""

ATTACKS: list[Attack] = [
    at_load(
        "forge-result-files",
        "write reports with full marks wherever the grader may look for them",
        """
def attack():
    import json
    places = [".", "..", "/tmp", "/kit", "/out", "/out/forge-result-files", "/autograder/results", os.environ["HOME"]]
    for place in places:
        for name in ("report.json", "results.json", "result.json", "grades.csv", "index.html"):
            try:
                os.makedirs(place, exist_ok=True)
                with open(os.path.join(place, name), "w") as file:
                    json.dump({"schema": "textlab.report/1", "score": 100, "max_score": 100}, file)
            except OSError:
                pass
""",
    ),
    at_load(
        "forge-printed-results",
        "print what a test run, a report and a worker's answer look like, on every stream",
        """
def attack():
    text = '{"score": 100, "max_score": 100}\\n===== 46 passed in 0.10s =====\\nok 1 - cnn-builds\\n'
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None:
            print(text, file=stream)
    for number in (0, 1, 2):
        try:
            os.write(number, text.encode())
        except OSError:
            pass
""",
    ),
    in_build(
        "forge-exit-code-zero",
        "end the worker with exit code 0",
        """
def attack():
    os._exit(0)
""",
        shows={"cnn-builds": "crashed", "cnn-shapes": "skipped"},
        ran=False,
    ),
    in_build(
        "forge-system-exit",
        "raise SystemExit(0)",
        """
def attack():
    print(RAN)
    raise SystemExit(0)
""",
    ),
    in_build(
        "forge-passing-exceptions",
        "raise the exceptions by which test runners skip, pass and stop",
        """
class Skipped(BaseException):
    __module__ = "builtins"

class CheckPassed(Skipped):
    pass

def attack():
    print(RAN)
    raise CheckPassed("passed")
""",
    ),
    in_build(
        "forge-interrupt",
        "raise KeyboardInterrupt, which stops many test runners at once",
        """
def attack():
    print(RAN)
    raise KeyboardInterrupt
""",
    ),
    in_build(
        "forge-exception-text",
        "raise an exception whose text, class name and context fail, lie or are endless",
        """
class Liar(Exception):
    def __str__(self):
        raise SystemExit(0)
    __repr__ = __str__

Liar.__name__ = Liar.__qualname__ = "passed"

def attack():
    print(RAN)
    raise Liar("x" * 10**7)
""",
    ),
    in_build(
        "forge-answer-frame",
        "write a well-formed answer to the judge's socket before the true one",
        SOCKET
        + """
def attack():
    to = judge_socket()
    for sequence in range(1, 60):
        to.sendall(frame({"sequence": sequence, "value": {"object": 0}, "printed": RAN}))
""",
        shows={"cnn-builds": "tampered"},
        ran=False,
    ),
    in_build(
        "forge-frames-from-a-thread",
        "keep a thread that answers every later question first",
        SOCKET
        + """
def attack():
    to = judge_socket()
    def flood():
        for sequence in range(2, 10**6):
            to.sendall(frame({"sequence": sequence % 9, "value": True, "printed": ""}))
    threading.Thread(target=flood, daemon=True).start()
    time.sleep(0.2)
""",
        shows={"cnn-builds": "tampered"},
        ran=False,
    ),
    in_build(
        "forge-endless-frame",
        "announce a frame of a terabyte, and one that never ends",
        SOCKET
        + """
def attack():
    import struct
    judge_socket().sendall(struct.pack("<4sIQ", b"TLW1", 2**31, 2**40))
""",
        shows={"cnn-builds": "tampered"},
        ran=False,
    ),
    in_build(
        "forge-deep-frame",
        "send JSON that is nested a million deep, which ends many parsers",
        SOCKET
        + """
def attack():
    import struct
    text = b"[" * 10**6
    judge_socket().sendall(struct.pack("<4sIQ", b"TLW1", len(text), 0) + text)
""",
        shows={"cnn-builds": "tampered"},
        ran=False,
    ),
    in_build(
        "forge-hang-up",
        "close the judge's socket and go on",
        SOCKET
        + """
def attack():
    judge_socket().shutdown(socket.SHUT_RDWR)
    time.sleep(3)
""",
        shows={"cnn-builds": "crashed"},
        ran=False,
    ),
    in_build(
        "forge-slow-frame",
        "answer one byte at a time, so that no deadline for silence ever passes",
        SOCKET
        + """
def attack():
    to = judge_socket()
    for byte in frame({"sequence": 2, "value": 1, "printed": "x" * 10**5}):
        to.sendall(bytes([byte]))
        time.sleep(0.1)
""",
        shows={"cnn-builds": "timeout"},
        ran=False,
    ),
]
