"""Words out of columns, compared whatever their case: in Python and on both databases alike.

Only A to Z have a case here, since SQLite knows no other letters'.
"""

from __future__ import annotations

import string
from typing import Any

from sqlalchemy import ColumnElement, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text: str) -> str:
    """A text with its letters A to Z in lower case."""
    return text.translate(_LOWER)


class Folded(FunctionElement[str]):
    """The same of a column."""

    type = String()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)


class JsonWord(FunctionElement[str]):
    """What stands under a key of a JSON column, if it is text or a number; else NULL."""

    type = String()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], key: str) -> None:
        super().__init__(column, literal(key, String))


@compiles(Folded)
def _folded(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(Folded, "postgresql")
def _folded_in_c(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'


@compiles(JsonWord)
def _json_word(element: JsonWord, compiler: SQLCompiler, **options: Any) -> str:
    column, key = (compiler.process(clause, **options) for clause in element.clauses)
    words = f"each.key = {key} AND each.type IN ('text', 'integer', 'real')"  # a path would not find \u00f6 as ö
    return f"(SELECT CAST(each.value AS TEXT) FROM json_each({column}) AS each WHERE {words})"  # noqa: S608 bound


@compiles(JsonWord, "postgresql")
def _jsonb_word(element: JsonWord, compiler: SQLCompiler, **options: Any) -> str:
    column, key = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CASE WHEN jsonb_typeof({column} -> {key}) IN ('string', 'number') THEN {column} ->> {key} END"
