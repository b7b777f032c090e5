from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from unit.render.report_samples import KILLED, mixed_report, quick, report_with, reports

from waooaw_cli.gates.report import Report
from waooaw_cli.render.html import report_html

_VOID = {"meta"}
_ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer"),
    *("h1", "h2", "h3", "p", "ol", "li", "span", "code"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """Gather what a browser would see, and insist that every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_page_says_what_every_other_form_says() -> None:
    """Verdict, gates, measures, findings and their places can be read without a script."""
    page = Page(report_html(mixed_report()))
    text = " ".join(page.words)

    for words in (
        "waooaw gates: error",
        "coverage 97.53",
        "src/wow_refund_desk/agent.py:14:5",
        "Fix: Move the call into a skill.",
        "mypy was killed by signal 9",
        "waived",
    ):
        assert words in text
    assert ("html", "lang", "en") in page.attributes
    assert "title" in page.tags


def test_a_page_loads_nothing() -> None:
    """It names no file, no address and no script, and its policy allows only its own style."""
    text = report_html(mixed_report())
    page = Page(text)
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    policy = [value for _, _, value in page.attributes if value and "default-src" in value]

    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert len(policy) == 1
    assert (policy[0] or "").startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert not {name for _, name, _ in page.attributes} & {"src", "href", "style", "onclick"}
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_a_page_is_for_light_and_dark_rooms_and_for_readers_aloud() -> None:
    """The colours follow the system, and each header says what it heads."""
    text = report_html(mixed_report())
    page = Page(text)

    assert "prefers-color-scheme: dark" in text
    scopes = [value for tag, name, value in page.attributes if tag == "th" and name == "scope"]
    assert len(scopes) == page.tags.count("th")
    assert set(scopes) == {"row", "col"}


def test_foreign_markup_is_text() -> None:
    """A finding can't bring a tag with it."""
    hostile = replace(KILLED, message='</p><script>alert("1")</script>')
    text = report_html(report_with(hostile))

    assert "<script" not in text
    assert "&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in text


@quick
@given(reports)
def test_any_report_is_a_page(report: Report) -> None:
    """No text raises, opens a tag or leaves one open."""
    text = report_html(report)

    assert set(Page(text).tags) <= _ALLOWED
    assert text.encode().decode() == text
