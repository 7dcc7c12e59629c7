"""What Captum says of a network and a picture: in.npz -> out.npz; run by test_captum.py.

python captum_reference.py FOLDER
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from captum.attr import (
    InputXGradient,
    IntegratedGradients,
    LayerGradCam,
    Occlusion,
    Saliency,
)
from torch import nn

CLASS = 2
folder = Path(sys.argv[1])
given = np.load(folder / "in.npz")
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(784, 10),
).eval()
tensors = [torch.from_numpy(given[f"tensor{n}"]) for n in range(6)]
model.load_state_dict(dict(zip(model.state_dict(), tensors, strict=True)))
image = torch.from_numpy(given["image"])
found: dict[str, Any] = {
    "gradient": Saliency(model).attribute(image, CLASS, abs=False),
    "gradient-times-input": InputXGradient(model).attribute(image, CLASS),
    "integrated-gradients": IntegratedGradients(model).attribute(image, target=CLASS, n_steps=50),
    "occlusion": Occlusion(model).attribute(
        image, sliding_window_shapes=(1, 4, 4), strides=(1, 2, 2), target=CLASS
    )[0],
    "grad-cam": LayerGradCam(model, model[3]).attribute(image, CLASS, relu_attributions=True)[0],
}
np.savez(folder / "out.npz", **{name: value[0].detach().numpy() for name, value in found.items()})
