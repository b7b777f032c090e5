"""How the tool itself behaves, and where each value came from.

Strongest first: command-line options, `WAOOAW_*` environment variables, `waooaw.toml` in the
current folder or above (or `[tool.waooaw]` in `pyproject.toml`), defaults. Options are applied by
the commands; this module gathers the rest, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError, shown

__all__ = ["Isolation", "Setting", "Settings", "read_settings"]


class Isolation(StrEnum):
    """Name how steps that run Python's tools are kept apart."""

    FORK = "fork"
    SPAWN = "spawn"


@dataclass(frozen=True, slots=True)
class Setting:
    """Describe one setting: what it means and what holds where nobody says anything."""

    name: str
    meaning: str
    kind: type[str | int]
    default: str | int | None
    variable: str


_SETTINGS = (
    Setting("output", "where new-agent puts packages", str, "generated", "WAOOAW_OUTPUT"),
    Setting("recipe", "the recipe that new-agent follows", str, "coe-agent", "WAOOAW_RECIPE"),
    Setting("jobs", "gates that run side by side; 0: as many as processors", int, 0, "WAOOAW_JOBS"),
    Setting(
        "isolation",
        "fork: tools are forked from workers that imported them; spawn: one interpreter each",
        str,
        "fork",
        "WAOOAW_ISOLATION",
    ),
    Setting(
        "memory_mb",
        "address space that a tool may take, in MiB; 0: any",
        int,
        16_384,
        "WAOOAW_MEMORY_MB",
    ),
    Setting("cache_dir", "what gates reuse between runs", str, None, "WAOOAW_CACHE_DIR"),
    Setting("state_dir", "drafts, journals and logs", str, None, "WAOOAW_STATE_DIR"),
    Setting("advisories", "known vulnerabilities, as imported", str, None, "WAOOAW_ADVISORIES"),
    Setting("baseline", "findings that are known and do not object", str, None, "WAOOAW_BASELINE"),
)
#: Read from an agent's own pyproject.toml by the gates that they concern.
_OF_THE_PACKAGE = frozenset({"coverage", "events_per_month"})
#: Tables, each read and held to its own form where it is used.
_TABLES = frozenset({"attestation", "dependencies", "desk", "secrets", "triage", "waivers"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold the settings in force.

    Attributes:
        baseline: The file of the findings that do not object; None where there is none.
        origins: Setting name to where its value came from, for `waooaw doctor`.
        file: The settings file in force; None where there is none.
        tables: The tables of that file that belong to one gate or command, as TOML has them.
        triage_database: Where requests that read alike are kept, as the environment has it; it may
            hold a password, and stands in no listing.
    """

    output: str
    recipe: str
    jobs: int
    isolation: Isolation
    memory_mb: int
    cache_dir: Path
    state_dir: Path
    advisories: Path
    origins: Mapping[str, str]
    file: Path | None = None
    tables: Mapping[str, object] = field(default_factory=dict)
    baseline: Path | None = None
    triage_database: str = field(default="", repr=False)

    def place(self, table: str) -> str:
        """Return where a table stands, for messages: file and name, or the name alone."""
        return table if self.file is None else f"{self.file}: {table}"

    def values(self) -> dict[str, str | int]:
        """Return name and value of every setting, in the order they are documented."""
        return {
            "output": self.output,
            "recipe": self.recipe,
            "jobs": self.jobs,
            "isolation": self.isolation.value,
            "memory_mb": self.memory_mb,
            "cache_dir": str(self.cache_dir),
            "state_dir": str(self.state_dir),
            "advisories": str(self.advisories),
            "baseline": str(self.baseline or "none"),
        }


def read_settings(folder: Path, env: Mapping[str, str]) -> Settings:
    """Gather the settings that hold in *folder*.

    Raises:
        InputError: A file is no TOML, names a setting that does not exist, or a value has the
            wrong type; the message names file, key and value.
    """
    file, table = _table(folder)
    known = {setting.name for setting in _SETTINGS}
    for key in table:
        if key not in known | _OF_THE_PACKAGE | _TABLES:
            import difflib

            near = difflib.get_close_matches(key, known | _TABLES, n=1)
            raise InputError(
                f"{file}: {shown(key)} is no setting of waooaw",
                hint=f"did you mean {near[0]!r}?"
                if near
                else f"known: {', '.join(sorted(known | _TABLES))}",
            )
    values: dict[str, str | int | None] = {}
    origins: dict[str, str] = {}
    for setting in _SETTINGS:
        values[setting.name], origins[setting.name] = _in_force(setting, file, table, env)
    state_dir = _folder(values["state_dir"], "state")
    advisories = values["advisories"]
    cache_dir = _folder(values["cache_dir"], "cache")
    if file is not None and origins["cache_dir"] == str(file):
        _refuse_checked_in(cache_dir, file)
    return Settings(
        output=str(values["output"]),
        recipe=str(values["recipe"]),
        jobs=int(values["jobs"] or 0),
        isolation=_isolation(str(values["isolation"]), origins["isolation"]),
        memory_mb=int(values["memory_mb"] or 0),
        cache_dir=cache_dir,
        state_dir=state_dir,
        advisories=state_dir / "advisories" if advisories is None else _folder(advisories, "state"),
        origins=origins,
        file=file,
        tables={name: table[name] for name in sorted(_TABLES & table.keys())},
        baseline=_beside(values["baseline"], file if origins["baseline"] == str(file) else None),
        triage_database=env.get("WAOOAW_TRIAGE_DATABASE", ""),
    )


def _refuse_checked_in(cache: Path, file: Path) -> None:
    """Let no repository bring along what is believed of it.

    Raises:
        InputError: The cache that *file* names lies in the repository of that file, or without one
            in its folder.
    """
    place = file.resolve().parent
    base = next((one for one in (place, *place.parents) if (one / ".git").exists()), place)
    if base != Path.home().resolve() and cache.resolve().is_relative_to(base):
        raise InputError(
            f"{file}: cache_dir = {shown(str(cache))} lies beside what it speaks of",
            hint="verdicts could be checked in with it: name a folder elsewhere, or set"
            " WAOOAW_CACHE_DIR",
        )


def _isolation(text: str, origin: str) -> Isolation:
    try:
        return Isolation(text)
    except ValueError:
        known = " or ".join(Isolation)
        raise InputError(f"isolation is {shown(text)} ({origin})", hint=f"write {known}") from None


def _in_force(
    setting: Setting, file: Path | None, table: Mapping[str, object], env: Mapping[str, str]
) -> tuple[str | int | None, str]:
    if text := env.get(setting.variable):
        return _typed(setting, text, f"environment variable {setting.variable}"), (
            f"environment ({setting.variable})"
        )
    if setting.name in table:
        value = table[setting.name]
        if type(value) is not setting.kind:
            raise InputError(
                f"{file}: {setting.name} = {shown(value)} is not {_kind(setting)}",
                hint=f"{setting.name}: {setting.meaning}",
            )
        return _typed(setting, str(value), f"{file}: {setting.name}"), str(file)
    return setting.default, "default"


def _typed(setting: Setting, text: str, place: str) -> str | int:
    if setting.kind is str:
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    raise InputError(
        f"{place} is {shown(text)}, which is not {_kind(setting)}",
        hint=f"{setting.name}: {setting.meaning}",
    )


def _kind(setting: Setting) -> str:
    return "text" if setting.kind is str else "a whole number"


def _folder(value: str | int | None, purpose: str) -> Path:
    if value is not None:
        return Path(str(value)).expanduser().absolute()
    import platformdirs

    if purpose == "cache":
        return platformdirs.user_cache_path("waooaw", appauthor=False)
    return platformdirs.user_state_path("waooaw", appauthor=False)


def _beside(value: str | int | None, file: Path | None) -> Path | None:
    """Return the file that a setting names: seen from the settings file that names it, if any."""
    if not value:
        return None
    path = Path(str(value)).expanduser()
    return file.parent / path if file is not None else path.absolute()


def _table(folder: Path) -> tuple[Path | None, Mapping[str, object]]:
    """Return the nearest settings file in *folder* or above, and its settings."""
    for place in (folder, *folder.parents):
        own = place / "waooaw.toml"
        if own.is_file():
            return own, _toml(own)
        project = place / "pyproject.toml"
        if project.is_file():
            tool = _toml(project).get("tool")
            table = tool.get("waooaw") if isinstance(tool, dict) else None
            if isinstance(table, dict):
                return project, table
    return None, {}


def _toml(file: Path) -> dict[str, object]:
    import tomllib  # a run without settings has no use for it

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # both UnicodeDecodeError and TOMLDecodeError are
        raise InputError(f"{file}: is not TOML: {error}", hint="see https://toml.io") from error
    except RecursionError as error:
        raise InputError(f"{file}: is nested too deeply") from error
    except OSError as error:
        raise EnvironmentFault(f"{file}: could not be read: {error.strerror}") from error
