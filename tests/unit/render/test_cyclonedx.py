"""Every bill of materials is CycloneDX 1.6, by the official schema, and the same each time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.factory.sbom import Bill, Component
from waooaw_cli.gates.licences import Licence
from waooaw_cli.gates.needs import Artifact, Scope
from waooaw_cli.render.cyclonedx import cyclonedx_json

_SHA256 = "ab" * 32


def _schema(name: str) -> Any:
    """Return one of the official schemas, as the development dependency ships them."""
    folder = resources.files("cyclonedx") / "schema" / "_res"
    return json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Any:
    """The schema of 1.6, with those that it refers to; formats count."""
    bom = _schema("bom-1.6")
    base = bom["$id"].rpartition("/")[0]
    registry = jsonschema_rs.Registry(
        [
            (f"{base}/{name}.SNAPSHOT.schema.json", _schema(name))
            for name in ("spdx", "jsf-0.82", "cryptography-defs")
        ],
        draft=jsonschema_rs.Draft7,
    )
    return jsonschema_rs.Draft7Validator(bom, registry=registry, validate_formats=True)


def document(bill: Bill, **more: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(cyclonedx_json(bill, **more))
    return content


def desk(
    *components: Component, needs: tuple[str, ...] = (), unknown: tuple[str, ...] = ()
) -> Bill:
    return Bill("wow-desk", "0.1.0", None, needs, components, unknown)


_TEXT = st.text(max_size=12)
_NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
_VERSIONS = st.none() | st.from_regex(
    r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}(\+[a-z]{1,3})?", fullmatch=True
)
_LICENCES = st.none() | st.builds(
    Licence,
    st.none() | st.sampled_from(["MIT", "MIT OR Apache-2.0", "LicenseRef-X"]),
    _TEXT,
    st.booleans(),
)
_DIGESTS = st.lists(
    st.tuples(
        st.sampled_from(["sha256", "md5", "sha512", "blake9"]), st.sampled_from([_SHA256, "ab", ""])
    ),
    max_size=3,
).map(tuple)
_ARTIFACTS = st.lists(st.builds(Artifact, _TEXT, _DIGESTS), max_size=3).map(tuple)
_COMPONENTS = st.lists(
    st.builds(
        Component,
        _NAMES,
        _VERSIONS,
        st.none() | st.sampled_from(Scope),
        _LICENCES,
        _ARTIFACTS,
        st.lists(_NAMES, max_size=3).map(tuple),
    ),
    max_size=6,
    unique_by=lambda one: (one.name, one.version),
).map(tuple)
_BILLS = st.builds(
    Bill,
    st.text(min_size=1, max_size=12),
    st.none() | _TEXT,
    _LICENCES,
    st.lists(_NAMES, max_size=4).map(tuple),
    _COMPONENTS,
    st.lists(_TEXT, max_size=2).map(tuple),
)


@given(_BILLS, st.none() | st.just(datetime(2026, 1, 1, tzinfo=UTC)))
def test_every_bill_is_valid(validator: Any, bill: Bill, made_at: datetime | None) -> None:
    """Whatever the names, versions, licences and files are."""
    content = document(bill, made_at=made_at)

    errors = [
        f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(content)
    ]
    assert errors == []
    references = [one["bom-ref"] for one in content["components"]] + ["package"]
    assert len(set(references)) == len(references)
    assert {one["ref"] for one in content["dependencies"]} == set(references)
    assert {ref for one in content["dependencies"] for ref in one["dependsOn"]} <= set(references)


def test_a_per_cent_sign_in_a_files_name_is_escaped(validator: Any) -> None:
    """What escapes something stays as it is."""
    names = ("%", "a%20b", "100%.whl")
    files = tuple(Artifact(name, (("sha256", "0" * 64),)) for name in names)
    content = document(desk(Component("woo", "1", artifacts=files)))

    assert validator.is_valid(content)
    (component,) = content["components"]
    assert [one["url"] for one in component["externalReferences"]] == [
        "%25",
        "a%20b",
        "100%25.whl",
    ]


def test_the_schema_refuses_what_is_wrong(validator: Any) -> None:
    """A check that accepts everything would prove nothing."""
    content = document(desk(Component("woo", "1")))
    content["components"][0]["type"] = "nonsense"

    assert not validator.is_valid(content)
    assert not validator.is_valid({**document(desk()), "serialNumber": "7"})


def test_a_component_is_told_in_full() -> None:
    """Purl, scope, licence, files with their hashes, and what needs what."""
    content = document(
        desk(
            Component(
                "woo-parse",
                "1.4+house",
                Scope.DEVELOPMENT,
                Licence("MIT OR ISC", "MIT OR ISC", exact=True),
                (
                    Artifact(
                        "https://me:secret@x.example/w p.whl?token=1#y", (("sha256", _SHA256),)
                    ),
                ),
                ("woobase", "gone"),
            ),
            Component("woobase", "2", Scope.RUNTIME, Licence("MIT", "MIT License")),
            needs=("woo-parse",),
        )
    )

    parse, base = content["components"]
    assert parse["purl"] == "pkg:pypi/woo-parse@1.4%2Bhouse"
    assert parse["scope"] == "excluded"
    assert parse["licenses"] == [{"expression": "MIT OR ISC", "acknowledgement": "declared"}]
    assert parse["externalReferences"] == [
        {
            "type": "distribution",
            "url": "https://x.example/w%20p.whl",
            "hashes": [{"alg": "SHA-256", "content": _SHA256}],
        }
    ]
    assert base["licenses"] == [{"license": {"name": "MIT License", "acknowledgement": "declared"}}]
    assert content["dependencies"] == [
        {"ref": "package", "dependsOn": [parse["bom-ref"]]},
        {"ref": parse["bom-ref"], "dependsOn": [base["bom-ref"]]},
        {"ref": base["bom-ref"], "dependsOn": []},
    ]
    assert content["compositions"] == [{"aggregate": "complete", "dependencies": ["package"]}]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("wooparse-1.4.tar.gz", "wooparse-1.4.tar.gz"),
        ("file:///srv/w.whl", "file:///srv/w.whl"),
        ("http://[::1", "http%3A//%5B%3A%3A1"),
    ],
)
def test_where_a_file_comes_from(name: str, url: str) -> None:
    """A file name, a URL, or what is neither: always a reference that can be read."""
    artifact = Artifact(name, (("sha256", _SHA256),))

    [component] = document(desk(Component("a", "1", artifacts=(artifact,))))["components"]

    assert component["externalReferences"][0]["url"] == url


def test_hashes_without_a_file() -> None:
    """One is the component's; of several, each is one that may be installed."""
    one = Artifact("", (("sha256", _SHA256),))
    other = Artifact("", (("sha256", "cd" * 32),))
    single, several = document(
        desk(Component("a", "1", artifacts=(one,)), Component("b", "1", artifacts=(one, other)))
    )["components"]

    assert single["hashes"] == [{"alg": "SHA-256", "content": _SHA256}]
    assert "properties" not in single
    assert [one["value"][:11] for one in several["properties"]] == ["SHA-256:aba", "SHA-256:cdc"]
    assert "hashes" not in several


def test_the_same_bill_gives_the_same_bytes() -> None:
    """The serial number is that of the content; a time is stated on demand, and changes no more."""
    bill = desk(Component("woo", "1"))
    plain = cyclonedx_json(bill)
    timed = document(bill, made_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert cyclonedx_json(bill) == plain
    assert timed["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"
    assert timed["serialNumber"] == json.loads(plain)["serialNumber"]
    assert timed["serialNumber"] != document(desk())["serialNumber"]


def test_what_is_not_known_is_said() -> None:
    """A list with a gap does not call itself complete."""
    content = document(desk(Component("woo", None), unknown=("woo has no known version",)))

    assert content["compositions"][0]["aggregate"] == "incomplete"
    assert content["components"][0]["purl"] == "pkg:pypi/woo"
    assert "version" not in content["components"][0]
