"""Source to syntax tree, by the grammar of the interpreter that runs the scanner; nothing is compiled to code."""

from __future__ import annotations

from weighbridge.core.errors import OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

TOKENS = 130_000
"""Signs and half the words of one source: a syntax tree takes up to 1 kB for each. Of 18,000 modules of libraries two
have more."""

_WORDS = bytes(code for code in range(256) if code not in b"(),.=[]{}:;+-*/%<>&|^~@\n")


def is_dense(content: bytes) -> bool:
    """Tell whether the tree of a source would take too much memory."""
    return len(content.translate(None, _WORDS)) + len(content.split()) // 2 > TOKENS


def parsed(content: str | bytes) -> ast.Module | None:
    """Parse source; None where the grammar does not allow it. Raises OverLimit for what nests too deep."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            # Doubtful escapes are the author's business; the parser would tell them on stderr.
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except (RecursionError, MemoryError):
        # The parser has a stack of its own, and says so by MemoryError.
        raise OverLimit("the source nests too deep") from None
    except (SyntaxError, ValueError, LookupError):
        return None
