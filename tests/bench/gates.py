"""Measure the gates' speed against prek, pre-commit and the same tools by hand.

Run it with `nox -s bench-gates`, which installs them: ``python tests/bench/gates.py [--runs N]
[--no-fleet] [--write]``. Every round runs every runner once in every state, so that what else the
machine does befalls all. Exit code 1 when a ratio misses its bar; absolute figures depend on the
machine and are printed beside what was aimed at.

Cold: what tools keep (mypy, ruff, bytecode) is removed before each run, and waooaw's whole cache,
as on a machine that has never seen an agent. New agent: waooaw's cache knows other agents. Warm:
one module was edited. Cached: nothing was.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))  # pytest has it on its path
    from bench.gating import main

    sys.exit(main(sys.argv[1:]))
