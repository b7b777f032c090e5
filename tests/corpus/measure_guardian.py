"""Measure what the guardian finds, print it, and hold it to the bars.

``python tests/corpus/measure_guardian.py [--write | --check]`` (or `nox -s corpus`) judges every
snippet and specification of `tests/corpus/guardian`, prints every miss, every false alarm and a
table, and exits 1 below a recall of 0.97 or a precision of 0.98.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))  # pytest has it on its path
    from corpus.guarding import main

    sys.exit(main(sys.argv[1:]))
