"""Which pictures a batch holds, and what there is to look at."""

import numpy as np
import pytest
import torch

from convscope.data.catalog import Dataset
from convscope.errors import NotFoundError
from convscope.learn.data import Batches, ProbeImages, fit
from convscope.learn.seeds import Purpose, seed_of

CPU = torch.device("cpu")


def numbered(count: int, held_out: int = 3) -> Dataset:
    """Pictures of one pixel whose brightness, and whose label, is their number."""
    train, test = np.arange(count, dtype=np.uint8), np.arange(held_out, dtype=np.uint8)
    images, others = train.reshape(-1, 1, 1, 1), test.reshape(-1, 1, 1, 1)
    names = tuple(map(str, range(count)))
    return Dataset("numbered", names, images, train, others, test, "")


def test_an_epoch_is_cut_into_whole_batches_and_what_is_left_over_waits() -> None:
    batches = Batches(numbered(11), 4, seed=3, device=CPU)
    for first in (1, 3, 5):  # two batches an epoch
        epoch = [number for step in (first, first + 1) for number in batches.indices(step)]
        assert len(set(epoch)) == len(epoch) == 8
    assert batches.indices(1).tolist() != batches.indices(3).tolist()


def test_a_batch_has_each_picture_with_its_own_label() -> None:
    batches = Batches(numbered(200), 64, seed=0, device=CPU)
    images, labels = batches.batch(2)
    assert images.shape == (64, 1, 1, 1)
    assert torch.equal(images.flatten() * 255, labels.to(torch.float32))
    assert labels.tolist() == batches.indices(2).tolist()


def test_the_order_is_that_of_numpys_generator_for_the_runs_seed_and_epoch() -> None:
    batches = Batches(numbered(10), 5, seed=9, device=CPU)
    for epoch in (0, 1):
        state = np.random.SeedSequence([9, 2, epoch]).generate_state(1, np.uint64)[0]
        order = np.random.Generator(np.random.PCG64(int(state) >> 1)).permutation(10)
        found = [*batches.indices(1 + 2 * epoch), *batches.indices(2 + 2 * epoch)]
        assert found == order.tolist()


def test_no_two_draws_share_a_seed_and_each_is_one_that_torch_takes() -> None:
    seeds = {
        seed_of(seed, purpose, number)
        for seed in (0, 1, 2**53 - 1)
        for purpose in Purpose
        for number in range(10)
    }
    assert len(seeds) == 3 * 4 * 10
    assert max(seeds) < 2**63
    assert [int(purpose) for purpose in Purpose] == [1, 2, 3, 4], "runs on the disk have these"


def test_an_upload_is_there_from_when_it_is_put_until_it_is_dropped() -> None:
    probes = ProbeImages(numbered(5, held_out=3), (1, 1, 1))
    pixels = np.full((1, 1, 1), 77, np.uint8)
    versions = [probes.version]
    probes.put("up-1", pixels)
    versions.append(probes.version)
    assert probes.get("up-1") is pixels
    assert probes.get("test-2").tolist() == [[[2]]]
    probes.drop("up-1")
    versions.append(probes.version)
    probes.drop("up-1")  # no error
    assert len(set(versions)) == 3, "whoever keeps an answer sees that it is another"
    for gone in ("up-1", "test-3"):
        with pytest.raises(NotFoundError, match="expected test-0 to test-2"):
            probes.get(gone)


def test_a_coloured_picture_is_fitted_to_grey_by_its_mean_and_grey_to_colours_alike() -> None:
    colours = np.zeros((3, 4, 4), np.uint8)
    colours[0], colours[1], colours[2] = 30, 60, 120
    assert fit(colours, (1, 4, 4)).tolist() == np.full((1, 4, 4), 70).tolist()
    grey = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    assert fit(grey, (3, 4, 4)).tolist() == np.repeat(grey, 3, axis=0).tolist()


def test_a_smaller_input_averages_and_skips_no_pixel() -> None:
    checkered = (np.indices((1, 8, 8)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = fit(checkered, (1, 2, 2)).astype(int)
    assert np.abs(small - 127.5).max() <= 8
