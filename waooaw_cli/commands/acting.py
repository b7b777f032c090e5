"""Who acts at the desk: whoever is named, or else who is logged in."""

from __future__ import annotations

import getpass

from waooaw.desk.standings import Actor, actor_of
from waooaw.errors import InputError

__all__ = ["acting"]


def acting(by: str | None) -> Actor:
    """Return who acts.

    Args:
        by: Who is named; None: who is logged in.

    Raises:
        InputError: It names nobody, or nobody knows who is logged in, as in some containers.
    """
    if by is not None:
        return actor_of(by)
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise InputError("nobody knows who acts", hint="give --by NAME") from error
    return actor_of(user)
