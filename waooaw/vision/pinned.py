"""The digest of the core that this version of waooaw ships: where it differs, nothing is judged.

It is written by hand, so that nobody changes the core without noticing. A test says what it has to
be after a change of `core.yaml` or `code.yaml`.
"""

from __future__ import annotations

__all__ = ["CORE_DIGEST", "STANDARD_DIGEST"]

CORE_DIGEST = "657301782a9d423fcb3401a349a7863b9e03fbafe7535138a35dbcad5561b357"
STANDARD_DIGEST = "adcf69c4061b03f979876813c1020244e4532d4d4032a2a9cbee14a5ab2ad952"
