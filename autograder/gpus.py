"""The GPUs that graded training may run on: found outside of the sandbox, tried inside.

The driver is asked by other processes only: one that has asked it cannot fork others that use it.
"""

from __future__ import annotations

import subprocess
import sys

import torch

from autograder.judge.client import WorkerLost
from autograder.judge.judging import TRAIN_S
from autograder.judge.remote import RemoteBench, RemoteModel
from autograder.judge.workers import Workers
from autograder.judges import fork_server
from autograder.sandbox import ForkServer, Level
from textlab.checks.failure import StudentError
from textlab.training import TrainingPlan

ASK_S = 120.0
ASK = """
import torch
print(*(torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())), sep="\\n")
"""


class GPUError(RuntimeError):
    """No GPU can be used; the text says what was found and what to do."""


def find_gpus(level: Level) -> tuple[str, ...]:
    """The names of all CUDA devices, after a worker behind that wall has trained a network on each.

    Raises GPUError when there is none or one does not work.
    """
    names = ask_names()
    server = fork_server(level, gpu=True)
    try:
        for number, name in enumerate(names):
            _try(level, server, f"cuda:{number}", name)
    finally:
        if server is not None:
            server.close()
    return names


def ask_names() -> tuple[str, ...]:
    """The names of all CUDA devices, in CUDA's order. Raises GPUError when there is none."""
    built = torch.version.cuda
    said = f"PyTorch {torch.__version__}"
    if built is None:
        raise GPUError(f"no CUDA device: {said} is built without CUDA; install a build with it, or use --device cpu")
    try:
        asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, timeout=ASK_S, check=True)
    except subprocess.TimeoutExpired:
        raise GPUError(f"the CUDA driver does not answer within {ASK_S:g} s; look at nvidia-smi") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise GPUError(f"no CUDA device works: {last}; look at nvidia-smi, or use --device cpu") from None
    names = tuple(line for line in asked.stdout.splitlines() if line)
    if not names:
        raise GPUError(
            f"no CUDA device: {said} for CUDA {built} finds none; look at nvidia-smi and CUDA_VISIBLE_DEVICES, "
            "or use --device cpu"
        )
    return names


def _try(level: Level, server: ForkServer | None, device: str, name: str) -> None:
    """Train and ask a small network of the kit's own as a judge will. Raises GPUError when that does not work."""
    ids, lengths, labels = torch.full((4, 6), 2), torch.full((4,), 6), torch.tensor([0.0, 1.0, 0.0, 1.0])
    workers = Workers(level, server, device)
    try:
        worker = workers.take()
        try:
            small = RemoteBench(lambda: worker).probe(vocab_size=4, emb_dim=3, pad_idx=1)
            model = RemoteModel(worker, small.handle, TRAIN_S)
            model.fit(ids, lengths, labels, TrainingPlan(epochs=1, batch_size=2, seed=0, pad_id=1))
            model.predict(ids, lengths, pad_id=1)
        finally:
            worker.close()
    except (StudentError, WorkerLost) as error:
        reason = error.message if isinstance(error, StudentError) else error
        where = f"in the sandbox ({level.word})"
        raise GPUError(f"{name} ({device}) cannot be used {where}: {reason}; use --device cpu") from None
    finally:
        workers.close()
