"""The vision gate judges agent.yaml and the code below src/, and what it can't see fails."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from waooaw.vision import core_digest, core_rules, vision_rules
from waooaw_cli.gates import rule_docs, vision
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import Severity
from waooaw_cli.gates.vision import VisionGate

CASES = Path(__file__).parents[2] / "cases" / "answers"


@pytest.fixture
def package(tmp_path: Path) -> Package:
    root = tmp_path / "wow-refund-desk"
    source = root / "src" / "wow_refund_desk"
    source.mkdir(parents=True)
    shutil.copy(CASES / "valid" / "wow-refund-desk.yaml", root / "agent.yaml")
    (source / "agent.py").write_text("import waooaw\nclass A(waooaw.Agent): ...\n")
    return Package(root, "wow-refund-desk")


def found(package: Package) -> list[tuple[str, str, int | None]]:
    return [(one.rule, str(one.path), one.line) for one in VisionGate().check(package).findings]


def test_an_innocent_package_passes_and_shows_the_core(package: Package) -> None:
    """The report says how many rules judged, and the digest of the core."""
    checked = VisionGate().check(package)

    assert checked.findings == ()
    assert checked.measures == {"rules": len(vision_rules()), "core": core_digest()}


def test_a_field_is_turned_into_a_place(package: Package) -> None:
    """A violation of the specification stands in agent.yaml, at the line of its field."""
    shutil.copy(CASES / "invalid" / "external-without-approval.yaml", package.specification)

    (finding,) = VisionGate().check(package).findings

    assert (finding.rule, str(finding.path), finding.line) == ("VIS-C005", "agent.yaml", 9)
    assert finding.message.startswith("rules[0].then: ")
    assert finding.severity is Severity.ERROR


def test_code_below_src_is_judged_and_tests_are_not(package: Package) -> None:
    """What the agent runs is judged; a test may reach the network's stand-in."""
    (package.root / "tests").mkdir()
    (package.root / "tests" / "test_x.py").write_text("import httpx\n")
    (package.root / "src" / "wow_refund_desk" / "net.py").write_text("\nimport httpx\n")

    assert found(package) == [("VIS-C105", "src/wow_refund_desk/net.py", 2)]


@pytest.mark.parametrize("content", ["name: [", "", "name: wow-x\n"])
def test_a_specification_that_cannot_be_judged_fails(package: Package, content: str) -> None:
    """No specification, no pass; the code is judged all the same."""
    package.specification.write_text(content)
    (package.root / "src" / "wow_refund_desk" / "net.py").write_text("import httpx\n")

    assert {rule for rule, _, _ in found(package)} == {"VIS-C000", "VIS-C105"}


def test_a_missing_specification_fails(package: Package) -> None:
    """A package without agent.yaml is not innocent."""
    package.specification.unlink()

    assert [rule for rule, _, _ in found(package)] == ["VIS-C000"]


@pytest.mark.parametrize(
    "content", [b"x = '\xe9'", b"x = '\0'", b"def f(:", b"x = 1\n" * 400_000], ids=str
)
def test_source_that_cannot_be_judged_fails(package: Package, content: bytes) -> None:
    """Bytes that are no UTF-8, null bytes, broken syntax and a huge file do not pass."""
    (package.root / "src" / "wow_refund_desk" / "odd.py").write_bytes(content)

    assert [(rule, path) for rule, path, _ in found(package)] == [
        ("VIS-C100", "src/wow_refund_desk/odd.py")
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_out_of_the_sources_fails(package: Package, tmp_path: Path) -> None:
    """What a link leads to is not judged, so it does not pass."""
    (tmp_path / "else.py").write_text("import httpx\n")
    (package.root / "src" / "wow_refund_desk" / "link.py").symlink_to(tmp_path / "else.py")

    assert [(rule, path) for rule, path, _ in found(package)] == [
        ("VIS-C100", "src/wow_refund_desk/link.py")
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_inside_the_package_is_judged_under_its_own_name(package: Package) -> None:
    """A file that is called Python by a link is Python."""
    (package.root / "notes.txt").write_text("import httpx\n")
    (package.root / "src" / "wow_refund_desk" / "net.py").symlink_to("../../notes.txt")

    assert found(package) == [("VIS-C105", "src/wow_refund_desk/net.py", 1)]


def test_every_rule_of_the_core_is_documented_and_cannot_be_waived() -> None:
    """What the gate finds, `waooaw explain` explains."""
    docs = rule_docs()

    assert {rule.id for rule in core_rules()} <= docs.keys()
    assert not any(doc.waivable for name, doc in docs.items() if name.startswith("VIS-C"))
    assert not hasattr(vision, "NOTHING")


@pytest.mark.parametrize("name", ["hidden.pyc", "hidden.so", "__pycache__/hidden.pyc"])
def test_compiled_modules_are_not_judged_and_do_not_pass(package: Package, name: str) -> None:
    """Python imports them like sources, and a stub beside them keeps mypy content."""
    source = package.root / "src" / "wow_refund_desk"
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "agent.cpython-311.pyc").write_bytes(b"made by Python")
    (source / name).write_bytes(b"compiled")

    assert found(package) == [("VIS-C100", f"src/wow_refund_desk/{name}", None)]
