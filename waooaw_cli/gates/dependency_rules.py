"""The rules on what a package depends on that need more than its own files to judge."""

from __future__ import annotations

from waooaw_cli.gates.rule import RuleDoc

__all__ = ["RULES"]

_PROJECT = '[project]\nname = "wow-desk"\n'

RULES = (
    RuleDoc(
        id="SEC-034",
        title="No dependency has a known vulnerability.",
        why=(
            "An advisory tells everybody how a version is attacked. The versions that are looked"
            " at are those that a file pins, that a lock file settled, and that are installed."
        ),
        fix="Ask for the fixed version that is named; where there is none, use something else.",
        bad=f'{_PROJECT}dependencies = ["wooparse==1.4"]',
        good=f'{_PROJECT}dependencies = ["wooparse==1.5"]',
        waivable=True,
    ),
    RuleDoc(
        id="SEC-035",
        title="The lowest version that a dependency allows has no known vulnerability.",
        why="An installer may choose it: beside another package, or with an old index.",
        fix="Raise the lower bound to the version that is named.",
        bad=f'{_PROJECT}dependencies = ["wooparse>=1.4,<2"]',
        good=f'{_PROJECT}dependencies = ["wooparse>=1.5,<2"]',
        waivable=True,
    ),
    RuleDoc(
        id="SEC-036",
        title="Every dependency can be looked up.",
        why="A version that nobody knows was not judged, and is not passed over in silence.",
        fix="Pin it, keep a lock file in the package, or take it from an index.",
        bad=f'{_PROJECT}optional-dependencies.pay = ["wooabsent>=1,<2"]',
        good=f'{_PROJECT}optional-dependencies.pay = ["wooabsent==1.5"]',
        waivable=True,
    ),
    RuleDoc(
        id="SEC-037",
        title="Known vulnerabilities are looked up in a database that is there, whole and young.",
        why=(
            "Nothing found in a database that is missing or old is not nothing wrong. It is an"
            " error in CI and a warning elsewhere, unless the settings say otherwise."
        ),
        fix=(
            "Run `waooaw advisories import ZIP` with a new copy of pypa/advisory-database or of"
            " OSV's PyPI/all.zip; `waooaw advisories` tells the age."
        ),
        bad='[dependencies]\non_missing = "warn"    # and no database: a warning remains',
        good="waooaw advisories import advisory-database-main.zip",
        waivable=False,
    ),
    RuleDoc(
        id="SEC-038",
        title="The licence of every dependency is one that the house allows.",
        why="What an agent carries along binds who passes it on or offers it over a network.",
        fix=(
            "Use something else, add the licence to `licences`, or accept it for this dependency"
            " alone under `exceptions`, both in the table `dependencies` of waooaw.toml."
        ),
        bad="License-Expression: GPL-3.0-only    # in the dependency's metadata",
        good="License-Expression: MIT",
        waivable=True,
    ),
    RuleDoc(
        id="SEC-039",
        title="The licence of every dependency is known.",
        why="Without one nobody may use it at all, and words of its author's own need a reader.",
        fix=(
            "Read it, and name it under `exceptions` in the table `dependencies` of waooaw.toml:"
            ' exceptions = { name = "MIT" }.'
        ),
        bad="License: see the file    # in the dependency's metadata",
        good="License-Expression: MIT",
        waivable=True,
    ),
)
