from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.gates.baseline import Entry, baseline_text, entry_of, read_baseline
from waooaw_cli.gates.report import Finding, Severity

HEAD = '{"schema": "waooaw.baseline/1"}'
LINE = (
    '{"agent": "wow-x", "rule": "LINT-F401", "path": "src/a.py",'
    ' "fingerprint": "0123", "message": "unused"}'
)


def _read(folder: Path, content: str | bytes) -> dict[Entry, str]:
    file = folder / "waooaw-baseline.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return dict(read_baseline(file, source="base").entries)


def test_a_finding_has_one_line(tmp_path: Path) -> None:
    """A baseline is a head and one sorted line for each finding; a person can read it."""
    unused = Finding(
        "LINT-F401",
        Severity.ERROR,
        "unused\nimport",
        PurePosixPath("src/a.py"),
        line=3,
        fingerprint="0123",
    )
    nowhere = Finding("TEST-002", Severity.ERROR, "79 %", fingerprint="4567")
    entries = {entry_of(one, "wow-x"): one.message for one in (unused, nowhere)}

    text = baseline_text(entries)

    assert text.splitlines() == [
        HEAD,
        LINE.replace("LINT-F401", "TEST-002")
        .replace("src/a.py", "")
        .replace("0123", "4567")
        .replace("unused", "79 %"),
        LINE.replace("unused", "unused import"),
    ]
    assert _read(tmp_path, text).keys() == entries.keys()


_TEXT = st.text(max_size=20)


@given(
    st.dictionaries(
        st.builds(Entry, _TEXT, _TEXT, st.sampled_from(["LINT-F401", "FMT-001"]), _TEXT), _TEXT
    )
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[Entry, str]
) -> None:
    """Whatever stands in a path or a message, the same entries come back, in the same bytes."""
    text = baseline_text(entries)
    found = _read(tmp_path_factory.mktemp("base"), text)

    assert found.keys() == entries.keys()
    assert baseline_text(found) == text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "base:1: is not JSON"),
        ("[]\n", "base:1: [] is not the head of a baseline"),
        ('{"schema": "waooaw.baseline/2"}\n', "base:1: {'schema': 'waooaw.baseline/2'}"),
        (f"{HEAD}\n{LINE}\n{{\n", "base:3: is not JSON"),
        (f"{HEAD}\n\n{LINE[:-1]}\n", "base:3: is not JSON"),
        (f"{HEAD}\n[{LINE}]\n", "base:2: is no entry of a baseline"),
        (f"{HEAD}\n{LINE.replace('agent', 'agents')}\n", "base:2: is no entry of a baseline"),
        (
            f"{HEAD}\n{LINE.replace(chr(34) + '0123' + chr(34), '123')}\n",
            "base:2: fingerprint is 123",
        ),
        (f"{HEAD}\n{LINE.replace('LINT-F401', 'VIS-C102')}\n", "base:2: a baseline covers no"),
        (f"{HEAD}\n{LINE.replace('LINT-F401', 'SEC-020')}\n", "base:2: a baseline covers no"),
        (f"{HEAD}\n{LINE.replace('LINT-F401', 'NOPE')}\n", "base:2: a baseline covers no"),
        (f"{HEAD}\n{'[' * 200_000}\n", "base:2: is not JSON"),
        (b"\xff\xfe" + HEAD.encode("utf-16-le")[:7], "base:1: is not JSON"),
    ],
)
def test_what_is_no_baseline_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    """A garbled or hostile file waives nothing; the message names the line."""
    with pytest.raises(InputError) as refused:
        _read(tmp_path, content)

    assert says in refused.value.message


def test_a_missing_baseline_is_told(tmp_path: Path) -> None:
    """There is no such file, or a folder stands there; nothing else can be meant."""
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(InputError, match="there is no such baseline"):
            read_baseline(path, source="base")


def test_a_baseline_that_cannot_be_read_is_the_machines_fault(tmp_path: Path) -> None:
    """A name that the system refuses is no input that anyone could mend in the file."""
    with pytest.raises(EnvironmentFault, match="could not be read"):
        read_baseline(tmp_path / ("x" * 300), source="base")


def test_a_baseline_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large, or holds too much, is not read to its end."""
    monkeypatch.setattr("waooaw_cli.gates.baseline._MOST_ENTRIES", 1)
    with pytest.raises(InputError, match="base:3: more than 1 entries"):
        _read(tmp_path, f"{HEAD}\n{LINE}\n{LINE.replace('0123', '4567')}\n")

    monkeypatch.setattr("waooaw_cli.gates.baseline._MOST_BYTES", 10)
    with pytest.raises(InputError, match="larger than 10 bytes"):
        _read(tmp_path, f"{HEAD}\n{LINE}\n")
