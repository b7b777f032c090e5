"""`waooaw vision packs|adopt`: the compliance packs, and how one becomes a policy."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from waooaw.errors import InputError

__all__ = ["adopt", "packs"]

_FOLDER = Path("vision")


def packs(name: str | None, *, as_json: bool) -> int:
    """Print the packs that there are, or the rules of one with their articles.

    Raises:
        InputError: There is none of that name.
    """
    from waooaw.vision.packs import pack
    from waooaw.vision.packs import packs as known
    from waooaw_cli.render.packs import pack_text, packs_json, packs_text

    chosen = known() if name is None else (pack(name),)
    if as_json:
        said = packs_json(chosen)
    else:
        said = packs_text(chosen) if name is None else pack_text(chosen[0])
    sys.stdout.write(f"{said}\n")
    return 0


def adopt(
    name: str | None, *, owner: str | None, output: Path | None, force: bool, as_json: bool
) -> int:
    """Write a pack into the folder of policies; return 1 where the layers contradict each other.

    Raises:
        InputError: There is no such pack, nobody is named who answers for it, or a file is there.
        EnvironmentFault: It can't be written.
    """
    from waooaw.vision.packs import pack
    from waooaw_cli.factory.packs import adopt as adopted
    from waooaw_cli.render.packs import adoption_json, adoption_text

    if name is None:
        raise InputError("no pack is named", hint="waooaw vision packs lists them")
    chosen = pack(name)
    if owner is None:
        raise InputError(
            f"nobody is named who answers for {chosen.name}", hint="--owner dpo@example.com"
        )
    done = adopted(
        chosen,
        owner=owner,
        output=_FOLDER if output is None else output,
        folder=Path.cwd(),
        today=datetime.now(UTC).date(),
        force=force,
    )
    sys.stdout.write((adoption_json if as_json else adoption_text)(done) + "\n")
    return 1 if done.layers.conflicts else 0
