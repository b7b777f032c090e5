"""Words of a user's own: what they replace, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.letter_cases import NOW, case

from waooaw.desk.letters import Occasion, composed
from waooaw.desk.templates import LetterKind, Template, read_voices, shipped_voices
from waooaw.errors import InputError, InvalidDocument
from waooaw.triage.vocabulary import RequestType

GERMAN_WORDS = """\
    words:
      greeting: Guten Tag,
      closing: "Ihr Kundendienst ({id})"
      thanks: Danke, wir haben Ihre Nachricht.
      waiting: Wir brauchen Ihre Antwort.
      passed: "Weitergegeben an: {desk}."
      working: "In Arbeit: {desk}."
      queued: "Noch nicht begonnen: {desk}."
      same: Anderen geht es auch so.
      answers: {P0: sofort, P1: gleich, P2: heute, P3: später, late: leider spät}
      desks: {backlog: wir, L1: wir, L2: Technik, L3: Technik, human: Leitung}
      types: {bug: Fehler, feature: Wunsch, learning: Wissen, question: Frage, security: Sorge}
"""
KINDS = tuple(LetterKind)


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "letters.yaml"
    file.write_text(text, "utf-8")
    return file


def german(*kinds: LetterKind) -> str:
    lines = [
        f"      {kind}: {{any: {{subject: '{{title}}', body: '{{type}} {{id}}'}}}}\n"
        for kind in kinds
    ]
    return f"tones:\n  deutsch:\n{GERMAN_WORDS}    letters:\n{''.join(lines)}"


def test_own_words_replace_what_they_name_and_nothing_else(tmp_path: Path) -> None:
    """One template, and one phrase; all others stay as they are shipped."""
    file = own(
        tmp_path,
        "tones:\n  formal:\n    words: {greeting: Good day}\n    letters:\n      progress:\n"
        "        bug: {subject: 'About {id}', body: '{news}'}\n",
    )
    voices, shipped = read_voices(file), shipped_voices()

    changed = voices["formal"].letters[LetterKind.PROGRESS, RequestType.BUG]
    assert changed == Template("About {id}", "{news}")
    assert voices["formal"].words == {**shipped["formal"].words, "greeting": "Good day"}
    same = [
        key
        for key, one in voices["formal"].letters.items()
        if one == shipped["formal"].letters[key]
    ]
    assert len(same) == 24
    assert voices["brief"] == shipped["brief"]


def test_a_tone_of_ones_own_may_be_another_language(tmp_path: Path) -> None:
    """Complete, it is used like a shipped one; `any` stands for every type."""
    voice = read_voices(own(tmp_path, german(*KINDS)))["deutsch"]

    one = composed(case(), Occasion(LetterKind.PROGRESS, "1"), "deutsch", voice, NOW, NOW)
    assert one.subject == "The invoice page is blank"
    assert one.body == "Guten Tag,\n\nFehler T-1\n\nIhr Kundendienst (T-1)\n"


def test_a_tone_that_lacks_a_kind_is_refused(tmp_path: Path) -> None:
    """Every kind of letter and every word is named that is missing."""
    with pytest.raises(InvalidDocument) as refused:
        read_voices(own(tmp_path, german(*KINDS[1:])))
    (problem,) = refused.value.problems
    assert (problem.line, problem.field) == (15, "tones.deutsch.letters.acknowledgement")
    assert "bug" in problem.message
    assert "missing" in problem.message

    only_bugs = german(*KINDS).replace("progress: {any:", "progress: {bug:")
    with pytest.raises(InvalidDocument, match="letters for question, feature, learning, security"):
        read_voices(own(tmp_path, only_bugs))

    with pytest.raises(InvalidDocument) as refused:
        read_voices(own(tmp_path, "tones: {pirate: {}}"))
    fields = {one.field for one in refused.value.problems}
    assert {"tones.pirate.words.greeting", "tones.pirate.words.answers.P1"} < fields
    assert len(fields) == 8 + 15 + 5


LETTER = "tones:\n  brief:\n    letters:\n      progress:\n        bug:\n"


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        ("tones:\n\t- x", 2, "", "token"),
        ("tones: 3", 1, "tones", "3 is no table"),
        ("- a", 1, "", "is no table"),
        ("voices: {}", 1, "voices", "there is no 'voices' here"),
        ("tones:\n  Loud!: {}", 2, "tones.Loud!", "no name of a tone"),
        ("tones:\n  brief:\n    word: {}", 3, "tones.brief.word", "there is no 'word' here"),
        (
            "tones:\n  brief:\n    letters:\n      progres: {}",
            4,
            "tones.brief.letters.progres",
            "there is no 'progres' here",
        ),
        (LETTER.replace("bug", "bugs") + "          subject: x", 5,
         "tones.brief.letters.progress.bugs", "there is no 'bugs' here"),
        (LETTER + "          subject: x", 5, "tones.brief.letters.progress.bug", "it has no body"),
        (LETTER + "          subject: x\n          body: '{ticket.__class__}'", 7,
         "tones.brief.letters.progress.bug.body", "no placeholder 'ticket.__class__' here"),
        (LETTER + "          subject: x\n          body: '{title!r:>99999999}'", 7,
         "tones.brief.letters.progress.bug.body", "no placeholder"),
        (LETTER + "          subject: x\n          body: '{solution}'", 7,
         "tones.brief.letters.progress.bug.body", "no placeholder 'solution' here"),
        (LETTER + "          subject: x\n          body: 'a { b'", 7,
         "tones.brief.letters.progress.bug.body", "a brace that belongs to no placeholder"),
        (LETTER + '          subject: "x\\nBcc: y"\n          body: z', 6,
         "tones.brief.letters.progress.bug.subject", "a subject is one line"),
        (LETTER + '          subject: "x\\u202ey"\n          body: z', 6,
         "tones.brief.letters.progress.bug.subject", "characters that nobody sees"),
        (LETTER + "          subject: 3\n          body: z", 6,
         "tones.brief.letters.progress.bug.subject", "3 is no text"),
        (LETTER + f"          subject: {'x' * 121}\n          body: z", 6,
         "tones.brief.letters.progress.bug.subject", "121 characters"),
        ("tones:\n  brief:\n    words:\n      passed: 'to {id}'", 4,
         "tones.brief.words.passed", "no placeholder 'id' here"),
        ("tones:\n  brief:\n    words:\n      answers: {P9: x}", 4,
         "tones.brief.words.answers.P9", "there is no 'P9' here"),
        ("tones:\n  brief:\n    words:\n      answers: {P1: 15}", 4,
         "tones.brief.words.answers.P1", "15 is no text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(
    text: str, line: int, field: str, says: str, tmp_path: Path
) -> None:
    """File, line and field, and nothing of the file is used."""
    file = own(tmp_path, text)

    with pytest.raises(InvalidDocument) as refused:
        read_voices(file)
    problem = refused.value.problems[0]
    assert refused.value.source == str(file)
    assert (problem.line, problem.field) == (line, field)
    assert says in problem.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """It is no reason to send other words."""
    with pytest.raises(InputError, match="no such file"):
        read_voices(tmp_path / "none.yaml")


def test_words_for_what_has_no_title_can_be_ones_own(tmp_path: Path) -> None:
    """They replace the shipped ones; a tone without such words uses those of the type."""
    words = "{subject: 'About {id}', body: '{type}'}"
    text = f"tones: {{brief: {{letters: {{progress: {{untitled: {words}}}}}}}}}"
    voice = read_voices(own(tmp_path, text))["brief"]
    foreign = read_voices(own(tmp_path, german(*KINDS)))["deutsch"]
    occasion = Occasion(LetterKind.PROGRESS, "1")

    one = composed(case(title=""), occasion, "brief", voice, NOW, NOW)
    assert one.subject == "About T-1"
    assert composed(case(), occasion, "brief", voice, NOW, NOW).subject.startswith("Still open: ")
    assert composed(case(title=""), occasion, "deutsch", foreign, NOW, NOW).subject == "T-1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{untitled: {subject: 'x {title}', body: y}}", "no placeholder 'title' here"),
        ("{untitled: {subject: x}}", "it has no body"),
        ("{untitled: 5}", "5 is no table"),
        ("{untitled: {subject: x, body: y, tail: z}}", "there is no 'tail' here"),
    ],
)
def test_wrong_words_for_what_has_no_title_are_named_once(
    text: str, told: str, tmp_path: Path
) -> None:
    """With their place, like those of a type."""
    with pytest.raises(InvalidDocument) as refused:
        read_voices(own(tmp_path, f"tones: {{brief: {{letters: {{progress: {text}}}}}}}"))

    assert sum(told in one.message for one in refused.value.problems) == 1
    assert all(".untitled" in one.field for one in refused.value.problems)
