"""The HTML report in a real browser: readable by everyone, and nothing but itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from browser import Tab, axe_script, browser_path, tab
from unit.render.report_samples import KILLED, MOMENT, mixed_report, passing_report

from waooaw_cli.factory.history import PastRun
from waooaw_cli.gates.report import Report, Verdict
from waooaw_cli.render.html import report_html

_PAST = [
    PastRun(MOMENT, verdict, timedelta(seconds=2), 5, errors, 1, 0)
    for verdict, errors in ((Verdict.PASS, 0), (Verdict.FAIL, 3), (Verdict.ERROR, 1))
]
_HOSTILE = '</p></script><script>window.forged = 1</script><img src=x onerror="window.forged = 1">'


def _fleet() -> Report:
    failing, passing = mixed_report().targets[0], passing_report().targets[0]
    odd = replace(failing.gates[1], findings=(replace(KILLED, message=_HOSTILE, rule="ODD-1"),))
    targets = [
        *(replace(passing, agent=f"wow-ok{number}", path=f"g/ok{number}") for number in range(3)),
        *(replace(failing, agent=f"wow-x{number}", path=f"g/x{number}") for number in range(2)),
        replace(failing, agent="wow-odd", path="g/odd", gates=(odd,)),
    ]
    return replace(mixed_report(), targets=tuple(targets))


_REPORTS = {"one": mixed_report, "fleet": _fleet, "pass": passing_report}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A page of Chromium; without one there is nothing to look at the report."""
    program = browser_path()
    if program is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with tab(program, tmp_path_factory.mktemp("browser")) as one:
        yield one


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The report of a fleet, with the runs before it."""
    file = tmp_path / "gates.html"
    file.write_text(report_html(_fleet(), _PAST), encoding="utf-8")
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", _REPORTS)
def test_everyone_can_read_it(browser: Tab, tmp_path: Path, name: str, scheme: str) -> None:
    """axe-core finds no violation, in light and in dark, with everything unfolded."""
    script = axe_script()
    if script is None:
        pytest.skip("axe-core is missing: pip install --no-deps axe-playwright-python")
    file = tmp_path / "gates.html"
    file.write_text(report_html(_REPORTS[name](), _PAST), encoding="utf-8")
    browser.open(file, scheme=scheme)
    browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    browser.evaluate(script.read_text(encoding="utf-8") + "; 0")

    found = json.loads(
        browser.evaluate(
            "axe.run().then((result) => JSON.stringify({"
            " broken: result.violations.map((one) => [one.id, one.nodes.map((n) => n.html)]),"
            " passed: result.passes.map((one) => one.id) }))"
        )
    )

    assert found["broken"] == []
    assert {"color-contrast", "region", "label", "document-title"} <= set(found["passed"])
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]


def test_it_loads_and_runs_nothing_but_itself(browser: Tab, page: Path) -> None:
    """One request, for the page; its policy refuses nothing of its own, its findings do nothing."""
    browser.open(page)

    assert browser.requests() == [page.as_uri()]
    assert browser.complaints() == []
    assert browser.evaluate("window.forged") is None
    assert browser.evaluate("document.images.length") == 0


def test_even_markup_that_slipped_in_could_not_run(browser: Tab, page: Path) -> None:
    """The policy names the digest of the one script; any other is refused."""
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</main>", "<script>window.forged = 1</script></main>"), "utf-8")
    browser.open(page)

    assert browser.evaluate("window.forged") is None
    assert "Content Security Policy" in "".join(browser.complaints())


def _shown(browser: Tab) -> tuple[list[str], str]:
    names = browser.evaluate(
        "[...document.querySelectorAll('details[data-verdict]')].filter((one) => !one.hidden)"
        ".map((one) => one.querySelector('h2').textContent.split(' ')[0])"
    )
    return names, browser.evaluate("document.getElementById('shown').textContent")


def _search(browser: Tab, words: str) -> None:
    browser.evaluate(
        f"words.value = {json.dumps(words)};"
        " words.dispatchEvent(new Event('input', { bubbles: true })); 0"
    )


def test_a_search_leaves_what_is_looked_for(browser: Tab, page: Path) -> None:
    """Agents by name, findings by their words; what is found is unfolded."""
    browser.open(page)
    before = _shown(browser)
    _search(browser, "odd-1")
    by_rule = _shown(browser)
    unfolded = browser.evaluate(
        "document.querySelector('details:not([hidden])[data-verdict]').open"
    )
    _search(browser, "WOW-OK2")
    by_name = _shown(browser)
    rows = browser.evaluate("document.querySelectorAll('tr[data-of]:not([hidden])').length")
    _search(browser, "no such word")

    assert before[1] == "6 of 6 agents shown"
    assert by_rule == (["wow-odd"], "1 of 6 agents shown")
    assert unfolded is True
    assert by_name == (["wow-ok2"], "1 of 6 agents shown")
    assert rows == 1
    assert _shown(browser) == ([], "0 of 6 agents shown")


def test_a_filter_leaves_verdicts_out(browser: Tab, page: Path) -> None:
    """Without those that pass, the others stay."""
    browser.open(page)
    browser.evaluate("document.querySelector('input[value=pass]').click()")

    assert _shown(browser)[1] == "3 of 6 agents shown"


def test_it_can_be_read_without_a_script(browser: Tab, page: Path) -> None:
    """Nothing is hidden but the filter, which would do nothing."""
    browser.open(page, script=False)
    # The page's own scripts are off; what the test asks is not one of them.
    text = browser.evaluate("document.body.innerText")

    assert "VIS-C003" in text
    assert "wow-ok2" in text
    assert "Search agents" not in text
