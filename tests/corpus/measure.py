"""Measure what the gates find, print it, and hold it to the bars.

``python tests/corpus/measure.py [GATE…] [--write | --check]`` (or `nox -s corpus`) judges every
package of the corpus with the real gates and their real tools, prints every miss and a table, and
exits 1 below a bar. ``--write`` keeps the table in docs/gates-measured.md, ``--check`` says whether
the table there is true.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))  # pytest has it on its path
    from corpus.measuring import main

    sys.exit(main(sys.argv[1:]))
