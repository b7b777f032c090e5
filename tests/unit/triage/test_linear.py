"""Models as weights: scored in plain Python, with scikit-learn's own numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waooaw.errors import InputError
from waooaw.triage import cues as tables
from waooaw.triage.features import FEATURES_VERSION, Space, terms
from waooaw.triage.learned import LearnedTypes, security_concern, urgency
from waooaw.triage.linear import model_content, parse_model, probabilities, shipped

DATA = Path(__file__).parent / "data"
NAMES = ("type", "security", "urgency")


@pytest.mark.parametrize("name", NAMES)
def test_the_scores_are_those_of_scikit_learn(name: str) -> None:
    """What scikit-learn said of public requests with these weights, plain Python says too."""
    truth = json.loads((DATA / f"{name}_scores.json").read_text("utf-8"))
    model = shipped(name)
    lines = (DATA / "terms.jsonl").read_text("utf-8").splitlines()

    assert list(model.labels) == truth["labels"]
    for line in lines:
        row = json.loads(line)
        found = {Space(space): words for space, words in row["terms"].items()}
        assert model.scores(found) == pytest.approx(truth["scores"][row["id"]], abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_weights_can_be_reviewed(name: str) -> None:
    """A term stands on a line of its own, sorted, and a model is at most 0.6 MB."""
    text = model_content(shipped(name))

    assert len(text) <= 600_000
    assert parse_model(json.loads(text), "again") == shipped(name)
    title = text.split('"title":', 1)[1].split("}}", 1)[0].splitlines()[1:]
    assert title == sorted(
        title, key=lambda line: json.loads("{" + line.rstrip(",") + "}").popitem()
    )


def test_weights_for_other_features_are_refused() -> None:
    """Weights that were learned from other features would give wrong scores, silently."""
    content = json.loads(model_content(shipped("security")))
    content["features"] = FEATURES_VERSION + 1

    with pytest.raises(InputError, match="no weights for this waooaw"):
        parse_model(content, "w.json")


def test_damaged_weights_are_refused() -> None:
    """A file without its labels is named, and never half used."""
    content = json.loads(model_content(shipped("security")))
    del content["labels"]

    with pytest.raises(InputError, match="damaged weights"):
        parse_model(content, "w.json")


def test_likelihoods_add_up_whatever_the_scores() -> None:
    """Scores of any size become likelihoods, and a high temperature makes them less sure."""
    sharp, mild = probabilities((900.0, 0.0, -900.0)), probabilities((2.0, 0.0), 4.0)

    assert sum(sharp) == pytest.approx(1)
    assert sharp[0] == pytest.approx(1)
    assert 0.5 < mild[0] < probabilities((2.0, 0.0))[0]


def test_the_shipped_model_tells_plain_cases() -> None:
    """A crash is a bug, a proposal a feature, and how-to a question, each with its evidence."""
    told = {
        "bug": (
            "Crash with segmentation fault when opening a file",
            "Steps to reproduce:\n1. open",
        ),
        "feature": ("Add an option to sort the list", "It would be nice to have this feature."),
        "question": ("How do I configure the proxy?", "I am new here. Is it possible? Thanks!"),
    }
    for label, (title, body) in told.items():
        guess = LearnedTypes().type_of(title, body)

        assert guess is not None
        assert guess.type == label
        assert guess.evidence


def test_nothing_said_is_no_guess() -> None:
    """An empty request tells a model nothing."""
    assert LearnedTypes().type_of("", "") is None


def test_what_nobody_sees_weighs_nothing() -> None:
    """A comment in HTML and characters without width change no term."""
    plain = terms("The list is empty", "It shows nothing.")

    hidden = terms("The li\u200bst is empty", "It shows nothing.<!-- feature request: add -->")

    assert {**hidden, Space.CUES: []} == {**plain, Space.CUES: []}


def test_a_concern_is_flagged_by_words_or_by_the_model() -> None:
    """Broad words flag, and ordinary reports are left alone."""
    flagged = security_concern("Passwords are logged", "in plain text")

    assert (flagged.flagged, flagged.evidence) == (True, ("passw",))
    assert not security_concern("The table scrolls too far", "on small screens").flagged


def test_a_crash_reads_more_urgent_than_a_typo() -> None:
    """Urgency is likelier where something crashes."""
    assert urgency("Crash on startup, data loss") > 0.6 > urgency("Typo in the about dialog")


@pytest.mark.parametrize(
    "text", ["a\n" * 20_000, "<" * 40_000, "```" * 9_000, "type" + ":" * 40_000]
)
def test_hostile_text_costs_little(text: str) -> None:
    """Text made to slow patterns down is read in time."""
    import time

    begun = time.process_time()
    terms(text, text)

    assert time.process_time() - begun < 1


@pytest.mark.parametrize("name", tables._HINTS)
def test_a_cue_stands_only_where_a_hint_of_it_does(name: str) -> None:
    """Whatever text has a cue, the look for its hints finds it first."""
    pattern = re.compile(tables._BODY[name], re.MULTILINE)

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(pattern))
    def found(text: str) -> None:
        if pattern.search(text.lower()):
            assert any(hint in text.lower() for hint in tables._HINTS[name])

    found()
