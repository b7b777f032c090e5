"""The digest of the core that this version of waooaw ships: where it differs, nothing is judged.

It is written by hand, so that nobody changes the core without noticing. A test says what it has to
be after a change of `core.yaml` or `code.yaml`.
"""

from __future__ import annotations

__all__ = ["CORE_DIGEST", "STANDARD_DIGEST"]

CORE_DIGEST = "9deecfc33e67f8681aa67274e2ec1ddcc6c86aec26ff3ad8d85f4e78d0d45d7f"
STANDARD_DIGEST = "3c4906c71728ee70cbc8ab11609037a06a2d59754ddd37f44239505a0785d32b"
