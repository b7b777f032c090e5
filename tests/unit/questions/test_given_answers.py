"""Answers files and `--set`, also from people who mean harm."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from places import CASES

from waooaw.documents import Document, Json
from waooaw.errors import InputError, InvalidDocument
from waooaw_cli.factory.answers import NOTHING_GIVEN, apply_sets, read_answers

NO_INPUT = io.BytesIO()


def test_a_file_and_stdin_say_the_same() -> None:
    """`--answers -` reads what `--answers FILE` reads, positions included."""
    path = CASES / "valid" / "wow-refund-desk.yaml"

    from_file = read_answers(str(path), NO_INPUT)
    from_stdin = read_answers("-", io.BytesIO(path.read_bytes()))

    assert from_stdin.source == "-"
    assert from_stdin.data == from_file.data
    assert from_stdin.positions == from_file.positions


def test_json_is_an_answers_file_too(tmp_path: Path) -> None:
    """An answers file may be JSON."""
    path = tmp_path / "a.json"
    path.write_text('{"name": "wow-x", "limits": {"monthly_usd": 5}}', encoding="utf-8")

    assert read_answers(str(path), NO_INPUT).data == {
        "name": "wow-x",
        "limits": {"monthly_usd": 5},
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "a list is no set of answers"),
        (b"7", "7 is no set of answers"),
        (b"", "the file is empty"),
        (b"a: 1\n---\nb: 2", "a second document"),
        (b"x" * 1_000_001, "larger than"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_is_no_mapping_is_refused(content: bytes, says: str) -> None:
    """Only one mapping of fields is a set of answers."""
    with pytest.raises(InvalidDocument) as caught:
        read_answers("-", io.BytesIO(content))

    assert says in caught.value.problems[0].message


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """A path that leads nowhere is the caller's to mend."""
    with pytest.raises(InputError, match="no such file"):
        read_answers(str(tmp_path / "none.yaml"), NO_INPUT)


@pytest.mark.parametrize(
    ("sets", "data"),
    [
        (["name=wow-x"], {"name": "wow-x"}),
        (["limits.monthly_usd=5"], {"limits": {"monthly_usd": 5}}),
        (["limits.monthly_usd=5", "limits.monthly_usd=6"], {"limits": {"monthly_usd": 6}}),
        (["wake[0].topic=a.b", "wake[1].topic=c"], {"wake": [{"topic": "a.b"}, {"topic": "c"}]}),
        (["rules[0].when=event.data.x == 'a=b'"], {"rules": [{"when": "event.data.x == 'a=b'"}]}),
        (["rules[0].when=!has(event.data.x)"], {"rules": [{"when": "!has(event.data.x)"}]}),
        (['rules[0].when="a" in context'], {"rules": [{"when": '"a" in context'}]}),
        (["rules[0].when=true"], {"rules": [{"when": "true"}]}),
        (["purpose=Pay: fast"], {"purpose": "Pay: fast"}),
        (['purpose="quoted: text"'], {"purpose": "quoted: text"}),
        (["version=1"], {"version": "1"}),
        (["owner=NO"], {"owner": "NO"}),
        (["kind=support"], {"kind": "support"}),
        (["rules[0].cite="], {"rules": [{"cite": None}]}),
        (["boundaries.approval=[a, b]"], {"boundaries": {"approval": ["a", "b"]}}),
        (["model={name: m}"], {"model": {"name": "m"}}),
        (["skills[0].input.class=string"], {"skills": [{"input": {"class": "string"}}]}),
        (['skills[0].input["a.b"]=string'], {"skills": [{"input": {"a.b": "string"}}]}),
        (["examples[0].event.data.on=no"], {"examples": [{"event": {"data": {"on": "no"}}}]}),
        (["examples[0].expect.wakes=false"], {"examples": [{"expect": {"wakes": False}}]}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_value_is_yaml_unless_its_field_is_text(sets: list[str], data: Json) -> None:
    """`--set` parses YAML 1.2; a field that holds text takes anything as text."""
    assert apply_sets(NOTHING_GIVEN, sets).data == data


def test_set_wins_over_the_file_and_leaves_it_alone() -> None:
    """A set value replaces the file's, whose document stays as it was."""
    given = read_answers(str(CASES / "valid" / "wow-refund-desk.yaml"), NO_INPUT)
    before = given.data["rules"][1]["when"]

    changed = apply_sets(given, ["rules[1].when=event.data.amount <= 5"])

    assert changed.data["rules"][1]["when"] == "event.data.amount <= 5"
    assert changed.data["rules"][1]["id"] == "small-refund"
    assert given.data["rules"][1]["when"] == before


def test_what_was_set_has_no_place_in_the_file() -> None:
    """A problem with a set value is not blamed on a line of the file that it replaced."""
    given = Document("a.yaml", {"limits": {"p95_ms": 1}}, {("limits", "p95_ms"): (3, 3)})

    assert apply_sets(given, ["limits.p95_ms=-1"]).position(("limits", "p95_ms")) == (None, None)


@pytest.mark.parametrize(
    ("one", "says", "hint"),
    [
        ("name", "has no value", "as in"),
        ("=x", "no path", "as in"),
        (".name=x", "no path", "as in"),
        ("name.=x", "no path", "as in"),
        ("wake[=x", "no path", "as in"),
        ("wake[0=x", "no path", "as in"),
        ("wake[]=x", "no path", "as in"),
        ('wake["a]=x', "no path", "as in"),
        ('wake["\\x"]=x', "no path", "as in"),
        ("wake[0]topic=x", "no path", "as in"),
        ("a b=x", "no path", "as in"),
        ("x" * 500 + "=1", "no path", "as in"),
        ("wake[-1].topic=a", "has the index -1", "counted from 0"),
        ("wake[99999].topic=a", "has the index 99999", "counted from 0"),
        ("wake[1].topic=a", "wake has 0 entries", "the next is wake[0]"),
        ("colour=blue", "'colour' is no field", "known: "),
        ("limits.montly_usd=1", "'montly_usd' is no field of limits", "did you mean 'monthly_usd'"),
        ("__class__=x", "'__class__' is no field", "known: "),
        ("limits.__class__=x", "'__class__' is no field of limits", "known: "),
        ("name.x=1", "name can't be set", "set name itself"),
        ("wake.topic=a", "wake can't be set", ""),
        ("[0]=a", "0 is no field", ""),
        ("limits.monthly_usd=[1,", "can't be read", "YAML"),
        ("limits={a: 1, a: 2}", "twice", "YAML"),
        ("limits=!!python/object/apply:os.system [x]", "tag", "YAML"),
        ("limits.monthly_usd=.inf", "can't be read", "YAML"),
        ("purpose=" + "x" * 10_000_000, "longer than 1,000,000", ""),
        ("limits=" + "[" * 1_000, "can't be read", "YAML"),
    ],
    ids=lambda value: value[:30],
)
def test_hostile_sets_are_refused(one: str, says: str, hint: str) -> None:
    """What cannot be set is an input error of one line that says what would do."""
    given = Document("a", {"name": "wow-x", "wake": []})

    with pytest.raises(InputError) as caught:
        apply_sets(given, [one])

    message = caught.value.message
    # "name.x" and "wake.topic" are named whole.
    assert says in message or says.split(maxsplit=1)[0] in message
    assert "\n" not in message
    assert len(message) < 300
    assert hint in (caught.value.hint or "")


def test_half_a_surrogate_is_kept_for_the_specification_to_refuse() -> None:
    """An argument that was not UTF-8 reaches the field, where it is refused with its name."""
    assert apply_sets(NOTHING_GIVEN, ["owner=a\udcff"]).data == {"owner": "a\udcff"}
