"""What each kind of manifest and lock says; and that none of them, however broken, says anything else than that."""

from __future__ import annotations

import string

import pytest

pytest.importorskip("pip_requirements_parser")

from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from tests.builders import softwares
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.inventory.software import exchange, names
from weighbridge.inventory.software.files import Form, form_of
from weighbridge.inventory.software.frameworks import is_framework
from weighbridge.inventory.software.values import Ecosystem, Manifest, Package, Place, Source, Standing
from weighbridge.inventory.software.worker import manifest_of

COMMIT = softwares.COMMIT


def said(manifest: Manifest) -> list[str]:
    """Each package on one line: what it is, whether it is direct, and where it is told."""
    return [
        f"{one.standing} {names.purl(one) or one.source.address} direct={one.direct} {','.join(one.groups)}"
        f" > {' '.join(f'{edge.name}@{edge.version}' for edge in one.requires)} #{len(one.hashes)} L{one.line}"
        for one in manifest.packages
    ]


SAID = {
    Form.REQUIREMENTS: (softwares.REQUIREMENTS, [
        "asked pkg:pypi/torch direct=True  >  #0 L5",
        "pinned pkg:pypi/transformers@4.50.0 direct=True  >  #0 L6",
        "pinned pkg:pypi/numpy@1.26.4 direct=True  >  #1 L7",
        f"pinned pkg:github/huggingface/peft@{COMMIT} direct=True  >  #0 L9",
        "asked ./local direct=True  >  #0 L10",
        "asked pkg:pypi/demo?download_url=https://inert.invalid/demo-1.0.tar.gz direct=True  >  #0 L11",
        "asked pkg:pypi/accelerate direct=True  >  #0 L12",
        "asked pkg:pypi/pandas direct=True  >  #0 L13",
    ]),
    Form.PYPROJECT: (softwares.PYPROJECT, [
        "asked pkg:github/pytorch/pytorch direct=True  >  #0 L6",
        "asked pkg:pypi/sentence-transformers direct=True  >  #0 L7",
        "pinned pkg:pypi/ruff@0.5.0 direct=True lint >  #0 L11",
    ]),
    Form.SETUP_CFG: (softwares.SETUP_CFG, [
        "asked pkg:pypi/torch direct=True  >  #0 L6",
        "pinned pkg:pypi/onnxruntime@1.18.0 direct=True  >  #0 L8",
        "asked pkg:pypi/onnxruntime-gpu direct=True gpu >  #0 L0",
    ]),
    Form.SETUP_PY: (softwares.SETUP_PY, [
        "pinned pkg:pypi/torch@2.3.1 direct=True  >  #0 L4",
        "asked pkg:pypi/keras direct=True  >  #0 L4",
    ]),
    Form.PIPFILE: (softwares.PIPFILE, [
        "pinned pkg:pypi/torch@2.3.1 direct=True  >  #0 L2",
        "asked pkg:pypi/requests direct=True  >  #0 L3",
        "asked pkg:pypi/pytest direct=True dev >  #0 L5",
    ]),
    Form.PIPENV: (softwares.PIPFILE_LOCK, [
        "locked pkg:pypi/torch@2.3.1 direct=None  >  #1 L1",
        "locked . direct=None dev >  #0 L1",
    ]),
    Form.UV: (softwares.UV_LOCK, [
        "locked pkg:pypi/torch@2.3.1 direct=True  > filelock@ #1 L10",
        "locked pkg:pypi/filelock@3.15.0?repository_url=https://inert.invalid/simple direct=False  >  #0 L17",
        f"locked pkg:github/huggingface/peft@{COMMIT} direct=False  >  #0 L22",
    ]),
    Form.POETRY: (softwares.POETRY_LOCK, [
        "locked pkg:pypi/torch@2.3.1 direct=None  > filelock@ #1 L1",
        "locked pkg:pypi/filelock@3.15.0 direct=None dev >  #0 L9",
    ]),
    Form.PDM: (softwares.PDM_LOCK, [
        "locked pkg:pypi/torch@2.3.1 direct=None  > filelock@ #1 L1",
        f"locked pkg:github/huggingface/peft@{COMMIT} direct=None  >  #0 L8",
    ]),
    Form.PYLOCK: (softwares.PYLOCK, [
        "locked pkg:pypi/torch@2.3.1%2Bcpu direct=None  > peft@ #1 L4",
        f"locked pkg:github/huggingface/peft@{COMMIT} direct=None  >  #0 L10",
    ]),
    Form.CONDA: (softwares.CONDA, [
        "asked pkg:conda/python direct=True  >  #0 L4",
        "pinned pkg:conda/pytorch@2.3.1?channel=conda-forge direct=True  >  #0 L5",
        "pinned pkg:conda/numpy@1.26.4?build=py311h64a7726_0 direct=True  >  #0 L6",
        "pinned pkg:pypi/transformers@4.50.0 direct=True  >  #0 L8",
    ]),
    Form.PACKAGE_JSON: (softwares.PACKAGE_JSON, [
        "asked pkg:npm/%40huggingface/transformers direct=True  >  #0 L5",
        "pinned pkg:npm/lodash@4.17.21 direct=True  >  #0 L6",
        "asked pkg:npm/lodash direct=True  >  #0 L7",
        "asked pkg:github/owner/tool direct=True dev >  #0 L10",
    ]),
    Form.PACKAGE_LOCK: (softwares.PACKAGE_LOCK, [
        "locked pkg:npm/%40huggingface/transformers@3.0.2 direct=True  > lodash@3.10.1 #1 L14",
        "locked pkg:npm/lodash@3.10.1 direct=False  >  #0 L23",
        "locked pkg:npm/lodash@4.17.21?repository_url=https://npm.inert.invalid direct=True  >  #0 L26",
    ]),
    Form.CARGO: (softwares.CARGO_LOCK, [
        "locked pkg:cargo/candle-core@0.6.0 direct=True  > half@1.8.0 #1 L8",
        "locked pkg:cargo/half@1.8.0 direct=False  >  #0 L15",
        "locked pkg:cargo/half@2.4.0 direct=True  >  #0 L20",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(
    "grows",
    ["needs += ['torch']", "needs.extend(['torch'])", "extras['all'] = ['torch']", "extras.update(more)"],
    ids=["added", "extended", "a-key", "updated"],
)
def test_requirements_that_grow_after_they_were_written_are_told_to(grows: str) -> None:
    source = f"needs = ['numpy']\nextras = {{'x': ['pandas']}}\nothers = []\nothers += needs\nif small:\n    {grows}\n"
    found = manifest_of(f"{source}setup(install_requires=needs, extras_require=extras)\n".encode(), Form.SETUP_PY)
    assert [one.name for one in found.packages] == ["numpy", "pandas"]
    key = "install_requires" if "needs" in grows else "extras_require"
    assert found.trouble == (f"{key} grows before setup is called: only a run decides all of it",)


@pytest.mark.parametrize("form", SAID, ids=str)
def test_a_file_says_what_stands_in_it(form: Form) -> None:
    text, expected = SAID[form]
    assert said(manifest_of(text.encode(), form)) == expected


def test_the_first_lock_of_npm_nests_packages() -> None:
    assert said(manifest_of(softwares.PACKAGE_LOCK_1.encode(), Form.PACKAGE_LOCK)) == [
        "locked pkg:npm/a@1.0.0 direct=None  > b@2.1.0 #0 L1",
        "locked pkg:npm/b@2.1.0 direct=None  >  #0 L0",
        "locked pkg:npm/b@1.5.0 direct=None dev >  #0 L0",
    ]


def test_poetry_names_one_package_for_several_machines() -> None:
    found = manifest_of(softwares.POETRY_PROJECT.encode(), Form.PYPROJECT)
    assert (found.name, found.version) == ("old", "0.3")
    assert [(one.name, one.version, one.specifier, one.marker) for one in found.packages] == [
        ("torch", "", "^2.1", ""),
        ("vllm", "", "0.6.0", "sys_platform == 'linux'"),
        ("vllm", "0.5.0", "==0.5.0", "python <3.9"),
        ("pytest", "", "", ""),
    ]


def test_what_only_a_run_decides_is_told_and_not_guessed() -> None:
    assert manifest_of(softwares.SETUP_PY.encode(), Form.SETUP_PY).trouble == (
        "extras_require is computed: only a run decides it",
    )
    assert manifest_of(softwares.PYPROJECT.encode(), Form.PYPROJECT).trouble == (
        "optional-dependencies are dynamic: the build decides them",
    )
    found = manifest_of(softwares.REQUIREMENTS.encode(), Form.REQUIREMENTS)
    assert found.trouble == ("line 14 is nothing that pip takes",)
    assert [(one.path, one.constraint) for one in found.includes] == [
        ("more/base.txt", False),
        ("constraints.txt", True),
    ]


def test_passwords_of_private_indexes_stay_out() -> None:
    text = "demo @ https://user:secret@inert.invalid/demo.whl\ngit+https://token@github.com/a/b.git#egg=b\n"
    found = manifest_of(text.encode(), Form.REQUIREMENTS)
    assert [one.source.address for one in found.packages] == [
        "https://inert.invalid/demo.whl", "https://github.com/a/b.git",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("requirements-dev.txt", Form.REQUIREMENTS), ("a/requirements/gpu.in", Form.REQUIREMENTS),
        ("dev-requirements.txt", Form.REQUIREMENTS), ("constraints.txt", Form.CONSTRAINTS), ("notes.txt", None),
        ("pylock.dev.toml", Form.PYLOCK), ("environment-gpu.yml", Form.CONDA), ("conda.yaml", Form.CONDA),
        ("values.yaml", None), ("x/uv.lock", Form.UV), ("tsconfig.json", None),
    ],
)  # fmt: skip
def test_the_name_tells_the_form(path: str, form: Form | None) -> None:
    assert form_of(path) is form


@given(form=st.sampled_from(list(Form)), content=st.binary(max_size=400))
def test_any_bytes_give_a_manifest_or_a_clear_error(form: Form, content: bytes) -> None:
    try:
        made = manifest_of(content, form)
    except (Malformed, OverLimit):
        return
    assert exchange.loads(exchange.dumps(made)) == made


_WORDS = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "1.0", "==1", "a", "git+https://h/x@y", "%"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["packages", "", "node_modules/a", "dependencies", "version", "resolved", "default", "git", "a",
                         "integrity", "url", "vcs_info", "archive_info", "hashes"]),
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(
    form=st.sampled_from([Form.PACKAGE_JSON, Form.PACKAGE_LOCK, Form.PIPENV, Form.DIRECT_URL, Form.CONDA]),
    document=st.dictionaries(st.sampled_from(["packages", "dependencies", "default", "url", "vcs_info"]), _WORDS),
)
def test_a_document_of_another_shape_is_passed_over(form: Form, document: dict[str, object]) -> None:
    import json

    try:
        made = manifest_of(json.dumps(document).encode(), form)
    except (Malformed, OverLimit):
        return
    assert exchange.loads(exchange.dumps(made)) == made


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (Form.SETUP_PY, b"#" * (2 << 20)), (Form.SETUP_CFG, b"#" * (2 << 20)), (Form.CONDA, b"#" * (2 << 20)),
        (Form.RECORD, b"a.dist-info/METADATA," + b"x" * 200_000),
        (Form.RECORD, b"a.dist-info/METADATA,sha256=a\xc3\xa9"),
        (Form.METADATA, b"Name: -\nVersion: 1\n"), (Form.UV, b"a" + b".a" * 5_000 + b" = 1"),
    ],
)  # fmt: skip
def test_what_is_too_much_or_no_such_file_is_refused(form: Form, content: bytes) -> None:
    with pytest.raises((Malformed, OverLimit)):
        manifest_of(content, form)


@pytest.mark.parametrize("form", [Form.PACKAGE_LOCK, Form.PYPROJECT, Form.CONDA, Form.SETUP_PY])
def test_what_nests_too_deep_is_refused(form: Form) -> None:
    inner = {Form.PYPROJECT: "a=" + "[" * 5_000, Form.SETUP_PY: "(" * 5_000}.get(form, "[" * 5_000)
    with pytest.raises((Malformed, OverLimit)):
        manifest_of(inner.encode(), form)


_NAMES = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=20)
_VERSIONS = st.text(string.ascii_letters + string.digits + ".+!-", max_size=12)


@given(ecosystem=st.sampled_from(list(Ecosystem)), scope=st.booleans(), written=_NAMES, version=_VERSIONS)
def test_package_urls_are_what_their_library_would_write(
    ecosystem: Ecosystem, scope: bool, written: str, version: str
) -> None:
    whole = f"@owner/{written}" if scope and ecosystem is Ecosystem.NPM else written
    name = names.normal(ecosystem, whole)
    if not name:
        return
    held = Package(
        ecosystem=ecosystem, name=name, written=whole, standing=Standing.LOCKED, version=names.version(version),
        source=Source(address="https://inert.invalid/simple"), build="b_0",
    )  # fmt: skip
    url = names.purl(held)
    parsed = PackageURL.from_string(url)
    assert f"{parsed.namespace}/{parsed.name}".removeprefix("None/") == (
        name.lower() if ecosystem is Ecosystem.NPM else name
    )
    assert (parsed.version or "") == held.version
    assert parsed.to_string() == url


def test_a_version_is_exact_or_there_is_none() -> None:
    texts = ["==1.2", "===1.2-x", ">=1.2", "==1.*", "==1.2,!=1.3", "~=1.2", "", "==", "1.2"]
    assert [names.exact(text) for text in texts] == ["1.2", "1.2-x", "", "", "", "", "", "", ""]
    unclear = Package(ecosystem=Ecosystem.PYPI, name="torch", written="torch", standing=Standing.ASKED, specifier=">=2")
    assert names.purl(unclear) == "pkg:pypi/torch"


def test_a_folder_of_this_machine_has_no_package_url() -> None:
    source = Source(place=Place.PATH, address=".")
    held = Package(
        ecosystem=Ecosystem.PYPI, name="torch", written="torch", standing=Standing.LOCKED, version="1", source=source
    )
    assert names.purl(held) == ""


def test_frameworks_are_told_from_libraries_by_their_own_ecosystem() -> None:
    assert is_framework(Ecosystem.PYPI, "torch")
    assert is_framework(Ecosystem.CONDA, "pytorch")
    assert not is_framework(Ecosystem.PYPI, "pytorch")
    assert not is_framework(Ecosystem.NPM, "lodash")
    assert is_framework(Ecosystem.NPM, "@huggingface/transformers")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"standing":"asked"', b'"standing":"believed"'), (b'"line":4', b'"line":-4'), (b'"line":4', b'"line":true'),
        (b'"constraint":false', b'"constraint":0'), (b'"path":""', b'"path":null'), (b'"path":""', b'"other":""'),
    ],
)  # fmt: skip
def test_an_answer_that_no_worker_gives_is_refused(old: bytes, new: bytes) -> None:
    made = exchange.dumps(manifest_of(b"\n\n\ntorch", Form.REQUIREMENTS))
    assert old in made
    with pytest.raises(Malformed):
        exchange.loads(made.replace(old, new, 1))
