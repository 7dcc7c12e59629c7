"""Principal components against numpy's singular values, and planted planes."""

import numpy as np
import pytest
import torch

from convscope.learn.embedding import main_components


@pytest.mark.parametrize("shape", [(50, 8), (8, 50), (30, 30), (5, 2), (4, 1)])
def test_places_are_those_of_the_singular_value_decomposition(shape: tuple[int, int]) -> None:
    rows = np.random.default_rng(3).normal(size=shape) * np.linspace(3, 1, shape[1])
    places, shares = (found.numpy() for found in main_components(torch.from_numpy(rows)))
    centred = rows - rows.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    expected = (left * values)[:, :2]
    for axis in range(expected.shape[1]):
        np.testing.assert_allclose(np.abs(places[:, axis]), np.abs(expected[:, axis]), atol=1e-9)
        assert np.abs(places[:, axis]).max() == places[:, axis].max()
    known = (values**2 / (values**2).sum())[:2]
    np.testing.assert_allclose(shares[: len(known)], known, atol=1e-12)
    assert places.shape == (shape[0], 2)


def test_points_of_a_plane_keep_their_distances() -> None:
    generator = torch.Generator().manual_seed(1)
    plane = torch.randn(40, 2, generator=generator, dtype=torch.float64)
    basis, _ = torch.linalg.qr(torch.randn(100, 2, generator=generator, dtype=torch.float64))
    places, shares = main_components(plane @ basis.T + 7)
    torch.testing.assert_close(torch.cdist(places, places), torch.cdist(plane, plane))
    assert float(shares.sum()) == pytest.approx(1)


def test_rows_that_are_all_the_same_lie_on_one_point() -> None:
    places, shares = main_components(torch.ones(6, 4, dtype=torch.float64))
    assert places.abs().max() < 1e-9
    assert shares.tolist() == [0, 0]
