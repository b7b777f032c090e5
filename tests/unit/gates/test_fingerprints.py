from __future__ import annotations

from pathlib import Path, PurePosixPath
from random import Random

import pytest
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


def test_the_message_does_not_count(tmp_path: Path) -> None:
    """A message may hold what was measured; the finding stays the same."""
    slow = Finding("PERF-001", Severity.ERROR, "took 201 ms", PurePosixPath("agent.yaml"))
    slower = Finding("PERF-001", Severity.ERROR, "took 305 ms", PurePosixPath("agent.yaml"))

    assert _names(tmp_path, slow) == _names(tmp_path, slower)


def test_what_is_left_of_two_equal_mistakes_keeps_a_known_fingerprint(tmp_path: Path) -> None:
    """Who mends the first of two equal mistakes makes no new finding of the second."""
    both = _names(_package(tmp_path, "import os\nx = 1\nimport os\n"), _finding(1), _finding(3))
    left = _names(_package(tmp_path, "x = 1\nimport os\n"), _finding(2))

    assert left[0] in both


def test_a_renamed_file_has_findings_of_its_own(tmp_path: Path) -> None:
    """The path is part of the name: what was permitted in one file is not in another."""
    root = _package(tmp_path, "import os\n")
    (root / "src" / "b.py").write_text("import os\n", encoding="utf-8")

    assert _names(root, _finding(1)) != _names(root, _finding(1, path=PurePosixPath("src/b.py")))


def test_what_a_gate_tells_findings_apart_by_takes_the_lines_place(tmp_path: Path) -> None:
    """Two advisories at one line are two, and each stays itself when one between them comes."""
    root = _package(tmp_path, "requests\n")

    def named(*advisories: str) -> list[str]:
        found = [
            Finding("SEC-040", Severity.ERROR, name, _FILE, line=1, fingerprint=name)
            for name in advisories
        ]
        return _names(root, *found)

    first, second = named("GHSA-a", "GHSA-c")

    assert named("GHSA-a", "GHSA-b", "GHSA-c") == [first, named("GHSA-b")[0], second]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_tools_count_them(tmp_path: Path, end: str) -> None:
    """A form feed or a Unicode line separator ends no line; all three line ends do."""
    plain = _package(tmp_path, "import os\n")
    expected = _names(plain, _finding(1))
    (plain / "src" / "a.py").write_bytes(f"# a\x0cb\u2028c{end}import os{end}".encode())

    assert _names(plain, _finding(2)) == expected


_UNRELATED = st.lists(st.sampled_from(["", "# a comment", "y = 2", "    pass", "\x0c"]), max_size=5)


@given(before=_UNRELATED, between=_UNRELATED, after=_UNRELATED, indent=st.integers(0, 8))
def test_unrelated_lines_never_change_a_fingerprint(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[str],
    between: list[str],
    after: list[str],
    indent: int,
) -> None:
    """Whatever is put above, between and below two lines, their findings keep their names."""
    root = tmp_path_factory.mktemp("package")
    expected = _names(_package(root, "import os\nimport os\n"), _finding(1), _finding(2))
    line = " " * indent + "import os"
    text = "\n".join([*before, line, *between, line, *after])
    (root / "src" / "a.py").write_text(text, encoding="utf-8", newline="")
    first = len(before) + 1

    assert _names(root, _finding(first), _finding(first + len(between) + 1)) == expected
