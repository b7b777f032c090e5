from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT

from waooaw.errors import InputError
from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.beside import Malformed, beside, marked
from waooaw_cli.gates.owners import is_waivable, owner, rule_doc
from waooaw_cli.gates.report import Finding, Severity
from waooaw_cli.gates.waivers import Waiver, matches, read_waivers

TODAY = date(2026, 11, 21)
GOOD: dict[str, Any] = {
    "rule": "LINT-F401",
    "reason": "The bank registers its currencies when it is imported.",
    "owner": "payments-team",
    "expires": date(2027, 1, 31),
}
BESIDE = "# waooaw: waive LINT-F401 until 2027-01-31 by payments-team -- it lists its currencies"


def _finding(
    rule: str = "LINT-F401", path: str | None = "src/wow_x/a.py", line: int | None = 3
) -> Finding:
    place = None if path is None else PurePosixPath(path)
    return Finding(rule, Severity.ERROR, "unused", place, line=line, fingerprint="0123456789abcdef")


def _waiver(**fields: Any) -> Waiver:
    [waiver] = read_waivers([GOOD | fields], source="waooaw.toml", today=TODAY)
    return waiver


def _beside(folder: Path, name: str, text: str) -> list[Waiver | Malformed]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return list(beside(folder, marked(folder), today=TODAY))


def test_a_waiver_is_read_with_all_that_it_says() -> None:
    """Every field of a table comes out, and where it stands."""
    assert _waiver(agent="wow-*", path="src/**", fingerprint="01234567") == Waiver(
        rule="LINT-F401",
        reason="The bank registers its currencies when it is imported.",
        owner="payments-team",
        expires=date(2027, 1, 31),
        source="waooaw.toml",
        entry=0,
        agent="wow-*",
        path="src/**",
        fingerprint="01234567",
    )


def test_a_reason_may_take_several_lines() -> None:
    """As TOML writes long texts; a report shows it in one."""
    assert _waiver(reason="The bank lists\n  its codes.\n").reason == "The bank lists its codes."


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": "It lists\x1b[2J its codes"}, "is no text"),
        ({"rule": "LINT-"}, "waivers[0].rule: LINT- waives every rule of a gate"),
        ({"rule": "LINT"}, "waivers[0].rule: there is no rule 'LINT'"),
        ({"rule": "NOPE-1"}, "there is no rule 'NOPE-1'"),
        ({"rule": "SEC-999"}, "there is no rule 'SEC-999'"),
        ({"rule": 3}, "waivers[0].rule: 3 is no text"),
        ({"rule": "LINT-F401\x1b[2J"}, "is no text"),
        ({"reason": "ok"}, "waivers[0].reason: 'ok' says too little"),
        ({"reason": "because because because"}, "says too little"),
        ({"reason": "............"}, "says too little"),
        ({"reason": "a good word " * 100}, "more than 500 characters"),
        ({"owner": "the payments team"}, "waivers[0].owner: 'the payments team' is no e-mail"),
        ({"owner": "@"}, "is no e-mail address"),
        ({"owner": "a@" + "b." * 100 + "c"}, "is no e-mail address"),
        ({"expires": "soon"}, "waivers[0].expires: 'soon' is no date"),
        ({"expires": 20270131}, "is no date"),
        ({"expires": datetime(2027, 1, 31, tzinfo=UTC)}, "is no date"),
        ({"expires": TODAY + timedelta(days=367)}, "is more than 366 days ahead"),
        ({"path": "/etc/passwd"}, "waivers[0].path: '/etc/passwd' is no path in a package"),
        ({"path": "src\\a.py"}, "is no path in a package"),
        ({"path": "../b/a.py"}, "is no path in a package"),
        ({"fingerprint": "xyz"}, "waivers[0].fingerprint: 'xyz' is no fingerprint"),
        ({"agent": ""}, "waivers[0].agent: '' is no text"),
        ({"until": "2027"}, "waivers[0].until is no field"),
    ],
)
def test_what_is_no_waiver_is_refused_with_its_place(fields: dict[str, Any], says: str) -> None:
    """The message names file, entry and field; the hint says what was expected."""
    with pytest.raises(InputError) as refused:
        _waiver(**fields)

    assert refused.value.message.startswith("waooaw.toml: ")
    assert says in refused.value.message
    assert refused.value.hint


def test_a_file_that_cannot_be_read_has_no_waivers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gates say what can't be read; what is binary or vanished waives nothing."""
    (tmp_path / "a.py").write_text(f"import os  {BESIDE}\n")
    (tmp_path / "b.yaml").write_bytes(b"\0" + BESIDE.encode())

    assert len(list(beside(tmp_path, marked(tmp_path), today=TODAY))) == 1

    def gone(self: Path) -> bytes:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_bytes", gone)
    assert marked(tmp_path) == ()


@pytest.mark.parametrize("field", ["rule", "reason", "owner", "expires"])
def test_what_a_waiver_needs_is_named(field: str) -> None:
    """A waiver without a rule, a reason, an owner or an end is none."""
    entry = {name: value for name, value in GOOD.items() if name != field}

    with pytest.raises(InputError, match=rf"waivers\[1\]\.{field} is missing"):
        read_waivers([GOOD, entry], source="waooaw.toml", today=TODAY)


@pytest.mark.parametrize("table", [{"rule": "LINT-F401"}, "none", 3, ["LINT-F401"]])
def test_what_is_no_list_of_tables_is_refused(table: object) -> None:
    """One table, a text or a list of texts say nothing about waivers."""
    with pytest.raises(InputError, match=r"waooaw\.toml: waivers"):
        read_waivers(table, source="waooaw.toml", today=TODAY)


@pytest.mark.parametrize(
    ("fields", "finding", "covers"),
    [
        ({}, _finding(), True),
        ({}, _finding(path=None, line=None), True),
        ({}, _finding("LINT-F4010"), False),
        ({"rule": "LINT-", "path": "src/**"}, _finding("LINT-E501"), True),
        ({"rule": "LINT-", "path": "src/**"}, _finding("FMT-001"), False),
        ({"rule": "LINT-", "path": "src/**"}, _finding(path="tests/a.py"), False),
        ({"path": "src/*/a.py"}, _finding(), True),
        ({"path": "src/*.py"}, _finding(), False),
        ({"path": "src/"}, _finding(), True),
        ({"path": "src"}, _finding(), False),
        ({"path": "**/a.py"}, _finding(path="a.py"), True),
        ({"path": "src/**"}, _finding(path=None), False),
        ({"fingerprint": "01234567"}, _finding(), True),
        ({"fingerprint": "89abcdef"}, _finding(), False),
    ],
)
def test_a_waiver_covers_what_it_names(
    fields: dict[str, Any], finding: Finding, covers: bool
) -> None:
    """Rule, path and fingerprint have to fit, as far as they are named."""
    assert _waiver(**fields).covers(finding) is covers


def test_a_waiver_holds_through_its_last_day() -> None:
    """`expires` is the last day on which it holds."""
    waiver = _waiver(expires="2026-11-21")

    assert waiver.holds(today=TODAY)
    assert not waiver.holds(today=TODAY + timedelta(days=1))


@given(st.text(alphabet="ab*?/.[", max_size=8), st.text(alphabet="ab/.[", max_size=8))
def test_a_glob_means_what_it_says(pattern: str, name: str) -> None:
    """As the regular expression would that is written for it; other characters mean themselves."""
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    expression = "".join(meant.get(part) or re.escape(part) for part in parts)

    assert matches(pattern, name) is (re.fullmatch(expression, name) is not None)


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=12),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(["LINT-F401", "LINT-", "bank", "2027-01-01", "src/**", "a good reason"]),
)
_FIELDS = st.sampled_from(["rule", "agent", "path", "fingerprint", "reason", "owner", "expires"])


@given(st.lists(st.dictionaries(_FIELDS, st.one_of(_LEAVES, st.lists(_LEAVES, max_size=2)))))
def test_whatever_toml_holds_is_read_or_refused(table: list[dict[str, object]]) -> None:
    """A field of any type is a waiver's, or an error that names its entry."""
    try:
        said = [str(one.entry) for one in read_waivers(table, source="w", today=TODAY)]
    except InputError as error:
        said = [error.message]

    assert said == [str(entry) for entry in range(len(table))] or said[0].startswith("w: waivers[")


@given(
    st.lists(
        st.sampled_from(
            (
                *("# waooaw: waive", " LINT-F401", ",", " until", " 2027-01-01", " by", " bank"),
                *(
                    " -- ",
                    "a good reason",
                    "\n",
                    "import os",
                    "'",
                    '"""',
                    "\t",
                    "\x0c",
                    "\\",
                    "(",
                    "#",
                ),
            )
        ),
        max_size=20,
    ),
    st.sampled_from(["a.py", "a.yaml", "Dockerfile"]),
)
def test_whatever_a_comment_says_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], name: str
) -> None:
    """Half a waiver, in half a file, is a waiver with all its parts, or told with its line."""
    text = "".join(parts)
    for found in _beside(tmp_path_factory.mktemp("p"), name, text):
        if isinstance(found, Malformed):
            assert 1 <= found.line <= text.count("\n") + 1
        else:
            assert (found.rule, found.expires) == ("LINT-F401", date(2027, 1, 1))


def test_a_hostile_glob_ends() -> None:
    """Forty stars over a long name take no longer than a few."""
    assert not matches("*a" * 40 + "b", "a" * 400)
    assert not matches("**/" * 40 + "b", "a/" * 200)


def test_every_rule_has_an_owner() -> None:
    """Each id that a finding can bear leads to its gate and to what explain says of it."""
    for rule, doc in rule_docs().items():
        if "-" in rule:
            assert owner(rule) is not None, rule
            assert rule_doc(rule) == doc
            assert is_waivable(rule) is doc.waivable


@pytest.mark.parametrize(
    ("rule", "waivable"),
    [
        ("LINT-F401", True),
        ("LINT-unused-import", True),
        ("LINT-invalid-syntax", False),
        ("TYPE-arg-type", True),
        ("TYPE-syntax", False),
        ("VIS-C102", False),
        ("GATE-E001", False),
        ("GATE-W001", False),
        ("SPEC-001", False),
        ("TEST-001", False),
        ("SEC-031", True),
        ("LINT-", False),
        ("NOPE", False),
    ],
)
def test_only_what_may_be_waived_is(rule: str, waivable: bool) -> None:
    """The core, the specification, failing tests and what kept a gate from judging never are."""
    assert is_waivable(rule) is waivable


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("src/a.py", f"x = 1\nimport os  {BESIDE}\n", {2}),
        ("src/a.py", f"{BESIDE}\nimport os\n", {1, 2}),
        ("src/a.py", f"{BESIDE}\n# because of its table\nimport os\n", {1, 3}),
        ("a.pyi", f"if x:\n    {BESIDE}\n    import os\n", {2, 3}),
        ("agent.yaml", f"name: wow-x {BESIDE}\n", {1}),
        ("pyproject.toml", f"[project]\n{BESIDE}\nname = 'x'\n", {2, 3}),
        ("Dockerfile", f"{BESIDE}\nFROM python\n", {1, 2}),
        ("agent.yaml", f"name: wow-x\r\n{BESIDE}\r\nowner: x\r\n", {2, 3}),
    ],
)
def test_a_comment_speaks_for_its_line_or_the_next(
    tmp_path: Path, name: str, text: str, lines: set[int]
) -> None:
    """Behind code for that line, alone for the first line below that is no comment."""
    [waiver] = _beside(tmp_path, name, text)

    assert isinstance(waiver, Waiver)
    assert waiver.lines == frozenset(lines)
    assert (waiver.source, waiver.owner, waiver.expires) == (
        name,
        "payments-team",
        date(2027, 1, 31),
    )
    assert waiver.covers(_finding(path=name, line=max(lines)))
    assert not waiver.covers(_finding(path=name, line=max(lines) + 1))
    assert not waiver.covers(_finding(path="src/b.py", line=max(lines)))


def test_a_reason_goes_on_in_the_next_comment_lines(tmp_path: Path) -> None:
    """Up to the code, or to the next waiver; behind code a comment has one line."""
    second = BESIDE.replace("LINT-F401", "SEC-031").replace("it lists its currencies", "it must")
    text = f"{BESIDE}\n#   and its codes\n{second}\n# stay open\nimport os  {BESIDE}\n# no reason\n"

    found = _beside(tmp_path, "a.py", text)

    assert [one.reason for one in found if isinstance(one, Waiver)] == [
        "it lists its currencies and its codes",
        "it must stay open",
        "it lists its currencies",
    ]
    assert [sorted(one.lines or ()) for one in found if isinstance(one, Waiver)] == [
        [1, 5],
        [3, 5],
        [5],
    ]


def test_a_comment_may_name_several_rules(tmp_path: Path) -> None:
    """Each of them is a waiver of its own, so that one that is not used is seen."""
    found = _beside(tmp_path, "a.py", BESIDE.replace("LINT-F401", "LINT-F401, SEC-031"))

    assert [one.rule for one in found if isinstance(one, Waiver)] == ["LINT-F401", "SEC-031"]


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("# waooaw: waive", "it names no rule"),
        ("# waooaw:waive", "it names no rule"),
        ("# waooaw: waive LINT-F401", "it says no day"),
        ("# waooaw: waive LINT-F401 until 2027-01-31", "it names no owner"),
        ("# waooaw: waive LINT-F401 until 2027-01-31 by bank", "it gives no reason"),
        ("# waooaw: waive LINT-F401 by bank until 2027-01-31 -- it lists its codes", "order"),
        (BESIDE.replace("2027-01-31", "2027-13-31"), "'2027-13-31' is no date"),
        (BESIDE.replace("2027", "2028"), "more than 366 days ahead"),
        (BESIDE.replace("LINT-F401", "LINT-"), "in waooaw.toml only"),
        (BESIDE.replace("LINT-F401", "NOPE-1"), "there is no rule 'NOPE-1'"),
        (BESIDE.replace("payments-team", "!?"), "is no e-mail address"),
        ("# waooaw: waive LINT-F401 until 2027-01-31 by bank -- x", "says too little"),
        (f"{BESIDE}{' ' * 5_000}x", "longer than 1,000 characters"),
    ],
)
def test_a_comment_that_only_looks_like_a_waiver_is_told(
    tmp_path: Path, comment: str, says: str
) -> None:
    """It waives nothing, and says what it lacks."""
    [found] = _beside(tmp_path, "src/a.py", f"x = 1\nimport os  {comment}\n")

    assert isinstance(found, Malformed)
    assert (str(found.path), found.line) == ("src/a.py", 2)
    assert says in found.problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/a.py", f'TEXT = "{BESIDE}"\n'),
        ("src/a.py", "# see waooaw: it waives nothing\n"),
        ("docs/waivers.md", f"{BESIDE}\n"),
        ("src/a.py", f'x = """\n{BESIDE}\n'),
        ("a.yaml", f"text: a{BESIDE}\n"),
    ],
)
def test_what_is_no_comment_waives_nothing(tmp_path: Path, name: str, text: str) -> None:
    """A text in a program, a page about waivers, a file that can't be read as Python."""
    assert _beside(tmp_path, name, text) == []


def test_the_manuals_examples_are_waivers(tmp_path: Path) -> None:
    """Who copies from docs/waivers.md has a waiver."""
    text = (ROOT / "docs" / "waivers.md").read_text(encoding="utf-8")
    table, code = (
        re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)[0] for kind in ("toml", "python")
    )

    [waiver] = read_waivers(tomllib.loads(table)["waivers"], source="waooaw.toml", today=TODAY)
    found = _beside(tmp_path, "src/a.py", code)

    assert waiver.fingerprint == "3fcba4923b32"
    assert [(one.rule, sorted(one.lines or ())) for one in found if isinstance(one, Waiver)] == [
        ("LINT-F401", [1]),
        ("SEC-005", [3, 5]),
        ("LINT-S301", [3, 5]),
    ]
