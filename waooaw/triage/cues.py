"""What a reader looks for first in a request: cues written by hand, each a name and a pattern.

A model learns what each is worth. The cues say the same in every project, where words do not; on a
project that was never seen they carry most of what the model knows. No repeat in a pattern is
unbounded over what another could take too, so that hostile text costs time in proportion to its
length. A change here needs the models trained anew (tests/bench/triage_training.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

__all__ = ["cues"]

#: As much of a body as cues are looked for in, in characters.
_READ = 5_000
#: More hits than this of one cue make a cue of their own.
_MANY = 3

_TITLE = {
    "asks at the end": r"\?\s{0,9}$",
    "asks": r"\?",
    "how to": r"\bhow (?:to|do|does|can|should|is|are|would)\b",
    "question word first": (
        r"^\W{0,9}(?:why|what|when|where|which|who|is|are|can|does|do|should|could|will|has|any)\b"
    ),
    "deed first": (
        r"^\W{0,9}(?:\[[^\]]{0,40}\]\W{0,9}|[\w/. ]{1,25}:\s{0,9})?"
        r"(?:add|adding|support|allow|implement|provide|introduce|enable|expose|make|create|extend|"
        r"include|consider|use|replace|remove|drop|deprecate|improve|optimi[sz]e|refactor|update|"
        r"move|enhance|speed up|port|rename|reduce)\b"
    ),
    "fix first": r"^\W{0,9}(?:\[[^\]]{0,40}\]\W{0,9}|[\w/. ]{1,25}:\s{0,9})?fix(?:es|ed|ing)?\b",
    "wish": (
        r"\b(?:feature|enhancement|proposal|request(?!s|ed)|rfc|idea|suggestion|improvement|wish)\b"
    ),
    "bug": r"\bbug(?:s|gy)?\b",
    "bug tag": r"^\W{0,9}[\w ]{0,12}bug\b[\w ]{0,10}[\]:]",
    "crash": (
        r"\b(?:crash|segfault|segmentation|abort|panic|hang|freez|frozen|stuck|deadlock|overflow|"
        r"leak|assert|core dump|sigsegv|nullpointer)"
    ),
    "error": r"(?:error|exception)s?\b|\b(?:fail|fails|failed|failing|failure|traceback|warning)\b",
    "not": (
        r"\b(?:not|doesn.?t|don.?t|can.?t|cannot|won.?t|isn.?t|unable|never|no longer|missing|"
        r"without|lost|nothing)\b|n't\b|\bdisappear"
    ),
    "wrong": (
        r"\b(?:wrong|incorrect|broken|breaks?\b|unexpected|inconsisten|invalid\b|regression\b|"
        r"corrupt|bad\b|issue\b|problem\b|flicker|misalign|duplicate|intermittent)"
    ),
    "help": (
        r"\b(?:help\b|question\b|confus|understand|clarif|explain|need\b|wonder|tutorial\b|"
        r"example\b|guide\b|docs?\b|documentation\b)"
    ),
    "option": (
        r"\b(?:option|setting|ability|way to|possible|possibility|instead|better|more|new|custom|"
        r"configur|should|would|api|automatic)"
    ),
    "build": r"\b(?:build|compil|install|link|cmake|import|cuda|version)",
    "when": r"\b(?:when|after|while|if|on)\b",
    "version": r"\d\.\d",
    "code": r"`|\w\(|\w::\w|\w\.\w{1,40}\.\w",
}

# A line feed stands before every line, the first too: to look for one is faster than for "^".
_HEADING = r"\n[#* \t]{0,9}(?:\d\. {0,3})?"
# A line "Type: Bug" is what VS Code's form writes whatever is asked; it has cues of its own.
_KIND = r"\n(?!type:)[^\w\n]{0,9}(?:issue |ticket |request )?(?:type|kind|category)\W{1,20}"
_ASKED = r"report a \W{0,3}bug\W{0,20}(?:\w{1,20} ){0,4}"

_BODY = {
    "kind is bug": _KIND + "bug",
    "kind is feature": _KIND + r"(?:\w{1,20} )?(?:feature|enhancement|improvement)",
    "kind is support": _KIND + r"(?:support|question|help|other)",
    "kind is else": _KIND + r"(?:build|performance|doc)",
    "answers bug": _ASKED + "bug",
    "answers feature": _ASKED + "feature",
    "answers question": _ASKED + r"(?:question|neither|not sure|unsure|help|ask)",
    "repro heading": (
        _HEADING + r"(?:minimal |steps? |how |code )?(?:to |for )?re-?pro(?:duc\w{1,9})?\b.{0,40}$"
    ),
    "expected heading": (
        _HEADING + r"(?:what is |the |what )?(?:expected|desired|did you expect)\b.{0,40}$"
    ),
    "actual heading": _HEADING + r"(?:what is |the |what )?(?:actual|current|observed)\b.{0,40}$",
    "solution heading": (
        _HEADING + r"(?:describe |please describe )?(?:the |any |a )?(?:proposed |possible )?"
        r"(?:solution|alternatives?|proposal|motivation|use cases?|feature|"
        r"desc\w{0,9} the feature|who will benefit|why)\b.{0,80}$"
    ),
    "version heading": (
        r"\n[#*\- \t]{0,9}(?:\w{1,20} )?"
        r"(?:version|system information|environment|os|platform)\b.{0,40}$"
    ),
    "type line, bug": r"\ntype: {1,3}bug",
    "type line, feature": r"\ntype: {1,3}feature",
    "type line, performance": r"\ntype: {1,3}perf",
    "checklist": r"^[ \t]{0,9}[-*] \[[ xX]\]",
    "fails on nightly": r"reproduced the bug with \w{1,20} nightly\W{1,20}yes",
    "not on nightly": r"reproduced the bug with \w{1,20} nightly\W{1,20}no",
    "patch": (
        r"\b(?:this|the) (?:pr|pull request|patch|commit)\b|pull request readiness|merge with|"
        r"^[ \t]{0,9}(?:fixes|closes|resolves|related to|fix) #?\d|\bbackport"
    ),
    "how to": r"\bhow (?:to|do|does|can|should|could|would) ",
    "asks for a way": (
        r"\b(?:is it possible|is there an?|are there any|can i|can we|could i|can someone|"
        r"can anyone|could (?:you|someone|anyone)|does anyone|am i|should i|do i|what is the|"
        r"what are|why (?:is|does|do|are|did|can)|"
        r"any (?:idea|suggestion|help|advice|way|thought|update|plan)s?)\b"
    ),
    "asks": r"\?",
    "help": (
        r"\b(?:please help|help me|need help|thanks|thank you|any help|stack ?overflow|appreciat|"
        r"i wonder|wondering|question|i am new|newbie|beginner|confus|don.t (?:know|understand)|"
        r"not sure|understand|clarif)"
    ),
    "first person": (
        r"\b(?:i am|i.m|i have|i.ve|i was|i tried|i want|i need|i use|i get|i got|my)\b"
    ),
    "wish": (
        r"\b(?:would be (?:nice|great|good|useful|helpful|cool|better|awesome)|would like|i.d like|"
        r"we.d like|would love|i want|should (?:be able|support|allow|have|provide)|"
        r"please (?:add|support|consider|provide|allow|implement)|it.d be|feature request|"
        r"nice to have|wish|suggest\w{0,9}|propos\w{1,9}|ability to|an option|"
        r"allow(?:s|ing)? (?:users?|us|me|for|to)|add(?:ing)? (?:a|an|support|the)|new feature|"
        r"useful|instead of)\b"
    ),
    "crash": (
        r"\b(?:crash|segfault|segmentation fault|abort|panic|hangs?\b|freez|deadlock|overflow|"
        r"leak|assert|core dump|sigsegv|undefined behaviou?r|race\b)"
    ),
    "error": r"(?:error|exception)\b|\b(?:failed|fails|failure|traceback|throws?)\b",
    "wrong": (
        r"\b(?:bug\b|wrong|incorrect|broken\b|unexpected|inconsisten|regression\b|corrupt|"
        r"should (?:not|n.t)\b|but (?:it|the|instead|i)\b|instead\b|no longer\b|used to work|"
        r"worked (?:in|before|fine)\b|stopped working|not work|doesn.t work|does not work|"
        r"isn.t\b|didn.t\b|won.t\b)"
    ),
    "trace": (
        r"\n[ \t]{0,9}(?:traceback \(most recent|at [\w$.<>]{1,90}\(|"
        r"file \"[^\"\n]{0,90}\", line \d|#\d{1,3}[ \t]{1,3}0x)"
    ),
    "code": r"```|^    \S",
    "picture": r"!\[|<img|<video|\.(?:png|gif|mp4|jpe?g)",
    "log": r"^[^\w\n]{0,9}\d{4}-\d\d-\d\d[t ]\d\d:\d\d|\[(?:info|error|warn|debug)",
    "link": r"https?://",
    "issue number": r"#\d{2}",
    "steps": r"^[ \t]{0,9}1[.)]\s",
    "no response": r"_no response_",
    "test plan": r"\b(?:testing|test plan|verif\w{1,9}|tester)\b",
    "insiders": r"\binsiders?\b",
}

_KINDS = ("type", "kind", "category")
#: Of the dearest cues, words of which one stands wherever the cue does: a look for them costs a
#: fiftieth of the pattern. Other cues are looked for in every body.
_HINTS: Mapping[str, tuple[str, ...]] = {
    "kind is bug": _KINDS,
    "kind is feature": _KINDS,
    "kind is support": _KINDS,
    "kind is else": _KINDS,
    "repro heading": ("repro", "re-pro"),
    "expected heading": ("expect", "desired"),
    "actual heading": ("actual", "current", "observed"),
    "type line, bug": ("type:",),
    "type line, feature": ("type:",),
    "type line, performance": ("type:",),
    "checklist": ("- [", "* ["),
    "patch": (
        *("this pr", "the pr", "this pull", "the pull", "this patch", "the patch", "this commit"),
        *("the commit", "pull request readiness", "merge with", "fixes ", "closes ", "resolves "),
        *("related to ", "fix ", "backport"),
    ),
    "how to": ("how ",),
    "asks for a way": (
        *("is it possible", "is there a", "are there any", "can i", "can we", "could i"),
        *("can someone", "can anyone", "could you", "could someone", "could anyone"),
        *("does anyone", "am i", "should i", "do i", "what is the", "what are", "why ", "any "),
    ),
    "crash": (
        *("crash", "segfault", "segmentation fault", "abort", "panic", "hang", "freez"),
        *("deadlock", "overflow", "leak", "assert", "core dump", "sigsegv", "undefined", "race"),
    ),
    "error": ("error", "exception", "fail", "traceback", "throw"),
    "steps": ("1.", "1)"),
    "test plan": ("testing", "test plan", "verif", "tester"),
    "insiders": ("insider",),
}

_IN_TITLE = tuple((f"title: {name}", re.compile(text)) for name, text in _TITLE.items())
_IN_BODY = tuple(
    (f"body: {name}", _HINTS.get(name, ("",)), re.compile(text, re.MULTILINE))
    for name, text in _BODY.items()
)


def cues(title: str, body: str) -> list[str]:
    """Return the names of the cues in a request, in the order of the tables.

    Args:
        title: One line.
        body: With line feeds alone as line ends.
    """
    # In lower case, as the patterns are: that is quicker than to have them ignore it.
    small = title.lower()
    found = [name for name, pattern in _IN_TITLE if pattern.search(small)]
    read = f"\n{body[:_READ].lower()}"
    for name, hints, pattern in _IN_BODY:
        if not any(hint in read for hint in hints):
            continue
        hits = sum(1 for _ in islice(pattern.finditer(read), _MANY))
        if hits:
            found.append(name)
        if hits >= _MANY:
            found.append(f"{name}, often")
    found.append(f"body: of length {min(7, (len(body) // 50).bit_length())}")
    found.append(f"title: of length {min(5, len(title.split()) // 3)}")
    opening = body[:200].lstrip().lower()
    if opening.startswith(("hi ", "hi,", "hello")):
        found.append("body: greets")
    if opening.startswith("#"):
        found.append("body: heading first")
    return found
