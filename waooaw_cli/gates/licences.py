"""Which licence an installed distribution has, and whether it is on a list of allowed ones.

Source: PEP 639 (`License-Expression`), the core metadata specification (`License`, `Classifier`),
SPDX 2.3 annex D (expressions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from waooaw_cli.gates.needs import strings_in

__all__ = ["Licence", "is_allowed", "licence_of", "own_licence"]

_LONGEST_FREE_TEXT = 100
_LONGEST_EXPRESSION = 1_000
_DEEPEST_EXPRESSION = 20
_TOKEN = re.compile(r"\(|\)|[^\s()]+")
_CLASSIFIER = "License :: "
#: What classifiers mean. Where one covers several licences, all of them are named with AND: it is
#: not known which one holds, so each of them has to be allowed.
_CLASSIFIERS = {
    "Academic Free License (AFL)": "AFL-3.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-2-Clause AND BSD-3-Clause",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
    "CMU License (MIT-CMU)": "MIT-CMU",
    "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "GNU General Public License (GPL)": "GPL-2.0-only AND GPL-3.0-only",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0-only",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-2.1-only AND LGPL-3.0-only",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "University of Illinois/NCSA Open Source License": "NCSA",
    "Universal Permissive License (UPL)": "UPL-1.0",
    "Zero-Clause BSD (0BSD)": "0BSD",
    "Zope Public License": "ZPL-2.1",
    "zlib/libpng License": "Zlib",
}
#: What people wrote into the field `License` before PEP 639, without case and punctuation.
_TEXTS = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2 0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license 2 0": "Apache-2.0",
    "apache license version 2 0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache software license 2 0": "Apache-2.0",
    "asl 2 0": "Apache-2.0",
    "bsd": "BSD-2-Clause AND BSD-3-Clause",
    "bsd license": "BSD-2-Clause AND BSD-3-Clause",
    "bsd 2 clause license": "BSD-2-Clause",
    "bsd 3 clause license": "BSD-3-Clause",
    "3 clause bsd": "BSD-3-Clause",
    "3 clause bsd license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "new bsd license": "BSD-3-Clause",
    "simplified bsd": "BSD-2-Clause",
    "agpl3": "AGPL-3.0-only",
    "agplv3": "AGPL-3.0-only",
    "gpl": "GPL-2.0-only AND GPL-3.0-only",
    "gpl2": "GPL-2.0-only",
    "gplv2": "GPL-2.0-only",
    "gpl3": "GPL-3.0-only",
    "gplv3": "GPL-3.0-only",
    "gplv3+": "GPL-3.0-or-later",
    "lgpl": "LGPL-2.1-only AND LGPL-3.0-only",
    "lgplv3": "LGPL-3.0-only",
    "lgplv3+": "LGPL-3.0-or-later",
    "isc license": "ISC",
    "mit license": "MIT",
    "the mit license": "MIT",
    "the mit license mit": "MIT",
    "mozilla public license 2 0": "MPL-2.0",
    "mpl 2": "MPL-2.0",
    "psf": "PSF-2.0",
    "psf license": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "public domain": "LicenseRef-Public-Domain",
    "unlicense": "Unlicense",
    "zpl 2 1": "ZPL-2.1",
}


@dataclass(frozen=True, slots=True)
class Licence:
    """Hold what a distribution says of its licence.

    Attributes:
        expression: As SPDX has it, canonical; None where nobody can tell.
        said: In its own words, one line; empty where it says nothing.
        exact: Whether the expression is the distribution's own, not read from older words.
    """

    expression: str | None
    said: str
    exact: bool = False


def licence_of(expression: str, text: str, classifiers: tuple[str, ...]) -> Licence:
    """Return the licence that metadata tells: its expression first, older words after.

    Args:
        expression: The field `License-Expression`; empty where it is missing.
        text: The field `License`, which may hold a name, an expression or a whole licence.
        classifiers: All classifiers; those on licences count.
    """
    if expression:
        return Licence(_canonical(expression), _line(expression), exact=True)
    if text and (own := _canonical(text)) is not None:
        return Licence(own, _line(text), exact=True)
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith(_CLASSIFIER)]
    known = sorted({_CLASSIFIERS[one] for one in named if one in _CLASSIFIERS})
    if known:
        # Several may mean "either" or "both"; where that is not said, each has to be allowed.
        return Licence(" AND ".join(known), "; ".join(named))
    words = " ".join(re.sub(r"[^a-z0-9+]+", " ", text.lower()).split())
    if words in _TEXTS:
        return Licence(_TEXTS[words], _line(text))
    return Licence(None, _line(text) or "; ".join(named))


def own_licence(project: Mapping[str, object]) -> Licence | None:
    """Return what the table `project` says of the package's own licence (PEP 639, PEP 621)."""
    own = project.get("license")
    old = own.get("text") if isinstance(own, Mapping) else None
    found = licence_of(
        own if isinstance(own, str) else "",
        old if isinstance(old, str) else "",
        tuple(strings_in(project.get("classifiers"))),
    )
    return found if found.said or found.expression else None


def _line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:1_000]).split())
    return line if len(line) <= _LONGEST_FREE_TEXT else f"{line[: _LONGEST_FREE_TEXT - 1]}…"


def _canonical(text: str) -> str | None:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    # A whole licence is no expression, and nobody nests one that deeply.
    if len(text) > _LONGEST_EXPRESSION or text.count("(") > _DEEPEST_EXPRESSION:
        return None
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return None


def is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Say whether an SPDX expression can be met with *allowed* licences alone.

    `OR` needs one side, `AND` both. An exception (`WITH`) only adds permissions, so the licence
    before it is enough. `X+` (that version or a later one) is met by X.

    Args:
        expression: Canonical, as `packaging.licenses` gives it.
        allowed: SPDX ids, and whole expressions that are allowed as they are.
    """
    folded = frozenset(one.lower() for one in allowed)
    if expression.lower() in folded:
        return True
    return _Expression(_TOKEN.findall(expression), folded).holds()


class _Expression:
    """Evaluate one expression: OR binds weakest, then AND, then WITH."""

    def __init__(self, tokens: list[str], allowed: frozenset[str]) -> None:
        self._tokens: Iterator[str] = iter(tokens)
        self._allowed = allowed
        self._next = next(self._tokens, "")

    def holds(self) -> bool:
        return self._any()

    def _take(self) -> str:
        token, self._next = self._next, next(self._tokens, "")
        return token

    def _any(self) -> bool:
        held = self._all()
        while self._next.upper() == "OR":
            self._take()
            held = self._all() or held  # the right side is read in any case
        return held

    def _all(self) -> bool:
        held = self._one()
        while self._next.upper() == "AND":
            self._take()
            held = self._one() and held
        return held

    def _one(self) -> bool:
        if self._next == "(":
            self._take()
            held = self._any()
            self._take()
            return held
        licence = self._take().lower()
        names = {licence, licence.removesuffix("+")}
        if self._next.upper() == "WITH":
            self._take()
            names.add(f"{licence} with {self._take().lower()}")
        return bool(names & self._allowed)
