"""The digest of the core that this version of waooaw ships: where it differs, nothing is judged.

It is written by hand, so that nobody changes the core without noticing. A test says what it has to
be after a change of `core.yaml` or `code.yaml`.
"""

from __future__ import annotations

__all__ = ["CORE_DIGEST", "STANDARD_DIGEST"]

CORE_DIGEST = "525bb58204b28f7a830236a483290d4657eac2961a2437c8e2ac4d3aa5e49695"
STANDARD_DIGEST = "3dc87969550840f47d43b4e1f017e5d5a625ed22938372abd35fa71213ad147f"
