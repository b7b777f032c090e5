"""A request's text, made ready to be read: what people see, in sentences, and nothing hidden.

Whatever a sender writes is data. Text that people don't see (HTML comments, zero-width characters)
has no effect at all. A sentence that tells us how to judge is marked: it may raise an alarm, and
never lowers anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from waooaw.triage.directives import Traces, is_directive, traces_in, without_orders
from waooaw.triage.excerpts import MOST_CHARACTERS, excerpt
from waooaw.triage.markup import on_one_line, plain

__all__ = ["Cleaned", "Line", "cleaned"]

_MOST_SENTENCES = 400
_LONGEST_SENTENCE = 600
_SHARED = 100

# A fence, and the name of a language; who writes more on that line wants it to be read.
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)[`~]*+(?:\s*\S{1,40})?\s*$")
# Frames and errors only: a line that could be a sentence is read as one.
_CODE = re.compile(
    r"^\s*(?:at [\w.$<>]+\(|File \"[^\"]+\", line|Traceback \(most|\.{3} \d+ more$|#\d+ +0x"
    r"|from [\w.]+ import |import [\w.]+$|\$ [a-z./])|^\s*[{}\])]+[;,]?\s*$"
)
_SYMBOL = re.compile(r"[{}\[\]<>=|\\/$#@*+^~&`_]")
_PLAIN_WORD = re.compile(r"[\"'(“„]?[^\W\d_]+(?:['’-][^\W\d_]+)*[\"')”“]?[.,;:!?]?")
_MOSTLY = 0.6
_WORDS_OF_A_CLAUSE = 4
_DENSE = 0.08
_LOG_LINE = re.compile(r"^\W*\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")
# Of a text on one line. It begins with the few characters that a sentence can end at: that is three
# times as fast as one pattern for each.
_STOP = r".!?…।॥\u06d4؟"
_END = re.compile(
    rf"[ {_STOP};•。](?:(?<=[{_STOP}])[\"')\]]*+ |(?<=[;•]) |(?<=。) ?|(?<= )(?:[;•] |[–—-]{{1,2}} "
    # What speaks in another voice is apart from what was reported before it.
    r"|(?=(?:SYSTEM|ASSISTANT|DEVELOPER|INSTRUCTIONS?|ADMIN)\b[^.:]{0,12}:|\[/?INST\]|<\||\{\""
    r"|You are (?:now|no longer)\b|Please (?:treat|classify|mark|set|route|rate)\b)))"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:art|dr|mr|mrs|ms|no|st|ltd|inc|vs|nr|e\.g|i\.e|z\.b|approx|max|min))\Z",
    re.IGNORECASE,
)
_HARD_WRAP = 50


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one sentence before it is read.

    Attributes:
        text: On one line.
        title: Whether it is the title.
        directive: Whether it tells us how to judge: it lowers nothing.
        order: Whether it orders rules to be ignored: of it, alarms only are heard.
    """

    text: str
    title: bool = False
    directive: bool = False
    order: bool = False


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Hold a text that is ready to be read.

    Attributes:
        lines: Its sentences, each once, the title first.
        directives: Those that tell us how to judge, hidden ones included; as evidence.
        code: Lines that are code, logs or stack traces.
        whole: Whether all of the text was looked at word by word.
    """

    lines: tuple[Line, ...]
    directives: tuple[str, ...]
    code: tuple[str, ...]
    whole: bool

    @property
    def quotable(self) -> str:
        """All of it that an answer may quote."""
        return "\n".join((*(line.text for line in self.lines), *self.directives))

    def put_through(self, change: Callable[[str], str]) -> Cleaned:
        """Return the same with every line changed."""
        return Cleaned(
            tuple(replace(line, text=change(line.text)) for line in self.lines),
            tuple(change(text) for text in self.directives),
            tuple(change(text) for text in self.code),
            self.whole,
        )


def cleaned(title: str, body: str) -> Cleaned:
    """Return title and body as sentences. Linear in their length."""
    whole = len(title) + len(body) <= MOST_CHARACTERS
    seen_title, hidden_title = plain(excerpt(title))
    seen_body, hidden_body = plain(excerpt(body))
    hidden = (*hidden_title, *hidden_body)
    traces = traces_in(on_one_line(f"{seen_title} {seen_body}"))
    prose, code = _divided(seen_body, traces)
    texts = [(text, True) for text in _sentences(on_one_line(seen_title))]
    texts += [(text, False) for paragraph in prose for text in _sentences(paragraph)]
    lines: dict[str, Line] = {}
    for text, is_title in texts:
        if text in lines or len(lines) >= _MOST_SENTENCES:
            continue
        if not is_directive(text, traces):
            lines[text] = Line(text, is_title)
            continue
        report, order = without_orders(text)
        if report.strip():
            lines[report] = Line(report, is_title, directive=is_directive(report, traces))
        if order:
            lines[order] = Line(order, is_title, directive=True, order=True)
    kept = tuple(lines.values())
    directives = (*(line.text for line in kept if line.directive), *hidden)
    return Cleaned(kept, directives, tuple(code), whole and len(texts) <= _MOST_SENTENCES)


def _divided(text: str, traces: Traces) -> tuple[list[str], list[str]]:
    """Return the paragraphs of *text*, and its lines of code."""
    paragraphs: list[str] = []
    code: list[str] = []
    previous = ""
    for raw in text.splitlines():
        line = raw.lstrip(" \t>")
        if _FENCE.match(line) or not line.strip():
            previous = ""
        elif _is_code(line):
            code.append(line.rstrip())
            paragraphs += _said_in(line)
            previous = ""
        elif _goes_on(previous, line, traces):
            # A mail program broke the line; the sentence goes on.
            paragraphs[-1] = f"{paragraphs[-1]} {line.strip()}"
            previous = line
        else:
            paragraphs.append(_BULLET.sub("", line).strip())
            previous = line
    return paragraphs, code


def _is_code(line: str) -> bool:
    """Tell whether a machine wrote *line*: a frame, a log, or more symbols than people write."""
    if _CODE.search(line) or _LOG_LINE.match(line):
        return True
    if len(_SYMBOL.findall(line)) <= max(3, len(line) * _DENSE):
        return False
    words = line.split()
    return sum(_PLAIN_WORD.fullmatch(word) is not None for word in words) < len(words) * _MOSTLY


def _said_in(line: str) -> list[str]:
    """Return what stands in plain words in a line that is mostly a machine's."""
    runs: list[list[str]] = [[]]
    for word in line.split():
        if _PLAIN_WORD.fullmatch(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if len(run) >= _WORDS_OF_A_CLAUSE]


def _goes_on(previous: str, line: str, traces: Traces) -> bool:
    return (
        len(previous.rstrip()) >= _HARD_WRAP
        and previous.rstrip()[-1] not in ".!?:;"
        and not _BULLET.match(line)
        # What orders is kept apart from what reports.
        and not is_directive(previous, traces)
        and not is_directive(line, traces)
    )


def _sentences(paragraph: str) -> list[str]:
    found = []
    for part in _parts(on_one_line(paragraph)):
        text = part.strip()
        while len(text) > _LONGEST_SENTENCE:
            cut = text.rfind(" ", 1, _LONGEST_SENTENCE)
            cut = _LONGEST_SENTENCE if cut < 0 else cut
            found.append(text[:cut])
            # The two parts share some words, so that no phrase is cut through.
            text = text[cut - _SHARED :] if cut > 2 * _SHARED else text[cut:]
        if text:
            found.append(text)
    return found


def _parts(paragraph: str) -> Iterator[str]:
    """Yield what stands between the ends of sentences in one line; "Art. 15" has none."""
    begin = 0
    for match in _END.finditer(paragraph):
        place = match.start()
        if match[0][0] == "." and _ABBREVIATION.search(paragraph[max(0, place - 8) : place]):
            continue
        # The mark itself stays: a question is known by it.
        yield paragraph[begin : place + 1]
        begin = match.end()
    yield paragraph[begin:]
