"""Render a recipe with Copier. The only module that imports it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from waooaw.documents import Json
from waooaw.errors import CouldNotDecide, EnvironmentFault

__all__ = ["CopierRenderer"]


class CopierRenderer:
    """Fill a recipe's template. Copier asks nothing: every value is handed over as data."""

    def render(self, tree: Path, context: Mapping[str, Json], target: Path) -> None:
        """Write the package to *target*, which does not exist yet.

        Args:
            tree: The recipe's folder, with `copier.yml`.
            context: What the templates are filled with; never read as a template itself.
            target: The folder to make. What stands in it after an error is the caller's to remove.

        Raises:
            EnvironmentFault: The disk is full, or may not be written to.
            CouldNotDecide: The recipe is broken.
        """
        # 0.4 s, and it takes a snapshot of the environment: not before it is needed.
        from copier import Settings, run_copy
        from copier.errors import CopierError
        from jinja2 import TemplateError
        from plumbum import local

        try:
            # For every file Copier asks git whether it keeps modes, half of the time that rendering
            # takes. A plain tree that goes into a new folder needs no git, so Copier finds none.
            with local.env(PATH=os.devnull):
                run_copy(
                    str(tree),
                    target,
                    data=dict(context),
                    defaults=True,
                    # What is left after an error is the caller's to remove, and it does.
                    cleanup_on_error=False,
                    quiet=True,
                    # None would read the user's own settings file.
                    settings=Settings(),
                )
        except OSError as error:
            raise EnvironmentFault(
                f"{target.name} could not be written: {error.strerror or error}",
                hint="free space or mend permissions, then run again",
            ) from error
        except (CopierError, TemplateError) as error:
            raise CouldNotDecide(
                f"the recipe in {tree} is broken: {error}", hint="reinstall waooaw"
            ) from error
