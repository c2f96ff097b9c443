"""What one worker may use of the machine, whichever way it is started."""

SCRATCH_BYTES = 256 * 2**20
SCRATCH_FILES = 20_000
"""Files and folders in each of them; the kernel holds a kilobyte for one."""
RESOURCES = {"core": 0, "nofile": 256, "nproc": 256, "fsize": SCRATCH_BYTES, "as": 8 * 2**30}
"""By resource, as prlimit and Python's resource module name it: no core files, few files and processes, bounded files
and address space."""


def resources(*, gpu: bool) -> dict[str, int]:
    """The limits of one worker; the driver of a GPU maps far more addresses than there is memory."""
    return {name: value for name, value in RESOURCES.items() if not (gpu and name == "as")}
