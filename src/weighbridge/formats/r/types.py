"""The types of R's objects and the codes that the serialisation has beside them (``Rinternals.h``, ``serialize.c``)."""

from __future__ import annotations

SYM, LIST, CLO, ENV, PROM, LANG, SPECIAL, BUILTIN, CHAR = 1, 2, 3, 4, 5, 6, 7, 8, 9
LGL, INTS, REALS, CPLX, STRS, DOT, VEC, EXPR, BCODE = 10, 13, 14, 15, 16, 17, 19, 20, 21
EXTPTR, WEAKREF, RAWS, S4 = 22, 23, 24, 25

ALTREP, ATTRLIST, ATTRLANG, BASEENV, EMPTYENV, BCREPREF, BCREPDEF = 238, 239, 240, 241, 242, 243, 244
PERSIST, PACKAGE, NAMESPACE, BASENAMESPACE, MISSINGARG, UNBOUNDVALUE, GLOBALENV, NILVALUE, REF = range(247, 256)

NODES = frozenset({LIST, LANG, CLO, PROM, DOT})
"""Cells: attributes, tag, first, rest."""

ALONE = frozenset({BASEENV, EMPTYENV, BASENAMESPACE, MISSINGARG, UNBOUNDVALUE, GLOBALENV, NILVALUE})
"""Objects that are their own code."""

NAMED = frozenset({PERSIST, PACKAGE, NAMESPACE})
"""Environments that are found by their name."""

WIDTHS = {LGL: 4, INTS: 4, REALS: 8, CPLX: 16, RAWS: 1}
"""Bytes of an element."""

WORDS = {LGL: "logical values", INTS: "whole numbers", REALS: "numbers", CPLX: "complex numbers", RAWS: "bytes"}

LISTS = frozenset({VEC, EXPR})
PRIMITIVES = frozenset({SPECIAL, BUILTIN})
EMPTY = frozenset({WEAKREF, S4})

CELLS = frozenset({LANG, LIST, ATTRLANG, ATTRLIST})
CALLS = frozenset({LANG, ATTRLANG})
WITH_ATTRIBUTES = frozenset({ATTRLANG, ATTRLIST})
LANGUAGE = CELLS | {BCREPDEF, BCREPREF}
"""Expressions among the constants of bytecode."""
