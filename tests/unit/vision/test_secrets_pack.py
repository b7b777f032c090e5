"""Secrets are found by their shape; what only looks like one is not."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.documents import parse
from waooaw.vision import secrets_in

# Put together here, so that no scanner takes this file for a leak.
LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6lM9oR2uX5"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # AWS's own example
HEX = "3f9a1c7e5b2d8f604a6c9e1b3d5f7082"

SECRETS = {
    "AWS access key id": "AKIA" + "IOSFODNN7EXAMPLE",
    "AWS access key id in a file of settings": "AWS_ACCESS_KEY_ID=AKIA" + "Y34FZKBOKMUTVV7A",
    "dotted": "spring.datasource.password=" + "h8Kq2vLx9",
    "hyphenated": "api-key: " + LETTERS[:24],
    "temporary AWS access key id": "ASIA" + "Y34FZKBOKMUTVV7A",
    "Anthropic API key": "sk-ant-" + "api03-" + LETTERS,
    "OpenAI API key": "sk-proj-" + LETTERS,
    "older OpenAI API key": "sk-" + LETTERS,
    "GitHub token": "ghp_" + LETTERS[:36],
    "fine-grained GitHub token": "github_pat_" + LETTERS[:22] + "_" + LETTERS + LETTERS[:10],
    "GitLab token": "glpat-" + LETTERS[:20],
    "Slack token": "xoxb-" + "123456789012-1234567890123-" + LETTERS[:24],
    "Slack webhook": "https://hooks.slack.com/services/" + "T0123456/B0123456/" + LETTERS[:24],
    "Google API key": "AIza" + LETTERS[:35],
    "Stripe key": "sk_live_" + LETTERS[:24],
    "npm token": "npm_" + LETTERS[:36],
    "Hugging Face token": "hf_" + LETTERS[:34],
    "SendGrid key": "SG." + LETTERS[:22] + "." + LETTERS[:43],
    "Telegram bot token": "123456789:AA" + LETTERS[:33],
    "DigitalOcean token": "dop_v1_" + HEX * 2,
    "Databricks token": "dapi" + HEX,
    "Stripe webhook": "whsec_" + LETTERS[:32],
    "Twilio key": "SK" + HEX,
    "Twilio token": "twilio_auth_token: " + HEX,
    "Azure client secret": "abc8Q~" + LETTERS[:34],
    "Azure shared access key": "SharedAccessKey=" + LETTERS[:43] + "=",
    "Mailgun key": "key-" + HEX,
    "Mailchimp key": HEX + "-us12",
    "Docker Hub token": "dckr_pat_" + LETTERS[:27],
    "Grafana token": "glsa_" + LETTERS[:32] + "_1a2b3c4d",
    "Vault token": "hvs." + LETTERS[:40],
    "Groq key": "gsk_" + LETTERS + LETTERS[:7],
    "xAI key": "xai-" + LETTERS + LETTERS[:35],
    "Replicate token": "r8_" + LETTERS[:37],
    "Linear key": "lin_api_" + LETTERS[:40],
    "Notion token": "ntn_" + LETTERS[:45],
    "Sentry token": "sntrys_" + LETTERS + LETTERS,
    "Discord webhook": "https://discord.com/api/webhooks/123456789012345678/"
    + LETTERS
    + LETTERS[:22],
    "PuTTY key": "PuTTY-User-Key-File-" + "2: ssh-rsa",
    "PGP key": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
    "basic header": "Authorization: Basic " + "ZGVzazpoOEtxMnZMeDk=",
    "bearer header": 'headers = {"Authorization": "Bearer ' + LETTERS[:32] + '"}',
    "password without digits": 'password = "' + 'CorrectHorse!Battery"',
    "Azure storage key": "AccountKey=" + LETTERS + LETTERS[:41] + "==",
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "OpenSSH private key": "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
    "JSON Web Token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0." + LETTERS[:43],
    "password in a URL": "postgres://desk:" + "h8Kq2vLx9" + "@db.internal:5432/desk",
    "password in a URL of an example": "postgresql://desk:" + "tr0ub4dor@db.example/refunds",
    "assigned password": 'password = "' + 'h8Kq2vLx9"',
    "assigned API key": "api_key: '" + HEX + "'",
    "dotenv": "DB_PASSWORD=" + "h8Kq2vLx9",
    "exported": "export PAYMENTS_API_KEY=" + HEX,
    "YAML": "client_secret: " + "h8Kq2vLx9zz",
    "JSON": '{"access_token": "' + LETTERS[:20] + '"}',
    "AWS secret beside its name": f"aws_secret_access_key = {AWS_SECRET}",
}

LOOK_ALIKES = {
    "UUID": "550e8400-e29b-41d4-a716-446655440000",
    "assigned UUID": 'api_key = "550e8400-e29b-41d4-a716-446655440000"',
    "SHA-256": HEX * 2,
    "git commit": HEX + "90abcdef",
    "integrity": "sha512-" + LETTERS + LETTERS[:41] + "==",
    "environment name": "AWS_SECRET_ACCESS_KEY",
    "environment look-up": 'API_KEY = os.environ["PAYMENTS_API_KEY_2"]',
    "environment reference": "PASSWORD=${DB_PASSWORD_1}",
    "GitHub expression": "token: ${{ secrets.GITHUB_TOKEN }}",
    "angle brackets": 'password = "<your-password-1>"',
    "your key": 'api_key = "your-api-key-123"',
    "changeme": "SECRET_KEY=changeme123",
    "crosses": 'api_key = "xxxxxxxxxxxx1"',
    "asterisks": "https://user:****@host/",
    "the user's own name": "postgresql://postgres:postgres@localhost/test",
    "placeholder in a URL": "postgres://user:password@localhost/db",
    "template in a URL": "https://${USER}:${PASS1}@host/",
    "braces in a URL": "https://{user}:{pass1}@host/",
    "a port": "http://localhost:8080/@me",
    "an e-mail": "mailto:someone@example.com",
    "kebab words": "sk-this-is-a-css-class-name-of-mine",
    "a call": "token=get_token(1234567)",
    "attribute": "password = settings.password1",
    "type": "password: str",
    "words": 'password = "correct"',
    "topic": 'TOKEN = "refund.requested"',
    "invented token": "ghp_" + "dummydummyDUMMYdummydummy1234567890ab",
    "invented key": "sk-proj-" + "exampleExample1234exampleABCDEF",
    "name of a variable": 'api_key = "PAYMENTS_API_KEY_2"',
    "dummy": 'DUMMY_PASSWORD = "h8Kq2vLx9"',
    "fake, says the line": 'password = "h8Kq2vLx9"  # fake',
    "hash of a token": 'token_sha256 = "' + HEX * 2 + '"',
    "bearer from a variable": 'headers = {"Authorization": f"Bearer {token_1}"}',
    "npm integrity": '"integrity": "sha512-' + LETTERS + LETTERS[:41] + '=="',
    "pip hash": "--hash=sha256:" + HEX * 2,
    "question for a password": 'password = "Enter!Your-Password?"',
    "public key": "-----BEGIN PUBLIC KEY-----",
    "certificate": "-----BEGIN CERTIFICATE-----",
    "forty letters far from AWS": LETTERS[:40],
    "short": "AKIA1234",
    "inside a word": "XAKIAIOSFODNN7EXAMPLEX",
    "dull": "AKIA" + "A" * 16,
    "anthropic placeholder": "sk-ant-" + "xxxxxxxxxxxxxxxxxxxxxxxx",
    "max_tokens": "max_tokens=4096000",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_found(text: str) -> None:
    """Keys of known services, and passwords that are assigned, are secrets."""
    assert secrets_in(f"before\n{text}\nafter") != ()


@pytest.mark.parametrize("text", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_a_look_alike_is_no_secret(text: str) -> None:
    """Digests, identifiers, references and placeholders are left alone."""
    assert secrets_in(text) == ()


def test_a_secret_has_its_place_and_is_hidden() -> None:
    """Line and column point at the secret itself; only its beginning is shown."""
    (found,) = secrets_in("a\r\né = 'AKIAIOSFODNN7EXAMPLE'")

    assert (found.kind, found.line, found.column) == ("AWS access key id", 2, 6)
    assert found.hidden == "AKIA…, 20 characters"


def test_of_a_short_secret_little_is_shown() -> None:
    """Four characters of a password of nine would be half of it."""
    (found,) = secrets_in('password = "' + 'h8Kq2vLx9"')

    assert found.hidden == "h8…, 9 characters"


def test_one_secret_has_one_name() -> None:
    """An assigned key of a known service is told as that, once."""
    found = secrets_in(f'api_key = "{SECRETS["Anthropic API key"]}"')

    assert [one.kind for one in found] == ["Anthropic API key"]


@given(st.text())
def test_any_text_can_be_scanned(text: str) -> None:
    """No text is too odd; places lie inside it."""
    lines = text.count("\n") + text.count("\r") + 1

    assert all(1 <= found.line <= lines for found in secrets_in(text))


def test_many_secrets_take_no_longer_than_their_number() -> None:
    """A text of one line that is full of them is searched to its end."""
    text = "authorization: basic " + "ZGVzazpoOEtxMnZMeDk= authorization: basic " * 5_000

    assert len(secrets_in(text)) == 5_000


def test_no_pattern_repeats_without_end() -> None:
    """Every repetition is bounded, so the time is at most a constant times the text."""
    content = resources.files("waooaw.vision").joinpath("secrets.yaml").read_bytes()
    kinds = parse(content, source="secrets.yaml").data["kinds"]

    for kind in kinds:
        bare = re.sub(r"\\.", "", kind["pattern"])
        outside = re.sub(r"\[\^?\]?[^\]]*\]", "", bare)
        assert not re.search(r"[*+]|\{\d*,\}", outside), kind["kind"]


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "password",
        "-----BEGIN ",
        "a",
        "sk-",
        "://",
        "a:",
        "AKIA",
        "a1=",
        "TOKEN=",
        "https://a:b",
        "authorization: basic ",
    ],
)
def test_a_hostile_text_is_scanned_to_its_end(piece: str) -> None:
    """What starts like a secret everywhere and never is one ends with no finding."""
    assert secrets_in(piece * 20_000) == ()
