"""Try proposals on copies of the files that they change; what does not hold is not proposed.

A new policy has to be one, its examples have to be what they are called, and it may contradict
nothing that is there. A changed specification has to be one, and objectionable in nothing new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from waooaw import documents
from waooaw.documents import FieldPath
from waooaw.errors import InputError
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw.vision import Layers, Severity, Subject, judge_spec, layers_of, tried
from waooaw_cli.factory.proposals import FileChange
from waooaw_cli.factory.spec_edits import CannotEdit, Edit, edited

__all__ = ["Bench", "Ground", "NotProposed", "Note", "Specimen", "with_note"]


class NotProposed(Exception):
    """Say why something that was seen becomes no diff.

    Args:
        reason: In a few words, for a person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Specimen:
    """Hold the specification of an agent of the repository.

    Attributes:
        path: Its file, relative to the repository.
        content: Its bytes.
        spec: The same, read.
    """

    path: PurePosixPath
    content: bytes
    spec: AgentSpec


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold the repository that proposals are made for.

    Attributes:
        policies: Its policies: file and bytes, in the order in which they are loaded.
        home: The folder for new policies, relative to the repository.
        taken: The names of all files in it.
        agents: Its agents whose specification can be read and whose name is one agent's only.
        today: The day.
    """

    policies: tuple[tuple[PurePosixPath, bytes], ...]
    home: PurePosixPath
    taken: frozenset[str]
    agents: tuple[Specimen, ...]
    today: date


class Bench:
    """Hold the files as all proposals so far would make them.

    Args:
        ground: The repository as it is.

    Raises:
        InvalidDocument: A policy can't be read.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._policies = dict(ground.policies)
        self._specs = {one.spec.name: one for one in ground.agents}
        self._before: Mapping[PurePosixPath, bytes] = {
            **dict(ground.policies),
            **{one.path: one.content for one in ground.agents},
        }
        self.layers = self._loaded(self._policies)

    @property
    def specs(self) -> Mapping[str, AgentSpec]:
        """The specifications, by the agents' names."""
        return {name: one.spec for name, one in self._specs.items()}

    def specimen(self, agent: str) -> Specimen:
        """Return what is known of an agent.

        Raises:
            NotProposed: Nothing is.
        """
        if agent not in self._specs:
            raise NotProposed("its specification is not in this repository")
        return self._specs[agent]

    def changes(self) -> tuple[FileChange, ...]:
        """Return what became of every file that is another now, in the order of their names."""
        now = {**self._policies, **{one.path: one.content for one in self._specs.values()}}
        return tuple(
            FileChange(path, self._before.get(path), now[path])
            for path in sorted(now)
            if now[path] != self._before.get(path)
        )

    def policy(self, path: PurePosixPath) -> bytes:
        """Return a policy as it is by now."""
        return self._policies[path]

    def put_policy(self, path: PurePosixPath, content: bytes) -> None:
        """Take a policy, new or changed.

        Raises:
            NotProposed: It is none, an example of it is wrong, or it contradicts something.
        """
        wanted = {**self._policies, path: content}
        try:
            layers = self._loaded(wanted)
        except InputError as error:
            raise NotProposed(f"it would be no policy: {error.message}") from error
        policy = next(one for one in layers.policies if one.source == path.as_posix())
        wrong = next(iter(tried(policy.rules)), None)
        if wrong is not None:
            raise NotProposed(f"its {wrong.example} example would be wrong")
        # By their messages: what stands below a note has another line.
        if _messages(layers) - _messages(self.layers):
            raise NotProposed("it would contradict a rule that is there")
        self._policies, self.layers = wanted, layers

    def put_spec(self, agent: str, edits: Sequence[Edit], note: Note) -> None:
        """Take changes of an agent's specification.

        Args:
            agent: The agent's name.
            edits: What is changed.
            note: What is written above it.

        Raises:
            NotProposed: They can't be made, or make it worse.
        """
        before = self.specimen(agent)
        try:
            content = with_note(edited(before.content, edits), note)
            spec = check_spec(documents.parse(content, source="agent.yaml"))
        except CannotEdit as error:
            raise NotProposed(f"agent.yaml can't be edited there: {error}") from error
        except InputError as error:
            raise NotProposed(f"agent.yaml would be wrong: {error.message}") from error
        new = set(self._objecting(spec, content)) - set(
            self._objecting(before.spec, before.content)
        )
        if new:
            raise NotProposed(f"{min(new)} would object to it")
        self._specs[agent] = Specimen(before.path, content, spec)

    def _objecting(self, spec: AgentSpec, content: bytes) -> Iterator[str]:
        more = self.layers.added(Subject.SPEC)
        text = content.decode("utf-8-sig") or None
        for one in judge_spec(spec, text=text, more=more):
            if one.severity is Severity.ERROR:
                yield one.rule

    def _loaded(self, files: Mapping[PurePosixPath, bytes]) -> Layers:
        return layers_of(
            [(path.as_posix(), content) for path, content in files.items()], self.ground.today
        )


def _messages(layers: Layers) -> Counter[str]:
    return Counter(one.message for one in layers.conflicts)


@dataclass(frozen=True, slots=True)
class Note:
    """Hold what is written above an entry of a list, as comments.

    Attributes:
        path: The entry.
        lines: One line each, without the mark.
    """

    path: FieldPath
    lines: Iterable[str]


def with_note(content: bytes, note: Note) -> bytes:
    """Return *content* with a note above an entry; unchanged where none can stand there."""
    document = documents.parse(content, source="file")
    line, _ = document.position(note.path)
    lines = content.splitlines(keepends=True)
    if line is None or not lines[line - 1].lstrip().startswith(b"-"):
        return content
    entry = lines[line - 1]
    indent = entry[: len(entry) - len(entry.lstrip())]
    end = b"\r\n" if b"\r\n" in content else b"\n"
    lines[line - 1 : line - 1] = [indent + f"# {one}".encode() + end for one in note.lines]
    noted = b"".join(lines)
    same = documents.parse(noted, source="file").data == document.data
    return noted if same else content
