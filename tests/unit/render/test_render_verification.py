"""What `waooaw verify` prints."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from inline_snapshot import snapshot

from waooaw_cli.factory.attestation import Held, Verification
from waooaw_cli.factory.statements import Statement
from waooaw_cli.factory.trees import Difference, Entry, Kind, Tree
from waooaw_cli.gates.report import GateId
from waooaw_cli.render.verification import verification_json, verification_text

_STATEMENT = Statement(
    agent="wow-desk",
    version="0.1.0",
    tree=Tree((Entry("agent.yaml", Kind.FILE, "0" * 64),)),
    judged_at=datetime(2026, 1, 1, tzinfo=UTC),
    tool="0.1.0",
    core="2" * 64,
    passed=(GateId.SPEC, GateId.LINT),
    warned=(GateId.TESTS,),
    skipped=(GateId.TYPES,),
)
_VALID = Held("generated/wow-desk", "wow-desk", None, _STATEMENT, "ab" * 32)
_CHANGED = Held(
    "b",
    "wow-b",
    "3 files are not as signed",
    _STATEMENT,
    "ab" * 32,
    Difference(("agent.yaml",), ("evil\x1b[2J.py",), ("tests/test_b.py",)),
)
_NOBODY = Held("c", "wow-c", "no statement is about this agent")


def test_a_person_reads_what_changed_and_who_signed() -> None:
    """A line for each package, its files below it, and nothing that moves the cursor."""
    text = verification_text(Verification((_VALID, _CHANGED, _NOBODY), ()))

    assert text == snapshot("""\
valid  wow-desk (generated/wow-desk)
  judged   2026-01-01T00:00:00Z by waooaw 0.1.0, signed by abababababababab…
  passed   spec, lint, tests
  warnings tests
  skipped  types
NOT VALID  wow-b (b): 3 files are not as signed
  changed  agent.yaml
  added    evil\\x1b[2J.py
  removed  tests/test_b.py
  judged   2026-01-01T00:00:00Z by waooaw 0.1.0, signed by abababababababab…
  passed   spec, lint, tests
  warnings tests
  skipped  types
NOT VALID  wow-c (c): no statement is about this agent\
""")


def test_a_long_list_of_files_is_cut() -> None:
    """Twenty are enough for a person; a program gets all."""
    many = Difference(added=tuple(f"f{number:02}" for number in range(25)))
    verification = Verification((Held("b", "wow-b", "no", None, None, many),), ())

    assert "… and 5 more" in verification_text(verification)
    assert len(json.loads(verification_json(verification))["packages"][0]["added"]) == 25


def test_a_program_reads_the_same() -> None:
    """The fields are a contract: `waooaw.verification/1`."""
    document = json.loads(verification_json(Verification((_VALID, _NOBODY), ("why",))))

    assert document == snapshot(
        {
            "packages": [
                {
                    "added": [],
                    "agent": "wow-desk",
                    "changed": [],
                    "key_id": "ab" * 32,
                    "path": "generated/wow-desk",
                    "reason": None,
                    "removed": [],
                    "statement": {
                        "agent": "wow-desk",
                        "core_digest": "2" * 64,
                        "digest": _STATEMENT.tree.digest,
                        "files": 1,
                        "judged_at": "2026-01-01T00:00:00Z",
                        "passed": ["spec", "lint"],
                        "skipped": ["types"],
                        "tool_version": "0.1.0",
                        "version": "0.1.0",
                        "warned": ["tests"],
                    },
                    "valid": True,
                },
                {
                    "added": [],
                    "agent": "wow-c",
                    "changed": [],
                    "key_id": None,
                    "path": "c",
                    "reason": "no statement is about this agent",
                    "removed": [],
                    "statement": None,
                    "valid": False,
                },
            ],
            "refused": ["why"],
            "schema": "waooaw.verification/1",
            "valid": False,
        }
    )
