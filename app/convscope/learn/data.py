"""Batches of a data set, each a pure function of (seed, step), and single pictures to look at."""

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from convscope.data.catalog import SHOWN_WITHOUT_DATA, DataFolders, Dataset, open_dataset
from convscope.data.fitted import FITTABLE, fit_dataset, fit_picture
from convscope.data.image_ids import find_image
from convscope.learn.network import with_channels_last
from convscope.learn.seeds import Purpose, seed_of
from convscope.recipe import Preprocessing, Recipe
from convscope.recipe.preprocessing import LEVELS, UNIT
from convscope.types import Shape

Pixels = npt.NDArray[np.uint8]


def to_input(
    pixels: Pixels, device: torch.device, preprocessing: Preprocessing | None
) -> torch.Tensor:
    """uint8 (B, C, H, W) -> float32 (B, C, H, W), as everything enters a network.

    Without preprocessing in 0 … 1: 255 becomes exactly 1. With it (pixel × scale − mean) / std,
    each operation rounded to float32; with its scale of 1/255 these are the very numbers of
    torchvision's ToTensor and Normalize.
    """
    batch = torch.from_numpy(np.require(pixels, requirements="W")).to(device)  # or torch warns
    values = with_channels_last(batch).to(torch.float32)
    return (
        values.div_(_levels(device))
        if preprocessing is None
        else _normalised(values, preprocessing)
    )


@lru_cache
def _levels(device: torch.device) -> torch.Tensor:
    """255, as a tensor of the device: on a GPU torch multiplies by 1/255 in place of dividing by a
    number, and 255 would not become exactly 1."""
    return torch.tensor(LEVELS, dtype=torch.float32, device=device)


def _normalised(values: torch.Tensor, preprocessing: Preprocessing) -> torch.Tensor:
    scale = preprocessing.scale
    values = values.div_(_levels(values.device)) if scale == UNIT else values.mul_(scale)
    means, stds = preprocessing.for_channels(values.shape[1])
    if any(means):
        values.sub_(torch.tensor(means, device=values.device).view(-1, 1, 1))
    if any(std != 1 for std in stds):
        values.div_(torch.tensor(stds, device=values.device).view(-1, 1, 1))
    return values


class Batches:
    """The training half of a data set, cut into batches.

    Batch k (from 1) is a run of an epoch's permutation, which depends on (seed, epoch) alone.
    A recipe's `batch_size` is at most the number of pictures: the server sees to that.

    `balanced`: an epoch goes round the classes that have pictures, in an order of its own, one
    picture of each a round. So in any batch, and in an epoch, each class is there as often as any
    other, within one; of a class no picture comes a second time in an epoch before all have come.
    """

    def __init__(
        self,
        data: Dataset,
        batch_size: int,
        seed: int,
        device: torch.device,
        preprocessing: Preprocessing | None = None,
        *,
        balanced: bool = False,
    ) -> None:
        self.data = data
        self._preprocessing = preprocessing
        self.batch_size = batch_size
        self.device = device
        self._seed = seed
        self._per_epoch = len(data.train_labels) // batch_size
        self._order = lru_cache(maxsize=2)(self._rounds if balanced else self._permutation)

    def _draws(self, epoch: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(seed_of(self._seed, Purpose.ORDER, epoch)))

    def _permutation(self, epoch: int) -> npt.NDArray[np.int64]:
        return self._draws(epoch).permutation(len(self.data.train_labels))

    @cached_property
    def _by_class(self) -> list[npt.NDArray[np.int64]]:
        """Which pictures each class has that has any."""
        labels = self.data.train_labels
        return [np.flatnonzero(labels == label) for label in np.unique(labels)]

    def _rounds(self, epoch: int) -> npt.NDArray[np.int64]:
        """The pictures of an epoch round by round."""
        draws, classes = self._draws(epoch), self._by_class
        rounds = -(-self._per_epoch * self.batch_size // len(classes))
        chosen = [_in_turn(classes[n], rounds, draws) for n in draws.permutation(len(classes))]
        return np.stack(chosen, axis=1).ravel()

    def indices(self, step: int) -> npt.NDArray[np.int64]:
        """Which pictures batch `step` holds, (B,)."""
        epoch, place = divmod(step - 1, self._per_epoch)
        start = place * self.batch_size
        return self._order(epoch)[start : start + self.batch_size]

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Images (B, C, H, W) as they enter and labels (B,) of step `step`, from 1."""
        chosen = self.indices(step)
        images = to_input(self.data.train_images[chosen], self.device, self._preprocessing)
        labels = torch.from_numpy(self.data.train_labels[chosen].astype(np.int64))
        return images, labels.to(self.device)


def _in_turn(
    pictures: npt.NDArray[np.int64], count: int, draws: np.random.Generator
) -> npt.NDArray[np.int64]:
    """So many of these pictures: all of them in one order, then all in another, and so on."""
    orders = np.tile(pictures, (-(-count // len(pictures)), 1))
    return draws.permuted(orders, axis=1).ravel()[:count]


class ProbeImages:
    """What can be looked at: pictures of the data set, and uploads by their id, all as uint8."""

    def __init__(
        self, data: Dataset, shape: Shape, preprocessing: Preprocessing | None = None
    ) -> None:
        self._data = data
        self._shape = shape
        self._preprocessing = preprocessing
        self._uploads: dict[str, Pixels] = {}
        self.version = 0  # another one: an upload came, changed or went

    def put(self, image: str, pixels: Pixels) -> None:
        """Keep an upload, uint8 (C, H, W) of the network's input shape."""
        self._uploads[image] = pixels
        self.version += 1

    def drop(self, image: str) -> None:
        """Drop an upload; an unknown one is no error."""
        self._uploads.pop(image, None)
        self.version += 1

    def get(self, image: str) -> Pixels:
        """uint8 (C, H, W) of the network's input shape; NotFoundError for an unknown id."""
        if image in self._uploads:
            return self._uploads[image]
        pixels = find_image(image, self._data).pixels
        if self._preprocessing and {len(pixels), self._shape[0]} <= set(FITTABLE):
            return fit_picture(pixels, self._shape, self._preprocessing.resize)
        return fit(pixels, self._shape)


def fit(pixels: Pixels, shape: Shape) -> Pixels:
    """A data set's picture at another network's input shape (C, H, W); the same where it fits."""
    if pixels.shape == shape:
        return pixels
    image = torch.from_numpy(np.array(pixels, dtype=np.float32))[None]
    if len(pixels) != shape[0]:
        image = image.mean(dim=1, keepdim=True).expand(-1, shape[0], -1, -1)
    image = functional.interpolate(image, size=shape[1:], mode="bilinear", antialias=True)
    scaled: Pixels = image[0].round().clamp(0, 255).to(torch.uint8).numpy()
    return scaled


def open_images(recipe: Recipe, folders: DataFolders) -> tuple[Dataset, ProbeImages]:
    """The recipe's data set (or the one shown in its place) and its pictures.

    With preprocessing the data set's pictures are of the network's input shape.
    """
    how, shape = recipe.data.preprocessing, recipe.network.input
    data = open_dataset(recipe.data.dataset or SHOWN_WITHOUT_DATA, folders)
    if how and recipe.data.dataset:
        data = fit_dataset(data, shape, how.resize, folders.cache_dir)
    return data, ProbeImages(data, shape, how)
