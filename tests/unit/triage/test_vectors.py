"""Vectors in the index's file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fakes.embeddings import WordsAsVectors
from installed import skip_without

from waooaw.triage.requests import Request
from waooaw.triage.similar import SimilarIndex


@pytest.fixture(autouse=True)
def _installed() -> None:
    skip_without("numpy")


PICTURE = Request("a", "picture crashed")
PRINTER = Request("b", "printer burns")
ASKED = Request("new", "image died")


def found(place: Path, request: Request = ASKED, model: str = "words") -> list[str]:
    index = SimilarIndex(place, WordsAsVectors(model))
    ids = [one.id for one in index.similar(request)]
    index.close()
    return ids


def test_what_means_the_same_is_found_without_a_word_in_common(tmp_path: Path) -> None:
    """That is what vectors are for."""
    index = SimilarIndex(tmp_path / "similar.db", WordsAsVectors())
    index.add([PRINTER, PICTURE])
    index.close()
    words = SimilarIndex(tmp_path / "similar.db")

    assert found(tmp_path / "similar.db")[0] == "a"
    assert words.similar(ASKED) == ()
    words.close()


def test_what_was_imported_before_gets_its_vectors_with_the_next_import(tmp_path: Path) -> None:
    """Nobody has to import everything again; one that has a vector keeps it."""
    place = tmp_path / "similar.db"
    before = SimilarIndex(place)
    before.add([PICTURE] + [Request(f"r{one}", f"thing {one} stands") for one in range(300)])
    before.close()
    assert found(place) == []

    index = SimilarIndex(place, WordsAsVectors())
    index.add([])

    assert index.similar(ASKED)[0].id == "a"
    index.close()
    with sqlite3.connect(place) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (301,)
    connection.close()


def test_a_replaced_request_has_the_vector_of_its_new_text(tmp_path: Path) -> None:
    """Also where a program without vectors replaced it."""
    place = tmp_path / "similar.db"
    index = SimilarIndex(place, WordsAsVectors())
    index.add([PRINTER, PICTURE])
    words = SimilarIndex(place)
    words.add([Request("a", "something else entirely")])
    words.close()

    assert [one.id for one in index.similar(ASKED)] == ["b"]
    index.add([])
    assert index.similar(Request("new", "else entirely"))[0].id == "a"
    index.close()


def test_a_damaged_vector_is_none(tmp_path: Path) -> None:
    """The others are compared all the same."""
    place = tmp_path / "similar.db"
    index = SimilarIndex(place, WordsAsVectors())
    index.add([PRINTER, PICTURE])
    index.close()
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE vectors SET vector = x'00' WHERE number = 1")
    connection.close()

    assert found(place) == ["a"]


def test_what_goes_away_meanwhile_is_not_named(tmp_path: Path) -> None:
    """Another process may replace a request between the search and the list."""
    place = tmp_path / "similar.db"
    index = SimilarIndex(place, WordsAsVectors())
    index.add([PRINTER, PICTURE])
    with sqlite3.connect(place) as other:
        other.execute("DELETE FROM requests WHERE id = 'a'")
    other.close()

    assert [one.id for one in index.similar(ASKED)] == ["b"]
    index.close()


def test_vectors_of_another_model_are_not_compared(tmp_path: Path) -> None:
    """They count for nothing until the next import makes them anew."""
    place = tmp_path / "similar.db"
    index = SimilarIndex(place, WordsAsVectors("old"))
    index.add([PICTURE])
    index.close()

    assert found(place, model="new") == []


def test_an_index_of_the_first_version_gets_a_place_for_vectors(tmp_path: Path) -> None:
    """What was kept before stays, and is embedded as if it came today."""
    place = tmp_path / "similar.db"
    index = SimilarIndex(place)
    index.add([Request("a", "picture crashed", "It is all gone, with camelCase")])
    index.close()
    with sqlite3.connect(place) as old:
        old.execute("DROP TABLE vectors")
        old.execute("ALTER TABLE requests DROP COLUMN opening")
        old.execute("PRAGMA user_version = 1")
    old.close()

    index = SimilarIndex(place, WordsAsVectors())
    index.add([])

    assert index.similar(Request("new", "image died", "missing"))[0].id == "a"
    index.close()
    with sqlite3.connect(place) as new:
        (opening,) = new.execute("SELECT opening FROM requests").fetchone()
    new.close()
    assert opening.startswith("It is all gone, with camelCase")
