"""Texts of licences, recognised by sentences that only they have.

Sources: the SPDX licence list 3.27 (identifiers and texts); the licences of model families from their publishers. The
first sign that a text has decides, so those that quote others stand first.
"""

from __future__ import annotations

from weighbridge.core.descriptions import LicenseText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location

NAMES = ("license", "licence", "copying", "unlicense")
_READ = 64 << 10
"""Bytes that are looked at: the GPL has 35 KiB."""

_SIGNS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    # (signs that must all be there, in lower case; SPDX expression; name where SPDX has none)
    (("llama 4 community license agreement",), "", "Llama 4 Community License"),
    (("llama 3.3 community license agreement",), "", "Llama 3.3 Community License"),
    (("llama 3.2 community license agreement",), "", "Llama 3.2 Community License"),
    (("llama 3.1 community license agreement",), "", "Llama 3.1 Community License"),
    (("meta llama 3 community license agreement",), "", "Llama 3 Community License"),
    (("llama 2 community license agreement",), "", "Llama 2 Community License"),
    (("gemma terms of use",), "", "Gemma Terms of Use"),
    (("bigscience rail license",), "", "BigScience RAIL License"),
    (("creativeml open rail++-m",), "", "CreativeML Open RAIL++-M"),
    (("creativeml open rail-m",), "", "CreativeML Open RAIL-M"),
    (("qwen license agreement",), "", "Qwen License"),
    (("qwen research license agreement",), "", "Qwen Research License"),
    (("deepseek license agreement",), "", "DeepSeek License"),
    (("falcon 180b tii license",), "", "Falcon-180B TII License"),
    (("gnu affero general public license", "version 3"), "AGPL-3.0-only", ""),
    (("gnu lesser general public license", "version 3"), "LGPL-3.0-only", ""),
    (("gnu lesser general public license", "version 2.1"), "LGPL-2.1-only", ""),
    (("gnu general public license", "version 3"), "GPL-3.0-only", ""),
    (("gnu general public license", "version 2"), "GPL-2.0-only", ""),
    (("mozilla public license version 2.0",), "MPL-2.0", ""),
    (("eclipse public license - v 2.0",), "EPL-2.0", ""),
    (("attribution-noncommercial-noderivatives 4.0 international",), "CC-BY-NC-ND-4.0", ""),
    (("attribution-noncommercial-sharealike 4.0 international",), "CC-BY-NC-SA-4.0", ""),
    (("attribution-noncommercial 4.0 international",), "CC-BY-NC-4.0", ""),
    (("attribution-noderivatives 4.0 international",), "CC-BY-ND-4.0", ""),
    (("attribution-sharealike 4.0 international",), "CC-BY-SA-4.0", ""),
    (("attribution 4.0 international",), "CC-BY-4.0", ""),
    (("cc0 1.0 universal",), "CC0-1.0", ""),
    (("apache license", "version 2.0, january 2004"), "Apache-2.0", ""),
    (("boost software license - version 1.0",), "BSL-1.0", ""),
    (("this is free and unencumbered software released into the public domain",), "Unlicense", ""),
    (
        ("redistribution and use in source and binary forms", "neither the name of", "endorse or promote products"),
        "BSD-3-Clause",
        "",
    ),
    (("redistribution and use in source and binary forms", "must retain the above copyright"), "BSD-2-Clause", ""),
    (("permission to use, copy, modify, and/or distribute this software for any purpose",), "ISC", ""),
    (("permission is hereby granted, free of charge", "the software is provided \"as is\""), "MIT", ""),
)  # fmt: skip


def is_license(name: str) -> bool:
    """Tell whether a file by this name holds the text of a licence."""
    return name.rpartition("/")[2].lower().startswith(NAMES)


def license_text(content: bytes, at: Location) -> Iterator[LicenseText]:
    """Yield which licence a text is, if it is a known one."""
    words = " ".join(content[:_READ].decode("utf-8", "replace").lower().split())
    for signs, expression, name in _SIGNS:
        if all(sign in words for sign in signs):
            yield LicenseText(at=at, expression=expression, name=name or expression)
            return
