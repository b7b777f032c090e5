"""`waooaw triage evaluate` and `waooaw triage learn`, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from places import ROOT
from program import waooaw

CASES = ROOT / "tests" / "cases" / "triage"


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test teaches is none of another's."""
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "state"))


def written(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def tracker(path: Path, count: int) -> str:
    colours = {"bug": "amber", "feature": "cobalt", "question": "ochre"}
    return written(
        path,
        [
            {"title": f"ticket {n} {colour}", "body": f"The {colour} item {n}.", "label": label}
            for n in range(count)
            for label, colour in colours.items()
        ],
    )


def test_an_evaluation_tells_every_labelled_field(tmp_path: Path) -> None:
    """Any field of a result may be a label; the document has its figures, and people read them."""
    file = str(CASES / "srq_public.jsonl")

    done = waooaw("triage", "evaluate", file, "--json", cwd=tmp_path)
    text = waooaw("triage", "evaluate", file, cwd=tmp_path)

    content = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert content["schema"] == "waooaw.triage-evaluation/1"
    assert content["requests"] == 32
    assert {"type", "severity", "route", "security"} <= content["fields"].keys()
    route = content["fields"]["route"]
    assert route["n"] == 32
    assert sum(sum(row.values()) for row in route["confusion"].values()) == 32
    assert content["route_too_low"] == 0
    assert text.stdout.startswith("32 requests")
    assert "desk too low: 0" in text.stdout


def test_predictions_are_scored_as_they_are(tmp_path: Path) -> None:
    """Results beside labels need no text, and give the figures that judging gave."""
    cases = CASES / "srq_public.jsonl"
    judged = waooaw("triage", "evaluate", str(cases), "--json", cwd=tmp_path)
    results = waooaw("triage", "batch", str(cases), cwd=tmp_path).stdout.splitlines()
    gold = [json.loads(line) for line in cases.read_text("utf-8").splitlines()]
    rows: list[dict[str, object]] = [
        {
            **{key: value for key, value in row.items() if key not in {"title", "body"}},
            "prediction": json.loads(result),
        }
        for row, result in zip(gold, results, strict=True)
    ]
    wrong = [{**rows[0], "label": "feature", "prediction": {**_said(rows[0]), "type": "bug"}}]

    done = waooaw("triage", "evaluate", written(tmp_path / "a", rows), "--json", cwd=tmp_path)
    one = waooaw("triage", "evaluate", written(tmp_path / "b", wrong), "--json", cwd=tmp_path)

    content = json.loads(done.stdout)
    assert content.pop("type_model") is None
    assert content == {k: v for k, v in json.loads(judged.stdout).items() if k != "type_model"}
    assert json.loads(one.stdout)["fields"]["type"]["confusion"] == {
        "feature": {"bug": 1, "feature": 0}
    }


def _said(row: dict[str, object]) -> dict[str, object]:
    said = row["prediction"]
    assert isinstance(said, dict)
    return said


@pytest.mark.parametrize(
    ("prediction", "says"),
    [
        pytest.param("bug", "is no result of waooaw triage", id="a word"),
        pytest.param({"schema": "other/1", "facts": {}}, "'other/1' is not", id="another's"),
        pytest.param(
            {"schema": "waooaw.triage/1", "facts": {}, "abstained": 3},
            "abstained: 3 is no list",
            id="abstained",
        ),
        pytest.param(
            {"schema": "waooaw.triage/1", "facts": {}, "abstained": [], "type": "bug"},
            "has no severity",
            id="half",
        ),
    ],
)
def test_what_is_no_prediction_is_named(prediction: object, says: str, tmp_path: Path) -> None:
    """With its line, and no figure is printed."""
    rows: list[dict[str, object]] = [
        {"title": "a", "label": "bug"},
        {"label": "bug", "prediction": prediction},
    ]
    done = waooaw("triage", "evaluate", written(tmp_path / "w.jsonl", rows), cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "w.jsonl:2" in done.stderr


def test_a_prediction_teaches_nothing(tmp_path: Path) -> None:
    """A row without a text is no request to learn from."""
    rows: list[dict[str, object]] = [{"label": "bug", "prediction": {}}]
    done = waooaw("triage", "learn", written(tmp_path / "w.jsonl", rows), cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "neither title nor body" in done.stderr


def test_an_evaluation_remembers_nothing(tmp_path: Path) -> None:
    """Measured twice it prints the same, and no ticket is made."""
    file = tracker(tmp_path / "labelled.jsonl", 3)

    first = waooaw("triage", "evaluate", file, "--json", cwd=tmp_path)
    second = waooaw("triage", "evaluate", file, "--json", cwd=tmp_path)

    assert first.stdout == second.stdout
    assert not (tmp_path / "state" / "triage" / "tickets.db").exists()


def test_what_is_learned_is_used_from_then_on(tmp_path: Path) -> None:
    """After learning the tracker's own words decide, and the evaluation sees it."""
    file = tracker(tmp_path / "labelled.jsonl", 12)
    before = json.loads(waooaw("triage", "evaluate", file, "--json", cwd=tmp_path).stdout)

    learned = waooaw("triage", "learn", file, "--json", cwd=tmp_path)

    content = json.loads(learned.stdout)
    assert (learned.returncode, learned.stderr) == (0, "")
    assert (content["schema"], content["promoted"]) == ("waooaw.triage-lesson/1", True)
    after = json.loads(waooaw("triage", "evaluate", file, "--json", cwd=tmp_path).stdout)
    assert after["fields"]["type"]["accuracy"] > before["fields"]["type"]["accuracy"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param([{"title": "a"}], "no request in it has a label", id="no label"),
        pytest.param(
            [{"title": "a", "label": "enhancement"}], "'enhancement' is no type", id="type"
        ),
        pytest.param([{"title": "a", "security": "maybe"}], "'maybe' is no security", id="flag"),
    ],
)
def test_wrong_labels_are_named(rows: list[dict[str, object]], says: str, tmp_path: Path) -> None:
    """A label that is none is an error with its line, and no figure is printed."""
    done = waooaw("triage", "evaluate", written(tmp_path / "w.jsonl", rows), cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_too_few_labels_teach_nothing(tmp_path: Path) -> None:
    """A handful is refused, with how many it takes."""
    done = waooaw("triage", "learn", tracker(tmp_path / "few.jsonl", 2), cwd=tmp_path)

    assert done.returncode == 2
    assert "too few to learn from" in done.stderr


def test_learning_without_a_file_needs_corrections(tmp_path: Path) -> None:
    """What to do instead is told, and no memory is made."""
    done = waooaw("triage", "learn", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "no ticket was put right here yet" in done.stderr
    assert "waooaw triage correct ID" in done.stderr
    assert not (tmp_path / "state" / "triage" / "tickets.db").exists()


def test_corrections_join_the_file(tmp_path: Path) -> None:
    """Both are counted, for programs and for people."""
    judged = json.loads(waooaw("triage", "The amber item 99", "--json", cwd=tmp_path).stdout)
    waooaw("triage", "correct", judged["id"], "type=bug", cwd=tmp_path)
    file = tracker(tmp_path / "labelled.jsonl", 8)

    text = waooaw("triage", "learn", file, cwd=tmp_path)
    content = json.loads(waooaw("triage", "learn", file, "--json", cwd=tmp_path).stdout)

    assert content["labels"] == {"file": 24, "corrected": 1, "confirmed": 0, "left_out": 0}
    assert content["learned_from"] == 25
    assert "labels: 24 of the file, 1 corrected here" in text.stdout
    assert "security: nothing learned" in text.stdout
    assert "drift: too few requests to say (1 of 50 in the last 90 days" in text.stdout
    assert content["drift"]["verdict"] == "too-few"
