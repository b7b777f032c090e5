"""What people write behind a word for a secret."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from waooaw.triage.assessment import assess
from waooaw.triage.intake import read_request
from waooaw.triage.marked import marked_secrets
from waooaw.triage.redaction import holds_secret, without_secrets
from waooaw.triage.requests import Request
from waooaw.triage.results import result_content

CASES = Path(__file__).parents[2] / "cases" / "triage"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("For example, I log in with password: Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("password: hunter2 phone 1", "hunter2"),
        ("Passwort: Geheim12!", "Geheim12!"),
        ("mot de passe : Soleil2024!", "Soleil2024!"),
        ("mot de passe\u00a0: Soleil2024!", "Soleil2024!"),
        ("Le mot de passe est Soleil2024!", "Soleil2024!"),
        ("Mein Kennwort lautet Sommer2023.", "Sommer2023"),
        ("contraseña: Girasol99", "Girasol99"),
        ("pwd: Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("password is Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("password is letMeIn", "letMeIn"),
        ("my password is 'hunter2'.", "hunter2"),
        ("password:\nTr0ub4dor&3", "Tr0ub4dor&3"),
        ("**Password:** hunter2", "hunter2"),
        ("PASSWORD: Sunshine", "Sunshine"),
        ('{"password":"hunter2","user":"jo"}', "hunter2"),
        ("\u0130 password: hunter2", "hunter2"),
        ("api key: 9f8e7d6c5b4a39281716", "9f8e7d6c5b4a39281716"),
        ("sample order fails; api_key=9f8e7d6c5b4a39281716", "9f8e7d6c5b4a39281716"),
        ("user=jo;password=hunter2;delay=500", "hunter2"),
        ("the token is abc12345def, and it fails", "abc12345def"),
        ("Authorization: Bearer abcd1234efgh5678", "abcd1234efgh5678"),
    ],
)
def test_what_people_mark_as_a_secret_is_taken_out(text: str, secret: str) -> None:
    """In a ticket, a password is one, also where the line calls itself an example."""
    assert holds_secret(text)
    assert secret not in without_secrets(text)
    assert without_secrets(text) == text.replace(secret, "[redacted]")
    assert not holds_secret(without_secrets(text))


@pytest.mark.parametrize(
    "text",
    [
        "password is wrong",
        "password is wrong?!",
        "password is case-sensitive",
        "password is 8 characters long",
        "password is 100% right",
        "token is missing",
        "secret is safe",
        "api key is missing 12345678",
        "password: reset link does not work",
        "Password: Reset link does not work",
        "Password: Required",
        "Passwort: vergessen",
        "Password:\nUser2 could not log in",
        "password: [redacted] phone",
        "password: ****",
        "Password=... and ?secret=… too",
        "password: <your password>",
        "password == null1",
        "token = getToken()",
        "token: process.env.TOKEN1",
        "secret: ${{ secrets.GH1 }}",
        "const secret = clientSecret",
        "password: string",
        "tokenizer: version12345",
        "jdbc:derby://h/db;user=jo;password=lee;mechanism=9",
        "ftp://h/?password=password&amp;delay=500",
        "password*:Re-enter password:==========Review",
    ],
)
def test_what_is_said_of_secrets_stays(text: str) -> None:
    """Words of a sentence, placeholders and names of code are none."""
    assert marked_secrets(text) == ()
    assert without_secrets(text) == text


def test_a_marked_secret_is_taken_out_where_it_is_written_again() -> None:
    """As a word: a short one may be a part of many others."""
    text = without_secrets("password: ab12 and again ab12, not in xab12y")

    assert text == "password: [redacted] and again [redacted], not in xab12y"


def test_a_password_in_a_request_is_a_concern_and_is_not_quoted() -> None:
    """It stands in a ticket now, for whoever reads tickets."""
    result = assess(Request(id="1", title="Login", body="For example password: Tr0ub4dor&3"))

    assert result.facts.security
    assert result_content(result)["route"] == "L3"
    assert "Tr0ub4dor" not in repr(result)


@pytest.mark.parametrize("name", ["phrasings", "indirect", "blind", "srq_public"])
def test_no_committed_request_marks_a_secret(name: str) -> None:
    """Requests that speak of passwords and tokens are not taken for ones that hold them."""
    for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        content = json.dumps({key: row[key] for key in ("id", "title", "body")}).encode()

        assert marked_secrets(read_request(content, source="request.json").text) == ()


@pytest.mark.parametrize(
    "unit",
    [
        "password: ",
        "password:\n",
        "token=",
        "api key: ((((",
        "password: a$A1",
        "password" + " " * 99,
    ],
)
def test_marked_secrets_are_found_in_linear_time(unit: str) -> None:
    """Four times the text takes no more than about four times as long."""

    def took(size: int) -> float:
        text = (unit * size)[:size]
        begun = time.process_time()
        marked_secrets(text)
        return time.process_time() - begun

    least = min(took(40_000) for _ in range(3))

    assert min(took(160_000) for _ in range(3)) < 10 * least + 0.05
