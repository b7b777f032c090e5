"""A bill of materials as CycloneDX 1.6 JSON; the same package gives the same bytes.

Source: ECMA-424, and the specification of package URLs for the type `pypi`.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

from waooaw.moments import rfc3339
from waooaw.version import __version__
from waooaw_cli.factory.sbom import Bill, Component
from waooaw_cli.gates.licences import Licence
from waooaw_cli.gates.needs import Artifact, Scope
from waooaw_cli.render.foreign import intact

__all__ = ["cyclonedx_json"]

_Plain: TypeAlias = dict[str, Any]  # `Any`: JSON nests freely

_ROOT = "package"
_ALGORITHMS = {
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
}
_SCOPES = {
    Scope.RUNTIME: "required",
    Scope.OPTIONAL: "optional",
    # "Excluded components provide the ability to document component usage for test and other
    # non-runtime purposes."
    Scope.DEVELOPMENT: "excluded",
}


def cyclonedx_json(bill: Bill, *, made_at: datetime | None = None) -> str:
    """Return *bill* as one JSON document with sorted keys.

    Args:
        bill: What a package is made of.
        made_at: The time to state; None states none, so that the document stays the same.
    """
    references = _references(bill.components)
    content: _Plain = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": _without_nothing(
                {
                    "type": "application",
                    "bom-ref": _ROOT,
                    "name": bill.name,
                    "version": bill.version,
                    "licenses": _licences(bill.licence),
                }
            ),
            "tools": {
                "components": [{"type": "application", "name": "waooaw", "version": __version__}]
            },
        },
        "components": [_component(one) for one in bill.components],
        "dependencies": [
            {"ref": _ROOT, "dependsOn": _needed(bill.needs, references, of=_ROOT)},
            *(
                {"ref": ref, "dependsOn": _needed(one.needs, references, of=ref)}
                for one in bill.components
                for ref in [_purl(one.name, one.version)]
            ),
        ],
        "compositions": [
            {"aggregate": "incomplete" if bill.unknown else "complete", "dependencies": [_ROOT]}
        ],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    content["serialNumber"] = f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=5)}"
    if made_at is not None:
        content["metadata"]["timestamp"] = rfc3339(made_at)
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _purl(name: str, version: str | None) -> str:
    return f"pkg:pypi/{quote(name, safe='')}" + (f"@{quote(version, safe='')}" if version else "")


def _references(components: Iterable[Component]) -> Mapping[str, list[str]]:
    references: dict[str, list[str]] = {}
    for one in components:
        references.setdefault(one.name, []).append(_purl(one.name, one.version))
    return references


def _needed(names: Iterable[str], references: Mapping[str, list[str]], *, of: str) -> list[str]:
    # What can't be found in the list is left out here; the composition says that it is incomplete.
    return sorted({ref for name in names for ref in references.get(name, ())} - {of})


def _component(one: Component) -> _Plain:
    purl = _purl(one.name, one.version)
    named = [artifact for artifact in one.artifacts if artifact.name and _hashes(artifact)]
    nameless = [
        found for artifact in one.artifacts if not artifact.name for found in _hashes(artifact)
    ]
    # Several files of one version differ from each other: none of them is "the" component's.
    hashes = nameless if len(nameless) == 1 else []
    return _without_nothing(
        {
            "type": "library",
            "bom-ref": purl,
            "name": one.name,
            "version": one.version,
            "scope": _SCOPES[one.scope] if one.scope else None,
            "purl": purl,
            "licenses": _licences(one.licence),
            "hashes": hashes,
            "externalReferences": [
                {"type": "distribution", "url": _url(artifact.name), "hashes": _hashes(artifact)}
                for artifact in named
            ],
            "properties": [
                {"name": "waooaw:allowed-hash", "value": f"{found['alg']}:{found['content']}"}
                for found in nameless
                if not hashes
            ],
        }
    )


def _licences(licence: Licence | None) -> list[_Plain]:
    if licence is None or not (licence.expression or licence.said):
        return []
    if licence.exact and licence.expression:
        return [{"expression": licence.expression, "acknowledgement": "declared"}]
    return [
        {"license": {"name": licence.said or licence.expression, "acknowledgement": "declared"}}
    ]


def _hashes(artifact: Artifact) -> list[_Plain]:
    found = []
    for kind, digest in artifact.digests:
        name, length = _ALGORITHMS.get(kind, ("", 0))
        if name and re.fullmatch(rf"[0-9a-f]{{{length}}}", digest):
            found.append({"alg": name, "content": digest})
    return found


_BARE_PER_CENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _url(text: str) -> str:
    """Return *text* as a reference, without the name and password that an index may want."""
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2]
        path = quote(parts.path, safe="/%:@+~")
        # Without a scheme a colon would begin one (RFC 3986, section 4.2).
        kept = "/%:@+~[]" if parts.scheme else "/%@+~[]"
        url = quote(urlunsplit((parts.scheme, host, path, "", "")), safe=kept)
        # What was escaped stays; a per cent sign that escapes nothing is escaped itself.
        return _BARE_PER_CENT.sub("%25", url)
    except ValueError:
        return quote(text, safe="/")


def _without_nothing(content: _Plain) -> _Plain:
    return {name: value for name, value in content.items() if value not in (None, [], "")}
