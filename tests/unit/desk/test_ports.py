"""Where letters leave: a folder, a mail server, an address; and what is clear when that fails."""

from __future__ import annotations

import email
import email.policy
import hashlib
import hmac
import json
import os
import socket
import ssl
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from fakes.hook_server import Hook, hook_server
from fakes.letter_cases import ADA, NOW, case, letter
from fakes.mail_server import MailHub, certificate, mail_server
from hypothesis import given
from hypothesis import strategies as st

from waooaw.desk.letter_files import FilePort
from waooaw.desk.letter_hook import HookPort, checked_url
from waooaw.desk.letter_mail import MailPort, MailServer, Protection
from waooaw.desk.limits import time_limit
from waooaw.desk.messages import addressed, checked_address
from waooaw.desk.ports import Delivered, Port, Refused, Unclear
from waooaw.desk.steps import solved
from waooaw.desk.templates import LetterKind
from waooaw.errors import InputError

SENDER, TO = "desk@example.org", "ticket+{id}@example.org"
HERE = "127.0.0.1"
LETTER = letter(case(title="Die Seite für Ärzte ist leer"), LetterKind.ACKNOWLEDGEMENT)
HOSTILE = replace(
    LETTER, id="T-1", body="Hello,\n.\nQUIT\r\n.\r\nMAIL FROM:<x@y.z>\n..\n\nlast line\n"
)


def mail(
    hub: MailHub,
    protection: Protection = Protection.NONE,
    *,
    user: str | None = None,
    password: str | None = None,
    limit_seconds: float = 10,
) -> MailPort:
    server = MailServer(HERE, hub.port, protection, user, password)
    return MailPort(server, SENDER, TO, limit_seconds)


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


# ---- e-mail as such


def test_a_message_says_that_no_person_wrote_it(tmp_path: Path) -> None:
    """Programs must not answer it; the id is the occasion's, and umlauts arrive."""
    delivered = FilePort(tmp_path, SENDER, TO).send(LETTER)
    assert isinstance(delivered, Delivered)
    content = Path(delivered.where).read_bytes()
    message = email.message_from_bytes(content, policy=email.policy.default)

    assert (message["From"], message["To"]) == (SENDER, "ticket+T-1@example.org")
    assert message["Subject"] == LETTER.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{LETTER.key}@example.org>"
    assert message["Date"].datetime == LETTER.at
    assert message.get_content().replace("\r\n", "\n") == LETTER.body
    assert content.isascii()


@pytest.mark.parametrize(
    "text",
    ["", "jo", "jo@", "@example.org", "a@b", "a@b.c, d@e.f", "a@b.c\r\nBcc: d@e.f", "a b@c.d",
     "<a@b.c>", "a@b.c>", f"{'a' * 65}@b.c", f"a@{'b' * 250}.org", "é@example.org", "a..b@c.d"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(text: str) -> None:
    """And not repeated, it may be somebody's."""
    with pytest.raises(InputError, match=r"^--to is no e-mail address$"):
        checked_address(text, "--to")


@pytest.mark.parametrize("id_", ["a\r\nBcc: x@y.z", "a,b", "a b", "a>b", "é", "", "a..b", "x" * 90])
def test_an_id_that_is_no_part_of_a_domain_goes_nowhere(id_: str, tmp_path: Path) -> None:
    """It could name somebody else."""
    hosts = "desk@{id}.example.org"
    with pytest.raises(InputError):
        addressed(hosts, id_)
    nowhere = f"http://{HERE}:{free_port()}"
    ports = (
        FilePort(tmp_path, SENDER, hosts),
        replace(mail(MailHub()), to=hosts),
        HookPort(nowhere, None, hosts),
    )
    assert [one.name for one in ports] == ["file", "smtp", "webhook"]
    for port in ports:
        answer = port.send(replace(LETTER, id=id_))
        assert isinstance(answer, Refused), port.name
        assert "address" in answer.why
    assert addressed("all@example.org", id_) == "all@example.org"


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("T-1", "T-1"),
        ("v1.2_x", "v1.2_x"),
        ("acme/shop#12", "acme-shop-12=ed849dcf"),
        ("jo@example.com", "jo-example-com=f4e19df2"),
        ("a b\r\nBcc: x", "a-b--Bcc--x=209c8ffb"),
        ("é", "-=4a99557e"),
        ("\ud800", "-=91a681b9"),
        ("", "=e3b0c442"),
        ("x" * 48, "x" * 48),
        ("x" * 49, "x" * 39 + "=55bb9823"),
    ],
)
def test_any_id_has_an_address(id_: str, name: str) -> None:
    """What an address can't hold becomes a hyphen, and a hash tells it from others alike."""
    assert addressed(TO, id_) == f"ticket+{name}@example.org"


@given(st.text(), st.text())
def test_no_two_ids_share_an_address(one: str, other: str) -> None:
    """Whatever they are made of, each makes one address, and its own."""
    assert (addressed(TO, one) == addressed(TO, other)) == (one == other)


def test_the_address_of_a_safe_form_is_not_its_tickets() -> None:
    """Who names a ticket like another's address gets no letters of that one."""
    name = addressed("{id}@b.org", "acme/shop#12").partition("@")[0]

    assert addressed(TO, name) != addressed(TO, "acme/shop#12")


def test_a_long_name_leaves_less_room_for_the_id() -> None:
    """The name before the @ keeps to 64 characters."""
    pattern = f"{'t' * 40}+{{id}}@example.org"

    assert addressed(pattern, "acme/shop#12/and/more").startswith(f"{'t' * 40}+acme-shop-12-a=")
    with pytest.raises(InputError, match="is no e-mail address"):
        addressed(f"{'t' * 60}+{{id}}@example.org", "acme/shop#12")


# ---- file


def test_a_file_appears_once_and_whole(tmp_path: Path) -> None:
    """What is there is not written again, what was left half-written is cleared away."""
    folder = tmp_path / "a" / "letters"
    port = FilePort(folder, SENDER)
    folder.mkdir(parents=True)
    (folder / f".{LETTER.key}.part").write_text("half")
    first = port.send(LETTER)
    assert isinstance(first, Delivered)
    Path(first.where).write_text("read and marked")

    assert port.send(replace(LETTER, body="else")) == first
    assert [one.name for one in folder.iterdir()] == [f"T-1-acknowledgement-{LETTER.key}.eml"]
    assert Path(first.where).read_text() == "read and marked"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_letters_are_nobody_elses_business(tmp_path: Path) -> None:
    """Neither the folder nor the file can be read by others."""
    folder = tmp_path / "letters"
    delivered = FilePort(folder, SENDER).send(LETTER)
    assert isinstance(delivered, Delivered)

    assert folder.stat().st_mode & 0o077 == 0
    assert Path(delivered.where).stat().st_mode & 0o077 == 0


def test_a_ticket_does_not_choose_where_its_letter_lies(tmp_path: Path) -> None:
    """An id that is a path ends up as a name."""
    folder = tmp_path / "letters"
    delivered = FilePort(folder, SENDER).send(replace(LETTER, id="../../etc/x\0\n" + "y" * 900))

    assert isinstance(delivered, Delivered)
    assert Path(delivered.where).parent == folder
    assert [one.name for one in tmp_path.iterdir()] == ["letters"]


def test_a_folder_that_is_a_file_is_a_clear_failure(tmp_path: Path) -> None:
    """Nothing is written."""
    (tmp_path / "letters").write_text("mine")

    answer = FilePort(tmp_path / "letters", SENDER).send(LETTER)
    assert isinstance(answer, Refused)
    assert (tmp_path / "letters").read_text() == "mine"


# ---- smtp


def test_a_letter_arrives_as_it_was_written() -> None:
    """Whatever stands in it: no line of it ends the text, or is a command."""
    with mail_server(MailHub()) as hub:
        answer = mail(hub).send(HOSTILE)
    (content,) = hub.letters
    message = email.message_from_bytes(content, policy=email.policy.default)

    assert answer == Delivered(f"{HERE}:{hub.port}")
    body = message.get_content()
    assert body.split() == HOSTILE.body.split()
    assert [one.split(":")[0] for one in hub.commands] == [
        "ehlo example.org", "mail FROM", "rcpt TO", "DATA", "quit",
    ]  # fmt: skip
    assert hub.commands[2] == "rcpt TO:<ticket+T-1@example.org>"


def test_links_and_brackets_of_steps_are_carried_safely() -> None:
    """As plain text, in lines that no server refuses, by mail and by webhook."""
    link = f"https://example.org/a-b?c=<d>&e={'f' * 3_000}"
    told = case(lambda one: solved(one, ADA, NOW, f"Open <Settings>\n.\n<script> {link}\u202e"))
    one = letter(told, LetterKind.RESOLUTION)
    with mail_server(MailHub()) as hub, hook_server(Hook()) as hook:
        mail(hub).send(one)
        HookPort(f"{hook.url}/in", "a secret", TO).send(one)
    message = email.message_from_bytes(hub.letters[0], policy=email.policy.default)

    assert message.get_content_type() == "text/plain"
    assert message.get_content().split() == one.body.split()
    assert {"<Settings>", "<script>", link} <= set(one.body.split())
    assert max(map(len, hub.letters[0].splitlines())) <= 998
    assert json.loads(hook.posted[0][2])["body"] == one.body


@pytest.mark.parametrize(
    ("place", "reply", "kind", "says"),
    [
        ("hello", b"421 busy", Refused, "421 busy"),
        ("hello", b"", Refused, "Disconnected"),
        ("MAIL", b"451 later", Refused, "451 later"),
        ("RCPT", b"550 no ticket+T-1@example.org here", Refused, "550 no [recipient] here"),
        ("DATA", b"452 full", Refused, "452 full"),
        ("DATA", b"", Refused, "Disconnected"),
        ("text", b"554 spam", Refused, "554 spam"),
        ("text", b"451 later", Refused, "451 later"),
        ("text", b"", Unclear, "after the text was handed over"),
        ("text", b"nonsense", Unclear, "after the text was handed over"),
    ],
)
def test_only_what_nobody_can_tell_is_unclear(
    place: str, reply: bytes, kind: type[Refused | Unclear], says: str
) -> None:
    """A server's no is a no, at any moment; its silence after the text is neither."""
    with mail_server(MailHub({place: reply})) as hub:
        answer = mail(hub).send(LETTER)

    assert isinstance(answer, kind)
    assert says in answer.why
    assert "ticket+T-1@" not in answer.why


def test_nobody_there_is_a_clear_failure() -> None:
    """Refused connections handed nothing over, to either kind of server."""
    gone = free_port()
    ports: tuple[Port, ...] = (mail(MailHub(port=gone)), HookPort(f"http://{HERE}:{gone}/x"))

    for port in ports:
        answer = port.send(LETTER)
        assert isinstance(answer, Refused)
        assert "refused" in answer.why.lower()


@pytest.mark.parametrize(("place", "kind"), [("hello", Refused), ("text", Unclear)])
def test_a_server_that_drips_is_left(place: str, kind: type[Refused | Unclear]) -> None:
    """However slowly it speaks, a conversation has an end."""
    hub = MailHub({place: b"220-" + b"x" * 400}, drips=place)
    with mail_server(hub):
        started = time.monotonic()
        answer = mail(hub, limit_seconds=1).send(LETTER)

    assert isinstance(answer, kind)
    assert time.monotonic() - started < 8


def test_a_password_is_said_under_tls_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STARTTLS and TLS check the certificate; who offers none is told nothing."""
    pem = certificate(tmp_path, HERE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    login = partial(mail, user="desk", password="hunter2-hunter2")

    with mail_server(MailHub()) as open_hub:
        refused = login(open_hub, Protection.STARTTLS).send(LETTER)
    assert isinstance(refused, Refused)
    assert "offers no STARTTLS" in refused.why
    for at_once in (False, True):
        protection = Protection.TLS if at_once else Protection.STARTTLS
        with mail_server(MailHub(tls=context, tls_at_once=at_once)) as hub:
            monkeypatch.delenv("SSL_CERT_FILE", raising=False)
            stranger = login(hub, protection).send(LETTER)
            assert isinstance(stranger, Refused)
            assert "certificate" in stranger.why.lower()
            assert not [one for one in hub.commands if one.startswith("AUTH")]
            monkeypatch.setenv("SSL_CERT_FILE", str(pem))
            assert isinstance(login(hub, protection).send(LETTER), Delivered)
        assert len(hub.letters) == 1
        said = [one for one in hub.commands if one.startswith("AUTH")]
        assert said
        assert set(said) <= set(hub.secure)


def test_a_refused_login_does_not_tell_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the server repeats it."""
    pem = certificate(tmp_path, HERE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with mail_server(MailHub({"AUTH": b"535 not hunter2-hunter2"}, tls=context)) as hub:
        login = partial(mail, user="desk", password="hunter2-hunter2")
        answer = login(hub, Protection.STARTTLS).send(LETTER)

    assert isinstance(answer, Refused)
    assert "hunter2" not in answer.why
    assert hub.letters == []


def test_a_limit_ends_nothing_where_nothing_began() -> None:
    """Who never got a connection has none to shut."""
    with time_limit(lambda: None, 0.01):
        time.sleep(0.1)


# ---- webhook


def test_what_is_posted_is_signed_and_keyed() -> None:
    """The other side can tell a repetition by the key, and a forgery by the signature."""
    with hook_server(Hook()) as hook:
        port = HookPort(f"{hook.url}/in?a=1", "a secret", TO)
        assert port.send(LETTER) == Delivered(hook.url.removeprefix("http://"))
    ((path, headers, body),) = hook.posted
    content = json.loads(body)

    assert path == "/in?a=1"
    assert headers["Idempotency-Key"] == LETTER.key == content["key"]
    expected = hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
    assert headers["X-Waooaw-Signature"] == f"sha256={expected}"
    assert (content["schema"], content["id"], content["kind"]) == (
        "waooaw.letter/1",
        "T-1",
        "acknowledgement",
    )
    assert (content["to"], content["subject"]) == ("ticket+T-1@example.org", LETTER.subject)


def test_without_a_secret_nothing_is_signed() -> None:
    """And without `to` the other side knows whom it is for."""
    with hook_server(Hook()) as hook:
        HookPort(hook.url).send(LETTER)
    ((_, headers, body),) = hook.posted

    assert "X-Waooaw-Signature" not in headers
    assert json.loads(body)["to"] is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Delivered), (202, Delivered), (301, Refused), (307, Refused), (400, Refused),
     (404, Refused), (429, Refused), (500, Unclear), (503, Unclear), (0, Unclear)],
)  # fmt: skip
def test_a_status_says_what_became_of_it(status: int, kind: type[Delivered]) -> None:
    """Who breaks down after it was posted may have passed it on; nobody is followed elsewhere."""
    with hook_server(Hook()) as elsewhere:
        hook = Hook(status, {"Location": f"{elsewhere.url}/y"})
        with hook_server(hook):
            assert isinstance(HookPort(hook.url).send(LETTER), kind)

    assert len(hook.posted) == 1
    assert elsewhere.posted == []


def test_an_answer_that_never_comes_is_unclear() -> None:
    """After the time limit."""
    with hook_server(Hook(seconds=1.5)) as hook:
        answer = HookPort(hook.url, limit_seconds=0.3).send(LETTER)

    assert isinstance(answer, Unclear)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/x", "ftp://example.org", "https://", "https://a b.org", "x",
     "https://u:p@example.org/", "https://token@example.org/", "https://example.org/#x",
     "https://example.org:99999/", "https://example.org/\r\nX: y", "http://127.0.0.1.example.org/",
     "http://[::1", "file:///etc/passwd", "https://exämple.org/"],
)  # fmt: skip
def test_an_address_that_others_could_read_along_is_refused(url: str) -> None:
    """`https`, or this machine; and no password in it."""
    with pytest.raises(InputError):
        checked_url(url, "url")


@pytest.mark.parametrize(
    "url",
    ["https://example.org/x?y=1", "http://localhost:8080/", "http://[::1]:80/", "http://127.9.0.1"],
)
def test_an_address_that_is_safe_is_taken(url: str) -> None:
    """As it is."""
    assert checked_url(url, "url") == url


def test_what_is_imported_for_a_folder_is_no_mail_client() -> None:
    """A port costs what it needs."""
    import subprocess

    script = "import sys, waooaw.desk.letter_files as f; print('smtplib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
