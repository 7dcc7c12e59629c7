"""The published 5×5 schematic, forward, backward and one step further, by the explanations."""

import numpy as np
import pytest
import torch
from torch import nn

from convscope.learn.explain.gradient import explain_gradient
from convscope.learn.explain.output import explain_output
from convscope.learn.explain.replay import Replay
from convscope.learn.explain.update import Moment, explain_update
from convscope.learn.network import build
from convscope.learn.observe import Observer
from convscope.learn.trainer import Trainer
from convscope.recipe import plan
from convscope.recipe.recipe import SGD
from convscope.types import JsonObject
from tests.support.networks import network

CPU = torch.device("cpu")
CELLS = [(row, column) for row in range(3) for column in range(3)]
RATE = 0.01


def grid(text: str) -> torch.Tensor:
    """Rows of one-digit numbers, float64."""
    return torch.tensor([[float(digit) for digit in row] for row in text.split()]).double()


def numbers(text: str) -> list[float]:
    """Nine numbers, row after row."""
    return [float(word) for word in text.split()]


IMAGE = grid("11100 01110 00111 00110 01100")
KERNEL = grid("101 010 101")
LEFT_SOBEL = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]).double()


def explained_map(image: torch.Tensor, kernel: torch.Tensor, **more: int) -> list[JsonObject]:
    """Every value that the kernel makes of the image, explained, row after row."""
    layer = {"type": "Conv2d", "out_channels": 1, "kernel_size": 3, "bias": False}
    plans = plan(network(input=[1, *image.shape], layers=[layer | more]))
    built = build(plans, CPU)
    with torch.no_grad():
        built.get_submodule("conv1").get_parameter("weight").copy_(kernel[None, None])
    observer = Observer(Trainer(built, SGD(), None, 0), plans, CPU)
    pixels = (image.numpy()[None] * 255).astype(np.uint8)  # white is 1
    _, rows, columns = plans[0].output_shape
    places = [(0, y, x) for y in range(rows) for x in range(columns)]
    return [explain_output(observer, "conv1", place, pixels) for place in places]


@pytest.mark.parametrize(
    ("image", "kernel", "expected"),
    [
        (IMAGE, KERNEL, "4 3 4 2 4 3 2 3 4"),
        (IMAGE.T, KERNEL, "4 2 2 3 4 3 4 3 4"),
        (IMAGE, LEFT_SOBEL, "-3 0 3 -4 -3 2 -4 -2 3"),
    ],
)
def test_the_schematics_map_is_explained_value_for_value(
    image: torch.Tensor, kernel: torch.Tensor, expected: str
) -> None:
    found = explained_map(image, kernel)
    assert [value["value"] for value in found] == numbers(expected)
    assert [value["total"] for value in found] == numbers(expected)


def test_with_padding_and_with_a_stride_too() -> None:
    padded = explained_map(IMAGE, KERNEL, padding=1)
    assert [v["total"] for v in padded] == grid("22311 14341 12433 12341 02211").flatten().tolist()
    strided = explained_map(IMAGE, KERNEL, stride=2)
    assert [value["total"] for value in strided] == numbers("4 4 2 4")


def test_the_second_value_shows_its_patch_and_its_nine_products() -> None:
    value = explained_map(IMAGE, LEFT_SOBEL)[1]
    assert (value["rows"], value["columns"]) == ([0, 1, 2], [1, 2, 3])
    [channel] = value["channels"]
    assert channel["patch"] == grid("110 111 011").tolist()
    assert channel["kernel"] == LEFT_SOBEL.tolist()
    assert channel["products"] == [[1, 0, 0], [2, 0, -2], [0, 0, -1]]


def stepped(squared: bool) -> tuple[nn.Conv2d, Replay, float]:
    """A convolution that has its gradient of Σ out, or of ½ Σ out²; its step; and the loss."""
    conv = nn.Conv2d(1, 1, 3, bias=False).double()
    with torch.no_grad():
        conv.weight.copy_(KERNEL[None, None])
    output = conv(IMAGE[None, None])
    loss = (output**2).sum() / 2 if squared else output.sum()
    [gradient] = torch.autograd.grad(loss, output, retain_graph=True)
    loss.backward()
    values = {"conv1": IMAGE[None, None]}, {"conv1": output.detach()}, {"conv1": gradient}
    return conv, Replay(1, loss.item(), torch.zeros(1), *values), loss.item()


def explained_kernel(conv: nn.Conv2d, step: Replay) -> list[JsonObject]:
    """The gradient of each of the nine weights."""
    return [
        explain_gradient(step, conv, "conv1", "weight", (0, 0, *cell), example=0) for cell in CELLS
    ]


@pytest.mark.parametrize(
    ("squared", "loss", "expected"),
    [(False, 29.0, "6 7 6 4 7 7 4 6 6"), (True, 49.5, "22 23 19 14 25 21 14 19 19")],
)
def test_the_kernels_gradient_adds_up_to_the_published_one(
    squared: bool, loss: float, expected: str
) -> None:
    conv, step, found_loss = stepped(squared)
    assert found_loss == loss
    found = explained_kernel(conv, step)
    assert [weight["total"] for weight in found] == numbers(expected)
    assert [weight["value"] for weight in found] == numbers(expected)
    assert [weight["example_sums"] for weight in found] == [[n] for n in numbers(expected)]


def test_where_all_outputs_pull_alike_a_weights_map_is_the_picture_under_it() -> None:
    conv, step, _ = stepped(squared=False)
    found = explained_kernel(conv, step)
    assert found[1]["example_map"] == grid("110 111 011").tolist()  # the cell (0, 1)
    assert found[3]["example_map"] == grid("011 001 001").tolist()  # the cell (1, 0)


def test_one_step_of_plain_sgd_leads_to_the_published_kernel_and_loss() -> None:
    conv, step, _ = stepped(squared=True)
    gradients = [weight["total"] for weight in explained_kernel(conv, step)]
    before = KERNEL.flatten().tolist()
    torch.optim.SGD(conv.parameters(), lr=RATE).step()
    after = conv.weight.detach().flatten().tolist()
    settings = {"lr": RATE, "momentum": 0.0, "weight_decay": 0.0, "nesterov": False}
    explained = [
        explain_update(Moment(was, now, gradient, settings, {}, 1), "SGD")
        for was, now, gradient in zip(before, after, gradients, strict=True)
    ]
    totals = [update["total"] for update in explained]
    published = numbers(".78 -.23 .81 -.14 .75 -.21 .86 -.19 .81")
    assert totals == pytest.approx(published, abs=1e-12)
    assert [u["lines"][-1]["result"] for u in explained] == pytest.approx(published, abs=1e-12)
    assert all(update["matches"] for update in explained)
    kernel = torch.tensor(totals, dtype=torch.float64).reshape(1, 1, 3, 3)
    loss = (nn.functional.conv2d(IMAGE[None, None], kernel) ** 2).sum() / 2
    assert loss.item() == pytest.approx(20.55725, abs=1e-10)
