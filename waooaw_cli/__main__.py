"""The door: `waooaw`, and `python -m waooaw_cli`.

The version is answered before anything else is imported: scripts ask for it in a loop, and a
command line costs ten times the answer.
"""

import sys

__all__ = ["main"]


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from waooaw.version import __version__

        sys.stdout.write(f"waooaw {__version__}\n")
        return 0
    from waooaw_cli import app

    return app.main()


if __name__ == "__main__":
    sys.exit(main())
