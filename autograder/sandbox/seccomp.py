"""A filter that refuses the system calls a student's network never needs and an attacker likes."""

from __future__ import annotations

import errno
import os
import socket
import tempfile

REFUSED = [
    "add_key",
    "bpf",
    "delete_module",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    # Memory that belongs to no process is seen by no limit: no files without a name, no System V segments.
    "memfd_create",
    "memfd_secret",
    "mount",
    "mount_setattr",
    "move_mount",
    "move_pages",
    "msgget",
    "open_tree",
    "perf_event_open",
    "personality",
    "pidfd_getfd",
    "pivot_root",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "reboot",
    "request_key",
    "semget",
    "setns",
    # In a session of its own a process is scheduled as if it were alone, and many of them starve other submissions.
    "setsid",
    "shmget",
    "swapoff",
    "swapon",
    "umount2",
    "unshare",
    "userfaultfd",
]

FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16)
"""Address families that stay: those that the empty network namespace shuts in (16: netlink, for names of interfaces).
Others do not: AF_VSOCK reaches the host of a virtual machine, AF_ALG the kernel's ciphers."""
LAST_FAMILY = 64
NEW_NAMESPACES = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
"""Flags of clone: in a user namespace of its own a process has every right over what else it makes there."""


def why_missing() -> str | None:
    """The reason why there is no filter here, or None when there is one."""
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError) as error:
        return f"pyseccomp does not load: {error}"
    return None


def filter_descriptor() -> int | None:
    """An open file that holds the compiled filter, for bwrap's --seccomp; None where it cannot be made."""
    if why_missing() is not None:
        return None
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        try:
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        except (OSError, RuntimeError, ValueError):
            continue  # the library does not know this call, so the kernel here has none of that name
    for flag in NEW_NAMESPACES:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # Its flags lie in memory, where no filter can read them; libraries use clone where there is no clone3.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for family in set(range(LAST_FAMILY)) - set(FAMILIES):
        for call in ("socket", "socketpair"):
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), call, pyseccomp.Arg(0, pyseccomp.EQ, family))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())
