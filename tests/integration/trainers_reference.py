"""The callbacks of docs/watching.md in the real packages, in an environment of its own.

python trainers_reference.py PAGE SERVER FOLDER NAME prints the run's id; see test_trainers.py.
"""

import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

import convscope

IMAGES = torch.linspace(0, 1, 40 * 64).reshape(40, 1, 8, 8)
LABELS = torch.arange(40) % 3
STEPS = 10  # of four images


def callback(page: Path, package: str) -> Any:
    """The class that the page tells to write."""
    codes = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [one for one in codes if f"from {package}" in one]
    names: dict[str, Any] = {}
    exec(code, names)
    return names["Watch"]


class Net(nn.Module):
    """A layer of maps and one of class scores, as Hugging Face's models are called."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3)
        self.last = nn.Linear(4, 3)

    def forward(self, pixel_values: torch.Tensor, labels: torch.Tensor | None = None) -> Any:
        logits = self.last(functional.relu(self.first(pixel_values)).mean(dim=(2, 3)))
        loss = None if labels is None else functional.cross_entropy(logits, labels)
        return {"loss": loss, "logits": logits}


def lightning(page: Path, folder: str) -> str:
    """A fit; the run's address."""
    from lightning.pytorch import LightningModule, Trainer

    class Module(LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.net = Net()

        def forward(self, images: torch.Tensor) -> Any:
            return self.net(images)["logits"]

        def training_step(self, batch: Any) -> Any:
            return functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    watch = callback(page, "lightning")(IMAGES[:2])
    data = torch.utils.data.TensorDataset(IMAGES, LABELS)
    trainer = Trainer(
        max_epochs=1,
        accelerator="cpu",
        callbacks=[watch],
        default_root_dir=folder,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Module(), torch.utils.data.DataLoader(data, batch_size=4))
    return str(watch.watch.url)


def transformers(page: Path, folder: str) -> str:
    """A training; the run's address."""
    from transformers import Trainer, TrainingArguments

    data = [
        {"pixel_values": one, "labels": int(label)}
        for one, label in zip(IMAGES, LABELS, strict=True)
    ]
    watch = callback(page, "transformers")(IMAGES[:2])
    arguments = TrainingArguments(
        output_dir=folder,
        max_steps=STEPS,
        per_device_train_batch_size=4,
        logging_steps=1,
        report_to=[],
        use_cpu=True,
        save_strategy="no",
        disable_tqdm=True,
    )
    Trainer(model=Net(), args=arguments, train_dataset=data, callbacks=[watch]).train()
    return str(watch.watch.url)


if __name__ == "__main__":
    page, server, folder, name = sys.argv[1:]
    convscope.watch = partial(convscope.watch, server=server)
    url = {"lightning": lightning, "transformers": transformers}[name](Path(page), folder)
    sys.stdout.write(f"run={url.partition('?run=')[2]}\n")
