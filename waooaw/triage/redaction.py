"""Take secrets and personal data out of text before it is shown or kept.

A net, not a proof: keys and passwords as `waooaw.vision.secrets` knows them, and what
`waooaw.privacy` knows of e-mail addresses and numbers.
"""

from __future__ import annotations

from waooaw.privacy import REDACTED, redacted
from waooaw.vision.secrets import secrets_in

__all__ = ["holds_secret", "shown_safely", "without_secrets"]

_LONGEST = 200
#: Secrets are looked for in what is read, not in 20 MB of anything.
_MOST_CHARACTERS = 60_000


def without_secrets(text: str) -> str:
    """Return *text* with secrets and personal data replaced."""
    # The longest first: one secret may be a part of another's text.
    values = {secret.value for secret in secrets_in(text)}
    for value in sorted(values, key=lambda value: (-len(value), value)):
        text = text.replace(value, REDACTED)
    return str(redacted(text))


def shown_safely(text: str, *, most: int = _LONGEST) -> str:
    """Return *text* on one line, redacted and not longer than *most* characters."""
    # Cut only afterwards: half a secret is none that anyone would recognise.
    line = " ".join(without_secrets(text[:_MOST_CHARACTERS]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def holds_secret(text: str) -> bool:
    """Tell whether a secret stands in *text*."""
    return bool(secrets_in(text[:_MOST_CHARACTERS]))
