"""torch's layout is recognised by names as its reader finds them, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import torches
from tests.museum.exhibit import examined
from weighbridge.core.facts import TensorDecl
from weighbridge.formats.torch_zip import PICKLES, layout

HONEST = [("archive/data.pkl", 10), ("archive/data/0", 40), ("archive/data/1", 8), ("archive/version", 2)]


def test_an_honest_checkpoint() -> None:
    found = layout(HONEST)
    assert found is not None
    assert found.root == "archive"
    assert found.pickles == {f"archive/{name}" for name in PICKLES}
    assert found.storages == {"0": 40, "1": 8}
    assert not found.script


@pytest.mark.parametrize(
    "spelling",
    ["archive/data.pkl", "ARCHIVE/DATA.PKL", "archive\\data.pkl", "Archive\\Data.PKL", "archive/bytecode.pkl"],
)
def test_spellings_that_the_reader_takes_for_the_record(spelling: str) -> None:
    found = layout([("other/file", 1), (spelling, 10), ("archive/data/0", 40), ("ARCHIVE\\DATA\\1", 8)])
    assert found is not None
    assert found.root == "archive"
    assert spelling.replace("\\", "/").lower() in found.pickles
    assert found.storages == {"0": 40, "1": 8}


@pytest.mark.parametrize(
    "names",
    [[], ["data.pkl"], ["archive/deep/data.pkl"], ["archive/data.pkl.txt"], ["archive/data"], ["archive/"], ["/"],
     ["\\"], ["archive/model.pkl"], ["archive/xdata.pkl"]],
)  # fmt: skip
def test_what_is_no_checkpoint(names: list[str]) -> None:
    assert layout((name, 1) for name in names) is None


def test_an_empty_root_is_a_root() -> None:
    found = layout([("/data.pkl", 1), ("/data/0", 4)])
    assert found is not None
    assert (found.root, dict(found.storages)) == ("", {"0": 4})


def test_constants_make_it_a_script() -> None:
    for name in ("archive/constants.pkl", "ARCHIVE/Constants.PKL"):
        found = layout([*HONEST, (name, 5)])
        assert found is not None
        assert found.script
    other = layout([*HONEST, ("other/constants.pkl", 5)])
    assert other is not None
    assert not other.script


def test_source_is_seen_and_makes_no_script() -> None:
    """Without ``constants.pkl`` Python reads the pickle, and the names of its classes are names of modules."""
    for name in ("archive/code/__torch__.py", "ARCHIVE\\Code\\a\\B.PY"):
        found = layout([*HONEST, (name, 5)])
        assert found is not None
        assert (found.code, found.script) == (True, False)
    for name in ("archive/code/__torch__.txt", "archive/extra/code.py", "other/code/a.py"):
        found = layout([*HONEST, (name, 5)])
        assert found is not None
        assert not found.code


def test_scripts_from_before_their_state_was_a_pickle() -> None:
    found = layout([("net/model.json", 5), ("net/code/net.py", 9), ("net/tensors/0", 4)])
    assert found is not None
    assert (found.root, found.script) == ("net", True)
    assert layout([("net/model.json", 5), ("other/code/net.py", 9)]) is None
    assert layout([("model.json", 5), ("code/net.py", 9)]) is None


def test_each_pickle_of_a_script_has_the_folder_of_its_name() -> None:
    records = ("constants.pkl", "constants/0", "bytecode.pkl", "traced_inputs.pkl", "traced_inputs/0", "free.pkl")
    found = layout([*HONEST, *((f"archive/{name}", 0 if name == "traced_inputs/0" else 7) for name in records)])
    assert found is not None
    assert found.storages_of("archive/data.pkl") == {"0": 40, "1": 8}
    assert found.storages_of("archive/constants.pkl") == {"0": 7}
    assert found.storages_of("archive/bytecode.pkl") == {"0": 7}
    assert found.storages_of("archive/free.pkl") is None
    shapes = found.storages_of("archive/traced_inputs.pkl")
    assert shapes is not None
    assert shapes["0"] > 1 << 60


def test_of_two_storages_of_one_name_the_larger_counts() -> None:
    for sizes in ((4, 400), (400, 4)):
        found = layout([*HONEST, *(("archive/data/7", size) for size in sizes)])
        assert found is not None
        assert found.storages["7"] == 400


NAMES = st.text("aA/\\.pklD0", max_size=10) | st.sampled_from([name for name, _ in HONEST])


@given(st.lists(st.tuples(NAMES, st.integers(0, 1 << 70))))
def test_any_names_are_a_layout_or_none(members: list[tuple[str, int]]) -> None:
    found = layout(members)
    if found is not None:
        spelt = {name.replace("\\", "/").lower() for name, _ in members}
        assert spelt & found.pickles
        assert all(size in {size for _, size in members} for size in found.storages.values())


def test_tensors_are_told_by_the_names_they_are_kept_under() -> None:
    content = torches.zip_checkpoint((torches.Tensor(name="head.weight", shape=(4, 3)),))
    declared = [fact for fact in examined(content, "model.pt").outline if isinstance(fact, TensorDecl)]
    assert ("head.weight", (4, 3)) in [(tensor.name, tensor.shape) for tensor in declared]
