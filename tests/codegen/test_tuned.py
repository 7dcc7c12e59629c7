"""Settings that were tuned while a run trained: the code has those in force, and says so."""

from dataclasses import replace

import pytest
from torch import nn

from convscope.codegen import generate, tuned
from convscope.codegen.source import Framework
from convscope.learn.optimizer import make_optimizer, settings_of, tune
from tests.codegen.networks import NETWORKS, subject
from tests.support.networks import DEFAULT, recipe

CHANGES = {"learning_rate": 0.003, "weight_decay": 0.02}
NONE = {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.0}


@pytest.mark.parametrize("framework", ["pytorch", "keras"])
def test_the_code_has_the_settings_in_force_and_what_they_were(framework: Framework) -> None:
    of = subject(NETWORKS["default"])
    code = generate(tuned(of, CHANGES | {"momentum": None}), framework).code
    assert "0.003" in code
    assert "# Tuned while the run trained: learning_rate was 0.05 at first." in code
    assert "# Tuned while the run trained: weight_decay was 0.0 at first." in code
    assert "momentum was" not in code
    assert tuned(of, NONE) == of
    assert "Tuned" not in generate(of, framework).code


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "SGD", "momentum": 0.0, "nesterov": True},
        {"type": "SGD", "momentum": 0.8, "nesterov": True},
        {"type": "RMSprop"},
    ],
)
def test_the_codes_optimiser_is_the_one_in_force(spec: dict[str, object]) -> None:
    of = replace(subject(NETWORKS["default"]), recipe=recipe(DEFAULT, optimizer=spec))
    network = nn.Linear(2, 2)
    trained = make_optimizer(network, of.recipe.optimizer)
    tune(trained, CHANGES | {"momentum": 0.5})
    code = generate(tuned(of, settings_of(trained)), "pytorch").code
    names: dict[str, object] = {"__name__": "made"}
    exec(compile(code, "made", "exec"), names)  # our own code
    make = names["make_optimizer"]
    assert callable(make)
    [made], [expected] = make(network).param_groups, trained.param_groups
    for key in ("lr", "momentum", "weight_decay", "nesterov"):
        assert made.get(key) == expected.get(key), key
