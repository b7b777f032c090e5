"""Sign packages, change them, and hear of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw.errors import CouldNotDecide, InputError
from waooaw_cli.adapters.signing import PrivateKey, new_key
from waooaw_cli.factory import attestation as module
from waooaw_cli.factory.attestation import Held, Verification, attestation, trees_of, verified
from waooaw_cli.factory.envelopes import (
    Envelope,
    Signature,
    pre_authentication,
    read_envelopes,
)
from waooaw_cli.factory.trees import Difference, Tree
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import GateId, GateResult, Report, TargetReport, Verdict

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
KEY = new_key()


def _package(folder: Path, name: str = "wow-heartbeat") -> Package:
    root = agent_package(folder / name)
    text = (root / "agent.yaml").read_text().replace("name: wow-heartbeat", f"name: {name}")
    (root / "agent.yaml").write_text(text)
    return Package(root, name)


def _report(*packages: Package, moment: datetime = MOMENT, skipped: GateId | None = None) -> Report:
    gates = tuple(
        GateResult(gate, Verdict.SKIPPED if gate is skipped else Verdict.PASS) for gate in GateId
    )
    targets = tuple(TargetReport(one.shown, one.shown, "0.1.0", gates) for one in packages)
    return Report("0.1.0", moment, timedelta(0), targets)


def _signed(
    *packages: Package,
    key: PrivateKey = KEY,
    report: Report | None = None,
    before: Mapping[Path, Tree] | None = None,
) -> tuple[Envelope, ...]:
    text = attestation(
        report or _report(*packages),
        packages,
        before or trees_of(packages),
        signer=key,
        core="0" * 64,
    )
    return read_envelopes(text.encode(), source="x")


def _held(envelopes: tuple[Envelope, ...], package: Package, *keys: PrivateKey) -> Held:
    trusted = [key.public for key in keys or (KEY,)]
    [held] = verified(envelopes, [package], keys=trusted).packages
    return held


def test_unchanged_bytes_are_valid(tmp_path: Path) -> None:
    """And it is said who says so, and when."""
    package = _package(tmp_path)

    held = _held(_signed(package), package)

    assert held.valid
    assert held.key == KEY.key
    assert held.statement is not None
    assert held.statement.judged_at == MOMENT
    assert held.statement.passed == tuple(GateId)


def _edit(root: Path) -> None:
    (root / "src/wow_heartbeat/agent.py").write_text("other")


def _add(root: Path) -> None:
    (root / "src/wow_heartbeat/more.py").write_text("more")


def _remove(root: Path) -> None:
    (root / "tests/test_wow_heartbeat.py").unlink()


def _one_bit(root: Path) -> None:
    path = root / "agent.yaml"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _link(root: Path) -> None:
    path = root / "pyproject.toml"
    path.rename(root.parent / "elsewhere.toml")
    path.symlink_to(root.parent / "elsewhere.toml")


def _link_inside(root: Path) -> None:
    path = root / "src/wow_heartbeat/py.typed"
    path.unlink()
    (root / "src/wow_heartbeat/typed").write_text("")
    path.symlink_to("typed")


def _case(root: Path) -> None:
    (root / "pyproject.toml").rename(root / "Pyproject.toml")


def _program(root: Path) -> None:
    (root / "pyproject.toml").chmod(0o755)


def _bytecode(root: Path) -> None:
    (root / "src/wow_heartbeat/agent.pyc").write_text("code")


_CHANGES: dict[str, tuple[Callable[[Path], None], Difference]] = {
    "edited": (_edit, Difference(changed=("src/wow_heartbeat/agent.py",))),
    "added": (_add, Difference(added=("src/wow_heartbeat/more.py",))),
    "removed": (_remove, Difference(removed=("tests/test_wow_heartbeat.py",))),
    "one-bit": (_one_bit, Difference(changed=("agent.yaml",))),
    "link": (_link, Difference(changed=("pyproject.toml",))),
    "link-inside": (
        _link_inside,
        Difference(changed=("src/wow_heartbeat/py.typed",), added=("src/wow_heartbeat/typed",)),
    ),
    "case": (_case, Difference(added=("Pyproject.toml",), removed=("pyproject.toml",))),
    "program": (_program, Difference(changed=("pyproject.toml",))),
    "bytecode": (_bytecode, Difference(added=("src/wow_heartbeat/agent.pyc",))),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither modes nor easy links")
@pytest.mark.parametrize("name", _CHANGES)
def test_a_change_is_named(tmp_path: Path, name: str) -> None:
    """Every kind of change is found, and the file that it happened to is the one that is named."""
    package = _package(tmp_path)
    envelopes = _signed(package)
    change, expected = _CHANGES[name]

    change(package.root)
    held = _held(envelopes, package)

    assert not held.valid
    assert held.difference == expected
    assert "not as signed" in (held.reason or "")


def test_a_renamed_agent_is_told_what_changed(tmp_path: Path) -> None:
    """One statement and one package belong together, whatever the name."""
    package = _package(tmp_path)
    envelopes = _signed(package)
    text = (package.root / "agent.yaml").read_text()
    (package.root / "agent.yaml").write_text(text.replace("wow-heartbeat", "wow-other"))

    held = _held(envelopes, package)

    assert held.difference.changed == ("agent.yaml",)


def test_a_specification_that_nobody_can_read(tmp_path: Path) -> None:
    """The folder's name stands in for the agent's."""
    package = _package(tmp_path)
    envelopes = _signed(package)
    (package.root / "agent.yaml").write_text("{")

    assert _held(envelopes, package).agent == "wow-heartbeat"


def test_only_a_trusted_key_counts(tmp_path: Path) -> None:
    """A good signature of somebody else is none, and its id in the envelope changes nothing."""
    package = _package(tmp_path)
    stranger = new_key()
    [envelope] = _signed(package, key=stranger)
    [signature] = envelope.signatures
    forged = Envelope(envelope.kind, envelope.payload, (Signature(KEY.key, signature.value),))

    for one in (envelope, forged):
        held = _held((one,), package)
        assert not held.valid
        assert "none of the keys that you trust" in (held.reason or "")
        assert held.statement is None


def test_one_good_signature_is_enough(tmp_path: Path) -> None:
    """Others may sign too; a broken signature beside a good one does no harm, alone it does."""
    package = _package(tmp_path)
    [envelope] = _signed(package)
    bad = Signature(KEY.key, b"x" * 64)
    empty = Signature("", b"")

    both = Envelope(envelope.kind, envelope.payload, (bad, empty, *envelope.signatures))
    alone = Envelope(envelope.kind, envelope.payload, (bad, empty))

    assert _held((both,), package).valid
    assert not _held((alone,), package).valid
    assert _held((both,), package, new_key(), KEY).valid


def test_a_payload_that_was_touched_is_not_read(tmp_path: Path) -> None:
    """Not a byte may differ, nor the type that it was signed as."""
    package = _package(tmp_path)
    [envelope] = _signed(package)
    touched = Envelope(envelope.kind, envelope.payload + b" ", envelope.signatures)
    retyped = Envelope("application/json", envelope.payload, envelope.signatures)

    for one in (touched, retyped):
        assert "none of the keys" in (_held((one,), package).reason or "")


def test_what_a_trusted_key_signed_as_something_else_states_nothing(tmp_path: Path) -> None:
    """A key that signs other things, too, vouches for no package by them."""
    package = _package(tmp_path)
    payload = _signed(package)[0].payload
    kind = "application/json"
    value = KEY.sign(pre_authentication(kind, payload))

    held = _held((Envelope(kind, payload, (Signature("", value),)),), package)

    assert "it is signed as application/json" in (held.reason or "")


def test_several_agents_have_a_statement_each(tmp_path: Path) -> None:
    """Each package is held to its own, and one without is not valid."""
    packages = [_package(tmp_path, name) for name in ("wow-a", "wow-b", "wow-c")]
    envelopes = _signed(*packages[:2])
    _edit(packages[1].root)

    found = verified(envelopes, packages, keys=[KEY.public])

    assert not found.valid
    assert [held.valid for held in found.packages] == [True, False, False]
    assert found.packages[1].difference.changed == ("src/wow_heartbeat/agent.py",)
    assert found.packages[2].reason == "no statement is about this agent"


def test_the_nearest_of_several_statements_counts(tmp_path: Path) -> None:
    """Statements may be collected in one file; of equally near ones the youngest is named."""
    package = _package(tmp_path)
    old = _signed(package)
    _edit(package.root)
    later = MOMENT + timedelta(days=1)
    new = _signed(package, report=_report(package))
    newer = _signed(package, report=_report(package, moment=later))

    held = _held((*old, *new, *newer), package)

    assert held.valid
    assert held.statement is not None
    assert held.statement.judged_at == later


def test_required_gates_have_to_have_passed(tmp_path: Path) -> None:
    """A run that left a gate out is a statement all the same; who needs the gate says so."""
    package = _package(tmp_path)
    envelopes = _signed(package, report=_report(package, skipped=GateId.TESTS))

    def found(*required: GateId) -> Verification:
        return verified(envelopes, [package], keys=[KEY.public], required=required)

    assert found().valid
    assert found(GateId.SPEC).valid
    assert found(*GateId).packages[0].reason == "required and not passed: tests"


def test_of_nothing_nothing_is_valid(tmp_path: Path) -> None:
    """No package, no statement: no word."""
    package = _package(tmp_path)

    assert not verified(_signed(package), [], keys=[KEY.public]).valid
    assert not verified((), [package], keys=[KEY.public]).valid
    assert not verified(_signed(package), [package], keys=[]).valid


def test_a_package_that_changes_while_it_is_judged_is_not_signed(tmp_path: Path) -> None:
    """What was judged and what would be signed for are not the same bytes."""
    package = _package(tmp_path)
    before = trees_of([package])
    _edit(package.root)

    with pytest.raises(CouldNotDecide, match="changed while it was judged"):
        _signed(package, before=before)


def test_a_package_whose_gates_were_all_skipped_is_not_signed(tmp_path: Path) -> None:
    """Nobody judged it."""
    package = _package(tmp_path)
    skipped = TargetReport(
        "x", "wow-heartbeat", "0.1.0", (GateResult(GateId.SPEC, Verdict.SKIPPED),)
    )
    report = Report("0.1.0", MOMENT, timedelta(0), (skipped,))

    text = attestation(report, [package], trees_of([package]), signer=KEY, core="0" * 64)

    assert text == ""


@pytest.mark.skipif(os.name == "nt", reason="links are not easy on Windows")
def test_what_cannot_be_listed_is_not_signed_for(tmp_path: Path) -> None:
    """A link out of the package can lead to anything later."""
    package = _package(tmp_path)
    (package.root / "link").symlink_to("/etc/hostname")

    with pytest.raises(InputError, match="'link' can't be signed for"):
        trees_of([package])


def test_what_nobody_could_verify_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than is ever read back is refused."""
    package = _package(tmp_path)
    monkeypatch.setattr(module, "MOST_BYTES", 100)

    with pytest.raises(InputError, match="larger than") as caught:
        _signed(package)

    assert caught.value.hint == "sign fewer agents at once"
