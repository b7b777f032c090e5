"""The security gate looks at every file of a package, and says what it could not look at."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from waooaw.vision import security_rules
from waooaw_cli.gates import rule_docs, security
from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.dependencies import objections
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.security import SecurityGate

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and fifos are different there")
BOUNDED = '[project]\nname = "wow-desk"\ndependencies = ["waooaw>=0.1,<0.2"]\n'


@pytest.fixture
def package(tmp_path: Path) -> Package:
    root = tmp_path / "wow-desk"
    (root / "src" / "wow_desk").mkdir(parents=True)
    (root / "src" / "wow_desk" / "skills.py").write_text("import json\n")
    (root / "README.md").write_text("Set PAYMENTS_API_KEY.\n")
    (root / "pyproject.toml").write_text(BOUNDED)
    return Package(root, "wow-desk")


def found(package: Package) -> list[tuple[str, str]]:
    return [(one.rule, str(one.path)) for one in SecurityGate().check(package).findings]


def test_a_harmless_package_passes(package: Package) -> None:
    """Nothing to say; the report tells how much was looked at."""
    checked = SecurityGate().check(package)

    assert checked.findings == ()
    assert checked.measures == {"rules": len(security_rules()), "files": 3}


@pytest.mark.parametrize(
    "name", ["README.md", "src/wow_desk/skills.py", ".env", "deploy/values.yaml", "tests/data.json"]
)
def test_a_secret_is_found_in_any_text_file(package: Package, name: str) -> None:
    """Hidden files, data and documents are looked at like code; the key is not repeated."""
    path = package.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"\n  '{KEY}'\n")

    (finding,) = [one for one in SecurityGate().check(package).findings if one.rule == "SEC-020"]

    assert (str(finding.path), finding.line, finding.column) == (name, 2, 4)
    assert KEY not in finding.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_an_encoding_hides_no_secret(package: Package, encoding: str) -> None:
    """A text file is read in whatever encoding its first bytes tell."""
    (package.root / "notes.txt").write_bytes(f"é {KEY}".encode(encoding))

    assert found(package) == [("SEC-020", "notes.txt")]


def test_what_is_no_text_and_what_tools_left_is_passed_over(package: Package) -> None:
    """Pictures are no text; caches, environments and git's own folder are not the package's."""
    (package.root / "logo.png").write_bytes(b"\x89PNG\0" + KEY.encode())
    for folder in (".git", ".venv", ".mypy_cache"):
        (package.root / folder).mkdir()
        (package.root / folder / "x.py").write_text(f"eval('{KEY}')")

    assert found(package) == []


def test_dangerous_calls_are_found_in_tests_too(package: Package) -> None:
    """Every Python file of the package may be run by somebody."""
    (package.root / "tests").mkdir()
    (package.root / "tests" / "test_x.py").write_text("from os import system as run\nrun('ls')\n")

    assert found(package) == [("SEC-003", "tests/test_x.py")]


def test_unreadable_python_fails(package: Package) -> None:
    """What can't be parsed may hold anything."""
    (package.root / "src" / "wow_desk" / "odd.py").write_bytes(b"def f(:")

    assert found(package) == [("SEC-010", "src/wow_desk/odd.py")]


def test_a_huge_text_fails(package: Package) -> None:
    """What is too large was not looked at, and so does not pass."""
    (package.root / "dump.sql").write_text("x" * 2_000_001)

    assert found(package) == [("SEC-022", "dump.sql")]


def test_too_many_files_fail(package: Package) -> None:
    """Looking ends somewhere, and says so."""
    looked_at = contents(package.root, most=2)

    assert len(looked_at.files) == 2
    assert "more than 2 files" in looked_at.unseen[0].reason


@POSIX
@pytest.mark.parametrize("target", ["/etc/passwd", "../outside.txt", "nowhere", "loop"])
def test_a_link_out_of_the_package_is_not_followed(package: Package, target: str) -> None:
    """A link that leads out, nowhere or in a circle is a finding; what it leads to is not read."""
    (package.root.parent / "outside.txt").write_text(KEY)
    (package.root / "loop").symlink_to(target)

    assert found(package) == [("SEC-021", "loop")]


@POSIX
def test_links_inside_the_package(package: Package) -> None:
    """A link to a file inside is that file; a link to a folder is not followed, and says so."""
    (package.root / "readme").symlink_to("README.md")
    (package.root / "again").symlink_to("src")

    assert found(package) == [("SEC-022", "again")]


@contextlib.contextmanager
def as_anybody() -> Iterator[None]:
    """Give up root's right to read everything for a while."""
    if sys.platform == "win32" or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@POSIX
def test_what_may_not_be_read_fails(package: Package) -> None:
    """A file without permission was not looked at."""
    assert found(package) == []  # and all that has to be imported is
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = Path(shutil.copytree(package.root, Path(folder) / "package"))
        (root / "README.md").chmod(0)

        with as_anybody():
            findings = found(Package(root, package.shown))

    assert findings == [("SEC-022", "README.md")]


@POSIX
def test_a_pipe_is_not_waited_for(package: Package) -> None:
    """Reading a pipe would wait for ever; it is no file."""
    os.mkfifo(package.root / "pipe")

    assert found(package) == [("SEC-022", "pipe")]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('dependencies = ["stripe"]', ["SEC-030", "SEC-031"]),
        ('dependencies = ["stripe<12"]', ["SEC-030"]),
        ('dependencies = ["stripe>=11"]', ["SEC-031"]),
        ('dependencies = ["stripe>=11,!=11.3"]', ["SEC-031"]),
        ('dependencies = ["stripe!=11.3"]', ["SEC-030", "SEC-031"]),
        ('dependencies = ["stripe>=11,<12"]', []),
        ("dependencies = [\"stripe[async]>=11,<=12; python_version < '4'\"]", []),
        ('dependencies = ["stripe==11.3", "rich~=14.1", "a===1", "b==1.*", "c>1,<2"]', []),
        ('dependencies = ["stripe @ https://x.example/stripe.whl"]', ["SEC-032"]),
        ('dependencies = ["stripe @ git+https://x.example/stripe@main"]', ["SEC-032"]),
        ('dependencies = ["stripe @ file:///tmp/stripe"]', ["SEC-032"]),
        ('dependencies = ["../stripe"]', ["SEC-033"]),
        ('dependencies = "stripe"', ["SEC-033"]),
        ("dependencies = [1]", ["SEC-033"]),
        ('dynamic = ["dependencies"]', ["SEC-033"]),
        ('optional-dependencies = {pay = ["stripe"]}', ["SEC-030", "SEC-031"]),
        ('optional-dependencies = ["stripe"]', ["SEC-033"]),
        ('[dependency-groups]\ndev = ["pytest>=9"]', ["SEC-031"]),
        ('[dependency-groups]\ndev = [{include-group = "x"}]\nx = []', []),
        ('[dependency-groups]\ndev = [{other = "x"}]', ["SEC-033"]),
        ('[tool.uv.sources]\nstripe = {git = "https://x.example/stripe"}', ["SEC-032"]),
        ('[tool.uv.sources]\nstripe = [{path = "../stripe"}, {index = "house"}]', ["SEC-032"]),
        ("[tool.uv]\nsources = 1", []),
        ("dependencies = [", ["SEC-033"]),
        ("x = " + "[" * 5_000, ["SEC-033"]),
    ],
)
def test_dependencies_have_bounds(text: str, rules: list[str]) -> None:
    """A requirement has a lower and an upper bound and comes from an index."""
    assert [one.rule for one in objections("[project]\n" + text)] == rules


def test_a_project_that_is_no_table_is_refused() -> None:
    """A list of dependencies that can't be read may hold anything."""
    assert [one.rule for one in objections("project = 1")] == ["SEC-033"]


def test_a_dependency_has_its_line(package: Package) -> None:
    """The finding stands where the requirement does."""
    path = package.root / "pyproject.toml"
    path.write_text('[project]\nname = "x"\ndependencies = [\n  "stripe>=11",\n]\n')

    (finding,) = SecurityGate().check(package).findings

    assert (finding.rule, finding.path, finding.line) == (
        "SEC-031",
        PurePosixPath("pyproject.toml"),
        4,
    )
    assert "stripe>=11" in finding.message


def test_a_package_without_a_project_file(package: Package) -> None:
    """Where nobody can tell the dependencies, nobody can tell whether they are bounded."""
    (package.root / "pyproject.toml").unlink()

    assert found(package) == [("SEC-033", "pyproject.toml")]


def test_every_rule_is_documented() -> None:
    """What the gate finds, `waooaw explain` explains."""
    assert {rule.id for rule in security_rules()} <= rule_docs().keys()
    assert not hasattr(security, "NOTHING")
