"""`waooaw gate --thorough`: what no quick look finds."""

from __future__ import annotations

import json
from pathlib import Path

from fakes.agent_package import agent_package, snapshot
from program import waooaw

from waooaw_cli.gates.performance_rules import RULES

_AGENT = "src/wow_heartbeat/agent.py"
_HOME = "\nfrom pathlib import Path\n\nWowHeartbeat.home = Path(__file__).parent\n"


def test_an_agent_that_goes_on_without_its_journal(tmp_path: Path) -> None:
    """A quick look passes it; under faults of the store it loses events, and fails for that."""
    [rule] = [doc for doc in RULES if doc.id == "PERF-008"]
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: rule.bad + _HOME})
    before = snapshot(package)
    command = ("gate", str(package), "--gate", "performance", "--json")

    quick = waooaw(*command, cwd=tmp_path)
    thorough = waooaw(*command, "--thorough", cwd=tmp_path)

    assert (quick.returncode, thorough.returncode) == (0, 1)
    gates = json.loads(thorough.stdout)["targets"][0]["gates"]
    [performance] = [gate for gate in gates if gate["id"] == "performance"]
    found = {finding["message"].split()[0]: finding for finding in performance["findings"]}
    assert set(found) == {"store-locks", "store-fills", "store-corrupts"}
    assert {finding["rule"] for finding in found.values()} == {"PERF-008"}
    assert (found["store-locks"]["path"], found["store-locks"]["line"]) == (_AGENT, 3)
    assert performance["measures"]["scenarios"] == 10
    assert snapshot(package) == before
