"""The rules that travel with waooaw, and those that users write."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import pytest

from waooaw.documents import Document, parse
from waooaw.errors import InputError, InvalidDocument
from waooaw.triage.catalogue import shipped_patterns
from waooaw.triage.fingerprints import fingerprints
from waooaw.triage.own import read_own
from waooaw.triage.phrases import parse_phrase
from waooaw.triage.reading import parse_rules, shipped_reader
from waooaw.triage.rulefiles import check_catalogue, check_rules
from waooaw.triage.words import Lexicon


def shipped(name: str) -> Document:
    return parse(resources.files("waooaw.triage").joinpath(name).read_bytes(), source=name)


def test_the_shipped_files_have_the_form_that_users_are_held_to() -> None:
    """They are read without a check at run time, so the check is here."""
    check_rules(shipped("reading.yaml"))
    check_catalogue(shipped("catalogue.yaml"))


def test_every_rule_has_its_own_name() -> None:
    """A reason names one rule, or one pattern, and no other."""
    rules = Counter(rule["id"] for rule in shipped("reading.yaml").data["rules"])
    patterns = Counter(pattern.id for pattern in shipped_patterns())

    assert max(rules.values()) == max(patterns.values()) == 1


def test_every_word_list_is_used() -> None:
    """A meaning that no pattern asks for is a mistake of ours."""
    text = "".join(
        resources.files("waooaw.triage").joinpath(name).read_text("utf-8")
        for name in ("reading.yaml", "catalogue.yaml")
    )
    unused = {name for name in shipped("words.yaml").data if f"@{name}" not in text}

    assert unused == {"imperative"}  # asked for by kinds.py


def phrase_in(text: str, pattern: str) -> bool:
    lexicon = Lexicon({"fruit": ["apple*", "passion_fruit"], "give": ["gave", "give*"]})
    return parse_phrase(pattern, lexicon).found(lexicon.sentence(text))


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("She gave me an apple", "@give ~2 @fruit", True),
        ("She gave me an old, wrinkled apple", "@give ~2 @fruit", False),
        ("She gave me an old, wrinkled apple", "@give ... @fruit", True),
        ("An apple was what she gave", "@give ... @fruit", False),
        ("Passion fruit, they gave", "@fruit ~1 @give", True),
        ("passion and fruit", "@fruit", False),
        ("I can't eat apples", "can not ~1 @fruit", True),
        ("the tenant’s apple", "tenant 's @fruit", True),
        ("backwards compatible", "backward* compatible", True),
        ("", "@fruit", False),
    ],
)
def test_phrases_are_found_by_meaning_and_distance(text: str, pattern: str, found: bool) -> None:
    """Meanings, words, beginnings, gaps, contractions and possessives."""
    assert phrase_in(text, pattern) is found


@pytest.mark.parametrize("pattern", ["", "~3", "a ~2", "@nothing", "a [b]"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    """Before anything is read."""
    with pytest.raises(InputError):
        phrase_in("x", pattern)


def read_rules(text: str) -> None:
    document = parse(text.encode(), source="own.yaml")
    check_rules(document)
    parse_rules(document, shipped_reader().lexicon)


@pytest.mark.parametrize(
    "text",
    [
        "rules: []",
        "rules: [{id: Bad Name, says: x, any: [a]}]",
        "rules: [{id: a, says: x, any: [a], sets: {reach: galaxy}}]",
        "rules: [{id: a, says: x, any: [a], sets: {colour: true}}]",
        "rules: [{id: a, says: x, any: [a], sets: {security: all}}]",
        'rules: [{id: a, says: x, any: ["@nope"]}]',
    ],
)
def test_a_wrong_rule_is_named_with_its_line(text: str) -> None:
    """Users' rules are checked like the shipped ones."""
    with pytest.raises(InvalidDocument) as caught:
        read_rules(text)
    assert caught.value.problems[0].line == 1


def test_a_wrong_pattern_is_named_with_its_line(tmp_path: object) -> None:
    """A catalogue entry that matches nothing is a mistake."""
    from pathlib import Path

    file = Path(str(tmp_path)) / "own.yaml"
    file.write_text("patterns:\n  - {id: a, title: A, resolution: R}\n")

    with pytest.raises(InvalidDocument, match="matches nothing") as caught:
        read_own(file)
    assert caught.value.problems[0].line == 2


PYTHON = (
    'Traceback (most recent call last):\n  File "/srv/a/thumb.py", line {line}, in make\n'
    '  File "/srv/a/net.py", line 7, in get\nReadTimeout: took {n} s for 0x{n}a'
)
JAVA = "java.lang.IllegalStateException: no 7\n\tat com.acme.Desk.run(Desk.java:{line})"


@pytest.mark.parametrize("trace", [PYTHON, JAVA], ids=["python", "java"])
def test_the_same_failure_has_the_same_fingerprint(trace: str) -> None:
    """Line numbers, addresses and durations do not matter."""
    one, two = (fingerprints(trace.format(line=n, n=n * 7)) for n in (3, 44))

    assert one
    assert one == two


def test_another_failure_has_another_fingerprint() -> None:
    """Where it happened matters, and a name alone is no fingerprint."""
    one = fingerprints(PYTHON.format(line=1, n=1))
    other = fingerprints(PYTHON.replace("make", "load").format(line=1, n=1))

    assert one[0] != other[0]
    assert fingerprints("a ValueError somewhere") == ()
    assert fingerprints("all is well") == ()
