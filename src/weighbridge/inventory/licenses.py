"""Licences as people write them, made into SPDX expressions where they are ones, and never guessed.

Sources: SPDX 3.0.1 annex B (licence expressions); the licence list of Hugging Face model cards
(https://huggingface.co/docs/hub/repositories-licenses).
"""

from __future__ import annotations

import re

from weighbridge.inventory.graph import License
from weighbridge.inventory.spdx_identifiers import EXCEPTIONS, LICENSES

_SLUGS = {
    "apache-2.0": "Apache-2.0", "mit": "MIT", "afl-3.0": "AFL-3.0", "artistic-2.0": "Artistic-2.0",
    "bsl-1.0": "BSL-1.0", "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause",
    "bsd-3-clause-clear": "BSD-3-Clause-Clear", "c-uda": "C-UDA-1.0", "cc0-1.0": "CC0-1.0", "cc-by-2.0": "CC-BY-2.0",
    "cc-by-2.5": "CC-BY-2.5", "cc-by-3.0": "CC-BY-3.0", "cc-by-4.0": "CC-BY-4.0", "cc-by-sa-3.0": "CC-BY-SA-3.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0", "cc-by-nc-2.0": "CC-BY-NC-2.0", "cc-by-nc-3.0": "CC-BY-NC-3.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0", "cc-by-nd-4.0": "CC-BY-ND-4.0", "cc-by-nc-nd-3.0": "CC-BY-NC-ND-3.0",
    "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0", "cc-by-nc-sa-2.0": "CC-BY-NC-SA-2.0", "cc-by-nc-sa-3.0": "CC-BY-NC-SA-3.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0", "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "cdla-permissive-1.0": "CDLA-Permissive-1.0", "cdla-permissive-2.0": "CDLA-Permissive-2.0", "wtfpl": "WTFPL",
    "ecl-2.0": "ECL-2.0", "epl-1.0": "EPL-1.0", "epl-2.0": "EPL-2.0", "etalab-2.0": "etalab-2.0",
    "eupl-1.1": "EUPL-1.1", "eupl-1.2": "EUPL-1.2", "agpl-3.0": "AGPL-3.0-only", "gfdl": "", "gpl-2.0": "GPL-2.0-only",
    "gpl-3.0": "GPL-3.0-only", "lgpl-2.1": "LGPL-2.1-only", "lgpl-3.0": "LGPL-3.0-only", "isc": "ISC",
    "lppl-1.3c": "LPPL-1.3c", "ms-pl": "MS-PL", "apple-ascl": "", "mpl-2.0": "MPL-2.0", "odc-by": "ODC-By-1.0",
    "odbl": "ODbL-1.0", "openrail": "", "openrail++": "", "osl-3.0": "OSL-3.0", "postgresql": "PostgreSQL",
    "ofl-1.1": "OFL-1.1", "ncsa": "NCSA", "unlicense": "Unlicense", "zlib": "Zlib", "pddl": "PDDL-1.0",
    "lgpl-lr": "LGPLLR", "deepfloyd-if-license": "", "fair-noncommercial-research-license": "", "llama2": "",
    "llama3": "", "llama3.1": "", "llama3.2": "", "llama3.3": "", "llama4": "", "gemma": "",
    "bigscience-openrail-m": "", "bigscience-bloom-rail-1.0": "", "bigcode-openrail-m": "", "creativeml-openrail-m": "",
}  # fmt: skip
"""Words that cards use; those of families without an SPDX identifier are known and have none."""
_NOTHING = frozenset({"", "unknown", "other", "none", "n/a", "noassertion"})
_TOKEN = re.compile(r"\(|\)|[A-Za-z0-9.+:_-]+", re.ASCII)
_REFERENCE = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+", re.ASCII)
_LONGEST, _NAME = 1_000, 200

_BY_LOWER = {one.lower(): one for one in LICENSES}


def license_of(written: str, name: str = "", url: str = "") -> License | None:
    """Make what a card, a file or a package says into a licence; None where it says nothing.

    ``name`` and ``url`` are what stands beside ``other``. A word that is no SPDX expression stays a name.
    """
    word = " ".join(written.split())
    if word.lower() in _NOTHING:
        return License(name=name[:_NAME], url=url) if name or url else None
    expression = _SLUGS.get(word.lower()) or (word if is_expression(word) else _BY_LOWER.get(word.lower(), ""))
    return License(expression=expression, name="" if expression else (name or word)[:_NAME], url=url)


def is_expression(text: str) -> bool:
    """Tell whether a text is an SPDX licence expression whose identifiers are on the list."""
    words = _TOKEN.findall(text)
    if not words or len(text) > _LONGEST or "".join(words) != "".join(text.split()):
        return False
    depth, wanted = 0, True
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if word == "(":
            depth += 1
            if not wanted:
                return False
        elif word == ")":
            depth -= 1
            if wanted or depth < 0:
                return False
        elif word in {"AND", "OR"}:
            if wanted:
                return False
            wanted = True
        elif word == "WITH":
            has_exception = at > 1 and words[at - 2] == "WITH"
            if wanted or before == ")" or has_exception or words[at + 1 : at + 2] == []:
                return False
        elif before == "WITH":
            if word not in EXCEPTIONS:
                return False
        elif not wanted or not _is_license(word):
            return False
        else:
            wanted = False
    return depth == 0 and not wanted


def _is_license(word: str) -> bool:
    return word in LICENSES or word.removesuffix("+") in LICENSES or _REFERENCE.fullmatch(word) is not None
