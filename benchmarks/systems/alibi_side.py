"""What the alibi library says; runs in its own virtual environment, see alibi_example.py.

    python alibi_side.py question.npz answer.npz

question.npz: the weights of the network as PyTorch has them, and ids [reviews, tokens] in which 0 is the padding.
answer.npz: the network's probabilities, alibi's attributions [reviews, tokens, emb_dim], deltas, targets, metadata.
Needs numpy, tensorflow and alibi, and nothing of the kit.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import tensorflow as tf
from alibi.explainers import IntegratedGradients


def network(weights: dict[str, Any], length: int) -> Any:
    """The example's network in Keras, with the weights of the one in PyTorch."""
    size, width = weights["embedding.weight"].shape
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Embedding(size, width, input_length=length),
            layers.Conv1D(250, 3, padding="valid", activation="relu"),
            layers.Dropout(0.4),
            layers.GlobalMaxPooling1D(),
            layers.Dense(250, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.build((None, length))
    model.set_weights(
        [
            weights["embedding.weight"],
            weights["convolution.weight"].transpose(2, 1, 0),
            weights["convolution.bias"],
            weights["dense.weight"].T,
            weights["dense.bias"],
            weights["output.weight"].T,
            weights["output.bias"],
        ]
    )
    return model


def main(question: str, answer: str) -> None:
    """Read, explain, write."""
    with np.load(question, allow_pickle=False) as read:
        ids = read["ids"]
        weights = {name: read[name] for name in read.files if "." in name}
    model = network(weights, ids.shape[1])
    probabilities = model(ids).numpy()
    targets = probabilities.argmax(axis=1)
    # As in the example: no baselines given, which alibi takes as token id 0 at every place.
    explainer = IntegratedGradients(
        model, layer=model.layers[0], n_steps=50, method="gausslegendre", internal_batch_size=100
    )
    explanation = explainer.explain(ids, baselines=None, target=targets)
    meta = {"name": explanation.meta["name"], "type": explanation.meta["type"], "data": sorted(explanation.data)}
    np.savez(
        answer,
        probabilities=probabilities,
        targets=targets,
        attributions=np.asarray(explanation.attributions[0]),
        deltas=np.asarray(explanation.deltas),
        meta=np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
