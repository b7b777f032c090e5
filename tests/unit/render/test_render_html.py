from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

from hypothesis import given
from unit.render.report_samples import (
    KILLED,
    MOMENT,
    UNUSED,
    mixed_report,
    passing_report,
    quick,
    report_with,
    reports,
)

from waooaw_cli.factory.history import PastRun
from waooaw_cli.gates.report import Report, Verdict
from waooaw_cli.render.html import report_html

_VOID = {"meta", "input"}
_ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer"),
    *("h1", "h2", "h3", "p", "ol", "li", "span", "code", "details", "summary", "a", "script"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "rect"),
    *("div", "label", "input", "fieldset", "legend"),
}
_PAST = PastRun(MOMENT, Verdict.FAIL, timedelta(seconds=2), 1, 3, 2, 1)


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


def fleet() -> Report:
    """Return a report over two agents that fail alike and three that pass."""
    failing, passing = mixed_report().targets[0], passing_report().targets[0]
    targets = [
        *(replace(passing, agent=f"wow-ok{number}") for number in range(3)),
        *(replace(failing, agent=f"wow-x{number}", path=f"g/wow-x{number}") for number in range(2)),
    ]
    return replace(mixed_report(), targets=tuple(targets))


def test_the_page_of_a_fleet_begins_with_what_agents_share() -> None:
    """A table that leads to each agent, equal findings once, and those that pass folded away."""
    page = Page(report_html(fleet()))
    text = " ".join(page.words)

    assert "in 2 agents: wow-x0, wow-x1" in text
    ids = [value for _, name, value in page.attributes if name == "id"]
    links = [(value or "")[1:] for _, name, value in page.attributes if name == "href"]
    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert sum(name == "open" for _, name, _ in page.attributes) == 2


def test_the_last_runs_are_drawn_and_told() -> None:
    """The chart has a bar for each run, and a table says the same."""
    page = Page(report_html(mixed_report(), [_PAST, _PAST]))
    text = " ".join(page.words)

    assert page.tags.count("rect") == 3
    labels = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "aria-label")]
    assert labels == ["Findings that fail a gate, in the last 3 runs: 3, 3, 2"]
    assert "2026-01-01T00:00:00Z" in text
    assert "svg" not in Page(report_html(mixed_report())).tags


def test_many_findings_are_cut_and_counted() -> None:
    """The worst are among those on the page."""
    many = [replace(UNUSED, line=number) for number in range(1, 502)]
    text = report_html(report_with(*many, KILLED))

    assert "and 2 findings more; --format json has all" in text
    assert "mypy was killed by signal 9" in text


def test_a_permission_says_its_reason() -> None:
    """Beside the finding that it covers."""
    text = report_html(report_with(replace(KILLED, waived=True, waiver="until <b>May</b>")))

    assert "<p>Waived: until &lt;b&gt;May&lt;/b&gt;</p>" in text


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
    """It names no file and no address, and its policy allows only its own style and script."""
    text = report_html(fleet(), [_PAST])
    page = Page(text)
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    script = re.search(r"<script>(.*)</script>", text, re.DOTALL)
    policy = [value for _, _, value in page.attributes if value and "default-src" in value]

    assert style is not None
    assert script is not None
    digests = [
        f"'sha256-{base64.b64encode(hashlib.sha256(part[1].encode()).digest()).decode()}'"
        for part in (style, script)
    ]
    assert len(policy) == 1
    assert (policy[0] or "").startswith(
        f"default-src 'none'; style-src {digests[0]}; script-src {digests[1]};"
    )
    names = {name for _, name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"src", "style", "srcdoc", "action"}
    links = [value or "" for _, name, value in page.attributes if name == "href"]
    assert links
    assert all(link.startswith("#agent-") for link in links)
    assert page.tags.count("script") == 1
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

    assert text.count("<script") == 1
    assert "&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in text


@quick
@given(reports)
def test_any_report_is_a_page(report: Report) -> None:
    """No text raises, opens a tag or leaves one open."""
    text = report_html(report, [_PAST])

    assert set(Page(text).tags) <= _ALLOWED
    assert text.count("<script") == text.count("</script") == 1
    assert text.encode().decode() == text
