"""`python -m waooaw_cli`: the same as the `waooaw` command."""

from __future__ import annotations

import sys

from waooaw_cli.app import main

sys.exit(main())
