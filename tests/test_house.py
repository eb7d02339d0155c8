"""The house keeps itself: what reviewers would otherwise have to say again and again."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, PathConverter, UnicodeConverter

from abm.kit.config import Config

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (".ci", "abm", "benchmarks", "docs", "migrations", "templates", "tests")
TEXT = {".cfg", ".css", ".html", ".js", ".md", ".mako", ".py", ".toml", ".txt", ""}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_ROUTE = 25

# Where a transaction may end: what takes requests, commands and jobs in.
EDGES = re.compile(r"(routes|cli|command|worker)\.py$|^abm/(jobs|demo)/|^abm/kit/web\.py$")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files(*suffixes: str, below: tuple[str, ...] = FOLDERS) -> list[Path]:
    """Our own text files: nothing vendored, generated or cached."""
    found = [path for folder in below for path in (ROOT / folder).rglob("*") if path.is_file()]
    ours = [path for path in found if not {"vendor", "versions", "__pycache__"} & set(path.parts)]
    return sorted(path for path in ours if path.suffix in (suffixes or TEXT))


def product() -> list[Path]:
    return files(".py", below=("abm",))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def length(function: ast.FunctionDef) -> int:
    """Lines from `def` to the end, its docstring left out."""
    documented = ast.get_docstring(function, clean=False)
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines - (documented.count("\n") + 1 if documented is not None else 0)


def places(pattern: str, paths: list[Path], flags: int = 0) -> list[str]:
    """Where a pattern stands: file and line."""
    expression = re.compile(pattern, flags)
    return [
        f"{name(path)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if expression.search(line)
    ]


@pytest.fixture(scope="module")
def house() -> Flask:
    """The app with every route, the demonstration's too; no database is touched."""
    from abm.app import create_app  # noqa: PLC0415 the other rules hold without an app

    return create_app(Config(database_url="sqlite://", secret_key="x" * 40, demo=True, testing=True))


def test_every_route_says_who_may_use_it(house: Flask) -> None:
    silent = [rule.rule for rule in house.url_map.iter_rules() if not hasattr(view(house, rule.endpoint), "access")]
    assert silent == [], "mark the view with @needs(May.…) or @public"


def view(house: Flask, endpoint: str) -> object:
    return house.view_functions[endpoint]


def test_every_part_of_an_address_is_typed_and_bounded(house: Flask) -> None:
    # The name of a joined file is compared with the two that there are.
    rules = [rule for rule in house.url_map.iter_rules() if rule.endpoint != "assets.asset_file"]
    open_ended = [rule.rule for rule in rules if any(map(unbounded, converters(house, rule.rule)))]
    assert open_ended == [], "use number, slug, public, week, quarter or any(…)"


def converters(house: Flask, address: str) -> list[type[BaseConverter]]:
    """The converters that an address asks for; one without a type is plain text."""
    asked = re.findall(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", address)
    return [house.url_map.converters[kind or "default"] for kind in asked]


def unbounded(converter: type[BaseConverter]) -> bool:
    return issubclass(converter, UnicodeConverter | IntegerConverter | PathConverter) or (
        converter is not AnyConverter and converter.__module__.startswith("werkzeug")
    )


def test_only_edges_commit() -> None:
    commits = places(r"\bcommit\(", [path for path in product() if not EDGES.search(name(path))])
    assert [line for line in commits if "`" not in line] == []


def test_only_the_clock_knows_the_time() -> None:
    others = [path for path in product() if name(path) != "abm/kit/clock.py"]
    assert places(r"datetime\.(utc)?now\(|date\.today\(|\btime\.time\(", others) == []


def test_files_and_functions_stay_small() -> None:
    long_files = [
        f"{name(path)}: {count} lines"
        for path in files(".py", ".html", ".css", ".js")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    long_functions = [
        f"{name(path)}: {function.name} has {length(function)} lines"
        for path in files(".py")
        for function in functions(path)
        if length(function) > (LONGEST_ROUTE if is_route(function) else LONGEST_FUNCTION)
    ]
    assert long_files + long_functions == []


def is_route(function: ast.FunctionDef) -> bool:
    """Whether a blueprint hands requests to it."""
    called = [node.func for node in function.decorator_list if isinstance(node, ast.Call)]
    return any(isinstance(maker, ast.Attribute) and maker.attr in {"get", "post", "route"} for maker in called)


def test_packages_hide_nothing_in_their_init() -> None:
    assert [name(path) for path in product() if path.name == "__init__.py" and path.read_text().strip()] == []


def test_every_package_has_an_init() -> None:
    assert {name(path.parent) for path in product() if not (path.parent / "__init__.py").exists()} == set()


TEMPLATES = files(".html", below=("templates",))


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("an inline script", r"<script(?![^>]*\bsrc=)"),
        ("an inline style", r"<style|\sstyle\s*="),
        ("an event handler", r"\son[a-z]+=[\"'{]|hx-on"),
        (
            "an expression for htmx",
            r"hx-(vals|headers|vars)\s*=\s*[\"']\s*(js|javascript):|\bhref=[\"']javascript:",
        ),
        ("a filter on an htmx trigger", r"hx-trigger=\"[^\"]*\["),
        ("text that is not escaped", r"\|\s*safe\b|autoescape\s+false"),
    ],
)
def test_no_template_has(fault: str, pattern: str) -> None:
    assert places(pattern, TEMPLATES, re.IGNORECASE) == [], f"{fault}: the content security policy forbids it"


def test_every_form_that_writes_carries_its_token() -> None:
    bare = [
        f"{name(path)}: {form.splitlines()[0]}"
        for path in TEMPLATES
        for form in re.findall(r"<form\b.*?</form>", path.read_text(encoding="utf-8"), re.DOTALL)
        if re.search(r"method=[\"']post", form, re.IGNORECASE) and "csrf" not in form
    ]
    assert bare == []


def test_no_fragment_is_a_whole_page() -> None:
    fragments = [path for path in TEMPLATES if path.name.startswith("_")]
    assert places(r"<html|<body", fragments) == []


def test_python_never_vouches_for_markup() -> None:
    allowed = {"abm/kit/filters.py", "abm/kit/markdown.py"}  # long texts: rendered, then cleaned by nh3
    assert places(r"\bMarkup\(", [path for path in product() if name(path) not in allowed]) == []


def test_nothing_is_left_for_later() -> None:
    later = r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b"
    assert places(later, files()) == []


def test_nothing_names_a_machine() -> None:
    machine = r"(?<![\w.])/(root|wo" + r"rk|Users)/|/home/\w|[A-Z]:\\Users"
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in {*TEXT, ".lock"}]
    assert places(machine, files() + top) == []


def test_the_locks_carry_hashes_and_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"^-", text, re.MULTILINE), "no option, so no index either"
        entries = re.split(r"\n(?=\S)", text.strip())
        assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_routes_and_forms_of_every_domain_are_private() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    protected = {module for contract in contracts for module in contract.get("protected_modules", [])}
    kept = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in product() if is_private(path)}
    assert kept == protected, "name them in the domain's contract in pyproject.toml, type protected"


def is_private(path: Path) -> bool:
    return path.stem.endswith(("routes", "forms")) and path.parent.name != "kit"
