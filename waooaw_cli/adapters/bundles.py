"""Keep a git bundle beside each recipe: one commit and one tag for each version of its tree.

An update needs the old version of a template as well as the new one, and Copier takes both from a
git repository. A wheel can't hold a repository, so it holds a bundle of one: author, dates and
packing are fixed, and the same trees give the same bytes with the same git.

``python -m waooaw_cli.adapters.bundles`` writes the bundle of every recipe of the checkout again.
A version that is not released yet replaces itself; the versions before it stay.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from packaging.version import Version

from waooaw.errors import CouldNotDecide, EnvironmentFault
from waooaw_cli.factory.recipes import Recipe, recipes
from waooaw_cli.factory.scratch import scratch

__all__ = ["Bundle", "tree_files", "write_bundle"]

_WHEN = "2026-01-01T00:00:00Z"
_TIME_LIMIT_S = 60
_BRANCH = "main"
#: What an editor or an interpreter leaves behind, never a part of a recipe.
_LEFTOVERS = frozenset({".DS_Store", "__pycache__"})


def tree_files(tree: Path) -> dict[PurePosixPath, bytes]:
    """Return every file of a recipe's folder, by path relative to it."""
    found = {}
    for path in sorted(tree.rglob("*")):
        relative = PurePosixPath(path.relative_to(tree).as_posix())
        if path.is_file() and not _LEFTOVERS.intersection(relative.parts):
            found[relative] = path.read_bytes()
    return found


class Bundle:
    """Read one bundle with git.

    Args:
        path: The bundle's file.

    Raises:
        EnvironmentFault: There is no git, or no such file.
        CouldNotDecide: It is no bundle.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise EnvironmentFault(f"{path} is missing", hint="reinstall waooaw")
        self._path = path

    def tags(self) -> tuple[str, ...]:
        """Return the tags of all versions, oldest first."""
        lines = _git(["bundle", "list-heads", str(self._path)]).decode().splitlines()
        names = [line.split(" ", 1)[1] for line in lines]
        tags = [name.removeprefix("refs/tags/") for name in names if name.startswith("refs/tags/")]
        return tuple(sorted(tags, key=Version))

    def files(self, tag: str) -> dict[PurePosixPath, bytes]:
        """Return every file of one version, by path."""
        with _opened(self._path) as repository:
            return _archived(repository, tag)


def write_bundle(recipe: Recipe) -> None:
    """Write the bundle of *recipe*: the versions that it has, with the tree as it is now on top.

    Raises:
        EnvironmentFault: There is no git.
        CouldNotDecide: A newer version is in the bundle already, or git failed.
    """
    versions: list[tuple[str, Mapping[PurePosixPath, bytes]]] = []
    if recipe.bundle.is_file():
        old = Bundle(recipe.bundle)
        newer = [tag for tag in old.tags() if Version(tag) > Version(recipe.version)]
        if newer:
            raise CouldNotDecide(f"{recipe.bundle} holds {newer[-1]}, newer than {recipe.tag}")
        versions = [(tag, old.files(tag)) for tag in old.tags() if tag != recipe.tag]
    versions.append((recipe.tag, tree_files(recipe.tree)))
    with scratch("bundle") as folder:
        repository = folder / "repository.git"
        _git(["init", "--quiet", "--bare", "--object-format=sha1", str(repository)])
        parent = None
        for tag, files in versions:
            parent = _commit(repository, tag, files, parent)
        _git(["update-ref", f"refs/heads/{_BRANCH}", parent or ""], repository)
        _git(["symbolic-ref", "HEAD", f"refs/heads/{_BRANCH}"], repository)
        fresh = folder / "fresh.bundle"
        # One thread: several would share the work differently each time.
        packing = ["-c", "pack.threads=1", "-c", "pack.compression=9"]
        _git(
            [*packing, "bundle", "create", "--version=2", "--quiet", str(fresh), "--all", "HEAD"],
            repository,
        )
        beside = recipe.bundle.with_name(f"{recipe.bundle.name}.new")
        shutil.copyfile(fresh, beside)
        beside.replace(recipe.bundle)


def _commit(
    repository: Path, tag: str, files: Mapping[PurePosixPath, bytes], parent: str | None
) -> str:
    """Add one version and its tag; return the commit."""
    _git(["read-tree", "--empty"], repository)
    entries = []
    for path, content in files.items():
        blob = _git(["hash-object", "-w", "--stdin", "--no-filters"], repository, content)
        entries.append(f"100644 {blob.decode().strip()}\t{path}\0")
    _git(["update-index", "-z", "--index-info"], repository, "".join(entries).encode())
    tree = _git(["write-tree"], repository).decode().strip()
    before = ["-p", parent] if parent else []
    commit = _git(["commit-tree", tree, *before, "-m", f"Release {tag}"], repository).decode()
    _git(["update-ref", f"refs/tags/{tag}", commit.strip()], repository)
    return commit.strip()


@contextmanager
def _opened(bundle: Path) -> Iterator[Path]:
    """Yield a repository with everything that *bundle* holds."""
    with scratch("bundle") as folder:
        repository = folder / "repository.git"
        _git(["clone", "--quiet", "--mirror", str(bundle), str(repository)])
        yield repository


def _archived(repository: Path, tag: str) -> dict[PurePosixPath, bytes]:
    # `core.attributesFile` and the like could filter contents; a bare repository of ours has none.
    archive = _git(["archive", "--format=tar", f"refs/tags/{tag}"], repository)
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                found[PurePosixPath(member.name)] = content.read()
    return found


def _git(arguments: Sequence[str], repository: Path | None = None, content: bytes = b"") -> bytes:
    """Run git without the user's settings and return what it says.

    Raises:
        EnvironmentFault: There is no git.
        CouldNotDecide: It failed, or took longer than a minute.
    """
    program = shutil.which("git")
    if program is None:
        raise EnvironmentFault("git is not on PATH", hint="install git 2.31 or newer")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    nobody = {"NAME": "waooaw", "EMAIL": "recipes@waooaw.invalid", "DATE": _WHEN}
    env = (
        kept
        | {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in nobody.items()
        }
        | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        | ({} if repository is None else {"GIT_DIR": str(repository)})
    )
    try:
        done = subprocess.run(  # noqa: S603 - git, with arguments of ours
            [program, *arguments],
            input=content,
            capture_output=True,
            check=True,
            env=env,
            timeout=_TIME_LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise CouldNotDecide(f"git {arguments[0]} took longer than a minute") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()[-1:] or [
            "no reason given"
        ]
        raise CouldNotDecide(f"git {arguments[0]} failed: {said[0]}") from error
    return done.stdout


def main() -> int:
    """Write the bundle of every recipe again, and say so."""
    for recipe in recipes():
        write_bundle(recipe)
        sys.stdout.write(f"{recipe.bundle}: {', '.join(Bundle(recipe.bundle).tags())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
