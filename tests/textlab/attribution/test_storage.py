"""Attributions in a file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.textlab.attribution.networks import Convolution, seeded, sentence
from textlab.attribution import explain, load_attributions, save_attributions, to_html


@pytest.mark.parametrize("baseline", ["pad", "zero"])
def test_what_is_loaded_is_what_was_saved(tmp_path: Path, baseline: Any) -> None:
    several = [sentence(4), sentence(9), sentence(3)]
    names = {"ja": 0, "nein": 1, "ähnlich": 2}
    saved = explain(
        seeded(Convolution, outputs=3), several, n_steps=20, labels=names, baseline=baseline, truth=["ja", None, 2]
    )
    save_attributions(saved, tmp_path / "a.npz")
    loaded = load_attributions(tmp_path / "a.npz")
    assert loaded.meta == saved.meta
    assert list(loaded) == list(saved) and to_html(loaded) == to_html(saved)
    for name in vars(saved.data):
        one, other = getattr(saved.data, name), getattr(loaded.data, name)
        if isinstance(one, torch.Tensor):
            assert torch.equal(one, other) and one.dtype == other.dtype
        elif isinstance(one[0], torch.Tensor):
            assert len(one) == len(other) and all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
        else:
            assert one == other, name


def test_the_same_attributions_give_the_same_bytes_without_pickle(tmp_path: Path) -> None:
    saved = explain(seeded(Convolution), [sentence(4)], n_steps=20)
    for name in ("a.npz", "b.npz"):
        save_attributions(saved, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no archive", encoding="utf-8")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(tmp_path / "pickled.npz", text=np.array([{}], dtype=object))
    saved = explain(seeded(Convolution), [sentence(4)], n_steps=20)
    save_attributions(saved, tmp_path / "whole.npz")
    with zipfile.ZipFile(tmp_path / "whole.npz") as whole, zipfile.ZipFile(tmp_path / "part.npz", "w") as part:
        for name in whole.namelist():
            if name != "outputs.npy":
                part.writestr(name, whole.read(name))
    for name in ("text.npz", "other.npz", "pickled.npz", "part.npz"):
        with pytest.raises(ValueError, match=rf"{name} is no file of save_attributions"):
            load_attributions(tmp_path / name)
