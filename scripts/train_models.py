"""Train the named networks whose weights are shipped, each by its own recipe.

    python -m scripts.train_models [NAME …]

The learning rate is a tenth of the recipe's in the last fifth of the steps.  Writes
`models/NAME/weights.safetensors` and prints the accuracy that the model's card states.  The same
machine and torch build give the same weights.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from convscope.data.catalog import Dataset, open_dataset
from convscope.learn.data import Batches
from convscope.learn.evaluate import evaluation_in_pieces
from convscope.learn.initialise import initialise
from convscope.learn.network import build, evaluation_twin
from convscope.learn.optimizer import tune
from convscope.learn.trainer import Trainer
from convscope.recipe import NamedModel, named_model, plan
from convscope.settings import Settings

STEPS = {"default": 5_000, "tinyvgg": 5_000, "color-7x7": 5_000}
CPU = torch.device("cpu")


def train(model: NamedModel, data: Dataset, steps: int) -> nn.Sequential:
    """A network trained by a model's recipe, in evaluation mode."""
    recipe = model.recipe
    plans = plan(recipe.network)
    network = build(plans, CPU)
    initialise(network, recipe.init, recipe.seed)
    batches = Batches(data, recipe.batch_size, recipe.seed, CPU)
    trainer = Trainer(network, recipe.optimizer, batches, recipe.seed)
    for step in range(steps):
        if step == steps * 4 // 5:
            tune(trainer.optimizer, {"learning_rate": recipe.optimizer.learning_rate / 10})
        trainer.advance()
        if step % 500 == 499:
            print(f"  step {step + 1}: {trainer.accuracy:.3f} of the last 50 batches", flush=True)
    return evaluation_twin(network, plans)


def accuracy(network: nn.Sequential, data: Dataset) -> float:
    """The share of all held-out pictures that the network names rightly."""
    *_, evaluation = evaluation_in_pieces(network, data, CPU)
    assert evaluation is not None
    return evaluation.accuracy


def save(network: nn.Sequential, path: Path, about: dict[str, str]) -> None:
    """Every tensor by torch's name, in torch's plain order; `about` goes into the header."""
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, path, metadata=about)
    path.chmod(0o644)  # safetensors makes it readable by its owner alone


def main() -> None:
    """Train, measure and save each model that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(STEPS))
    names = parser.parse_args().names or list(STEPS)
    if unknown := set(names) - set(STEPS):
        parser.error(f"expected {', '.join(STEPS)}, got {', '.join(unknown)}")
    torch.set_num_threads(1)
    settings = Settings()
    for name in names:
        model = named_model(name)
        wanted = model.recipe.data.dataset
        assert wanted is not None
        print(f"{name}: {STEPS[name]:,} steps on {wanted}")
        data = open_dataset(wanted, settings)
        network = train(model, data, STEPS[name])
        share = accuracy(network, data)
        about = {
            "dataset": data.id,
            "dataset_sha256": data.sha256,
            "steps": str(STEPS[name]),
            "held_out_accuracy": str(share),
        }
        save(network, model.folder / "weights.safetensors", about)
        print(f"  held out: {100 * share:.2f} % of {len(data.test_labels):,}")


if __name__ == "__main__":
    main()
