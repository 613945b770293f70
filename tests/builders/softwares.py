"""Manifests and locks of an application, one of each kind, about the same packages; and an installed environment."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "ab" * 32
SRI = "sha512-" + b64encode(b"\1" * 64).decode()

REQUIREMENTS = f"""# what runs
-r more/base.txt
-c constraints.txt
--extra-index-url https://user:secret@inert.invalid/simple
torch>=2.1,<3
Transformers[torch]==4.50.0  # tested
numpy==1.26.4 \\
    --hash=sha256:{DIGEST}
git+https://github.com/huggingface/peft.git@{COMMIT}#egg=peft
-e ./local
demo @ https://inert.invalid/demo-1.0.tar.gz
Accelerate ; python_version >= "3.9"
pandas==2.*
no requirement at all
"""
BASE = "Pillow~=10.0\n-r ../requirements.txt\n"
CONSTRAINTS = "pillow==10.4.0\nnobody-asks==1.0\n"

PYPROJECT = """[project]
name = "demo-app"
version = "1.2.0"
dynamic = ["optional-dependencies"]
dependencies = [
  "torch>=2",
  "sentence_transformers",
]

[dependency-groups]
lint = ["ruff==0.5.0", { include-group = "other" }]

[tool.uv.sources]
torch = { git = "https://github.com/pytorch/pytorch", rev = "main" }
"""

POETRY_PROJECT = """[tool.poetry]
name = "old"
version = "0.3"
[tool.poetry.dependencies]
python = "^3.11"
torch = "^2.1"
vllm = [{ version = "0.6.0", markers = "sys_platform == 'linux'" }, { version = "==0.5.0", python = "<3.9" }]
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""

SETUP_CFG = """[metadata]
name = cfg-app
version = 2.0
[options]
install_requires =
    torch>=2
    # not this
    onnxruntime==1.18.0
[options.extras_require]
gpu = onnxruntime-gpu
"""

SETUP_PY = """from setuptools import setup
import os
os.system("echo must not run")
NEEDS = ["torch==2.3.1", "keras"]
setup(name="py-app", version="3.1", install_requires=NEEDS, extras_require={"x": computed()})
"""

PIPFILE = """[packages]
torch = "==2.3.1"
requests = { version = "*", extras = ["socks"] }
[dev-packages]
pytest = "*"
"""

PIPFILE_LOCK = json.dumps(
    {
        "_meta": {"pipfile-spec": 6},
        "default": {"torch": {"version": "==2.3.1", "hashes": [f"sha256:{DIGEST}"]}},
        "develop": {"local": {"path": ".", "editable": True}},
    }
)

UV_LOCK = f"""version = 1
requires-python = ">=3.11"

[[package]]
name = "demo-app"
version = "1.2.0"
source = {{ virtual = "." }}
dependencies = [{{ name = "torch" }}]

[[package]]
name = "torch"
version = "2.3.1"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "filelock", marker = "sys_platform == 'linux'" }}]
sdist = {{ url = "https://inert.invalid/t.tar.gz", hash = "sha256:{DIGEST}", size = 1 }}

[[package]]
name = "filelock"
version = "3.15.0"
source = {{ registry = "https://inert.invalid/simple" }}

[[package]]
name = "peft"
version = "0.12.0"
source = {{ git = "https://github.com/huggingface/peft?rev=main#{COMMIT}" }}
"""

POETRY_LOCK = f"""[[package]]
name = "torch"
version = "2.3.1"
groups = ["main"]
files = [{{ file = "torch.whl", hash = "sha256:{DIGEST}" }}]
[package.dependencies]
filelock = "*"

[[package]]
name = "filelock"
version = "3.15.0"
groups = ["main", "dev"]
files = []
"""

PDM_LOCK = f"""[[package]]
name = "torch"
version = "2.3.1"
groups = ["default"]
dependencies = ["filelock>=3"]
files = [{{ file = "torch.whl", hash = "sha256:{DIGEST}" }}]

[[package]]
name = "peft"
version = "0.12.0"
git = "https://github.com/huggingface/peft.git"
ref = "main"
revision = "{COMMIT}"
"""

PYLOCK = f"""lock-version = "1.0"
created-by = "pip"

[[packages]]
name = "torch"
version = "2.3.1+cpu"
dependencies = [{{ name = "peft" }}]
wheels = [{{ url = "https://inert.invalid/a.whl", hashes = {{ sha256 = "{DIGEST}" }} }}]

[[packages]]
name = "peft"
vcs = {{ type = "git", url = "https://github.com/huggingface/peft", commit-id = "{COMMIT}" }}
"""

CONDA = """name: trained
channels: [conda-forge]
dependencies:
  - python=3.11
  - conda-forge::pytorch==2.3.1
  - numpy=1.26.4=py311h64a7726_0
  - pip:
      - transformers==4.50.0
      - -r more.txt
"""

PACKAGE_JSON = json.dumps({
    "name": "web", "version": "0.1.0",
    "dependencies": {"@huggingface/transformers": "^3.0.0", "lodash": "4.17.21", "old": "npm:lodash@^3.0.0"},
    "devDependencies": {"tool": "github:owner/tool#main"},
}, indent=1)  # fmt: skip

PACKAGE_LOCK = json.dumps({
    "name": "web", "version": "0.1.0", "lockfileVersion": 3,
    "packages": {
        "": {"name": "web", "version": "0.1.0", "dependencies": {"@huggingface/transformers": "^3.0.0", "lodash": "*"}},
        "node_modules/@huggingface/transformers": {
            "version": "3.0.2", "integrity": SRI, "license": "Apache-2.0", "dependencies": {"lodash": "^3.0.0"},
            "resolved": "https://registry.npmjs.org/@huggingface/transformers/-/transformers-3.0.2.tgz",
        },
        "node_modules/@huggingface/transformers/node_modules/lodash": {"version": "3.10.1"},
        "node_modules/lodash": {
            "version": "4.17.21", "resolved": "https://npm.inert.invalid/lodash/-/lodash-4.17.21.tgz",
        },
    },
}, indent=1)  # fmt: skip

PACKAGE_LOCK_1 = json.dumps({
    "name": "web", "lockfileVersion": 1,
    "dependencies": {
        "a": {"version": "1.0.0", "requires": {"b": "^2.0.0"}, "dependencies": {"b": {"version": "2.1.0"}}},
        "b": {"version": "1.5.0", "dev": True},
    },
})  # fmt: skip

CARGO_LOCK = f"""version = 3

[[package]]
name = "engine"
version = "0.1.0"
dependencies = ["candle-core", "half 2.4.0"]

[[package]]
name = "candle-core"
version = "0.6.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "{DIGEST}"
dependencies = ["half 1.8.0"]

[[package]]
name = "half"
version = "1.8.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "half"
version = "2.4.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Lay files out in a folder."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return folder


def distribution(
    place: Path, name: str, version: str, *lines: str, direct: dict[str, object] | None = None,
    requested: bool = False, altered: bool = False,
) -> None:  # fmt: skip
    """Install a distribution by hand; ``altered`` changes its metadata after they were recorded."""
    folder = place / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    content = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, "", "Name: body"])
    digest = urlsafe_b64encode(sha256(content.encode()).digest()).decode().rstrip("=")
    (folder / "METADATA").write_text(content + (" altered" if altered else ""))
    (folder / "RECORD").write_text(f"{folder.name}/METADATA,sha256={digest},{len(content)}\n{folder.name}/RECORD,,\n")
    if direct is not None:
        (folder / "direct_url.json").write_text(json.dumps(direct))
    if requested:
        (folder / "REQUESTED").touch()
