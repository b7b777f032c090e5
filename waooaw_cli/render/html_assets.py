"""The style and the script of the page: both stand in it, held by their digests in its policy."""

from __future__ import annotations

import base64
import hashlib

__all__ = ["SCRIPT", "STYLE", "digest"]

#: The colours have a contrast of at least 4.5 to 1 on their paper (WCAG 2.2, 1.4.3).
STYLE = """\
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de;
  --edge: #6e7781; --soft: #57606a; --pass: #1a7f37; --fail: #b3261e; --error: #8250df;
  --warning: #7d4e00; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d;
  --edge: #8b949e; --soft: #9da7b1; --pass: #56d364; --fail: #ff8a80; --error: #d2a8ff;
  --warning: #e3b341; --link: #79c0ff; } }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
[hidden] { display: none; }
h2 { font-size: 1.25rem; } h3 { font-size: 1rem; }
summary { cursor: pointer; } summary h2 { display: inline; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem .25rem 0; text-align: left;
  vertical-align: top; }
.time { text-align: right; white-space: nowrap; padding-right: 1.5rem; }
ol { padding-left: 1.5rem; }
li { margin: .75rem 0; }
code { font-family: ui-monospace, monospace; }
p { margin: .25rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, input:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
fieldset { border: 0; margin: .5rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: 1rem; }
legend { float: left; margin-right: 1rem; }
input[type=search] { font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--edge); border-radius: 4px; padding: .25rem .5rem; width: 100%;
  max-width: 30rem; box-sizing: border-box; display: block; }
svg { width: 100%; height: 6rem; border-bottom: 1px solid var(--edge); }
.pass { color: var(--pass); fill: var(--pass); } .fail { color: var(--fail); fill: var(--fail); }
.error { color: var(--error); fill: var(--error); } .warning { color: var(--warning); }
.note, .skipped, .waived, footer { color: var(--soft); fill: var(--soft); }
.pass, .fail, .error, .warning, .waived { font-weight: 600; }
"""

#: Without it everything can be read; with it, what is not looked for is out of the way.
SCRIPT = """\
"use strict";
(() => {
  const box = document.getElementById("filter");
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const kinds = [...box.querySelectorAll("input[type=checkbox]")];
  const lower = (node) => node.textContent.toLowerCase();
  const agents = [...document.querySelectorAll("details[data-verdict]")].map((node) => ({
    node,
    row: document.querySelector(`tr[data-of="${node.id}"]`),
    verdict: node.dataset.verdict,
    name: lower(node.querySelector("summary")) + lower(node.querySelector("caption")),
    findings: [...node.querySelectorAll("li")].map((item) => ({ item, text: lower(item) })),
  }));
  const groups = [...document.querySelectorAll("#shared li")].map((item) => ({
    item, text: lower(item),
  }));
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const has = (text) => wanted.every((word) => text.includes(word));
    const allowed = new Set(kinds.filter((kind) => kind.checked).map((kind) => kind.value));
    let visible = 0;
    for (const agent of agents) {
      const named = has(agent.name);
      const found = agent.findings.filter((finding) => has(finding.text));
      const show = allowed.has(agent.verdict) && (named || found.length > 0);
      agent.node.hidden = !show;
      if (agent.row) agent.row.hidden = !show;
      for (const finding of agent.findings) finding.item.hidden = !named && !has(finding.text);
      if (show && !named) agent.node.open = true;
      visible += show;
    }
    for (const group of groups) group.item.hidden = !has(group.text);
    shown.textContent = `${visible} of ${agents.length} agents shown`;
  };
  box.hidden = false;
  box.addEventListener("input", apply);
  apply();
})();
"""


def digest(text: str) -> str:
    """Return *text*'s digest as a Content-Security-Policy names it (CSP 3, section 2.3.1)."""
    hashed = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(hashed).decode()}'"
