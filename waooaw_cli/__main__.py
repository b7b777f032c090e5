"""The door: `waooaw`, and `python -m waooaw_cli`.

The version is answered before anything else is imported: scripts ask for it in a loop, and a
command line costs ten times the answer.
"""

import sys

__all__ = ["main"]


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]) and sys.stdout is not None:
        from waooaw.version import __version__

        try:
            sys.stdout.write(f"waooaw {__version__}\n")
            sys.stdout.flush()
        except OSError:
            pass  # a full disk or a closed pipe: told below, where all such errors are
        else:
            return 0
    import gc

    # What start-up makes lives on; to look through it again and again costs a tenth of a command.
    gc.set_threshold(50_000)
    from waooaw_cli import app

    return app.main()


if __name__ == "__main__":
    sys.exit(main())
