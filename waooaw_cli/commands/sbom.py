"""`waooaw sbom PATH`: what a package is made of, as CycloneDX 1.6."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from waooaw.errors import InputError, shown

__all__ = ["sbom"]

_READ = frozenset({".toml", ".lock", ".txt", ".in", ".cfg"})
_NAMED = frozenset({"Pipfile", "setup.py"})


def sbom(
    path: Annotated[Path, typer.Argument(help="The package's folder.")] = Path(),
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")
    ] = None,
    json_output: Annotated[
        bool, typer.Option("--json", help="The same: the list is JSON anyway.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing of gaps.")] = False,
) -> int:
    """List what a package is made of, with versions and licences, as CycloneDX 1.6 JSON.

    The versions are those of its lock file, else those installed for it. The same package gives the
    same bytes; only where SOURCE_DATE_EPOCH is set does it state a time.

    Example: waooaw sbom generated/wow-refund-desk --output wow-refund-desk.cdx.json
    """
    from waooaw_cli.adapters.delivery import deliver
    from waooaw_cli.adapters.distributions import Installations
    from waooaw_cli.adapters.environments import OwnEnvironments
    from waooaw_cli.commands.gating import processes_for, usable_cache
    from waooaw_cli.factory.sbom import bill_of
    from waooaw_cli.render.cyclonedx import cyclonedx_json
    from waooaw_cli.render.foreign import visible
    from waooaw_cli.settings import read_settings

    del json_output
    made_at = _stated_time(os.environ)
    root = path.absolute()
    if not (root / "pyproject.toml").is_file():
        raise InputError(
            f"{path.as_posix()} holds no pyproject.toml", hint="name the folder of a package"
        )
    settings = read_settings(Path.cwd(), os.environ)
    with processes_for(settings) as processes, usable_cache(settings.cache_dir) as cache:
        python = OwnEnvironments(processes, cache / "environments").python(root)
    inventory = Installations()
    bill = bill_of(_texts(root), lambda name: inventory.find(python, name), name=root.name)
    if not quiet:
        for gap in bill.unknown:
            sys.stderr.write(f"not complete: {visible(gap)}\n")
    text = cyclonedx_json(bill, made_at=made_at) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        deliver(output, text)
    return 0


def _texts(root: Path) -> dict[PurePosixPath, str]:
    from waooaw_cli.gates.contents import contents, read_text

    texts = {}
    for path in contents(root).files:
        wanted = path.suffix in _READ or path.name in _NAMED
        text = read_text(root, path) if wanted else None
        if isinstance(text, str):
            texts[path] = text
    return texts


def _stated_time(env: Mapping[str, str]) -> datetime | None:
    """Return the time that a reproducible build states (https://reproducible-builds.org)."""
    text = env.get("SOURCE_DATE_EPOCH")
    if text is None:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"SOURCE_DATE_EPOCH is {shown(text)}", hint="write seconds since 1970, or unset it"
        ) from error
