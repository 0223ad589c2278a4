"""The examples in the docstrings run, and everything public has a docstring."""

from __future__ import annotations

import doctest
import inspect
import pathlib
import re

import pytest

import basketry as bk
import basketry.simulate


def documented():
    public = {name: getattr(bk, name) for name in bk.__all__}
    public |= {name: getattr(bk.simulate, name) for name in bk.simulate.__all__}
    for name, item in public.items():
        if isinstance(item, str):
            continue
        yield name, item
        if inspect.isclass(item) and not issubclass(item, Exception):
            for attribute, value in vars(item).items():
                if not attribute.startswith("_"):
                    value = value.__func__ if isinstance(value, staticmethod) else value
                    yield f"{name}.{attribute}", value


ITEMS = dict(documented())


@pytest.mark.parametrize("name", ITEMS)
def test_docstring(name):
    assert (ITEMS[name].__doc__ or "").strip()


EXAMPLES = [name for name, item in ITEMS.items() if ">>>" in (item.__doc__ or "")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name):
    # Not through doctest's finder, which passes over the methods of native classes.
    test = doctest.DocTestParser().get_doctest(ITEMS[name].__doc__, {}, name, None, None)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def test_readme(monkeypatch):
    root = pathlib.Path(__file__).parents[2]
    monkeypatch.chdir(root)
    text = (root / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) >= 3
    names: dict[str, object] = {}
    for block in blocks:
        # One after the other, as a reader would type them.
        exec(compile(block, "README.md", "exec"), names)
    assert isinstance(names["decision"], bk.Decision)


def test_there_are_examples():
    assert len(EXAMPLES) >= 10


def test_all_is_what_is_public():
    public = {name for name in vars(bk) if not name.startswith("_")} - {"annotations"}
    # A submodule becomes an attribute once it is imported, and is not a part of `import *`.
    assert public - {"simulate"} == set(bk.__all__) - {"__version__"}
    assert bk.__all__ == sorted(bk.__all__)
