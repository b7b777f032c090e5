"""Whatever a request arrives as, made a `Request`: text, JSON, a saved e-mail, a GitHub issue."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

from waooaw.documents import Document, Json
from waooaw.errors import InputError, InvalidDocument, Problem
from waooaw.triage.decoding import decoded
from waooaw.triage.redaction import quoted
from waooaw.triage.requests import Request

__all__ = ["MOST_BYTES", "read_request", "read_requests", "text_request"]

#: Of one request. More is no request but an archive.
MOST_BYTES = 64_000_000
_MOST_PROBLEMS = 20
_LONGEST_TITLE = 200
_HEADER = re.compile(
    rb"(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to"
    rb"|x-[a-z0-9-]{1,60}|reply-to|content-type|dkim-signature)[ \t]*:",
    re.IGNORECASE,
)


def text_request(text: str) -> Request:
    """Return *text* as a request; a first line that is short and alone is its title."""
    title, body = _parted(text)
    return Request(id=_id_of(title, body), title=title, body=body)


def read_request(content: bytes, *, source: str) -> Request:
    """Return the request that *content* is, by what it looks like and by its file's name.

    Raises:
        InputError: It is larger than a request may be.
        InvalidDocument: It is JSON, and no request.
    """
    if len(content) > MOST_BYTES:
        raise InputError(
            f"{source}: larger than {MOST_BYTES:,} bytes", hint="send the part that says it"
        )
    named = source.lower()
    if named.endswith(".eml") or (
        not named.endswith((".json", ".txt")) and _looks_like_mail(content)
    ):
        from waooaw.triage.mail import parse_mail

        mail = parse_mail(content)
        if mail is not None:
            return Request(
                id=_id_of(mail.subject, mail.body),
                title=mail.subject,
                body=mail.body,
                created=mail.date,
                attachments=mail.attachments,
            )
    text = decoded(content)
    if named.endswith(".json") or (not named.endswith(".txt") and _looks_like_json(text)):
        return _of_json(Document(source, _parsed(text, source, 1)))
    return text_request(text)


def read_requests(content: bytes, *, source: str) -> tuple[Request, ...]:
    """Return the requests of a JSONL file, in its order.

    Raises:
        InvalidDocument: Lines are no requests; the first twenty problems are named with their line.
    """
    requests: list[Request] = []
    problems: list[Problem] = []
    for number, line in _lines(content):
        try:
            requests.append(_of_json(_located(_parsed(line, source, number), source, number)))
        except InvalidDocument as error:
            problems.extend(error.problems)
            if len(problems) >= _MOST_PROBLEMS:
                break
    if problems:
        raise InvalidDocument(source, tuple(problems))
    return tuple(requests)


def _looks_like_mail(content: bytes) -> bool:
    """Tell whether *content* begins with two headers of a mail."""
    lines = content[:4000].lstrip(b"\xef\xbb\xbf\r\n").splitlines()
    headers = 0
    for line in lines:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        if not re.match(rb"[!-9;-~]{1,80}:", line):
            return False
        headers += _HEADER.match(line) is not None
    return headers >= 2  # noqa: PLR2004 - one could be a sentence: "From: …"


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    # Split as bytes: a text's own line separators (U+2028) may stand inside of JSON.
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            yield number, decoded(line)


def _located(data: Json, source: str, number: int) -> Document:
    """Return one line of JSONL as a document in which everything stands on that line."""
    return Document(source, data, {(): (number, 1)})


def _parsed(text: str, source: str, line: int) -> Json:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refused)
    except json.JSONDecodeError as error:
        place = line + error.lineno - 1
        problem = Problem(f"not JSON: {error.msg}", line=place, column=error.colno)
        raise InvalidDocument(source, (problem,)) from error
    except (ValueError, RecursionError) as error:
        problem = Problem(f"not JSON: {_trouble(error)}", line=line)
        raise InvalidDocument(source, (problem,)) from error


def _trouble(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    # Python reads no longer ones, and says so with advice for programmers.
    return "a number has too many digits" if "digits" in str(error) else str(error)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {quoted(twice)} stands there twice")
    return data


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number that JSON knows")


def _looks_like_json(text: str) -> bool:
    head = text[:2000].lstrip("\ufeff \t\r\n")
    names = ('"title"', '"body"', '"facts"', '"text"', '"issue"')
    return head.startswith("{") and any(name in head for name in names)


def _of_json(document: Document) -> Request:
    data = document.data
    if isinstance(data, Mapping):
        data = _of_github(data)
        title, body = data.get("title"), data.get("body", data.get("text"))
        default = _id_of(str(title or ""), str(body or ""))
    else:
        default = ""
    from waooaw.triage.statements import request_of

    return request_of(document, data, default_id=default)


def _of_github(data: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a GitHub issue, or the event that carries one, as a request of ours."""
    issue = data.get("issue")
    if isinstance(issue, Mapping) and "action" in data:
        data = issue
    number, url = data.get("number"), data.get("html_url", data.get("url"))
    if type(number) is not int or not isinstance(url, str):
        return data
    parts = url.split("/")
    marks = [mark for mark in ("issues", "pull") if mark in parts]
    place = parts.index(marks[0]) if marks else 0
    project = "/".join(parts[place - 2 : place]) if place >= 2 else ""  # noqa: PLR2004 - owner/name
    return {
        "id": f"{project}#{number}",
        "title": data.get("title"),
        "body": data.get("body") or "",
        "project": project,
        "created": data.get("created_at", data.get("createdAt")),
    }


def _parted(text: str) -> tuple[str, str]:
    head, _, rest = text.strip().partition("\n")
    head = head.strip()
    if len(head) <= _LONGEST_TITLE:
        return head, rest.strip()
    return "", text.strip()


def _id_of(title: str, body: str) -> str:
    """Return an id made of the content: the same request bears the same, everywhere."""
    content = f"{title}\0{body}".encode("utf-8", "surrogatepass")
    return f"T-{hashlib.sha256(content).hexdigest()[:10]}"
