"""The gate `security`: no secrets, nothing dangerous in code, containers and dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from waooaw_cli.gates.contents import MAX_TOTAL_BYTES, Contents, Unseen, contents, read_text
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.report import Finding, GateId, Measure
from waooaw_cli.gates.secrets import SecretSettings, Since

if TYPE_CHECKING:
    from waooaw.vision import Secret
    from waooaw_cli.gates.dependency_check import DependencyCheck
    from waooaw_cli.gates.ports import Suspicion
    from waooaw_cli.gates.rule import RuleDoc

    RULES: tuple[RuleDoc, ...]

__all__ = ["RULES", "SecurityGate"]

_PROJECT = PurePosixPath("pyproject.toml")
_RUFF = timedelta(seconds=60)


def __getattr__(name: str) -> object:
    if name == "RULES":  # the rules are read from files, which a cached run does not pay for
        from waooaw.vision import security_rules
        from waooaw_cli.gates.dependency_rules import RULES as DEPENDENCY_RULES
        from waooaw_cli.gates.judged import documented
        from waooaw_cli.gates.suspicions import FAMILY

        own = (documented(rule) for rule in security_rules())
        return (FAMILY, *own, *DEPENDENCY_RULES)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@dataclass(frozen=True, slots=True)
class SecurityGate:
    """Look at every file of the package for what may harm who runs it.

    Args:
        dependencies: Looks up what the package depends on; None where only its files are judged.
        suspicion: Knows what else is often a hole; None where only our own rules are asked.
        secrets: Which secrets are permitted.
        since: Looks at what commits have added; None where no base is known.
    """

    dependencies: DependencyCheck | None = None
    suspicion: Suspicion | None = None
    secrets: SecretSettings = field(default_factory=SecretSettings)
    since: Since | None = None

    id: ClassVar[GateId] = GateId.SECURITY
    needs: ClassVar[frozenset[GateId]] = frozenset()
    alone: ClassVar[bool] = False
    # An environment may have to be built first; its own limit stands in its adapter.
    limit: ClassVar[timedelta] = timedelta(minutes=2 + 12)

    def check(self, package: Package) -> Checked:
        """Return what is dangerous; what could not be looked at is a finding too."""
        from waooaw.vision import security_rules

        found = contents(package.root)
        texts, unseen = _texts(package.root, found)
        calls = tuple(_calls(texts))
        findings = (
            *self._secrets(package.root, texts),
            *_links(found),
            *_bounds((*found.unseen, *unseen)),
            *calls,
            *self._suspected(package.root, texts, calls),
            *_containers(texts),
            *_dependencies(texts),
        )
        measures: dict[str, Measure] = {"rules": len(security_rules()), "files": len(found.files)}
        if self.since is not None:
            measures["since"] = self.since.base
        if self.dependencies is None:
            return Checked(findings, measures)
        from waooaw_cli.gates.dependency_check import settled

        looked = self.dependencies.look(package, texts)
        return Checked(settled(findings, looked), {**measures, **looked.measures})

    def _secrets(self, root: Path, texts: dict[PurePosixPath, str]) -> Iterator[Finding]:
        from waooaw.vision import secrets_in

        present: set[str] = set()
        for path, text in texts.items():
            for secret in secrets_in(text):
                present.add(secret.value)
                if not self.secrets.permits(secret.value, path):
                    found = _of_secret("SEC-020", path, secret, line=secret.line)
                    yield replace(found, column=secret.column)
        if self.since is not None:
            former = self.since.secrets(root, self.secrets, present=frozenset(present))
            for one in former:
                yield _of_secret("SEC-023", one.path, one.secret, commit=one.commit)

    def _suspected(
        self, root: Path, texts: dict[PurePosixPath, str], calls: tuple[Finding, ...]
    ) -> Iterator[Finding]:
        from waooaw_cli.gates.grounds import unreadable
        from waooaw_cli.gates.suspicions import suspected

        if self.suspicion is None:
            return
        # The rest of the gate reads files one by one; a tool would wait for a pipe for ever.
        if hindrances := tuple(unreadable(root)):
            yield from hindrances
            return
        remarks = self.suspicion.suspicious(root, limit=_RUFF)
        yield from suspected(remarks, texts, frozenset((one.path, one.line) for one in calls))


def _texts(root: Path, found: Contents) -> tuple[dict[PurePosixPath, str], list[Unseen]]:
    texts: dict[PurePosixPath, str] = {}
    unseen: list[Unseen] = []
    total = 0
    for path in found.files:
        if total > MAX_TOTAL_BYTES:
            unseen.append(Unseen(path, f"the package is larger than {MAX_TOTAL_BYTES:,} bytes"))
            break
        text = read_text(root, path)
        if isinstance(text, str):
            texts[path] = text
            total += len(text)
        elif isinstance(text, Unseen):
            unseen.append(text)
    return texts, unseen


def _found(rule: str, path: PurePosixPath, line: int | None = None, **what: str) -> Finding:
    from waooaw.vision import security_rules, violation
    from waooaw_cli.gates.judged import finding

    violated = next(one for one in security_rules() if one.id == rule)
    return finding(violation(violated, {"what": what}, path=path, line=line))


def _of_secret(
    rule: str, path: PurePosixPath, secret: Secret, *, line: int | None = None, commit: str = ""
) -> Finding:
    found = _found(rule, path, line, kind=secret.kind, hidden=secret.hidden, commit=commit)
    # Without a line it is told by its commit, so that who waives one does not waive the next.
    return replace(found, fingerprint=f"{commit} {secret.hidden}") if commit else found


def _links(found: Contents) -> Iterator[Finding]:
    for path in found.outward:
        yield _found("SEC-021", path, name=str(path))


def _bounds(unseen: tuple[Unseen, ...]) -> Iterator[Finding]:
    for one in unseen:
        yield _found("SEC-022", one.path, name=str(one.path), reason=one.reason)


def _calls(texts: dict[PurePosixPath, str]) -> Iterator[Finding]:
    from waooaw.vision import judge_code, security_rules
    from waooaw_cli.gates.judged import finding

    sources = {path: text for path, text in texts.items() if path.suffix in {".py", ".pyw"}}
    for violation in judge_code(sources, security_rules()):
        yield finding(violation)


def _containers(texts: dict[PurePosixPath, str]) -> Iterator[Finding]:
    from waooaw_cli.gates.containers import faults
    from waooaw_cli.gates.dockerfile import is_dockerfile

    for path, text in texts.items():
        if is_dockerfile(path):
            for fault in faults(text):
                yield _found(fault.rule, path, fault.line, reason=fault.reason)


def _dependencies(texts: dict[PurePosixPath, str]) -> Iterator[Finding]:
    from waooaw_cli.gates.dependencies import objections

    if _PROJECT not in texts:
        yield _found("SEC-033", _PROJECT, reason="there is no pyproject.toml that is text")
        return
    for objection in objections(texts[_PROJECT]):
        yield _found(
            objection.rule,
            _PROJECT,
            objection.line,
            requirement=objection.subject,
            reason=objection.subject,
        )
