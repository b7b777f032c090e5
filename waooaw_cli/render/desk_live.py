"""The queues of the desk, shown anew in the same place for as long as somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

from waooaw.moments import rfc3339
from waooaw_cli.factory.desk import Overview
from waooaw_cli.render.desk import desk_json, overview_lines, write_desk
from waooaw_cli.render.page import Page, fitting, page_on

if TYPE_CHECKING:
    from rich.live import Live

__all__ = ["Board", "board_on"]


class Board(Protocol):
    """Show the queues as they are now."""

    def show(self, overview: Overview) -> None:
        """Show *overview* in the place of what was shown before, or after it."""
        ...


@contextmanager
def board_on(stream: TextIO, env: Mapping[str, str], *, as_json: bool) -> Iterator[Board]:
    """Yield a board on *stream*: JSON lines, a view that stays in place, or one after the other."""
    page = page_on(stream, env)
    if as_json:
        yield _Lines(page)
    elif not page.moving:
        yield _Sheets(page)
    else:
        from rich.live import Live

        from waooaw_cli.render.console import console_on

        with Live(console=console_on(stream, env), auto_refresh=False, screen=True) as live:
            yield _View(live)


@dataclass(frozen=True, slots=True)
class _Lines:
    page: Page

    def show(self, overview: Overview) -> None:
        self.page.stream.write(desk_json(overview, line=True) + "\n")
        self.page.stream.flush()


@dataclass(frozen=True, slots=True)
class _Sheets:
    page: Page

    def show(self, overview: Overview) -> None:
        self.page.line((rfc3339(overview.at.replace(microsecond=0)), "dim"))
        write_desk(self.page, overview)
        self.page.stream.flush()


@dataclass(frozen=True, slots=True)
class _View:
    live: Live

    def show(self, overview: Overview) -> None:
        from rich.text import Text

        console = self.live.console
        lines = list(overview_lines(overview, console.width))
        at = rfc3339(overview.at.replace(microsecond=0))
        view = Text(f"{at}  Ctrl-C ends this", no_wrap=True, overflow="crop")
        for line in lines[: max(1, console.height - 1)]:
            view.append("\n")
            for text, style in line:
                view.append(fitting(text, console.encoding), style)
        self.live.update(view, refresh=True)
