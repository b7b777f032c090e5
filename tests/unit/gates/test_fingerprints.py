from __future__ import annotations

from pathlib import Path, PurePosixPath
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.gates.fingerprints import fingerprinted
from waooaw_cli.gates.report import Finding, Severity

_FILE = PurePosixPath("src/a.py")


def _finding(line: int | None, rule: str = "LINT-F401", path: PurePosixPath = _FILE) -> Finding:
    return Finding(rule, Severity.ERROR, "unused", path, line=line)


def _package(folder: Path, text: str) -> Path:
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "a.py").write_text(text, encoding="utf-8")
    return folder


def _names(folder: Path, *findings: Finding) -> list[str]:
    return [finding.fingerprint for finding in fingerprinted(findings, folder)]


def test_a_moved_line_keeps_its_fingerprint(tmp_path: Path) -> None:
    """Lines added above, and white space around, do not make another finding of it."""
    before = _names(_package(tmp_path, "import os\n"), _finding(1))
    after = _names(_package(tmp_path, "# more\n\n    import os  \n"), _finding(3))

    assert before == after


def test_another_line_is_another_finding(tmp_path: Path) -> None:
    """When the line itself changes, the finding is a new one."""
    before = _names(_package(tmp_path, "import os\n"), _finding(1))
    after = _names(_package(tmp_path, "import re\n"), _finding(1))

    assert before != after


def test_equal_mistakes_stay_apart(tmp_path: Path) -> None:
    """The same mistake twice in one file is two findings, counted from the top of the file."""
    root = _package(tmp_path, "import os\nimport os\n")

    first, second = _names(root, _finding(1), _finding(2))

    assert first != second
    assert _names(root, _finding(2), _finding(1)) == [second, first]


def test_rule_and_path_count(tmp_path: Path) -> None:
    """Two rules at one line, and one rule in two files, are different findings."""
    root = _package(tmp_path, "import os\n")
    (root / "src" / "b.py").write_text("import os\n", encoding="utf-8")
    other_file = _finding(1, path=PurePosixPath("src/b.py"))

    assert len({*_names(root, _finding(1), _finding(1, rule="LINT-E501"), other_file)}) == 3


def test_a_finding_without_a_line_has_a_fingerprint(tmp_path: Path) -> None:
    """No line, a line beyond the end, a missing file, no file at all: each has a stable name."""
    root = _package(tmp_path, "x = 1\n")
    findings = [
        _finding(None),
        _finding(99, rule="B"),
        _finding(1, path=PurePosixPath("src/gone.py")),
        Finding("PERF-001", Severity.ERROR, "took 201 ms"),
    ]

    assert _names(root, *findings) == _names(root, *findings)
    assert all(len(name) == 32 for name in _names(root, *findings))


@given(st.lists(st.sampled_from([1, 2, 3, 4, None]), max_size=12), st.randoms())
def test_the_order_of_a_tool_never_matters(lines: list[int | None], random: Random) -> None:
    """Whatever order a tool reports in, the same places have the same fingerprints."""
    root = Path(__file__).parent
    path = PurePosixPath("test_fingerprints.py")
    findings = [_finding(line, path=path) for line in lines]
    shuffled = findings.copy()
    random.shuffle(shuffled)

    assert sorted(_names(root, *findings)) == sorted(_names(root, *shuffled))
