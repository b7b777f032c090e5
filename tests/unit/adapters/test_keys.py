"""Where keys are looked for."""

from __future__ import annotations

import base64
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from fakes.keyring_in_a_file import FILE_VARIABLE, FileKeyring

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.adapters.key_files import write_pair
from waooaw_cli.adapters.keys import (
    exposed,
    read_private,
    signing_source,
    store,
    trusted_keys,
)
from waooaw_cli.adapters.signing import new_key

_SEED = base64.b64encode(bytes(range(32))).decode()
_ID = read_private("env:K", {"K": _SEED}).key


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keyring of the test's own."""
    before = keyring.get_keyring()
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "keyring.json"))
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]  # its base has no types
    yield
    keyring.set_keyring(before)


def test_the_nearest_word_on_the_key_counts() -> None:
    """The option before the environment, the environment before the settings."""
    env = {"WAOOAW_SIGNING_KEY": _SEED}

    assert signing_source("ci.key", env, "other.key") == "ci.key"
    assert signing_source(None, env, "other.key") == "env:WAOOAW_SIGNING_KEY"
    assert signing_source(None, {}, "other.key") == "other.key"
    with pytest.raises(InputError, match="no key to sign with"):
        signing_source(None, {}, None)


def test_a_key_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    """Both forms in both places."""
    pair = read_private("env:K", {"K": _SEED})
    (tmp_path / "raw").write_text(_SEED + "\n")
    (tmp_path / "pem").write_text(pair.pem)

    assert read_private(str(tmp_path / "raw"), {}).key == _ID
    assert read_private(str(tmp_path / "pem"), {}).key == _ID
    assert read_private("env:K", {"K": pair.pem}).key == _ID


@pytest.mark.parametrize(
    "content", [b"\xff" * 50, b"x" * 70_000, b"no key"], ids=["no-text", "large", "word"]
)
def test_a_file_without_a_key_is_named(tmp_path: Path, content: bytes) -> None:
    """What stands in it is not."""
    (tmp_path / "ci.key").write_bytes(content)

    with pytest.raises(InputError, match=r"ci\.key"):
        read_private(str(tmp_path / "ci.key"), {})


def test_places_without_a_key(tmp_path: Path) -> None:
    """No file, a folder, an empty variable."""
    for source in (str(tmp_path / "none"), str(tmp_path), "env:K"):
        with pytest.raises(InputError):
            read_private(source, {"K": ""})


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such path")
def test_a_file_that_cannot_be_read_is_the_machines_fault() -> None:
    """Such as one that breaks while it is read."""
    if Path("/proc/self/mem").exists():
        with pytest.raises(EnvironmentFault):
            read_private("/proc/self/mem", {})


def test_a_secret_on_the_command_line_is_refused_unseen() -> None:
    """It is not quoted, as a missing file would be."""
    with pytest.raises(InputError) as caught:
        read_private(_SEED, {})

    assert _SEED not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_key_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    """Only of files: what a keyring or the environment holds has no mode."""
    key = tmp_path / "ci.key"
    key.write_text(_SEED)
    key.chmod(0o644)
    assert exposed(str(key))

    key.chmod(0o600)
    assert not exposed(str(key))
    assert not exposed("keyring:ci")
    assert not exposed(str(tmp_path / "none"))


def test_a_keyring_keeps_a_key(kept: None) -> None:
    """It is there under its name; another of that name has to be wanted."""
    first, second = new_key(), new_key()
    store("ci", first, replace=False)

    assert read_private("keyring:ci", {}).key == first.key
    with pytest.raises(InputError, match="has a key named 'ci'"):
        store("ci", second, replace=False)
    store("ci", second, replace=True)
    assert read_private("keyring:ci", {}).key == second.key
    with pytest.raises(InputError, match="no key named 'other'"):
        read_private("keyring:other", {})


def test_a_keyring_that_is_locked_or_missing(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are the machine's fault, each with its way out."""
    monkeypatch.delenv(FILE_VARIABLE)
    for call in (lambda: read_private("keyring:ci", {}), store_ci):
        with pytest.raises(EnvironmentFault, match="locked"):
            call()
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(EnvironmentFault) as caught:
        read_private("keyring:ci", {})
    assert "waooaw[keyring]" in (caught.value.hint or "")


def store_ci() -> None:
    store("ci", new_key(), replace=False)


def test_trusted_keys_are_given_as_text_or_files(tmp_path: Path) -> None:
    """Options before the environment, the environment before the settings."""
    one, two = new_key().public, new_key().public
    file = tmp_path / "ci.pub"
    file.write_text(one.pem)
    env = {"WAOOAW_VERIFY_KEY": f"{one.text},{two.text}\n"}
    pems = {"WAOOAW_VERIFY_KEY": one.pem + two.pem}

    def ids(*arguments: object) -> list[str]:
        return [key.key for key in trusted_keys(*arguments)]  # type: ignore[arg-type]  # a test

    assert ids([str(file)], env, []) == [one.key]
    assert ids([two.text], env, []) == [two.key]
    assert ids([], env, [str(file)]) == ids([], pems, []) == [one.key, two.key]
    assert ids([], {}, [str(file)]) == [one.key]
    with pytest.raises(InputError, match="which key do you trust"):
        trusted_keys([], {}, [])


def test_a_pair_is_written_for_its_owner_only(tmp_path: Path) -> None:
    """The private half is closed to others, the public half is beside it."""
    key = new_key()

    public = write_pair(tmp_path / "ci.key", key, replace=False)

    assert public == tmp_path / "ci.key.pub"
    assert read_private(str(tmp_path / "ci.key"), {}).key == key.key
    assert [one.key for one in trusted_keys([str(public)], {}, [])] == [key.key]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ci.key", "ci.key.pub"]
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "ci.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["ci.key", "ci.key.pub"])
def test_a_pair_never_replaces_another(tmp_path: Path, there: str) -> None:
    """Unless that is wanted; a lost key is lost for good."""
    (tmp_path / there).write_text("kept")

    with pytest.raises(InputError, match="is there"):
        write_pair(tmp_path / "ci.key", new_key(), replace=False)

    assert (tmp_path / there).read_text() == "kept"
    write_pair(tmp_path / "ci.key", new_key(), replace=True)
    assert (tmp_path / there).read_text() != "kept"


def test_a_pair_needs_a_folder(tmp_path: Path) -> None:
    """It is not made, and what is there of another kind stays."""
    (tmp_path / "ci.key").mkdir()

    with pytest.raises(InputError, match="is no folder"):
        write_pair(tmp_path / "none" / "ci.key", new_key(), replace=False)
    with pytest.raises(InputError, match="is there"):
        write_pair(tmp_path / "ci.key", new_key(), replace=True)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="only Linux has such a folder")
def test_a_pair_that_cannot_be_written_is_the_machines_fault() -> None:
    """Nothing can be written there, by root either."""
    with pytest.raises(EnvironmentFault):
        write_pair(Path("/proc/self/ci.key"), new_key(), replace=False)
