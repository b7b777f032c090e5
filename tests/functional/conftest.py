"""What the tests of real programs share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from terminals import Terminal  # there are none on Windows


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    """Gather what was opened, so that nothing outlives a failed test."""
    terminals: list[Terminal] = []
    yield terminals
    for terminal in terminals:
        terminal.child.close(force=True)
