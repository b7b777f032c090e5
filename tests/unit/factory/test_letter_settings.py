"""What stands in `[desk.letters]`, held to its form before a letter is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from waooaw.desk.letter_hook import HookPort
from waooaw.desk.letter_mail import MailPort, MailServer, Protection
from waooaw.desk.occasions import Rhythm
from waooaw.errors import InputError
from waooaw.triage.vocabulary import SeverityLevel
from waooaw_cli.factory.desk_letters import letter_settings, port_of
from waooaw_cli.settings import read_settings

FILES = 'port = "file"\nfrom = "desk@example.org"\n'
MAIL = 'port = "smtp"\nfrom = "a@b.org"\nto = "c@d.org"\n'


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "desk.letters.port is missing"),
        ('port = "pigeon"', "desk.letters.port = 'pigeon'"),
        ('port = "file"', "desk.letters.from is missing"),
        ('port = "file"\nfrom = "nobody"', "desk.letters.from is no e-mail address"),
        ('port = "file"\nfrom = "a@b.org"\nto = "{name}@b.org, c@d.org"', "desk.letters.to = "),
        ('prot = "file"', "desk.letters.prot is no setting"),
        ("port = 3", "desk.letters.port = 3 is not text"),
        ("port_number = true", "desk.letters.port_number = True is not a whole number"),
        (FILES + 'tone = "rude"', "desk.letters.tone = 'rude': there is no such tone"),
        (FILES + "follow_up_days = -1", "desk.letters.follow_up_days = -1"),
        (FILES + 'quiet = ["P7"]', "desk.letters.quiet: 'P7' is no severity"),
        (FILES + 'own = "x"', "desk.letters.own = 'x' is not a list of texts"),
        (FILES + 'own = ["none.yaml"]', "none.yaml: no such file"),
        (FILES + "own = [3]", "desk.letters.own = [3] is not a list of texts"),
        (MAIL, "desk.letters.host is missing"),
        (MAIL + 'host = "b.org"\nprotection = "none"', "could be read on the way to b.org"),
        (MAIL + 'host = "b.org"\nprotection = "ssl"', "desk.letters.protection = 'ssl'"),
        (MAIL + 'host = "b.org"\nport_number = 0', "desk.letters.port_number = 0"),
        (MAIL + 'host = "b.org"\nuser = "u"', "nobody says the password"),
        (MAIL + 'host = "b.org\\r\\nX"', "is no name of a server"),
        (MAIL.replace("to =", "tone = 'brief' #") + 'host = "b.org"', "desk.letters.to is missing"),
        ('port = "webhook"', "desk.letters.url is missing"),
        ('port = "webhook"\nurl = "http://b.org"', "can be read by anybody on the way"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(table: str, says: str, tmp_path: Path) -> None:
    """File, key and value."""
    (tmp_path / "waooaw.toml").write_text(f"[desk.letters]\n{table}", "utf-8")

    with pytest.raises(InputError) as refused:
        port_of(letter_settings(read_settings(tmp_path, {}), tmp_path), {}, None)
    assert says in refused.value.message


@pytest.mark.parametrize("text", ["letters = 3", "[desk]\nletters = 3", "desk = 3"])
def test_a_table_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    """Whatever stands in its place."""
    text = text if text.startswith(("[", "desk")) else f"[desk]\n{text}"
    (tmp_path / "waooaw.toml").write_text(text, "utf-8")

    with pytest.raises(InputError, match="is no table"):
        letter_settings(read_settings(tmp_path, {}), tmp_path)


def test_a_mail_server_is_spoken_to_under_tls_unless_it_is_here(tmp_path: Path) -> None:
    """Port and protection have the usual values; the password comes from the environment alone."""

    def server(more: str, password: str = "") -> MailServer:
        (tmp_path / "waooaw.toml").write_text(f"[desk.letters]\n{MAIL}{more}", "utf-8")
        letters = letter_settings(read_settings(tmp_path, {}), tmp_path)
        port = port_of(letters, {"WAOOAW_SMTP_PASSWORD": password}, "jo@example.com")
        assert isinstance(port, MailPort)
        assert (port.sender, port.to) == ("a@b.org", "jo@example.com")
        return port.server

    assert server('host = "m.org"') == MailServer("m.org", 587, Protection.STARTTLS)
    tls = server('host = "m.org"\nprotection = "tls"\nuser = "u"', "secret")
    assert tls == MailServer("m.org", 465, Protection.TLS, "u", "secret")
    here = server('host = "::1"\nprotection = "none"\nport_number = 25')
    assert here == MailServer("::1", 25, Protection.NONE)


def test_a_webhook_is_signed_where_there_is_a_secret(tmp_path: Path) -> None:
    """An empty one is none."""
    (tmp_path / "waooaw.toml").write_text(
        '[desk.letters]\nport = "webhook"\nurl = "https://example.org/x"\nto = "t+{id}@example.org"'
    )
    letters = letter_settings(read_settings(tmp_path, {}), tmp_path)

    for secret, expected in (("s", "s"), ("", None)):
        port = port_of(letters, {"WAOOAW_WEBHOOK_SECRET": secret}, None)
        assert port == HookPort("https://example.org/x", expected, "t+{id}@example.org")


def test_without_settings_words_are_there_and_no_port(tmp_path: Path) -> None:
    """A preview needs none."""
    (tmp_path / "waooaw.toml").write_text('[desk.letters]\nquiet = ["P3"]\nfollow_up_days = 0')
    letters = letter_settings(read_settings(tmp_path, {}), tmp_path)
    assert letters.rhythm == Rhythm(None, frozenset({SeverityLevel.P3}))
    (tmp_path / "waooaw.toml").unlink()
    letters = letter_settings(read_settings(tmp_path, {}), tmp_path)

    assert letters.tone == "friendly"
    with pytest.raises(InputError, match="port is missing") as refused:
        port_of(letters, {}, None)
    assert refused.value.message == "desk.letters.port is missing"
    assert refused.value.hint == 'port = "file"'


def test_missing_words_are_no_matter_of_stdin(tmp_path: Path) -> None:
    """A file that the settings name is looked for there, and not piped in."""
    (tmp_path / "waooaw.toml").write_text('[desk.letters]\nown = ["none.yaml"]')

    with pytest.raises(InputError, match=r"none\.yaml: no such file") as refused:
        letter_settings(read_settings(tmp_path, {}), tmp_path)
    assert refused.value.hint == "check the path that `own` names"


@pytest.mark.parametrize("name", ["{id}", "t{id}", f"{'t' * 56}{{id}}"])
def test_an_address_has_room_for_every_id(name: str, tmp_path: Path) -> None:
    """Else a setting that is good for T-1 would fail for acme/shop#1, again with every run."""
    table = f'port = "file"\nfrom = "a@b.org"\nto = "{name}@b.org"'
    (tmp_path / "waooaw.toml").write_text(f"[desk.letters]\n{table}")
    letters = letter_settings(read_settings(tmp_path, {}), tmp_path)

    if len(name) < 50:
        port_of(letters, {}, None)
    else:
        with pytest.raises(InputError, match="makes no e-mail address"):
            port_of(letters, {}, None)
