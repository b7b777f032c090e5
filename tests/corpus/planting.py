"""Planted faults as data: each a package that is broken in one place, beside a clean twin.

`tests/corpus/<gate>.yaml` holds the cases of one gate. A case takes a package that `new-agent`
would make of an answers file, and edits it twice: once into the fault, once into the nearest
variant that is innocent.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from places import CASES
from pydantic import BaseModel, ConfigDict, Field, model_validator
from recipes.rendering import render, spec_of

from waooaw_cli.gates.report import GateId

__all__ = ["FOLDER", "Case", "Edit", "Variant", "cases", "plant", "rendered"]

FOLDER = Path(__file__).parent
#: Stands in the middle of a planted secret, and is taken out when the case is read.
_JOINT = "{+}"

Variant = Literal["fault", "twin"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Edit(_Part):
    """Change one file of a package, in exactly one way.

    Attributes:
        file: Its path in the package.
        replace: A text that stands in it once, to be replaced by `by`.
        after: A text that stands in it once; all that follows is replaced by `by`.
        append: What to add at its end.
        write: Its whole content; the file may be new. Written `times` times over.
        raw: The same as bytes, in hexadecimal.
        delete: Whether to remove it.
        link: Where it is to lead, as a symbolic link.
        move: Its new path; it may be a folder.
    """

    file: str
    replace: str | None = None
    after: str | None = None
    by: str = ""
    append: str | None = None
    write: str | None = None
    times: int = 1
    raw: str | None = None
    delete: bool = False
    link: str | None = None
    move: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Edit:
        ways = (self.replace, self.after, self.append, self.write, self.raw, self.link, self.move)
        if sum(way is not None for way in ways) + self.delete != 1:
            raise ValueError(f"{self.file}: an edit does one thing")
        return self

    def apply(self, package: Path) -> None:
        """Change the file below *package*."""
        path = package / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if (old := self.replace or self.after) is not None:
            before, _, rest = (text := path.read_text(encoding="utf-8")).partition(old)
            if text.count(old) != 1:
                raise ValueError(f"{self.file} holds {text.count(old)} × {old!r}")
            kept = before + self.by + rest if self.replace else before + old + self.by
            path.write_text(kept, encoding="utf-8")
        elif self.append is not None:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(text + self.append, encoding="utf-8")
        elif self.write is not None:
            path.write_text(self.write * self.times, encoding="utf-8")
        elif self.raw is not None:
            path.write_bytes(bytes.fromhex(self.raw) * self.times)
        elif self.link is not None:
            path.symlink_to(self.link)
        elif self.move is not None:
            path.rename(package / self.move)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


class Case(_Part):
    """Hold one fault and its twin.

    Attributes:
        id: Unique in the whole corpus; begins with the gate's name.
        what: The fault in one sentence.
        rule: The id of the rule that has to object.
        base: The answers file that the package is made from.
        fault: What breaks it.
        twin: What is done instead by somebody who means no harm.
        gate: Who has to find it; stands once, at the top of the file.
    """

    id: str
    what: str
    rule: str
    fault: Annotated[tuple[Edit, ...], Field(strict=False, min_length=1)]
    twin: Annotated[tuple[Edit, ...], Field(strict=False)]
    base: str
    gate: Annotated[GateId, Field(strict=False)]

    @model_validator(mode="after")
    def _told_apart(self) -> Case:
        if self.fault == self.twin:
            raise ValueError(f"{self.id}: the twin is the fault")
        if not self.id.startswith(f"{self.gate}-"):
            raise ValueError(f"{self.id} does not begin with its gate, {self.gate}")
        return self


@cache
def cases(gate: GateId) -> tuple[Case, ...]:
    """Return the cases of *gate*, in the order of its file."""
    text = (FOLDER / f"{gate}.yaml").read_text(encoding="utf-8").replace(_JOINT, "")
    data = yaml.safe_load(text)
    head = {"gate": gate.value, "base": data["base"]}
    return tuple(Case.model_validate(head | one) for one in data["cases"])


@cache
def rendered(base: str, folder: Path) -> Path:
    """Return the package that `new-agent` makes of the answers *base*, made once in *folder*."""
    return render(spec_of(CASES / "valid" / f"{base}.yaml"), folder / base)


def plant(
    chosen: Sequence[Case], variant: Variant, *, bases: Path, into: Path
) -> Iterator[tuple[Case, Path]]:
    """Make one package for each case, in a folder of its own below *into*.

    Args:
        chosen: The cases.
        variant: Which of the two packages.
        bases: Where the untouched packages are kept.
        into: Where to make them.
    """
    for case in chosen:
        # Named by a number too: nothing may be found by what a case is called.
        package = into / variant / f"{case.id}" / case.base
        shutil.copytree(rendered(case.base, bases), package, symlinks=True)
        for edit in case.fault if variant == "fault" else case.twin:
            edit.apply(package)
        yield case, package
