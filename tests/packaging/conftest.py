"""One wheel for all tests of packaging, made as a release makes it: from the sdist."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from fakes.environments import build


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built from what the sdist holds."""
    sdist = build(root, "sdist", tmp_path_factory.mktemp("sdist"))
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    [source] = unpacked.iterdir()
    return build(source, "wheel", tmp_path_factory.mktemp("wheel"))
