"""Draws docs/lifecycle.md from the table that decides: `python -m scripts.lifecycle_diagram`."""

from pathlib import Path
from typing import Final

from equipment.lifecycle import GIVEN_REUSE, LIVE, RULES
from equipment.standing import State

PAGE: Final = Path(__file__).parent.parent / "docs" / "lifecycle.md"

_HEAD: Final = """# The lifecycle of an item

Drawn from `RULES` in `equipment/lifecycle.py` by `python -m scripts.lifecycle_diagram`; a test
holds it to the table. From any live state an item may also be
lost, which the diagram leaves out. Conditions beyond the table (holds, checks in date, owners)
are in the same module.
"""


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page: the diagram of the ways an item goes, then the table of every action."""
    return "\n".join([_HEAD, *_diagram(), "", *_table(), ""])


def _diagram() -> list[str]:
    """Every step that changes the state; what any live item may meet is left to the table."""
    everywhere = {name for name, rule in RULES.items() if rule.sources == LIVE}
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> available: receive, open"]
    lines += ["    [*] --> returned: receive, open", "    [*] --> on_loan: open"]
    for (source, target), actions in _steps(everywhere).items():
        lines.append(f"    {source} --> {target}: {', '.join(actions)}")
    lines += [f"    {state} --> [*]" for state in State if state not in LIVE | {State.LOST}]
    return [*lines, "```"]


def _steps(left_out: set[str]) -> dict[tuple[State, State], list[str]]:
    steps: dict[tuple[State, State], list[str]] = {}
    for action, rule in RULES.items():
        for source in State:
            if source not in rule.sources or rule.target is None or action in left_out:
                continue
            if action == "repair" and source is State.ON_LOAN:
                continue  # Mended at home, it stays there.
            steps.setdefault((source, rule.target), []).append(action)
            if action == "deliver":
                steps.setdefault((source, State.GIVEN), []).append(action)
    return steps


def _table() -> list[str]:
    given = " or ".join(sorted(GIVEN_REUSE))
    lines = ["| action | from | to | refused as |", "| --- | --- | --- | --- |"]
    for action, rule in RULES.items():
        sources = "any live" if rule.sources == LIVE else ", ".join(sorted(rule.sources))
        target = rule.target or "unchanged"
        if action == "deliver":
            target = f"{target}; given ({given} products)"
        if action == "repair":
            target = f"{target}; on_loan stays"
        lines.append(f"| `{action}` | {sources} | {target} | `{rule.slug}` |")
    lines.append("| `undo` | any | the state before | `movement-not-newest` |")
    return lines


if __name__ == "__main__":
    main()
