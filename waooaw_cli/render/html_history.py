"""The last runs on the page: a small chart, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waooaw.moments import rfc3339
from waooaw_cli.factory.history import PastRun
from waooaw_cli.render.phrases import counted, duration_text

__all__ = ["history_section"]

_HEIGHT = 60
_BAR = 12
_STEP = 16
#: Of fewer runs no bar is wider for it.
_FEWEST = 16
#: A run with nothing to object to is seen too.
_LEAST = 3


def history_section(runs: Sequence[PastRun]) -> Iterator[str]:
    """Yield the section, the newest run last in the chart and first in the table.

    Args:
        runs: The oldest first; nothing is yielded for fewer than two.
    """
    if len(runs) <= 1:
        return
    errors = ", ".join(str(run.errors) for run in runs)
    yield '<section aria-labelledby="history"><h2 id="history">The last runs</h2>'
    yield "<p>Findings that fail a gate, in each run; the latest stands on the right.</p>"
    width = _STEP * max(_FEWEST, len(runs))
    yield (
        f'<svg viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="Findings that fail a gate, in the last {len(runs)} runs: {errors}">'
    )
    most = max(1, *(run.errors for run in runs))
    for number, run in enumerate(runs):
        height = _LEAST + (_HEIGHT - _LEAST) * run.errors // most
        yield (
            f'<rect class="{run.verdict}" x="{_STEP * number}" y="{_HEIGHT - height}"'
            f' width="{_BAR}" height="{height}"></rect>'
        )
    yield "</svg>"
    yield f"<details><summary>The same as a table: {counted(len(runs), 'run')}</summary><table>"
    yield "<caption>Runs over the same packages, the newest first</caption>"
    yield (
        '<thead><tr><th scope="col">began</th><th scope="col">verdict</th>'
        '<th scope="col">agents</th><th scope="col">errors</th><th scope="col">warnings</th>'
        '<th scope="col">waived</th><th scope="col" class="time">time</th></tr></thead><tbody>'
    )
    yield from map(_row, reversed(runs))
    yield "</tbody></table></details></section>"


def _row(run: PastRun) -> str:
    return (
        f'<tr><th scope="row">{rfc3339(run.at)}</th><td class="{run.verdict}">{run.verdict}</td>'
        f"<td>{run.agents:,}</td><td>{run.errors:,}</td><td>{run.warnings:,}</td>"
        f'<td>{run.waived:,}</td><td class="time">{duration_text(run.duration)}</td></tr>'
    )
