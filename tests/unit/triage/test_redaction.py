"""What is taken out of text before it is shown or kept."""

from __future__ import annotations

import pytest

from waooaw.triage.redaction import without_secrets

LINES = "MIIEpAIBAAKCAQEA7abcdEFGH1234567890+/xyz\n" * 5


@pytest.mark.parametrize("name", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_all_of_a_private_key_is_taken_out(name: str) -> None:
    """Its first line is the least secret one; what stands around it stays."""
    key = f"-----BEGIN {name}PRIVATE KEY-----\n{LINES}ab==\n-----END {name}PRIVATE KEY-----"

    assert without_secrets(f"It fails with\n{key}\nsince today") == (
        "It fails with\n[redacted]\nsince today"
    )
    assert without_secrets(f"{key}\n{key}") == "[redacted]\n[redacted]"


@pytest.mark.parametrize("rest", ["", "\nab==", "\nab== and nothing works"])
def test_a_private_key_without_its_end_is_taken_out(rest: str) -> None:
    """Who pasted half of it gave away half of it; a report behind it is read."""
    text = without_secrets(f"-----BEGIN PRIVATE KEY-----\n{LINES.rstrip()}{rest}")

    assert text == f"[redacted]{rest.removeprefix(chr(10) + 'ab==')}"


def test_a_report_between_two_marks_of_a_key_is_not_lost() -> None:
    """Nobody hides a megabyte by writing a key's first line above it."""
    report = "Every customer is affected. " * 1_000
    text = f"-----BEGIN PRIVATE KEY-----\n{report}-----END PRIVATE KEY-----"

    assert report in without_secrets(text)
