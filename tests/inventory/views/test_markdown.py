"""The account in Markdown: complete, in tables that hold, and deaf to what strangers write."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.inventory.views import samples
from weighbridge.inventory.graph import Graph
from weighbridge.inventory.views.markdown import render

PARSER = MarkdownIt("commonmark").enable("table")


def tokens(graph: Graph) -> list[Token]:
    """Blocks and the inlines within them as one list."""
    found = []
    for token in PARSER.parse(render(graph)):
        found.append(token)
        found.extend(token.children or [])
    return found


def test_no_text_of_strangers_leaves_its_code() -> None:
    read = tokens(samples.hostile())
    assert not any(token.type in ("html_block", "image", "link_open", "strong_open") for token in read)
    assert {token.content for token in read if token.type == "html_inline"} <= {"<br>"}
    plain = "".join(token.content for token in read if token.type == "text")
    for word in ("alert", "<script", "onerror"):
        assert word not in plain
    assert any("<script>alert(1)</script>" in token.content for token in read if token.type == "code_inline")
    assert len([token for token in read if token.type == "heading_open" and token.tag == "h1"]) == 1


def test_the_account_says_what_is_known_and_what_is_not() -> None:
    text = render(samples.model())
    assert f"Bill of materials: model at `{samples.COMMIT}`; 2 models, 2 data sets, 2 files" in text
    assert "| parameters | `8,030,261,248` | ✓ verified | `model.safetensors` |" in text
    assert "| licence | `acme/llama-support-assistant-8b` | `Apache-2.0` `README.md /license`<br>`llama3.1`" in text
    assert "- supplier, risk: `acme/llama-support-assistant-8b`" in text
    assert "| `Accuracy: 0.71 on cais/mmlu` | `qa` | self-reported |" in text
    assert "- `old.bin: it is compressed in a way that is not read`" in text
    assert "evaluated on data set cais/mmlu (declared)`" in text


def test_an_application_names_places_and_pins() -> None:
    text = render(samples.application())
    assert "| `org/model-001` | unknown | `none` | unknown | `desk/answer.py:11` |" in text
    assert "| `torch` | `2.0` |  | unknown | `config.json /model_type` |" in text


def test_every_row_of_a_table_has_the_columns_of_its_head() -> None:
    for graph in (samples.model(), samples.application(), samples.hostile()):
        kinds = [token.type for token in tokens(graph) if token.type in ("table_open", "tr_open", "td_open", "th_open")]
        for table in " ".join(kinds).split("table_open")[1:]:
            head, *rows = (row.count("_open") for row in table.split("tr_open")[1:])
            assert rows
            assert set(rows) == {head}
        # A row that a stranger's text has cut in two is no row any more: it would stand outside of its table.
        assert not any(token.type == "text" and "|" in token.content for token in tokens(graph))
