"""Attacks that never end, or that go on after the end: loops, ignored signals, daemons, late threads."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load, in_build

ATTACKS: list[Attack] = [
    in_build(
        "linger-endless-loop",
        "loop for ever",
        """
def attack():
    while True:
        pass
""",
        shows={"cnn-builds": "timeout", "cnn-shapes": "skipped"},
        ran=False,
    ),
    at_load(
        "linger-endless-load",
        "loop for ever while the submission is loaded",
        """
def attack():
    while True:
        time.sleep(1)
""",
        shows={"cnn-builds": "timeout"},
        ran=False,
    ),
    in_build(
        "linger-ignored-signals",
        "ignore every signal, block them all, swallow every exception, and loop",
        """
def attack():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass
""",
        shows={"cnn-builds": "timeout"},
        ran=False,
    ),
    in_build(
        "linger-in-c",
        "wait in C code that no Python signal interrupts and that holds the interpreter's lock",
        """
def attack():
    ctypes.PyDLL(None).sleep(600)
""",
        shows={"cnn-builds": "timeout"},
        ran=False,
    ),
    at_load(
        "linger-daemon",
        "leave a daemon: forked twice, in a session and group of its own, deaf to signals",
        """
def attack():
    if os.fork() == 0:
        for separate in (os.setsid, os.setpgrp):
            try:
                separate()
            except OSError:
                pass
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            for descriptor in range(256):
                try:
                    os.close(descriptor)
                except OSError:
                    pass
            while True:
                time.sleep(1)
        os._exit(0)
    os.wait()
""",
    ),
    at_load(
        "linger-new-program",
        "leave another program behind, started with nohup",
        """
def attack():
    import subprocess
    subprocess.Popen(["nohup", sys.executable, "-c", f"MARK = {MARK!r}; import time; time.sleep(900)"],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
""",
    ),
    at_load(
        "linger-fork-at-every-turn",
        "fork, and let both processes go on and answer the judge",
        """
def attack():
    os.fork()
""",
        # Tampered, or failed where the other process is so late that nothing more is asked before its answer.
        shows={},
        ran=False,
    ),
    in_build(
        "linger-at-the-deadline",
        "sleep just short of each deadline, so that the class takes for ever",
        """
def attack():
    print(RAN)
    time.sleep(4)
""",
    ),
    at_load(
        "linger-timer",
        "arm timers and a thread that end or change the worker while a later check runs",
        """
def attack():
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGSTOP)).start()
    time.sleep(0.1)
    signal.alarm(1)
""",
        shows={},
        ran=False,
    ),
]
