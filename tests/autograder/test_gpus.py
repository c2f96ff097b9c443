"""`autograder grade --device cuda` as far as it can be seen without a GPU."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from autograder import command_line, gpus, grade_command, judges
from autograder.judge.client import Worker, WorkerLost
from autograder.judge.judge import Settings, judge_submission
from autograder.judge.remote import RemoteBench
from autograder.judge.workers import Workers
from autograder.record import Record
from autograder.sandbox import Level, start_worker
from autograder.submissions import Submission
from textlab.checks.failure import StudentError
from textlab.training import TrainingPlan

NOBODY = Submission("nobody", (), ())
TWO = Settings(gpus=("Model A", "Model A"))
NONE_WORKS = r"NVIDIA|CUDA"


def grade(out: Path, *options: str) -> tuple[int, str]:
    """Status and words of the command on the example class."""
    found = CliRunner().invoke(
        command_line.app, ["grade", "examples/submitted", "--out", str(out), "--device", "cuda", *options]
    )
    return found.exit_code, " ".join(found.output.split())


def test_without_a_device_nothing_is_graded_and_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    status, said = grade(tmp_path / "out")
    assert status == 2
    assert f"no CUDA device: PyTorch {torch.__version__}" in said
    assert "use --device cpu" in said
    assert not (tmp_path / "out").exists()


def test_a_pytorch_without_cuda_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(gpus.GPUError, match="built without CUDA; install a build with it"):
        gpus.ask_names()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("", "for CUDA 12.1 finds none; look at nvidia-smi and CUDA_VISIBLE_DEVICES"),
        ("raise RuntimeError('driver too old')", "RuntimeError: driver too old; look at nvidia-smi"),
        ("import time; time.sleep(60)", "does not answer within 0.2 s"),
    ],
)
def test_what_the_driver_answers_is_said(program: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "12.1")
    monkeypatch.setattr(gpus, "ASK", program)
    monkeypatch.setattr(gpus, "ASK_S", 0.2 if "sleep" in program else 60.0)
    with pytest.raises(gpus.GPUError, match=said):
        gpus.ask_names()


def test_each_line_is_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "12.1")
    monkeypatch.setattr(gpus, "ASK", "print('Model A'); print('Model B')")
    assert gpus.ask_names() == ("Model A", "Model B")


def test_a_cluster_does_not_train_on_gpus(tmp_path: Path) -> None:
    status, said = grade(tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    assert status == 2
    assert "does not go with --cluster" in said


def test_the_command_hands_on_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Settings] = []

    def nothing(found: object, settings: Settings, *rest: object, **named: object) -> list[Record]:
        asked.append(settings)
        return []

    monkeypatch.setattr(grade_command, "find_gpus", lambda level: TWO.gpus)
    monkeypatch.setattr(grade_command, "grade_class", nothing)
    status, said = grade(tmp_path / "out")
    assert (status, asked[0].gpus) == (0, TWO.gpus)
    assert "trained on Model A, Model A: at most 2 at once" in said


def test_a_device_that_fails_in_the_sandbox_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr(gpus, "ask_names", lambda: ("Model A",))
    with pytest.raises(gpus.GPUError, match=rf"Model A \(cuda:0\) cannot be used .*\(process\).*({NONE_WORKS})"):
        gpus.find_gpus(Level.PROCESS)


def test_a_worker_computes_where_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    worker = Worker(start_worker(Level.PROCESS, gpu=True))
    ids, lengths = torch.full((4, 6), 2), torch.full((4,), 6)
    try:
        model = RemoteBench(lambda: worker).probe(vocab_size=4, emb_dim=3, pad_idx=1)
        model.fit(ids, lengths, torch.tensor([0.0, 1.0] * 2), TrainingPlan(1, 2, 0, 1))
        assert len(model.predict(ids, lengths, pad_id=1)) == 4
        # There is none, so an error shows that it was tried.
        worker.device = "cuda:0"
        with pytest.raises(StudentError, match=NONE_WORKS):
            model.predict(ids, lengths, pad_id=1)
        with pytest.raises(WorkerLost):
            model.forward(ids)
    finally:
        worker.close()


@pytest.mark.parametrize(("settings", "gpu"), [(Settings(), None), (TWO, "Model A")])
def test_the_record_names_the_gpu_and_only_then(settings: Settings, gpu: str | None) -> None:
    record = judge_submission(NOBODY, settings, Workers(Level.PROCESS))
    assert record.versions.get("gpu") == gpu


@pytest.mark.parametrize(
    ("settings", "asked", "count"), [(TWO, 5, 2), (TWO, 1, 1), (Settings(), 5, 5), (Settings(gpus=("A",)), 0, 1)]
)
def test_there_is_at_most_one_judge_for_each_gpu(settings: Settings, asked: int, count: int) -> None:
    assert judges.LocalJudges(settings, asked).count == count


class Device(Workers):
    """Workers of which none is started."""

    def prepare(self) -> None:
        """Do nothing."""


both = multiprocessing.Barrier(2)


def told(submission: Submission, settings: Settings) -> Record:
    """In a judge's process, once both are there: its device in place of a record."""
    both.wait(60)
    assert judges._workers is not None
    return judges._workers._device  # type: ignore[return-value]


@pytest.mark.skipif(sys.platform != "linux", reason="judges are forked there")
@pytest.mark.parametrize(("settings", "found"), [(TWO, ["cuda:0", "cuda:1"]), (Settings(), ["cpu", "cpu"])])
def test_every_judge_has_a_device_of_its_own(
    settings: Settings, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judges, "Workers", Device)
    monkeypatch.setattr(judges, "load_data", lambda settings: None)
    made = judges.LocalJudges(settings, 2)
    try:
        futures = [made.submit(told, NOBODY) for _ in range(2)]
        for future in futures:
            made.wait([future])
        assert sorted(str(future.result()[0]) for future in futures) == found
    finally:
        made.close()
