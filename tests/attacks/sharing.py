"""Attacks on what workers share: the process that forked them, the kernel, the processor."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load, in_build

ATTACKS: list[Attack] = [
    at_load(
        "share-descriptors",
        "find the fork server's socket, or any descriptor but its own socket, and ask for a worker there",
        """
def attack():
    sockets = 0
    for number in range(256):
        try:
            place = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if place.startswith("socket:"):
            sockets += 1
            found = socket.socket(fileno=os.dup(number))
            if found.type == socket.SOCK_SEQPACKET:
                socket.send_fds(found, [b"60900"], [number])
                tell("asked for a worker")
        elif "pidfd" in place or place.startswith(("/proc", "/dev/fd")):
            tell(number, place)
    if sockets > 1:
        tell(sockets, "sockets")
""",
    ),
    at_load(
        "share-first-process",
        "stop, kill, trace, enter or read the process above it",
        """
def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    for number in range(1, 65):
        try:
            os.kill(1, number)
        except OSError:
            pass
    for request in (16, 0x4206):
        if libc.ptrace(request, 1, 0, 0) == 0:
            tell("traced", request)
    for name in ("mem", "maps", "environ", "root/tmp", "cwd/x", "fd/0", "ns/mnt", "ns/user", "syscall", "stack"):
        try:
            os.close(os.open(f"/proc/1/{name}", os.O_RDONLY))
            tell(name)
        except OSError:
            pass
    try:
        first = os.pidfd_open(1)
        signal.pidfd_send_signal(first, signal.SIGKILL)
        for number in range(32):
            if libc.syscall(438, first, number, 0) >= 0:
                tell("took descriptor", number)
        for kind in (0x20000, 0x10000000, 0x20000000, 0x40000000):
            if libc.setns(first, kind) == 0:
                tell("entered", hex(kind))
    except OSError:
        pass
    time.sleep(0.2)
""",
    ),
    at_load(
        "share-memory",
        "search the memory that it has inherited for what other submissions hold",
        """
def attack():
    # Cut in two, so that the words themselves are nowhere in this submission.
    first_half, second_half = "_textlab_honest".encode(), b"_words_"
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
        for line in maps:
            words = line.split()
            if not words[1].startswith("rw") or "[v" in line:
                continue
            begin, end = (int(number, 16) for number in words[0].split("-"))
            memory.seek(begin)
            held = memory.read(min(end - begin, 2**28))
            at = held.find(first_half)
            while at >= 0:
                if held[at + len(first_half):].startswith(second_half):
                    tell("words of another submission")
                at = held.find(first_half, at + 1)
    kinds = [type(thing).__name__ for thing in gc.get_objects()]
    tell(*(kind for kind in kinds if kind in ("Submission", "Judging", "Record", "HiddenData")))
    if kinds.count("Session") > 1:
        tell("the session of another submission")
""",
    ),
    at_load(
        "share-namespaces",
        "make or enter namespaces through every system call that can, and mount, remount or unmount there",
        """
def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    flags = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
    for flag in flags:
        if libc.unshare(flag) == 0:
            tell("unshare", hex(flag))
        child = libc.syscall(56, flag | signal.SIGCHLD, 0, 0, 0, 0)
        if child == 0:
            os._exit(0)
        if child > 0:
            tell("clone", hex(flag))
        given = (ctypes.c_uint64 * 8)(flag, 0, 0, 0, signal.SIGCHLD)
        child = libc.syscall(435, given, ctypes.sizeof(given))
        if child == 0:
            os._exit(0)
        if child > 0:
            tell("clone3", hex(flag))
    for name in os.listdir("/proc/self/ns"):
        try:
            descriptor = os.open(f"/proc/1/ns/{name}", os.O_RDONLY)
            if libc.setns(descriptor, 0) == 0:
                tell("setns", name)
        except OSError:
            pass
    for place in (b"/", b"/usr", b"/kit", b"/tmp", b"/proc"):
        for options in (32, 32 | 4096, 4096, 1 << 18):
            if libc.mount(b"none", place, b"tmpfs", options, None) == 0:
                tell("mount", place, options)
        if libc.umount2(place, 2) == 0:
            tell("umount", place)
    for number in (155, 428, 429, 430, 432, 442):
        if libc.syscall(number, -100, b"/tmp", 0, b"/tmp", 0) >= 0:
            tell("system call", number)
""",
    ),
    at_load(
        "share-other-calls",
        "make the refused system calls by the numbers of another machine type",
        """
def attack():
    print(RAN)
    if ctypes.CDLL(None).syscall(0x40000000 | 272, 0x10000000) == 0:
        tell("unshare of x32")
""",
        shows={"cnn-builds": "crashed"},
        ran=False,
    ),
    at_load(
        "share-machine",
        "change the clock, the host name, priorities, limits, and who is killed when memory runs out",
        """
def write(place, content):
    descriptor = os.open(place, os.O_WRONLY)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)

def attack():
    import resource
    tries = {
        "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time() + 3600),
        "host name": lambda: socket.sethostname(MARK),
        "priority": lambda: os.nice(-5),
        "others' priority": lambda: os.setpriority(os.PRIO_USER, 0, -5),
        "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)),
        "processes": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (2**16, 2**16)),
        "memory": lambda: write("/proc/self/oom_score_adj", b"-1000"),
        "memory of process 1": lambda: write("/proc/1/oom_score_adj", b"1000"),
        "kernel": lambda: write("/proc/sys/kernel/pid_max", b"301"),
        "trigger": lambda: write("/proc/sysrq-trigger", b"b"),
        "root": lambda: os.chroot("/tmp"),
        "device": lambda: os.mknod(f"/tmp/{MARK}", 0o60666, os.makedev(8, 0)),
        "session": os.setsid,
    }
    for what, change in tries.items():
        try:
            change()
            tell(what)
        except (OSError, ValueError):
            pass
""",
    ),
    in_build(
        "share-processor",
        "keep the processor busy with two hundred processes, so that others miss their deadlines",
        """
def attack():
    print(RAN)
    for _ in range(200):
        if os.fork() == 0:
            try:
                os.setsid()
            except OSError:
                pass
            while True:
                pass
    time.sleep(60)
""",
        shows={"cnn-builds": "memory"},
        ran=False,
    ),
    in_build(
        "share-socket",
        "end the worker and let a child go on answering the judge",
        """
def attack():
    print(RAN)
    if os.fork() != 0:
        os._exit(0)
""",
        shows={},
        ran=False,
    ),
    at_load(
        "share-terminals",
        "open terminals, watches and timers until the kernel has no more for anybody",
        """
def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(6):
        if os.fork() == 0:
            kept = []
            try:
                while True:
                    kept.append(os.openpty())
                    kept.append(libc.inotify_init())
            except OSError:
                time.sleep(900)
            os._exit(0)
    time.sleep(1)
""",
    ),
]
