"""Sign that packages passed their gates, and hold packages to what was signed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from waooaw import documents
from waooaw.errors import CouldNotDecide, InputError, shown
from waooaw_cli.factory.envelopes import MOST_BYTES, Envelope, Signature, pre_authentication
from waooaw_cli.factory.statements import PAYLOAD_TYPE, Statement, Unfit, read_statement, stated
from waooaw_cli.factory.trees import Difference, Tree, difference, read_tree
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import GateId, Report, Verdict

__all__ = ["Held", "Signer", "TrustedKey", "Verification", "attestation", "trees_of", "verified"]


class Signer(Protocol):
    """Sign with a private key."""

    @property
    def key(self) -> str:
        """The key's id: SHA-256 in hex of its public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of *message*."""
        ...


class TrustedKey(Protocol):
    """Hold the public half of a key that the user trusts."""

    @property
    def key(self) -> str:
        """The key's id: SHA-256 in hex of it."""
        ...

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the private half made *signature* of *message*."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Hold what was found out about one package.

    Attributes:
        path: The package's root as the user named it.
        agent: The agent's name, or the folder's where the specification can't be read.
        reason: Why it is not what was signed; None where it is.
        statement: The trusted statement that it was held to; None where there is none.
        key: The id of the trusted key that signed it.
        difference: What changed since.
    """

    path: str
    agent: str
    reason: str | None
    statement: Statement | None = None
    key: str | None = None
    difference: Difference = field(default_factory=Difference)

    @property
    def valid(self) -> bool:
        """Whether these bytes are the ones that passed."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Verification:
    """Hold what was found out about all packages.

    Attributes:
        refused: Why statements of the file do not count, one entry for each.
    """

    packages: tuple[Held, ...]
    refused: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether every package is what was signed; of none nothing was signed."""
        return bool(self.packages) and all(held.valid for held in self.packages)


def trees_of(packages: Sequence[Package]) -> Mapping[Path, Tree]:
    """Return what each package holds now, by its root.

    Raises:
        InputError: One of them holds something that can't be listed.
    """
    trees = {}
    for package in packages:
        tree = read_tree(package.root)
        if tree.unlisted:
            first = tree.unlisted[0]
            raise InputError(
                f"{package.shown}: {shown(str(first.path))} can't be signed for: {first.reason}",
                hint="remove it, or keep it outside the package",
            )
        trees[package.root] = tree
    return trees


def attestation(
    report: Report,
    packages: Sequence[Package],
    before: Mapping[Path, Tree],
    *,
    signer: Signer,
    core: str,
) -> str:
    """Return one signed envelope a line, for each package that passed.

    Args:
        report: Its verdict is pass; a package whose gates were all skipped is left out.
        packages: Those of the report, in its order.
        before: What each package held before its gates ran.
        signer: Whose word it is.
        core: SHA-256 in hex of the core rules.

    Raises:
        InputError: There is more to state than `envelopes.MOST_BYTES` hold.
        CouldNotDecide: A package changed while it was judged.
    """
    lines = []
    for package, target in zip(packages, report.targets, strict=True):
        if target.verdict is not Verdict.PASS:
            continue
        tree = read_tree(package.root)
        if tree != before[package.root]:
            raise CouldNotDecide(
                f"{package.shown} changed while it was judged, so nothing is signed",
                hint="let nothing write into the package, then run the gates again",
            )
        statement = stated(
            target, tree, judged_at=report.started_at, tool=report.version, core=core
        )
        lines.append(_signed(statement, signer).json() + "\n")
    text = "".join(lines)
    if len(text) > MOST_BYTES:
        raise InputError(
            f"{len(lines)} statements are larger than {MOST_BYTES:,} bytes together",
            hint="sign fewer agents at once",
        )
    return text


def _signed(statement: Statement, signer: Signer) -> Envelope:
    payload = statement.payload()
    signature = signer.sign(pre_authentication(PAYLOAD_TYPE, payload))
    return Envelope(PAYLOAD_TYPE, payload, (Signature(signer.key, signature),))


def verified(
    envelopes: Sequence[Envelope],
    packages: Sequence[Package],
    *,
    keys: Sequence[TrustedKey],
    required: Collection[GateId] = (),
    modes: bool = True,
) -> Verification:
    """Hold *packages* to what trusted keys signed.

    Nothing in an envelope is read before one of *keys* has verified it; what the envelope itself
    says of its key is not used.

    Args:
        envelopes: As they came.
        packages: What is there now.
        keys: Those that the user trusts; one of them is enough.
        required: The gates that have to have passed.
        modes: See `trees.difference`.
    """
    statements: list[tuple[Statement, str]] = []
    refused: list[str] = []
    for envelope in envelopes:
        key = _signer_of(envelope, keys)
        if key is None:
            refused.append("it is signed by none of the keys that you trust")
            continue
        match read_statement(envelope.kind, envelope.payload):
            case Unfit(reason):
                refused.append(reason)
            case statement:
                statements.append((statement, key))
    nothing = _nothing(refused)
    alone = len(packages) == 1
    held = [
        _held(package, statements, nothing, required=required, modes=modes, alone=alone)
        for package in packages
    ]
    return Verification(tuple(held), tuple(refused))


def _signer_of(envelope: Envelope, keys: Sequence[TrustedKey]) -> str | None:
    """Return the trusted key that signed; a signature of somebody else beside it does no harm."""
    message = pre_authentication(envelope.kind, envelope.payload)
    for key in keys:
        if any(key.verifies(one.value, message) for one in envelope.signatures):
            return key.key
    return None


def _nothing(refused: Sequence[str]) -> str:
    if not refused:
        return "no statement is about this agent"
    reasons = sorted(set(refused))
    return f"no statement can be trusted: {'; '.join(reasons)}"


def _held(
    package: Package,
    statements: Sequence[tuple[Statement, str]],
    nothing: str,
    *,
    required: Collection[GateId],
    modes: bool,
    alone: bool,
) -> Held:
    tree, agent = read_tree(package.root), _name(package)
    about = [one for one in statements if one[0].agent == agent]
    if not about and alone and len(statements) == 1:
        about = list(statements)  # so that a renamed agent is told what changed
    if not about:
        return Held(package.shown, agent, nothing if not statements else _nothing(()))
    # The nearest of several, and the youngest of those that are equally near.
    compared = [
        (difference(statement.tree.entries, tree, modes=modes), statement, key)
        for statement, key in about
    ]
    differs, statement, key = min(
        compared, key=lambda one: (len(one[0]), -one[1].judged_at.timestamp())
    )
    return Held(
        package.shown, agent, _objection(differs, statement, required), statement, key, differs
    )


def _objection(
    differs: Difference, statement: Statement, required: Collection[GateId]
) -> str | None:
    if differs:
        count = len(differs)
        return f"{count} {'file is' if count == 1 else 'files are'} not as signed"
    missing = sorted(set(required) - {*statement.passed, *statement.warned})
    if missing:
        return f"required and not passed: {', '.join(missing)}"
    return None


def _name(package: Package) -> str:
    try:
        data = documents.read(package.specification).data
    except InputError:
        data = None
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) else package.root.name
