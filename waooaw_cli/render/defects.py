"""What a person sees and what the log keeps when waooaw itself is at fault."""

from __future__ import annotations

import platform
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from waooaw.version import __version__

__all__ = ["write_defect"]


def write_defect(error: Exception, arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """Write traceback and versions to a log file and return the message that names it.

    The arguments' values are left out of the log: they may hold what is nobody's business. So may
    an error's own words; what looks like a secret or a person's is taken out of them.
    """
    # Only here: whoever meets no defect does not wait for it.
    from waooaw.triage.redaction import without_secrets

    words = without_secrets(_one_line(error))
    said = f"error: a defect in waooaw: {type(error).__name__}: {words}"
    options = [argument.split("=", 1)[0] for argument in arguments if argument.startswith("-")]
    text = "\n".join(
        [
            f"waooaw {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {arguments[0] if arguments else ''} {' '.join(options)}",
            "",
            without_secrets("".join(traceback.format_exception(error))),
        ]
    )
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    try:
        folder = _folder(env)
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / f"defect-{moment}.log"
        log.write_text(text, encoding="utf-8")
    except OSError:
        return f"{said}\n  try: run it again with --debug and report what it prints"
    return f"{said}\n  expected: nothing of the kind; the traceback is in {log}\n  try: report it"


def _folder(env: Mapping[str, str]) -> Path:
    if given := env.get("WAOOAW_STATE_DIR"):
        return Path(given) / "logs"
    try:
        import platformdirs

        return platformdirs.user_log_path("waooaw", appauthor=False)
    except (ImportError, RuntimeError):
        return Path(tempfile.gettempdir()) / "waooaw-logs"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
