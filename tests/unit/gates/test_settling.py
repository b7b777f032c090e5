from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InputError
from waooaw_cli.gates.baseline import WAIVER, Baseline, entry_of
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import Finding, GateId, GateResult, Severity, Verdict
from waooaw_cli.gates.settling import MOST_FINDINGS, Permissions, Settling
from waooaw_cli.gates.waivers import Waiver

TODAY = date(2026, 11, 21)
FILE = PurePosixPath("src/a.py")
UNUSED = Finding(
    "LINT-F401", Severity.ERROR, "unused", FILE, line=2, fingerprint="0123456789abcdef"
)
CORE = Finding("VIS-C102", Severity.ERROR, "a journal", FILE, line=1, fingerprint="ff" * 8)
WAIVED = Waiver("LINT-F401", "it lists its codes", "bank", date(2027, 1, 31), "waooaw.toml")
BESIDE = "# waooaw: waive LINT-F401 until 2027-01-31 by bank -- it lists its codes"


def _lint(*findings: Finding, verdict: Verdict = Verdict.FAIL) -> GateResult:
    return GateResult(GateId.LINT, verdict, findings=findings)


def _package(folder: Path, files: Mapping[str, str] | None = None, name: str = "wow-x") -> Package:
    root = folder / name
    for path, text in ({"src/a.py": "x = 1\nimport os\n"} | dict(files or {})).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return Package(root, name)


def _settled(
    package: Package,
    *results: GateResult,
    waivers: tuple[Waiver, ...] = (),
    baseline: Baseline | None = None,
    today: date = TODAY,
    complete: bool = False,
    file: Path | None = None,
) -> dict[GateId, GateResult]:
    permissions = Permissions(today, waivers, file, baseline, complete)
    settling = Settling(permissions, named=lambda one: one.root.name)
    [of_one] = settling.settled([package], [results])
    return {one.id: one for one in of_one}


def _toml(**fields: str) -> str:
    fields = {
        "rule": "LINT-F401",
        "reason": "it lists its codes",
        "owner": "bank",
        "expires": "2027-01-31",
    } | fields
    return "[[waivers]]\n" + "".join(f'{name} = "{text}"\n' for name, text in fields.items())


def test_a_waived_finding_no_longer_fails_its_gate(tmp_path: Path) -> None:
    """It stays in the report with its severity and the reason; the verdict is made anew."""
    result = _settled(_package(tmp_path), _lint(UNUSED), waivers=(WAIVED,))[GateId.LINT]

    assert result.verdict is Verdict.PASS
    assert result.findings == (replace(UNUSED, waived=True, waiver="it lists its codes"),)


def test_what_is_not_waived_still_fails(tmp_path: Path) -> None:
    """One waiver covers what it names, and the rest objects."""
    other = replace(UNUSED, rule="LINT-E501")
    result = _settled(_package(tmp_path), _lint(UNUSED, other), waivers=(WAIVED,))[GateId.LINT]

    assert result.verdict is Verdict.FAIL
    assert [one.waived for one in result.findings] == [True, False]


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.SKIPPED])
def test_what_was_not_decided_is_never_waived(tmp_path: Path, verdict: Verdict) -> None:
    """An undecided gate stays undecided, whatever is permitted; a skipped one stays skipped."""
    fault = Finding("GATE-E001", Severity.ERROR, "crashed", fingerprint="0" * 16)
    result = _lint(fault, UNUSED, verdict=verdict)

    assert _settled(_package(tmp_path), result, waivers=(WAIVED,))[GateId.LINT] == result


@pytest.mark.parametrize("where", ["waooaw.toml", "pyproject.toml", "beside"])
def test_a_package_brings_its_own_waivers(tmp_path: Path, where: str) -> None:
    """In its waooaw.toml, in its pyproject.toml or in a comment beside the line."""
    files = {
        "waooaw.toml": {"waooaw.toml": _toml()},
        "pyproject.toml": {"pyproject.toml": _toml().replace("[[", "[[tool.waooaw.")},
        "beside": {"src/a.py": f"x = 1\nimport os  {BESIDE}\n"},
    }[where]

    result = _settled(_package(tmp_path, files), _lint(UNUSED))[GateId.LINT]

    assert (result.verdict, result.findings[0].waiver) == (Verdict.PASS, "it lists its codes")


def test_a_waiver_for_another_agent_is_none(tmp_path: Path) -> None:
    """`agent` is a glob on the agent's name."""
    package = _package(tmp_path)
    other, own = replace(WAIVED, agent="wow-y"), replace(WAIVED, agent="wow-*")

    assert _settled(package, _lint(UNUSED), waivers=(other,))[GateId.LINT].verdict is Verdict.FAIL
    assert _settled(package, _lint(UNUSED), waivers=(own,))[GateId.LINT].verdict is Verdict.PASS


@pytest.mark.parametrize("where", ["settings", "waooaw.toml", "beside"])
def test_an_expired_waiver_waives_nothing_and_is_a_finding(tmp_path: Path, where: str) -> None:
    """The gate that owns the rule says so, with the place of the waiver."""
    expired = {
        "settings": {},
        "waooaw.toml": {"waooaw.toml": f"jobs = 1\n\n{_toml(expires='2026-11-20')}"},
        "beside": {"src/a.py": f"x = 1\nimport os  {BESIDE.replace('2027-01-31', '2026-11-20')}\n"},
    }[where]
    file = tmp_path / "waooaw.toml"
    file.write_text(f"jobs = 1\n{_toml()}{_toml(expires='2026-11-20')}", encoding="utf-8")
    waivers = (replace(WAIVED, expires=date(2026, 11, 20), entry=1),) if where == "settings" else ()

    result = _settled(_package(tmp_path, expired), _lint(UNUSED), waivers=waivers, file=file)[
        GateId.LINT
    ]

    assert result.verdict is Verdict.FAIL
    assert result.findings[0] == UNUSED
    assert (result.findings[1].rule, result.findings[1].severity) == ("GATE-W001", Severity.ERROR)
    assert "expired on 2026-11-20: it lists its codes" in result.findings[1].message
    assert (str(result.findings[1].path), result.findings[1].line) == {
        "settings": ("../waooaw.toml", 7),
        "waooaw.toml": ("waooaw.toml", 3),
        "beside": ("src/a.py", 2),
    }[where]
    assert result.findings[1].fingerprint


def test_a_waiver_expires_on_its_day_though_results_are_cached(tmp_path: Path) -> None:
    """The day is an argument: the same result is settled anew in every run."""
    package, cached = _package(tmp_path), replace(_lint(UNUSED), cached=True)

    for day, verdict in ((date(2027, 1, 31), Verdict.PASS), (date(2027, 2, 1), Verdict.FAIL)):
        settled = _settled(package, cached, waivers=(WAIVED,), today=day)
        assert settled[GateId.LINT].verdict is verdict


def test_an_unused_waiver_is_a_finding(tmp_path: Path) -> None:
    """What permits nothing that is there fails the gate that owns the rule."""
    package = _package(tmp_path, {"src/a.py": f"x = 1  {BESIDE}\n"})

    result = _settled(package, _lint(verdict=Verdict.PASS))[GateId.LINT]

    assert result.verdict is Verdict.FAIL
    assert [(one.rule, one.path, one.line) for one in result.findings] == [("GATE-W002", FILE, 1)]


def test_an_unused_waiver_of_what_is_measured_is_a_warning(tmp_path: Path) -> None:
    """A quick machine must not fail who is waived on a slow one."""
    package = _package(tmp_path, {"waooaw.toml": _toml(rule="PERF-001")})
    result = GateResult(GateId.PERFORMANCE, Verdict.PASS)

    settled = _settled(package, result)[GateId.PERFORMANCE]

    assert settled.verdict is Verdict.PASS
    assert [one.severity for one in settled.findings] == [Severity.WARNING]


@pytest.mark.parametrize(
    "result",
    [
        _lint(verdict=Verdict.SKIPPED),
        _lint(Finding("GATE-E001", Severity.ERROR, "crashed"), verdict=Verdict.ERROR),
        _lint(Finding("GATE-N002", Severity.ERROR, "not judged")),
        GateResult(GateId.TYPES, Verdict.PASS),
    ],
    ids=["skipped", "undecided", "not judged", "not there"],
)
def test_unused_is_only_what_could_have_been_used(tmp_path: Path, result: GateResult) -> None:
    """Where the gate that owns the rule did not judge, nobody can tell."""
    package = _package(tmp_path, {"src/a.py": f"x = 1  {BESIDE}\n"})

    assert _settled(package, result) == {result.id: result}


def test_a_packages_own_waiver_for_another_agent_is_unused(tmp_path: Path) -> None:
    """No other agent reads it, so nobody will ever use it."""
    package = _package(tmp_path, {"waooaw.toml": _toml(agent="wow-y")})

    result = _settled(package, _lint(UNUSED))[GateId.LINT]

    assert [one.rule for one in result.findings if one.objects] == ["LINT-F401", "GATE-W002"]


def test_a_shared_waiver_is_unused_only_where_all_it_is_for_are_here(tmp_path: Path) -> None:
    """For every agent: in a complete run. For one by its name: where that one was judged."""
    package, passing = _package(tmp_path), _lint(verdict=Verdict.PASS)
    by_name = replace(WAIVED, agent="wow-x")

    assert _settled(package, passing, waivers=(WAIVED,))[GateId.LINT].findings == ()
    for waiver, complete in ((WAIVED, True), (by_name, False), (replace(WAIVED, agent="x"), True)):
        settled = _settled(package, passing, waivers=(waiver,), complete=complete)
        assert [one.rule for one in settled[GateId.LINT].findings] == ["GATE-W002"], waiver
    away = replace(WAIVED, agent="wow-y")
    assert _settled(package, passing, waivers=(away,))[GateId.LINT].findings == ()


def test_a_shared_waiver_that_one_agent_uses_is_used(tmp_path: Path) -> None:
    """In a run over two agents it is told for neither."""
    packages = [_package(tmp_path, name=name) for name in ("wow-a", "wow-b")]
    settling = Settling(
        Permissions(TODAY, (WAIVED,), complete=True), named=lambda one: one.root.name
    )

    first, second = settling.settled(packages, [(_lint(verdict=Verdict.PASS),), (_lint(UNUSED),)])

    assert (first[0].findings, second[0].verdict) == ((), Verdict.PASS)


def test_equal_comments_in_two_packages_are_two_waivers(tmp_path: Path) -> None:
    """What one package uses is not used in the other."""
    text = {"src/a.py": f"x = 1\nimport os  {BESIDE}\n"}
    packages = [_package(tmp_path, text, name) for name in ("wow-a", "wow-b")]
    settling = Settling(Permissions(TODAY), named=lambda one: one.root.name)

    first, second = settling.settled(packages, [(_lint(UNUSED),), (_lint(verdict=Verdict.PASS),)])

    assert first[0].verdict is Verdict.PASS
    assert [one.rule for one in second[0].findings] == ["GATE-W002"]


@pytest.mark.parametrize("rule", ["VIS-C102", "VIS-", "SPEC-001", "GATE-E001"])
def test_what_cannot_be_waived_is_not(tmp_path: Path, rule: str) -> None:
    """The core objects all the same, and so does the waiver."""
    path = {"path": "src/**"} if rule.endswith("-") else {}
    package = _package(tmp_path, {"waooaw.toml": _toml(rule=rule, **path)})
    results = [
        GateResult(gate, Verdict.FAIL, findings=(replace(CORE, rule=told),))
        for gate, told in ((GateId.VISION, "VIS-C102"), (GateId.SPEC, "SPEC-001"))
    ]

    settled = _settled(package, *results)

    assert all(not one.waived for result in settled.values() for one in result.findings)
    gate = GateId.VISION if rule.startswith("VIS") else GateId.SPEC
    assert [one.rule for one in settled[gate].findings][1:] == ["GATE-W003"]


def test_a_malformed_comment_is_a_finding_of_the_specification(tmp_path: Path) -> None:
    """It names no rule that could lead to a gate, and waives nothing."""
    package = _package(tmp_path, {"src/a.py": "import os  # waooaw: waive LINT-F401\n"})

    settled = _settled(package, GateResult(GateId.SPEC, Verdict.PASS), _lint(UNUSED))

    assert settled[GateId.LINT].verdict is Verdict.FAIL
    [found] = settled[GateId.SPEC].findings
    assert (found.rule, found.path, found.line) == ("GATE-W004", FILE, 1)
    assert settled[GateId.SPEC].verdict is Verdict.FAIL


def test_a_waiver_objects_beside_an_undecided_gate(tmp_path: Path) -> None:
    """The gate stays undecided, and what is wrong with the waiver is not lost."""
    fault = Finding("GATE-E001", Severity.ERROR, "crashed")
    package = _package(tmp_path, {"waooaw.toml": _toml(expires="2026-11-01")})

    result = _settled(package, _lint(fault, verdict=Verdict.ERROR))[GateId.LINT]

    assert result.verdict is Verdict.ERROR
    assert [one.rule for one in result.findings] == ["GATE-E001", "GATE-W001"]


def test_a_baseline_covers_what_was_there(tmp_path: Path) -> None:
    """What it lists no longer objects; a new finding does."""
    new = replace(UNUSED, fingerprint="f" * 16)
    baseline = Baseline({entry_of(UNUSED, "wow-x"): "unused"})

    result = _settled(_package(tmp_path), _lint(UNUSED, new), baseline=baseline)[GateId.LINT]

    assert [one.waiver for one in result.findings] == [WAIVER, None]
    assert result.verdict is Verdict.FAIL


def test_a_baseline_of_another_agent_covers_nothing(tmp_path: Path) -> None:
    """Two agents may have equal findings; each is listed for itself."""
    baseline = Baseline({entry_of(UNUSED, "wow-y"): "unused"})

    result = _settled(_package(tmp_path), _lint(UNUSED), baseline=baseline)[GateId.LINT]

    assert result.verdict is Verdict.FAIL


def test_what_is_gone_from_a_baseline_is_counted(tmp_path: Path) -> None:
    """Of the agents and gates that were judged: the others may still have it."""
    gone = replace(UNUSED, fingerprint="a" * 16)
    entries = {
        entry_of(UNUSED, "wow-x"): "",
        entry_of(gone, "wow-x"): "",
        entry_of(gone, "wow-y"): "",
        entry_of(replace(gone, rule="FMT-001"), "wow-x"): "",
    }
    settling = Settling(
        Permissions(TODAY, baseline=Baseline(entries)), named=lambda one: one.root.name
    )

    settling.settled([_package(tmp_path)], [(_lint(UNUSED),)])

    assert settling.gone() == 1
    assert Settling(Permissions(TODAY), named=lambda one: one.root.name).gone() == 0


def test_a_report_is_cut_after_it_is_settled(tmp_path: Path) -> None:
    """What objects is never cut; what is waived goes first."""
    many = [replace(UNUSED, fingerprint=f"{number:016x}") for number in range(MOST_FINDINGS + 5)]
    baseline = Baseline({entry_of(one, "wow-x"): "" for one in many[:-1]})

    result = _settled(_package(tmp_path), _lint(*many), baseline=baseline)[GateId.LINT]

    assert len(result.findings) == MOST_FINDINGS
    assert (result.findings[0], result.verdict) == (many[-1], Verdict.FAIL)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"waooaw.toml": "waivers = [\n"}, "wow-x/waooaw.toml: is not TOML"),
        ({"waooaw.toml": "waivers = 3\n"}, "wow-x/waooaw.toml: waivers is no list"),
        ({"pyproject.toml": "[tool.waooaw]\nwaivers = [1]\n"}, r"pyproject.toml: waivers\[0\]"),
    ],
)
def test_a_packages_own_waivers_are_held_to_their_form(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    """Who can't be understood is told, before a verdict stands on it."""
    with pytest.raises(InputError, match=says):
        _settled(_package(tmp_path, files), _lint(UNUSED))


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[tool.waooaw # waivers\n"},
        {"pyproject.toml": "# waivers\ntool = 3\n"},
        {"waooaw.toml": "# no waivers\n"},
    ],
)
def test_a_file_without_waivers_waives_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    """A pyproject.toml that can't be read is the gate spec's affair."""
    result = _lint(UNUSED)

    assert _settled(_package(tmp_path, files), result) == {GateId.LINT: result}


def test_waivers_of_the_settings_are_read_once(tmp_path: Path) -> None:
    """In an agent's own folder its waooaw.toml is that of the settings."""
    package = _package(tmp_path, {"waooaw.toml": _toml(expires="2026-11-01")})
    expired = replace(WAIVED, expires=date(2026, 11, 1), entry=0)

    settled = _settled(
        package, _lint(UNUSED), waivers=(expired,), file=package.root / "waooaw.toml"
    )

    rules = [one.rule for one in settled[GateId.LINT].findings]
    assert rules == ["LINT-F401", "GATE-W001"]
    assert str(settled[GateId.LINT].findings[1].path) == "waooaw.toml"


@given(
    st.lists(st.sampled_from(["LINT-F401", "LINT-E501", "VIS-C102", "SEC-031"]), max_size=6),
    st.lists(st.sampled_from(["LINT-F401", "LINT-E501", "SEC-031"]), max_size=3),
    st.integers(-5, 5),
)
def test_a_core_finding_always_fails(
    tmp_path_factory: pytest.TempPathFactory, rules: list[str], waived: list[str], days: int
) -> None:
    """Whatever is waived and on whatever day, a core finding objects, and so does the unwaived."""
    package = Package(tmp_path_factory.mktemp("wow-x"), "wow-x")
    findings = tuple(replace(UNUSED, rule=rule) for rule in rules)
    waivers = tuple(
        replace(WAIVED, rule=rule, expires=TODAY + timedelta(days=days)) for rule in waived
    )

    result = _settled(
        package,
        GateResult(GateId.SECURITY, Verdict.FAIL if findings else Verdict.PASS, findings=findings),
        waivers=waivers,
    )[GateId.SECURITY]

    permitted = set(waived) if days >= 0 else set()
    assert {one.rule for one in result.findings if one.objects and one.rule[:4] != "GATE"} == (
        set(rules) - permitted
    )
    assert (result.verdict is Verdict.FAIL) is any(one.objects for one in result.findings)


def test_settling_imports_nothing_heavy() -> None:
    """A cached run pays for no YAML and no rules where there is nothing to settle."""
    code = (
        "import sys; import waooaw_cli.gates.settling;"
        "print({'yaml', 'pydantic', 'waooaw.vision'} & set(sys.modules))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_a_waiver_is_told_where_its_file_cannot_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone meanwhile, or on another drive: the finding is there, without a line."""
    expired = replace(WAIVED, expires=date(2026, 11, 1), entry=0)

    def elsewhere(path: object, start: object) -> str:
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr("os.path.relpath", elsewhere)
    file = tmp_path / "gone.toml"
    settled = _settled(_package(tmp_path), _lint(UNUSED), waivers=(expired,), file=file)

    told = settled[GateId.LINT].findings[1]
    assert (told.rule, str(told.path), told.line) == ("GATE-W001", file.as_posix(), None)
