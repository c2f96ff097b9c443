"""Attacks on the machine: memory, processes, disk, descriptors, output."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load, in_build

ATTACKS: list[Attack] = [
    in_build(
        "bomb-memory",
        "fill memory with one huge tensor and a growing list",
        """
def attack():
    kept = []
    while True:
        kept.append(torch.ones(2**24))
""",
        shows={"cnn-builds": "memory"},
        ran=False,
    ),
    in_build(
        "bomb-memory-of-children",
        "fill memory with ten children, each below the limit of one process",
        """
def attack():
    for _ in range(10):
        if os.fork() == 0:
            kept = bytearray(400 * 2**20)
            kept[::4096] = b"x" * len(kept[::4096])
            time.sleep(60)
            os._exit(0)
    time.sleep(60)
""",
        shows={"cnn-builds": "memory"},
        ran=False,
    ),
    in_build(
        "bomb-shared-memory",
        "fill /dev/shm, /tmp and anonymous files, which are memory that no process seems to own",
        """
def attack():
    full = 0
    for place in ("/dev/shm", "/tmp"):
        try:
            with open(f"{place}/{MARK}", "wb") as file:
                for _ in range(400):
                    file.write(bytes(2**20))
        except OSError:
            full += 1
    for number in range(100):
        try:
            descriptor = os.memfd_create(f"{MARK}{number}")
            for _ in range(200):
                os.write(descriptor, bytes(2**20))
        except OSError:
            full += 1
    raise ValueError(f"{full} {RAN}")
""",
    ),
    in_build(
        "bomb-forks",
        "start processes without end, which start processes",
        """
def attack():
    while True:
        try:
            os.fork()
        except OSError:
            print(RAN)
            time.sleep(0.01)
""",
        shows={"cnn-builds": "memory"},
        ran=False,
    ),
    in_build(
        "bomb-threads",
        "start threads without end",
        """
def attack():
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
""",
        shows={"cnn-builds": "processes"},
        ran=False,
    ),
    in_build(
        "bomb-disk",
        "write files until the disk is full",
        """
def attack():
    print(RAN)
    for number in range(10**6):
        with open(f"/tmp/{MARK}{number}", "wb") as file:
            file.write(bytes(2**24))
""",
        shows={"cnn-builds": "disk"},
    ),
    in_build(
        "bomb-inodes",
        "make a million empty files and folders",
        """
def attack():
    print(RAN)
    until = time.monotonic() + 3
    number = 0
    while time.monotonic() < until:
        try:
            os.mkdir(f"/tmp/{MARK}{number}")
        except OSError:
            break
        number += 1
    raise ValueError("stopped")
""",
    ),
    in_build(
        "bomb-descriptors",
        "open files and sockets until none can be opened",
        """
def attack():
    print(RAN)
    kept = []
    while True:
        kept.append(socket.socketpair())
""",
    ),
    at_load(
        "bomb-output",
        "print a hundred megabytes, with control characters and broken text",
        """
def attack():
    print(RAN)
    for _ in range(100):
        print("\\x1b[2J\\r\\x00\\ud800" * 2**18)
""",
    ),
    at_load(
        "bomb-segments",
        "leave System V memory, semaphores and message queues behind",
        """
def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    for number in range(20):
        libc.shmget(0x7e570000 + number, 2**16, 0o1666)
        libc.semget(0x7e570000 + number, 4, 0o1666)
        libc.msgget(0x7e570000 + number, 0o1666)
""",
    ),
    in_build(
        "bomb-answer",
        "give an answer of many gigabytes that costs the sender nothing",
        """
class Wide(nn.Module):
    pass

def attack():
    print(RAN)
    raise ValueError("x" * 2**30)
""",
    ),
    in_build(
        "bomb-recursion",
        "recurse until the stack overflows, in Python and in C",
        """
def attack():
    print(RAN)
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**6):
        nested = [nested]
    repr(nested)
    def deeper():
        return deeper()
    deeper()
""",
        shows={"cnn-builds": "crashed"},
        ran=False,
    ),
    in_build(
        "bomb-crash",
        "end the interpreter by a wild pointer",
        """
def attack():
    ctypes.string_at(1)
""",
        shows={"cnn-builds": "crashed"},
        ran=False,
    ),
    in_build(
        "bomb-kill-all",
        "kill every process that it may, the parent first, and its own group",
        """
def attack():
    for target in (os.getppid(), 1, -1, 0):
        try:
            os.kill(target, signal.SIGKILL)
        except OSError:
            pass
""",
        shows={"cnn-builds": "crashed"},
        ran=False,
    ),
]
