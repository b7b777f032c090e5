"""Whatever a request arrives as."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InputError, InvalidDocument
from waooaw.triage.intake import read_request, read_requests
from waooaw.triage.vocabulary import Reach


def test_text_has_a_title_where_its_first_line_is_short() -> None:
    """The first line is the title, the rest the body; the id is made of both."""
    request = read_request(b"Refunds fail\n\nSince nine.\n", source="a.txt")

    assert (request.title, request.body) == ("Refunds fail", "Since nine.")
    assert request.id == read_request(b"Refunds fail\nSince nine.", source="b").id


def test_json_is_the_contracts_form() -> None:
    """Fields, facts and time are read; a tracker's own fields are left alone."""
    data = {
        "id": 7,
        "title": "Refunds",
        "body": "fail",
        "created": "2026-01-31T10:00:00+01:00",
        "facts": {"reach": "all", "workaround": False},
        "votes": 3,
    }
    request = read_request(json.dumps(data).encode(), source="a.json")

    assert request.id == "7"
    assert request.created == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert (request.facts.reach, request.facts.workaround) == (Reach.ALL, False)


@pytest.mark.parametrize(
    ("created", "moment"),
    [
        ("2020-01-02 17:14:21+00:00", datetime(2020, 1, 2, 17, 14, 21, tzinfo=UTC)),
        ("2023-08-26 06:33:37", datetime(2023, 8, 26, 6, 33, 37, tzinfo=UTC)),
        ("2011/09/26 23:42:56 +0100", datetime(2011, 9, 26, 22, 42, 56, tzinfo=UTC)),
        ("2008/4/2  0:57:44 +0100", datetime(2008, 4, 1, 23, 57, 44, tzinfo=UTC)),
        ("2011/09/26", datetime(2011, 9, 26, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_trackers_export_them(created: str, moment: datetime) -> None:
    """GitHub, Bugzilla and Jira write the same moment in their own ways."""
    request = read_request(json.dumps({"title": "x", "created": created}).encode(), source="a.json")

    assert request.created == moment


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": "x", "facts": {"reach": "everyone"}}, "facts.reach"),
        ({"title": "x", "facts": {"secure": True}}, "facts.secure"),
        ({"title": "x", "facts": {"security": "yes"}}, "facts.security"),
        ({"title": "x", "facts": []}, "facts"),
        ({"titel": "x", "body": "y"}, "titel"),
        ({"title": "x", "fact": {}}, "fact"),
        ({"title": 3}, "title"),
        ({"title": "x", "created": "yesterday"}, "created"),
        ({"title": "x", "agents": ["Not A Name"]}, "agents[0]"),
        ({"id": "x" * 300, "title": "x"}, "id"),
        ({"project": "x"}, ""),
    ],
)
def test_a_wrong_field_is_named_with_its_line(data: object, field: str) -> None:
    """Of a line of a batch, line and field are told."""
    content = b'{"title": "fine"}\n' + json.dumps(data).encode()

    with pytest.raises(InvalidDocument) as caught:
        read_requests(content, source="a.jsonl")
    assert (caught.value.problems[0].field, caught.value.problems[0].line) == (field, 2)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"title": NaN}',
        b'{"title": "x", "title": "y"}',
        b'{"title":' + b"[" * 100_000,
        b'{"title": "x", "id": ' + b"9" * 5_000 + b"}",
    ],
    ids=["cut", "list", "nan", "twice", "deep", "huge-number"],
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    """It is told with a line, and never crashes."""
    with pytest.raises(InvalidDocument) as caught:
        read_request(content, source="a.json")
    assert caught.value.problems[0].line in {1, None}


def test_lines_end_only_at_line_feeds() -> None:
    """A line separator inside of JSON does not end the line."""
    content = '{"title": "a\u2028b"}\r\n\r\n{"title": "c"}'.encode()

    assert [one.title for one in read_requests(content, source="a")] == ["a\u2028b", "c"]


def mail(body: bytes, *, subject: bytes = b"Refunds fail", headers: bytes = b"") -> bytes:
    return (
        b"From: a@example.com\r\nSubject: " + subject + b"\r\n"
        b"Date: Mon, 01 Jan 2024 10:00:00 +0100\r\n" + headers + b"\r\n" + body
    )


def test_a_mail_is_read_and_its_attachments_are_named() -> None:
    """A zip bomb in it is a name, and nothing more."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x", b"0" * 30_000_000)
    body = (
        b"--B\r\nContent-Type: text/plain; charset=no-such-one\r\n\r\n"
        b"Since nine, f\xc3\xbcr alle.\r\n"
        b"--B\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="bomb.zip"\r\n\r\n'
        + base64.encodebytes(bomb.getvalue())
        + b"\r\n--B--\r\n"
    )
    headers = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="B"\r\n'
    request = read_request(
        mail(body, subject=b"=?utf-8?q?R=C3=BCckzahlung?=", headers=headers), source="a.eml"
    )

    assert (request.title, request.body.strip()) == ("Rückzahlung", "Since nine, für alle.")
    assert request.attachments == ("bomb.zip",)
    assert request.created == datetime(2024, 1, 1, 9, tzinfo=UTC)


@given(st.binary(max_size=600), st.binary(max_size=100))
def test_no_mail_breaks_it(body: bytes, headers: bytes) -> None:
    """Whatever stands in a mail, it is a request."""
    read_request(mail(body, headers=headers + b"\r\n"), source="a.eml")


@given(st.binary(max_size=600))
def test_no_bytes_break_it(content: bytes) -> None:
    """Any bytes are a request, in some encoding."""
    read_request(content, source="a.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_recognised(encoding: str) -> None:
    """Text that was saved by any editor reads the same."""
    request = read_request("Rückzahlung fällt aus für alle".encode(encoding), source="a.txt")

    assert request.title == "Rückzahlung fällt aus für alle"


def test_a_github_issue_is_a_request() -> None:
    """An issue, or the event that carries one, with its repository and number as id."""
    issue = {
        "number": 12,
        "html_url": "https://github.com/acme/desk/issues/12",
        "title": "Refunds",
        "body": None,
        "user": {"login": "x"},
        "created_at": "2024-01-01T00:00:00Z",
    }
    for data in (issue, {"action": "opened", "issue": issue}):
        request = read_request(json.dumps(data).encode(), source="a.json")

        assert (request.id, request.project) == ("acme/desk#12", "acme/desk")


def test_an_archive_is_no_request() -> None:
    """More than 64 MB is refused before it is looked at."""
    with pytest.raises(InputError, match="larger than"):
        read_request(b"x" * 64_000_001, source="a.txt")


def test_a_mail_without_plain_text_is_read_as_html() -> None:
    """Pictures in it are attachments, and headers that no one can decode stay as they are."""
    headers = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\nX-A: b\r\n'
    body = (
        b"--B\r\nContent-Type: text/html\r\n\r\n<p>Since nine</p>\r\n"
        b"--B\r\nContent-Type: image/png\r\n\r\nx\r\n--B--\r\n"
    )
    content = mail(body, subject=b"=?nope?q?x?= =?utf-8?b?x?=", headers=headers)
    request = read_request(content.replace(b"Mon, 01", b"Someday"), source="a.eml")

    assert "<p>Since nine</p>" in request.body
    assert request.attachments == ("image/png",)
    assert request.created is None


def test_a_mail_of_many_parts_ends() -> None:
    """After two hundred parts nothing more is looked at; deep nesting is no crash."""
    headers = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="B"\r\n'
    many = b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 500 + b"--B--\r\n"
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="C%d"\r\n\r\n--C%d\r\n' % (n, n)
        for n in range(2_000)
    )

    assert read_request(mail(many, headers=headers), source="a.eml").body.count("x") < 250
    assert read_request(b"From: a\r\nSubject: b\r\n" + deep, source="a.eml").id.startswith("T-")


@pytest.mark.parametrize(
    ("content", "is_mail"),
    [
        (b"From: a@b.c\nSubject: x\n\nbody", True),
        (b"Received: by x\n\tfor y\nFrom: a\n\nbody", True),
        (b"From: the beginning it fails\n\nSince nine", False),
        (b"Subject: x\nno header here\nFrom: y\n", False),
        (b"The portal is down", False),
    ],
)
def test_a_mail_is_known_by_its_headers(content: bytes, is_mail: bool) -> None:
    """Without the file's name, two headers make a mail; a sentence with a colon does not."""
    assert (read_request(content, source="-").body in {"body", "x"}) is is_mail


def test_a_long_first_line_is_no_title() -> None:
    """A paragraph without a heading is body alone."""
    request = read_request(b"word " * 100, source="a.txt")

    assert request.title == ""


def test_twenty_problems_are_enough() -> None:
    """A file that is no JSONL at all is not told line by line."""
    with pytest.raises(InvalidDocument) as caught:
        read_requests(b"x\n" * 1_000, source="a")
    assert len(caught.value.problems) == 20


def test_utf_16_without_its_mark_is_recognised_in_both_orders() -> None:
    """Every other byte is zero, and which tells the order."""
    for encoding in ("utf-16-le", "utf-16-be"):
        assert read_request("Refunds fail".encode(encoding), source="a").title == "Refunds fail"
