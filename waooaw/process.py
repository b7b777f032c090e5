"""A running agent: events in from a file, standard input or a bus, one decision a line out.

Exit codes: 0 all went well · 1 an action failed · 2 the input is wrong · 3 the machine or the store
failed · 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, TextIO

from waooaw.agent import Agent
from waooaw.bus import Bus, open_bus
from waooaw.database import MEMORY
from waooaw.decisions import ActionState, Decision
from waooaw.errors import InputError, WaooawError
from waooaw.events import MAX_EVENT_BYTES, Event
from waooaw.spec import AgentSpec
from waooaw.store import SqliteStore
from waooaw.vision.layers import Layers, layers_in

__all__ = ["Request", "consume", "main", "perform"]

_STDIN = "-"
_POLICIES = "WAOOAW_POLICIES"
_NO_ID = "waooaw-no-id"
_BATCH = 20
# What a process that was killed held comes again after this long.
_HOLD = timedelta(seconds=5)
_IDLE = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Request:
    """Say where events come from; exactly one of the three.

    Attributes:
        event: A file with one event as JSON; `-` for standard input.
        events: A file with one event a line; `-` for standard input.
        bus: A bus's URL, such as `sqlite:///events.db`.
        as_json: Whether a terminal gets JSON too; whatever else reads us always does.
    """

    event: str | None = None
    events: str | None = None
    bus: str | None = None
    as_json: bool = False

    def __post_init__(self) -> None:
        given = [one for one in (self.event, self.events, self.bus) if one is not None]
        if len(given) != 1:
            raise InputError(
                "no events were given" if not given else "events were given in two ways",
                hint="use one of --event FILE, --events FILE and --bus URL",
            )


def main(agent_class: type[Agent], argv: Sequence[str] | None = None) -> int:
    """Run one agent from the command line; what a package's `__main__` calls.

    Returns:
        The exit code.
    """
    given = _parser(agent_class).parse_args(argv)
    journal = MEMORY if given.journal is None else Path(given.journal)
    try:
        if given.health:
            return _health(agent_class, journal, _layers(os.environ))
        request = Request(given.event, given.events, given.bus, as_json=given.json)
        if request.bus is not None and given.journal is None:
            raise InputError("a bus needs a journal that outlives us", hint="add --journal FILE")
        layers = _layers(os.environ)
        return perform(agent_class, agent_class.own_spec(), request, journal, layers=layers)
    except WaooawError as error:
        _complain(error)
        return 2 if isinstance(error, InputError) else 3
    except BrokenPipeError:
        # Else the interpreter tries once more at its end, and complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3
    except KeyboardInterrupt:
        return 130


def perform(
    agent_class: type[Agent],
    spec: AgentSpec,
    request: Request,
    journal: Path | str,
    *,
    layers: Layers | None = None,
) -> int:
    """Decide about every event of *request*, and write one decision a line to standard output.

    Events come in order and so do decisions. A file is read twice: nothing is decided about a
    file that has a bad line. What a skill prints goes to standard error.

    Args:
        agent_class: The agent.
        spec: Its specification.
        request: Where the events come from.
        journal: The journal's file, or `:memory:`.
        layers: The policies that judge; None for the package's own.

    Returns:
        1 when an action failed, else 0.

    Raises:
        InputError: The events or the journal cannot be used.
        EnvironmentFault: The machine or the store failed.
        BrokenPipeError: Nobody reads the decisions any more.
        KeyboardInterrupt: Ctrl-C.
    """
    printer = _Printer(sys.stdout, as_json=request.as_json or not sys.stdout.isatty())
    events = _requested(request)
    with contextlib.ExitStack() as closing:
        closing.enter_context(contextlib.redirect_stdout(sys.stderr))
        bus = None if request.bus is None else open_bus(request.bus)
        if bus is not None:
            closing.callback(bus.close)
        store = closing.enter_context(contextlib.closing(SqliteStore(journal)))
        agent = agent_class(spec, store=store, layers=layers)
        if bus is not None:
            asyncio.run(_until_stopped(agent, bus, printer))
        else:
            asyncio.run(_each(agent, events, printer))
    return 1 if printer.failed else 0


def _unheard(line: str) -> None:
    del line


async def consume(
    agent: Agent,
    bus: Bus,
    on_decision: Callable[[Decision], None],
    *,
    stop: asyncio.Event | None = None,
    hold: timedelta = _HOLD,
    on_trouble: Callable[[str], None] = _unheard,
) -> None:
    """Decide about the events of a bus, in order, and acknowledge each once it is decided.

    Args:
        agent: Who decides; its name is the consumer group's.
        bus: Where the events come from.
        on_decision: Told of each decision before its event is acknowledged.
        stop: Ends the work after the event at hand; None ends it when nothing is there any more.
        hold: For how long other processes leave a delivery to us.
        on_trouble: Told in a line why an action failed, or why an event may have slept wrongly.
    """
    while stop is None or not stop.is_set():
        deliveries = await bus.receive(agent.spec.name, most=_BATCH, hold=hold)
        for delivery in deliveries:
            await _handled(agent, delivery.event, on_decision, on_trouble)
            await bus.acknowledge(agent.spec.name, [delivery.position])
            if stop is not None and stop.is_set():
                return
        if deliveries:
            continue
        if stop is None:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _IDLE.total_seconds())


class _Printer:
    def __init__(self, out: TextIO, *, as_json: bool) -> None:
        self._out = out
        self._as_json = as_json
        self.failed = False

    def __call__(self, decision: Decision) -> None:
        self.failed = self.failed or decision.action is ActionState.FAILED
        self._out.write(f"{decision.to_json() if self._as_json else _spoken(decision)}\n")
        self._out.flush()


def _spoken(decision: Decision) -> str:
    if not decision.woke:
        return _plain(f"{decision.event}: not woken")
    by = decision.boundary or decision.rule or decision.tier or ""
    action = "" if decision.action is ActionState.NONE else f", {decision.action}"
    return _plain(f"{decision.event}: {decision.outcome}{action} ({by}) {decision.because}")


def _plain(text: str) -> str:
    """Return *text* without what a terminal would obey, in letters that the terminal has."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    encoding = sys.stdout.encoding or "ascii"
    return shown.encode(encoding, "replace").decode(encoding)


async def _each(agent: Agent, events: Iterator[Event], printer: _Printer) -> None:
    for event in events:
        await _handled(agent, event, printer, _warn)


async def _handled(
    agent: Agent,
    event: Event,
    on_decision: Callable[[Decision], None],
    on_trouble: Callable[[str], None],
) -> None:
    decision = await agent.handle(event)
    on_decision(decision)
    reason = await _trouble(agent, decision)
    if reason is not None:
        on_trouble(f"{decision.event}: {reason}")


async def _trouble(agent: Agent, decision: Decision) -> str | None:
    """Say what the decision's line leaves to the journal; None where there is nothing to say."""
    if decision.action is ActionState.FAILED:
        entry = await agent.store.find(agent.spec.name, decision.event)
        error = entry.error if entry is not None else None
        # The traceback follows in the lines below; the journal keeps it.
        return f"action failed: {(error or 'the journal does not say why').partition(chr(10))[0]}"
    if not decision.woke and decision.trace.faults:
        return f"asleep, a condition had no answer: {'; '.join(decision.trace.faults)}"
    return None


async def _until_stopped(agent: Agent, bus: Bus, printer: _Printer) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Ctrl-C stays with asyncio, which interrupts; SIGTERM is how a service is asked to end well.
    before = signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        await consume(agent, bus, printer, stop=stop, on_trouble=_warn)
    finally:
        signal.signal(signal.SIGTERM, before)


def _requested(request: Request) -> Iterator[Event]:
    """Return the events of a file; a regular one is checked to its end before the first."""
    if request.bus is not None:
        return iter(())
    if request.event is not None:
        with _opened(request.event) as (file, name):
            # One byte more than allowed tells "too large" without reading all of it.
            return iter([_event(file.read(MAX_EVENT_BYTES + 1), name)])
    name = request.events or _STDIN
    place = Path(name)
    if name != _STDIN and not place.is_fifo() and not place.is_char_device():
        for _ in _streamed(name):
            pass
    return _streamed(name)


def _streamed(name: str) -> Iterator[Event]:
    with _opened(name) as (file, shown):
        yield from _lines(file, shown)


@contextlib.contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, str]]:
    if name == _STDIN:
        yield sys.stdin.buffer, "standard input"
        return
    with contextlib.ExitStack() as closing:
        try:
            file = closing.enter_context(Path(name).open("rb"))
        except FileNotFoundError as error:
            raise InputError(f"{name}: no such file", hint="use - for standard input") from error
        except OSError as error:
            raise InputError(f"{name}: cannot be read: {error.strerror}") from error
        yield file, name


def _lines(file: BinaryIO, name: str) -> Iterator[Event]:
    number = 0
    while line := file.readline(MAX_EVENT_BYTES + 2):
        number += 1
        if line.strip():
            yield _event(line.strip(), f"{name}:{number}", number=number)


def _event(text: bytes, place: str, *, number: int | None = None) -> Event:
    try:
        event = Event.from_json(text, default_id=_NO_ID)
    except InputError as error:
        raise InputError(f"{place}: {error.message}", hint=error.hint) from error
    if event.id != _NO_ID:
        return event
    # The same content in the same line is the same event, so that a file may be fed twice.
    content = json.dumps([number, json.loads(event.to_json())], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return event.model_copy(update={"id": f"sha256-{digest[:32]}"})


def _layers(env: Mapping[str, str]) -> Layers | None:
    """Return the policies of the folder that `WAOOAW_POLICIES` names; None where it is not set.

    Raises:
        InputError: There is no such folder: policies that are not found must not count as none.
    """
    named = env.get(_POLICIES, "")
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise InputError(f"{_POLICIES} names {named!r}, which is no folder", hint="mount it there")
    return layers_in(folder, datetime.now(UTC).date())


def _health(agent_class: type[Agent], journal: Path | str, layers: Layers | None) -> int:
    try:
        spec = agent_class.own_spec()
        with contextlib.closing(SqliteStore(journal)) as store:
            _ = agent_class(spec, store=store, layers=layers)
    except WaooawError as error:
        _complain(error)
        return 3
    return 0


def _warn(line: str) -> None:
    """Write *line* to standard error, what a terminal would obey shown as an escape."""
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in line
    )
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(f"{shown.encode(encoding, 'backslashreplace').decode(encoding)}\n")
    sys.stderr.flush()


def _complain(error: WaooawError) -> None:
    hint = f"\nhint: {error.hint}" if error.hint else ""
    sys.stderr.write(f"error: {_plain(error.message)}{hint}\n")


def _parser(agent_class: type[Agent]) -> argparse.ArgumentParser:
    package = agent_class.__module__.partition(".")[0]
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}",
        description="Run the agent; one decision a line, in the order of the events.",
        epilog=f"example: python -m {package} --events events.jsonl --journal journal.db",
    )
    feeds = parser.add_mutually_exclusive_group(required=True)
    feeds.add_argument("--event", metavar="FILE", help="one event as JSON; - for standard input")
    feeds.add_argument("--events", metavar="FILE", help="one event a line; - for standard input")
    feeds.add_argument("--bus", metavar="URL", help="events from a bus: sqlite:///FILE")
    feeds.add_argument(
        "--health", action="store_true", help="only tell whether the agent could run: exit 0 or 3"
    )
    parser.add_argument("--journal", metavar="FILE", help="where decisions are kept")
    parser.add_argument("--json", action="store_true", help="JSON on a terminal, too")
    return parser
