"""A service request in; a type, a severity, a desk and the reasons out, offline.

`triage` is the door; what is read, weighed and decided has a module each.
"""

from __future__ import annotations

__all__: list[str] = []
