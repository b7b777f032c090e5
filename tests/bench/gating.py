"""The gates' speed beside other runners: ratios in one run, one agent and fifty."""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.factory import Figure
from bench.runners import ByHand, Hooks, Ours, Runner, commit, pre_commit, prek
from bench.thousand_lines import write_package
from places import ROOT

__all__ = ["main"]

DOCUMENT = ROOT / "docs" / "gates-measured.md"
_BEGIN, _END = "<!-- bench: begin -->\n", "<!-- bench: end -->\n"
_FLEET = 50
_TIMES = re.compile(r'"(?:started_at|duration_ms|cached)": (?:"[^"]*"|[\d.]+|true|false)', re.ASCII)
_Samples = dict[str, list[float]]


def _edited(folder: Path, number: int) -> None:
    """Change one module, so that no result of before holds; what the tools know still helps."""
    [module] = folder.glob("src/*/ticket.py")
    text = module.read_text(encoding="utf-8").partition("# Run")[0].rstrip()
    module.write_text(f"{text}\n\n\n# Run {number} of the measuring.\n", encoding="utf-8")


def _one_agent(folder: Path, ours: Ours, others: Sequence[Runner], runs: int) -> _Samples:
    """Time every runner in every state, in turn."""
    places = {
        runner.name: write_package(folder / f"p{index}")
        for index, runner in enumerate((ours, *others))
    }
    for runner in (ours, *others):
        commit(places[runner.name])
        runner.prepare(places[runner.name])
        runner.run(places[runner.name])  # what is compiled once is compiled now
    samples: _Samples = {}
    for run in range(runs):
        for state in ("cold", "warm"):
            for runner in (ours, *others):
                place = places[runner.name]
                if state == "cold":
                    runner.forget(place)
                else:
                    _edited(place, run)
                samples.setdefault(f"{runner.name}, {state}", []).append(runner.run(place))
        samples.setdefault(f"{ours.name}, cached", []).append(ours.run(places[ours.name]))
        fresh = write_package(folder / f"fresh{run}", run + 1)
        samples.setdefault(f"{ours.name}, new agent", []).append(ours.run(fresh))
    return samples


def _fifty_agents(folder: Path, ours: Ours, hooks: Hooks, runs: int) -> _Samples:
    fleet = folder / "fleet"
    for number in range(_FLEET):
        hooks.prepare(write_package(fleet, number))
    # Makes a workspace of it: what runs hooks finds the fifty lists of them below.
    (fleet / hooks.file).write_text("repos: []\n", encoding="utf-8")
    commit(fleet)
    ours.forget(fleet)
    samples: _Samples = {"fifty, waooaw gate, cold": [ours.run(fleet)]}
    samples["fifty, waooaw gate, cached"] = [ours.run(fleet) for _ in range(2 * runs)]
    hooks.forget(fleet)
    samples[f"fifty, {hooks.name}, cold"] = [hooks.run(fleet)]
    samples[f"fifty, {hooks.name}, warm"] = [hooks.run(fleet)]
    return samples


def _differences(folder: Path, ours: Ours) -> int:
    """Count the lines in which a cached report differs from the one that was not, times apart."""
    place = write_package(folder / "same", 99)
    first, second = (_TIMES.sub("", ours.report(place)).splitlines() for _ in range(2))
    assert '"pass"' in "".join(first)
    return sum(one != other for one, other in zip(first, second, strict=False)) + abs(
        len(first) - len(second)
    )


def _figures(medians: Mapping[str, float], differences: int) -> Iterator[Figure]:
    cold, warm = medians["prek, cold"], medians["prek, warm"]
    cached = medians["waooaw gate, cached"]
    yield Figure("cold, against prek cold", medians["waooaw gate, cold"] / cold, 0.8, "×")
    yield Figure("new agent, against prek cold", medians["waooaw gate, new agent"] / cold, 0.8, "×")
    yield Figure("warm, against prek warm", medians["waooaw gate, warm"] / warm, 0.8, "×")
    yield Figure("cached, against prek warm", cached / warm, 0.1, "×")
    if "fifty, waooaw gate, cached" in medians:
        yield Figure("fifty agents, cached", medians["fifty, waooaw gate, cached"], 0.3, "s")
    yield Figure("lines of a cached report that differ, times apart", differences, 0, "")


def _absolute(medians: Mapping[str, float]) -> Iterator[Figure]:
    """Yield what depends on the machine, each with what was aimed at on the one of the design."""
    for name, bar in (("cached", 60), ("warm", 550), ("new agent", 700), ("cold", 700)):
        yield Figure(f"one agent, {name}", medians[f"waooaw gate, {name}"] * 1e3, bar, "ms")
    if (fifty := medians.get("fifty, waooaw gate, cached")) is not None:
        yield Figure("fifty agents, cached", fifty * 1e3, 150, "ms")


def _table(samples: _Samples) -> str:
    lines = ["| who, and what is known before | median | least |", "| --- | ---: | ---: |"]
    lines += [
        f"| {name} | {statistics.median(took) * 1e3:,.0f} ms | {min(took) * 1e3:,.0f} ms |"
        for name, took in samples.items()
    ]
    return "\n".join([*lines, ""])


def _kept(text: str) -> None:
    """Put *text* between the marks in the document."""
    document = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = document.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    DOCUMENT.write_text(before + _BEGIN + text + _END + after, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether the ratios hold."""
    parser = argparse.ArgumentParser(description="Measure how fast the gates are.")
    parser.add_argument("--runs", type=int, default=5, help="rounds, each with every runner")
    parser.add_argument("--no-fleet", action="store_true", help="one agent only")
    parser.add_argument("--write", action="store_true", help="keep the figures in the docs")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        ours = Ours(folder / "cache")
        others: tuple[Runner, ...] = (prek(), pre_commit(), ByHand(1), ByHand(2))
        samples = _one_agent(folder, ours, others, options.runs)
        if not options.no_fleet:
            samples |= _fifty_agents(folder, ours, prek(), options.runs)
        differences = _differences(folder, ours)
    medians = {name: statistics.median(took) for name, took in samples.items()}
    bars = [*_figures(medians, differences)]
    aims = [*_absolute(medians)]
    load = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end"
    lines = [*(one.line() for one in bars), *(f"(aim) {one.line()}" for one in aims)]
    text = "\n".join([_table(samples), f"{load}.", "", "```", *lines, "```", ""])
    sys.stdout.write(text)
    if options.write:
        _kept(text)
    return 0 if all(one.holds for one in bars) else 1
