# What lies in a space and what does not, in one line of text.
import math

import numpy as np
import pytest

from dsr_env_bridge.spaces import (
    box,
    dict_space,
    discrete,
    multi_binary,
    multi_discrete,
    sequence,
    text,
    tuple_space,
    violation_of,
    zero_of,
)

SPACES = [
    box("uint8", [2, 3, 3], 0, 255),
    box("float32", [2], -0.05, 0.1),
    box("int64", [], 0, 167),
    box("bool", [2], 0, 1),
    box("float32", [2], [-1, -2], [1, 2]),
    discrete(3, -1),
    multi_discrete([3, 2]),
    multi_binary(4),
    text(4, 2),
    dict_space({"a": discrete(2), "b": tuple_space([discrete(2), text(3)])}),
    sequence(discrete(2), 3),
    box("float64", [0], 0, 1),
]


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space["type"])
def test_zero_lies_in_its_space(space):
    assert violation_of(space, zero_of(space)) is None


@pytest.mark.parametrize(
    "space, value, expected",
    [
        (box("uint8", [2], 0, 255), np.zeros(2, np.int16), "a: expected uint8 [2], found int16 [2]"),
        (box("uint8", [2], 0, 255), [0, 0], "a: expected uint8 [2], found a list of 2"),
        (box("float32", [2], 0, 1), np.array([0, 2], np.float32), "a: expected element 1 in [0.0, 1.0], found 2.0"),
        (box("float32", [1], 0, 1), np.array([math.nan], np.float32), "a: expected element 0 in [0.0, 1.0], found nan"),
        (box("int64", [1], 0, 5), np.array([2**62]), f"a: expected element 0 in [0, 5], found {2**62}"),
        (
            box("float32", [2], [0, 1], [1, 2]),
            np.zeros(2, np.float32),
            "a: expected element 1 in [1.0, 2.0], found 0.0",
        ),
        (discrete(3), 3, "a: expected an integer in [0, 3), found 3"),
        (discrete(3), True, "a: expected an integer in [0, 3), found true"),
        (discrete(3), 0.5, "a: expected an integer in [0, 3), found 0.5"),
        (multi_discrete([3, 2]), [0, 2], "a[1]: expected an integer in [0, 2), found 2"),
        (multi_discrete([3, 2]), np.array([0.0, 1.0]), "a: expected 2 integers, found float64 [2]"),
        (text(3), "long text", "a: expected text of 0 to 3 characters, found 'long text'"),
        (dict_space({"b": discrete(2)}), {}, "a.b: expected a value, found none"),
        (dict_space({}), {"c": 1}, "a.c: expected no such key, found 1"),
        (tuple_space([discrete(2)]), [0, 0], "a: expected a list of 1, found a list of 2"),
        (sequence(discrete(2), 1), [0, 0], "a: expected a list of at most 1, found a list of 2"),
    ],
)
def test_a_violation_names_path_expected_and_found(space, value, expected):
    assert violation_of(space, value, "a") == expected


def test_bounds_are_rounded_as_the_elements_are():
    assert violation_of(box("float32", [1], -0.05, 0.1), np.array([0.1], np.float32)) is None


def test_integer_arrays_are_vectors_too():
    assert violation_of(multi_discrete([3, 2]), np.array([2, 1], np.int8)) is None
    assert violation_of(multi_binary(2), np.array([True, False])) is None
