"""What of the student's a request calls, in the student's words: verbs are the wire's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.wire.values import Handle

CALLS = {
    "call": "{}",
    "build": "{}.__init__",
    "forward": "{}.forward",
    "forward_embedded": "{}.forward",
    "predict": "{}.forward",
    "gradients": "{}.forward with backward",
    "fit": "training {}",
    "parameters": "{}.named_parameters",
    "get_weights": "{}.state_dict",
    "set_weights": "{}.load_state_dict",
}
"""What runs of a class or function; verbs that are not here run nothing that has a name of the student's."""
OTHERS = {"load": "loading the notebook", "made": "loading the notebook", "signature": "loading the notebook"}


class Called:
    """Knows which class each model of a worker was built from."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def built(self, arguments: Mapping[str, Any], value: Any) -> None:
        """Note what came of a request."""
        if isinstance(value, Handle) and "name" in arguments:
            self._names[value.number] = arguments["name"]

    def text(self, verb: str, arguments: Mapping[str, Any]) -> str:
        """What the request calls, such as "CNN.forward"; for the kit's own models and verbs, that it is the kit's."""
        model = arguments.get("model")
        name = self._names.get(model.number) if isinstance(model, Handle) else arguments.get("name")
        if verb in CALLS and name:
            return CALLS[verb].format(name)
        return OTHERS.get(verb, f"{verb} of the kit's own")
