"""Feature maps as bytes: close enough for colour, and never broken by odd values."""

import numpy as np
import pytest

from convscope.frames.quantize import dequantize, quantize, quantize_rows


def test_values_come_back_within_half_a_level_of_their_own_map() -> None:
    maps = np.random.default_rng(0).normal(size=(6, 9, 7)).astype(np.float32)
    maps *= np.array([1e-6, 1, 1e6, 3, 0.1, 7], np.float32)[:, None, None]
    back = dequantize(quantize(maps), maps.shape)
    half = (maps.max(axis=(1, 2)) - maps.min(axis=(1, 2))) / 255 / 2
    assert (np.abs(back - maps).max(axis=(1, 2)) <= half * 1.01).all()


def test_the_ends_of_each_map_are_exact() -> None:
    maps = np.array([[[-3.5, 0.0, 1.25]], [[2.0, 2.5, 9.0]]], np.float32)
    back = dequantize(quantize(maps), maps.shape)
    np.testing.assert_array_equal(back[:, 0, [0, 2]], maps[:, 0, [0, 2]])


def test_a_constant_map_keeps_its_value_and_divides_nothing_by_zero() -> None:
    maps = np.full((2, 3, 3), 0.7, np.float32)
    data = quantize(maps)
    assert data[16:] == bytes(18)
    np.testing.assert_array_equal(dequantize(data, maps.shape), maps)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_map_that_is_not_finite_says_so_and_leaves_the_others_alone(bad: float) -> None:
    maps = np.array([[[bad, 1.0]], [[0.0, 1.0]]], np.float32)
    data = quantize(maps)
    ranges = np.frombuffer(data, np.float32, count=4)
    assert np.isnan(ranges[:2]).all()
    assert ranges[2:].tolist() == [0.0, 1.0]
    assert data[16:] == bytes([0, 0, 0, 255])


def test_maps_of_several_layers_at_once_are_the_bytes_of_each_alone() -> None:
    random = np.random.default_rng(1)
    layers = [random.normal(size=(n, 4, 5)).astype(np.float32) for n in (3, 1, 2)]
    layers[1][0, 2, 2] = np.nan
    ranges, levels = quantize_rows(np.concatenate(layers).reshape(6, 20))
    for maps, rows in zip(layers, (slice(0, 3), slice(3, 4), slice(4, 6)), strict=True):
        assert quantize(maps) == ranges[rows].tobytes() + levels[rows].tobytes()


def test_a_span_beyond_float32_counts_as_not_finite() -> None:
    maps = np.array([[[-3e38, 3e38]]], np.float32)
    assert np.isnan(np.frombuffer(quantize(maps), np.float32, count=2)).all()
