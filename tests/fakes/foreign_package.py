"""A small package that waooaw did not make: some debt, its own tests, nothing of ours in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["FOREIGN_SPEC", "foreign_package"]

FOREIGN_SPEC = """\
name: invoice-sorter
version: 2.3.1
purpose: Sort invoices into ledgers.
domain: accounting
owner: accounting@example.com
wake: [{topic: invoice.received}]
rules:
  - {id: any-invoice, when: "true", then: defer, because: Its own code decides.}
collaborators: {escalates_to: accounting@example.com}
examples:
  - event: {type: invoice.received, data: {}}
    expect: {wakes: true, outcome: defer}
"""

_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "invoice-sorter"
version = "2.3.1"
description = "Sort invoices into ledgers."
requires-python = ">=3.10"
dependencies = []

[tool.pytest.ini_options]
pythonpath = ["src"]
"""

_SORTING = '''\
"""Sort invoices into ledgers."""
import os, json
from dataclasses import dataclass

@dataclass
class Invoice:
    number: str
    amount: float
    currency: str = 'EUR'

def sort(invoices):
    ledgers = {}
    for invoice in invoices:
        ledgers.setdefault(invoice.currency, []).append(invoice)
    return ledgers

def load(path):
    with open(path) as file:
        return [Invoice(**row) for row in json.load(file)]
'''

_TEST = """\
from invoice_sorter.sorting import Invoice, sort


def test_sort():
    a, b = Invoice("1", 10.0), Invoice("2", 5.0, "INR")
    assert sort([a, b]) == {"EUR": [a], "INR": [b]}
"""

_FILES = {
    "agent.yaml": FOREIGN_SPEC,
    "pyproject.toml": _PYPROJECT,
    "README.md": "# invoice-sorter\n",
    "src/invoice_sorter/__init__.py": "",
    "src/invoice_sorter/sorting.py": _SORTING,
    "tests/test_sorting.py": _TEST,
}


def foreign_package(folder: Path, files: Mapping[str, str | None] | None = None) -> Path:
    """Write the package into *folder*, and return it.

    Args:
        folder: Made here.
        files: What to write instead or besides, by path; None leaves a file out.
    """
    wanted: dict[str, str | None] = {**_FILES, **(files or {})}
    for name, text in wanted.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder
