"""in-toto statements: what we write, others read, and what others write does not fool us."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement as Independent

from waooaw.errors import InputError
from waooaw_cli.factory.statements import (
    PAYLOAD_TYPE,
    Statement,
    Unfit,
    read_statement,
    stated,
)
from waooaw_cli.factory.trees import Entry, Kind, Tree
from waooaw_cli.gates.report import (
    Finding,
    GateId,
    GateResult,
    Severity,
    TargetReport,
    Verdict,
)

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
_PARTS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F).filter(str.isprintable), min_size=1
).filter(lambda part: part not in {".", ".."} and "/" not in part)
_PATHS = st.lists(_PARTS, min_size=1, max_size=3).map("/".join)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    paths = draw(st.lists(_PATHS, unique=True, max_size=5))
    entries = [Entry(path, draw(st.sampled_from(Kind)), draw(_DIGESTS)) for path in paths]
    return Tree(tuple(sorted(entries, key=lambda entry: entry.path.encode())))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    gates = draw(st.permutations(list(GateId)))
    first, second = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    low, high = sorted((first, second))
    return Statement(
        agent=draw(st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)),
        version=draw(st.sampled_from(["", "0.1.0", "1.0.0-rc.1+x"])),
        tree=draw(trees()),
        judged_at=draw(st.datetimes(timezones=st.just(UTC))),
        tool="0.1.0",
        core=draw(_DIGESTS),
        passed=tuple(gates[:low]),
        warned=tuple(gates[low:high]),
        skipped=tuple(gates[high:]),
    )


PLAIN = Statement(
    agent="wow-desk",
    version="0.1.0",
    tree=Tree((Entry("a.py", Kind.FILE, "0" * 64), Entry("b/c.py", Kind.LINK, "1" * 64))),
    judged_at=MOMENT,
    tool="0.1.0",
    core="2" * 64,
    passed=(GateId.SPEC, GateId.LINT),
    warned=(GateId.TESTS,),
    skipped=(GateId.TYPES,),
)


@given(statements())
def test_a_statement_is_read_as_it_was_written(statement: Statement) -> None:
    """Nothing that is stated is lost."""
    assert read_statement(PAYLOAD_TYPE, statement.payload()) == statement


@given(statements())
def test_a_statement_is_what_in_toto_says(statement: Statement) -> None:
    """The project's own classes read it without a field that they do not know."""
    text = statement.payload().decode()

    message = json_format.Parse(text, statement_pb2.Statement())
    Independent.copy_from_pb(message).validate()
    predicate = json_format.ParseDict(
        json_format.MessageToDict(message.predicate), test_result_pb2.TestResult()
    )

    assert message.predicate_type == "https://in-toto.io/attestation/test-result/v0.1"
    assert message.subject[0].digest["sha256"] == statement.tree.digest
    assert list(predicate.passed_tests) == [gate.value for gate in statement.passed]
    assert predicate.result == ("WARNED" if statement.warned else "PASSED")


def _target(*gates: GateResult, agent: str = "wow-desk") -> TargetReport:
    return TargetReport("generated/wow-desk", agent, "0.1.0", gates)


def test_warnings_and_waivers_are_stated_and_skipped_gates_are_named() -> None:
    """Who relies on a statement sees what it rests on."""
    warning = Finding("X-001", Severity.WARNING, "hm", PurePosixPath("a.py"))
    waived = Finding("X-002", Severity.ERROR, "no", PurePosixPath("a.py"), waived=True)
    note = Finding("X-003", Severity.NOTE, "by the way", PurePosixPath("a.py"))
    target = _target(
        GateResult(GateId.SPEC, Verdict.PASS, timedelta(0), (note,)),
        GateResult(GateId.LINT, Verdict.PASS, timedelta(0), (warning,)),
        GateResult(GateId.TESTS, Verdict.PASS, timedelta(0), (waived,)),
        GateResult(GateId.TYPES, Verdict.SKIPPED),
    )

    found = stated(target, PLAIN.tree, judged_at=MOMENT, tool="0.1.0", core="2" * 64)

    assert found.passed == (GateId.SPEC,)
    assert found.warned == (GateId.LINT, GateId.TESTS)
    assert found.skipped == (GateId.TYPES,)


@st.composite
def targets(draw: st.DrawFn) -> TargetReport:
    findings = st.builds(
        Finding,
        rule=st.text(max_size=9),
        severity=st.sampled_from(Severity),
        message=st.text(max_size=9),
        path=st.none() | st.builds(PurePosixPath, _PATHS),
        waived=st.booleans(),
    )
    gates = [
        GateResult(
            gate,
            draw(st.sampled_from([Verdict.PASS, Verdict.SKIPPED])),
            findings=draw(st.lists(findings, max_size=2).map(tuple)),
        )
        for gate in GateId
    ]
    return _target(GateResult(GateId.SPEC, Verdict.PASS), *gates[1:])


@given(target=targets(), tree=trees())
def test_whatever_gates_found_is_stated_as_in_toto_has_it(target: TargetReport, tree: Tree) -> None:
    """Each gate stands once: passed, warned or left out."""
    statement = stated(target, tree, judged_at=MOMENT, tool="0.1.0", core="2" * 64)

    message = json_format.Parse(statement.payload().decode(), statement_pb2.Statement())
    Independent.copy_from_pb(message).validate()
    gates = [*statement.passed, *statement.warned, *statement.skipped]
    assert sorted(gates) == sorted(GateId)
    assert read_statement(PAYLOAD_TYPE, statement.payload()) == statement


@pytest.mark.parametrize("agent", ["", "a@b", "a\nb", "x" * 201, "\ud800"])
def test_a_name_that_is_none_is_not_stated(agent: str) -> None:
    """Where the gate `spec` was left out nobody judged the name before."""
    with pytest.raises(InputError):
        stated(_target(agent=agent), PLAIN.tree, judged_at=MOMENT, tool="0.1.0", core="2" * 64)


def _with(change: Any, *path: str | int) -> bytes:
    content = json.loads(PLAIN.payload())
    place = content
    for part in path[:-1]:
        place = place[part]
    if change is None:
        del place[path[-1]]
    else:
        place[path[-1]] = change
    return json.dumps(content).encode()


_FILES = ("subject", 0, "annotations", "waooaw_files")
_UNFIT: dict[str, bytes] = {
    "no-json": b"{",
    "no-utf8": b"\xff",
    "list": b"[]",
    "twice": PLAIN.payload().replace(b'"_type"', b'"_type":"x","_type"'),
    "other-type": _with("https://in-toto.io/Statement/v0.1", "_type"),
    "other-predicate": _with("https://slsa.dev/provenance/v1", "predicateType"),
    "failed": _with("FAILED", "predicate", "result"),
    "failed-tests": _with(["tests"], "predicate", "failedTests"),
    "no-result": _with(None, "predicate", "result"),
    "nothing-passed": _with([], "predicate", "passedTests").replace(b'["tests"]', b"[]"),
    "gate-twice": _with(["spec", "spec"], "predicate", "passedTests"),
    "gate-no-text": _with([[]], "predicate", "passedTests"),
    "two-subjects": _with([{}, {}], "subject"),
    "no-subject": _with([], "subject"),
    "subject-no-mapping": _with(["x"], "subject"),
    "no-name": _with(None, "subject", 0, "name"),
    "name-two-lines": _with("a\nb@1", "subject", 0, "name"),
    "digest-of-others": _with("3" * 64, "subject", 0, "digest", "sha256"),
    "digest-no-hex": _with("x" * 64, "subject", 0, "digest", "sha256"),
    "no-files": _with(None, *_FILES),
    "file-left-out": _with([["a.py", "file", "0" * 64]], *_FILES),
    "file-twice": _with([["a.py", "file", "0" * 64]] * 2, *_FILES),
    "traversal": _with("../a.py", *_FILES, 0, 0),
    "traversal-inside": _with("b/../../a.py", *_FILES, 0, 0),
    "absolute": _with("/etc/passwd", *_FILES, 0, 0),
    "dotted": _with("./a.py", *_FILES, 0, 0),
    "empty-path": _with("", *_FILES, 0, 0),
    "path-no-text": _with(1, *_FILES, 0, 0),
    "path-control": _with("a\x1b[2J.py", *_FILES, 0, 0),
    "path-surrogate": _with("\ud800", *_FILES, 0, 0),
    "other-kind": _with("pipe", *_FILES, 0, 1),
    "kind-no-text": _with([], *_FILES, 0, 1),
    "file-digest": _with("0", *_FILES, 0, 2),
    "short-row": _with(["a.py"], *_FILES, 0),
    "no-tool": _with("https://x", "predicate", "configuration", 0, "uri"),
    "no-core": _with(None, "predicate", "configuration", 1),
    "no-time": _with("now", *("predicate", "configuration", 0, "annotations", "waooaw_judged_at")),
    "too-early": _with(
        "0001-01-01T00:00:00+14:00",
        *("predicate", "configuration", 0, "annotations", "waooaw_judged_at"),
    ),
    "result-no-text": _with([], "predicate", "result"),
    "no-zone": _with(
        "2026-01-01T00:00:00",
        *("predicate", "configuration", 0, "annotations", "waooaw_judged_at"),
    ),
}


@pytest.mark.parametrize("name", _UNFIT)
def test_a_signed_oddity_states_nothing(name: str) -> None:
    """Also what a trusted key signed has to be a statement of gates that passed."""
    found = read_statement(PAYLOAD_TYPE, _UNFIT[name])

    assert isinstance(found, Unfit), name
    assert found.reason


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def _places(node: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[tuple[Any, object]] = []
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    below = [place for key, child in children for place in _places(child, (*path, key))]
    return [*([path] if path else []), *below]


@given(place=st.sampled_from(_places(json.loads(PLAIN.payload()))), value=_JSON)
def test_any_value_in_any_place_is_read_or_refused(place: tuple[Any, ...], value: object) -> None:
    """No payload ends in a defect, whoever signed it."""
    payload = _with("x" if value is None else value, *place)

    assert isinstance(read_statement(PAYLOAD_TYPE, payload), Statement | Unfit)


@given(_JSON)
def test_any_json_is_refused(value: object) -> None:
    """Nor does any other."""
    payload = json.dumps(value).encode()

    assert isinstance(read_statement(PAYLOAD_TYPE, payload), Unfit)


def test_a_statement_that_is_signed_as_something_else_states_nothing() -> None:
    """The type is what the signer meant by the bytes."""
    assert isinstance(read_statement("application/json", PLAIN.payload()), Unfit)


def test_fields_of_a_later_version_are_passed_over() -> None:
    """in-toto asks for that; a gate that is not known here is not relied on."""
    content = json.loads(_with("x", "later"))
    content["predicate"]["passedTests"].append("chaos")

    assert read_statement(PAYLOAD_TYPE, json.dumps(content).encode()) == PLAIN
