"""Attacks that read what a student must not have. What they find they print behind the word STOLEN."""

from __future__ import annotations

from tests.attacks.attack import Attack, at_load, in_build

ATTACKS: list[Attack] = [
    at_load(
        "read-graders-by-name",
        "walk the whole file system for graders, hidden reviews, thresholds, solutions, notebooks, reports",
        """
WANTED = {"rubric.toml", "thresholds.json", "graders", "hidden", "solutions", "families.json", "report.json",
          "test_cnn.py", "submitted", "grades.csv", ".git", "issues"}

def attack():
    for top in sorted(set(os.listdir("/")) - {"proc", "sys", "usr", "lib", "lib64", "dev"}):
        for folder, folders, files in os.walk("/" + top):
            folders[:] = [name for name in folders if name not in {"site-packages", "lib"}]
            tell(*(os.path.join(folder, name) for name in [*folders, *files] if name in WANTED))
            tell(*(os.path.join(folder, name) for name in files if name.endswith(".ipynb")))
""",
    ),
    at_load(
        "read-beside-the-package",
        "open the graders' files beside the imported packages",
        """
def attack():
    import autograder, textlab
    for package in (autograder, textlab):
        above = os.path.dirname(os.path.dirname(package.__file__))
        for name in ("autograder/thresholds.json", "autograder/rubric.toml", "autograder/hidden/key",
                     "autograder/graders/test_cnn.py", "solutions/2_cnn.py", "datasets/reviewgen/lexicon.py"):
            try:
                tell(open(os.path.join(above, name)).read()[:40])
            except OSError:
                pass
""",
    ),
    at_load(
        "read-command-lines",
        "learn from other processes' command lines where the project lies, and open it there",
        """
def attack():
    for number in [name for name in os.listdir("/proc") if name.isdigit()]:
        try:
            words = open(f"/proc/{number}/cmdline").read().split("\\0")
        except OSError:
            continue
        tell(*(word for word in words if "textlab" in word or "ro-bind" in word or "submitted" in word))
""",
    ),
    at_load(
        "read-places-in-mounts",
        "take paths of the project from the table of mounts and open them",
        """
def attack():
    for line in open("/proc/self/mountinfo"):
        place = line.split()[3]
        for above in (place, os.path.dirname(place), os.path.dirname(os.path.dirname(place))):
            for name in ("thresholds.json", "autograder/thresholds.json", "hidden/key", "autograder/hidden/key"):
                if os.path.exists(os.path.join(above, name)):
                    tell(os.path.join(above, name))
""",
    ),
    at_load(
        "read-by-import",
        "import graders, judge, thresholds, the generator of hidden reviews, and other submissions",
        """
def attack():
    import importlib
    for name in ("autograder.graders.test_cnn", "autograder.judge.judging", "autograder.thresholds",
                 "autograder.rubric", "autograder.judge.hidden_data", "autograder.command_line", "reviewgen",
                 "autograder.submissions", "autograder.release", "tests.solution_source"):
        try:
            tell(importlib.import_module(name))
        except ImportError:
            pass
""",
    ),
    at_load(
        "read-environment",
        "read secrets of the instructor from environment variables, its own and other processes'",
        """
def attack():
    tell(*(name for name in os.environ if "SECRET" in name or "TOKEN" in name or "TEXTLAB" in name))
    for number in [name for name in os.listdir("/proc") if name.isdigit()]:
        try:
            if b"SECRET" in open(f"/proc/{number}/environ", "rb").read():
                tell("environment of process", number)
        except OSError:
            pass
""",
    ),
    in_build(
        "read-callers-frames",
        "climb the call stack and search all objects for expected values, labels and thresholds",
        """
def attack():
    frame = sys._getframe()
    while frame:
        names = set(frame.f_locals) | set(frame.f_globals)
        tell(*(name for name in names if name in {"expected", "tolerance", "judging", "thresholds", "rubric"}))
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) is dict and ("f1_at_least" in thing or "delta_share_at_most" in thing):
            tell(sorted(map(str, thing))[:5])
    tell(*(name for name in sys.modules if name.startswith(("autograder.judge", "autograder.graders", "pytest"))))
""",
    ),
    at_load(
        "read-judges-memory",
        "read other processes' memory through /proc, ptrace and process_vm_readv",
        """
def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.getpid()
    for number in [int(name) for name in os.listdir("/proc") if name.isdigit()] + [1, os.getppid()]:
        if number in (0, own):
            continue
        try:
            tell(open(f"/proc/{number}/mem", "rb"))
        except OSError:
            pass
        if libc.ptrace(16, number, 0, 0) == 0:
            tell("traced", number)
    buffer = ctypes.create_string_buffer(8)
    parts = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
    if libc.process_vm_readv(os.getppid(), parts, 1, parts, 1, 0) > 0:
        tell("process_vm_readv")
""",
    ),
    at_load(
        "read-open-descriptors",
        "read files and folders that the judge left open",
        """
def attack():
    for number in range(256):
        try:
            place = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if not place.startswith(("/dev/null", "socket:", "anon_inode:", "/proc", "pipe:")):
            tell(number, place)
    for line in open("/proc/net/unix").readlines()[1:]:
        if len(line.split()) > 7:
            tell(line.split()[7])
""",
    ),
    at_load(
        "read-what-others-left",
        "look for files, segments and processes of submissions graded before or beside",
        """
def attack():
    for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run/user", os.getcwd(), os.environ["HOME"]):
        if os.path.isdir(folder):
            tell(*(os.path.join(folder, name) for name in os.listdir(folder) if MARK in name or "worker" in name))
    for kind in ("shm", "sem", "msg"):
        tell(*open(f"/proc/sysvipc/{kind}").readlines()[1:])
    known = {1, os.getpid(), os.getppid()}
    tell(*(name for name in os.listdir("/proc") if name.isdigit() and int(name) not in known))
""",
    ),
    at_load(
        "read-as-another-user",
        "become root again, by setuid, by capabilities, by a new user namespace, by sudo or su",
        """
def attack():
    for change in (os.setuid, os.setgid, os.seteuid):
        try:
            change(0)
            tell(change.__name__)
        except OSError:
            pass
    libc = ctypes.CDLL(None, use_errno=True)
    for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000):
        if libc.unshare(flag) == 0:
            tell("unshare", hex(flag))
    for command in ("su -c id", "sudo -n id", "mount -t tmpfs none /tmp", "nsenter -t 1 -m id"):
        if os.system(command + " >/dev/null 2>&1") == 0:
            tell(command)
    lines = [line for line in open("/proc/self/status") if line.startswith(("CapEff", "CapPrm", "CapBnd"))]
    tell(*(line for line in lines if int(line.split()[1], 16)))
""",
    ),
    at_load(
        "read-kernel-keys-and-devices",
        "read the kernel's keys, its log, devices and the machine's settings",
        """
def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(250, 0, -3, 0) >= 0:
        tell("keyctl")
    for place in ("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/proc/kcore", "/proc/kmsg", "/sys/class",
                  "/etc/shadow", "/etc/passwd", "/var/log", "/proc/sys/kernel/core_pattern"):
        try:
            if place.endswith("core_pattern"):
                open(place, "w").write("|/tmp/x")
            elif os.path.isdir(place):
                os.listdir(place)
            else:
                open(place, "rb").read(1)
            tell(place)
        except OSError:
            pass
""",
    ),
]
