"""One thread for all tests: graded training uses one, and two fight over the cores of a shared machine."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

torch.set_num_threads(1)
