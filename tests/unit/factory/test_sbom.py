"""What a package is made of: what its files settle, then what is installed for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from fakes.installations import installed

from waooaw.errors import InputError
from waooaw_cli.factory.sbom import Bill, bill_of
from waooaw_cli.gates.dependency_ports import Distribution
from waooaw_cli.gates.licences import Licence
from waooaw_cli.gates.needs import Scope

_PROJECT = """\
[project]
name = "Wow-Desk"
version = "0.1.0"
license = "MIT"
dependencies = ["waooaw>=0.1,<0.2", "wootop>=1,<2"]
optional-dependencies = { pay = ["woopay>=1,<2"] }

[dependency-groups]
dev = ["woolint==3", "wootop"]
"""


def bill(*distributions: Distribution, project: str = _PROJECT, **files: str) -> Bill:
    known = {one.name: one for one in distributions}
    texts = {PurePosixPath("pyproject.toml"): project}
    texts |= {PurePosixPath(name.replace("__", ".")): text for name, text in files.items()}
    return bill_of(texts, known.get, name="folder")


def short(found: Bill) -> list[tuple[str, str | None, Scope | None]]:
    return [(one.name, one.version, one.scope) for one in found.components]


def test_what_is_installed_is_listed() -> None:
    """The needs of waooaw too; who needs each of them; what is not known has no version."""
    found = bill(
        installed("waooaw", "0.1", "woobase", "wootop"),
        installed("wootop", "1.2", "woobase", "wow-desk"),
        installed("woobase", "3", licence="Apache-2.0"),
        installed("woolint", "3", "wooast"),
        installed("wooast", "7"),
    )

    assert (found.name, found.version, found.licence) == (
        "Wow-Desk",
        "0.1.0",
        Licence("MIT", "MIT", exact=True),
    )
    assert found.needs == ("waooaw", "woolint", "woopay", "wootop")
    assert short(found) == [
        ("waooaw", "0.1", Scope.RUNTIME),
        ("wooast", "7", Scope.DEVELOPMENT),
        ("woobase", "3", Scope.RUNTIME),
        ("woolint", "3", Scope.DEVELOPMENT),
        ("woopay", None, Scope.OPTIONAL),
        ("wootop", "1.2", Scope.RUNTIME),
    ]
    base, top = found.components[2], found.components[5]
    assert base.licence == Licence("Apache-2.0", "Apache-2.0", exact=True)
    assert top.needs == ("woobase", "wow-desk")
    assert found.unknown == ("woopay has no known version",)


_LOCK = """\
[[package]]
name = "wootop"
version = "1.5"
source = { registry = "https://index.example" }
dependencies = [{ name = "woobase" }]
sdist = { url = "https://x.example/wootop-1.5.tar.gz", hash = "sha256:aa" }

[[package]]
name = "woobase"
version = "3"

[[package]]
name = "wooother"
version = "1"
"""


def test_a_lock_file_wins() -> None:
    """Its versions, needs and files; the licence only where this very version is installed."""
    found = bill(
        installed("wootop", "1.2", "wooold"),
        installed("woobase", "3"),
        installed("waooaw", "0.1"),
        uv__lock=_LOCK,
    )

    known = {one.name: one for one in found.components}
    assert (known["wootop"].version, known["wootop"].licence) == ("1.5", None)
    assert known["wootop"].needs == ("woobase",)
    assert [one.name for one in known["wootop"].artifacts] == [
        "https://x.example/wootop-1.5.tar.gz"
    ]
    assert (known["woobase"].licence is None, known["woobase"].scope) == (False, Scope.RUNTIME)
    assert known["wooother"].scope is None


def test_what_two_files_settle_is_one() -> None:
    """The hashes of a list beside those of a lock file."""
    found = bill(
        uv__lock=_LOCK, requirements__txt="wootop==1.5 --hash=sha256:bb --hash=sha256:aa\n"
    )

    [top] = [one for one in found.components if one.name == "wootop"]
    assert [one.digests[0][1] for one in top.artifacts] == ["aa", "bb", "aa"]


def test_gaps_are_told() -> None:
    """What is missing, and what could not be read."""
    found = bill(installed("wootop", "1", "gone"), requirements__txt="-r ../x.txt\n")

    assert "gone has no known version" in found.unknown
    assert "../x.txt is no file of the package" in found.unknown
    assert ("gone", None, Scope.RUNTIME) in short(found)


def test_a_pin_for_a_group_alone() -> None:
    """Who needs it is known, also where it is not installed."""
    assert ("woolint", "3", Scope.DEVELOPMENT) in short(bill())


@pytest.mark.parametrize(
    ("project", "licence"),
    [
        ("", None),
        ("license = { text = 'BSD License' }", "BSD License"),
        ("license = { file = 'LICENSE' }", None),
        ("classifiers = ['License :: OSI Approved :: MIT License']", "MIT License"),
    ],
)
def test_the_packages_own_licence(project: str, licence: str | None) -> None:
    """As PEP 639 or PEP 621 have it; where nothing is said, nothing is."""
    found = bill(project=f"[project]\n{project}")

    assert found.name == "folder"
    assert found.version is None
    assert (found.licence.said if found.licence else None) == licence


@pytest.mark.parametrize(
    ("project", "lock", "says"),
    [("x = [", "", "pyproject.toml can't be read"), ("", "x = [", "uv.lock can't be read")],
)
def test_what_cannot_be_read_is_refused(project: str, lock: str, says: str) -> None:
    """Half a list is none."""
    with pytest.raises(InputError, match=says):
        bill(project=project, uv__lock=lock)


def test_two_versions_of_one_name() -> None:
    """A lock file may settle one for each platform."""
    more = _LOCK.replace("wooother", "wootop")

    found = bill(replace(installed("waooaw"), requires=()), uv__lock=more)

    assert [one.version for one in found.components if one.name == "wootop"] == ["1", "1.5"]
