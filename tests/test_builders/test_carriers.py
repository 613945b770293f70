"""Every carrier holds the pickle that it was given, and the cross product is whole."""

from __future__ import annotations

import pytest

from tests.builders import carriers, pickles
from tests.builders.carriers import CARRIERS

# xz is not among them: it stores what is as short as this
PACKED = {
    "joblib_zlib",
    "joblib_zfile",
    "gz",
    "bz2",
    "lzma",
    "zip",
    "tar_gz",
    "7z",
}


@pytest.mark.parametrize("name", sorted(CARRIERS))
def test_the_pickle_is_inside(name: str) -> None:
    pickle = pickles.pickled_call(pickles.ABSENT)
    around = CARRIERS[name].around(pickle)
    assert (pickle in around) == (name not in PACKED)
    assert around != CARRIERS[name].around(pickles.plain_data())


def test_the_cross_product() -> None:
    samples = list(carriers.crossed())
    # dotted names need protocol 4, so they are left out of three of the five protocols
    assert len(samples) == len(CARRIERS) * (5 * len(pickles.VIAS) - 3)
    assert len({sample.id for sample in samples}) == len(samples)
    assert len({(sample.name, sample.build()) for sample in samples}) > len(samples) * 9 // 10
