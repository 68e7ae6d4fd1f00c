"""What the crew is warned of at a stop, in their words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from logistics.phones.pack_items import PackedItem
from logistics.visits.visit_form import ShownLine


def cautions_for(
    lines: Sequence[ShownLine],
    items: Mapping[str, PackedItem],
    weight_kg: int | None,
    day: date,
) -> list[str]:
    """One sentence for each thing that must not be done, or only with care."""
    found: list[str] = []
    for line in lines:
        if line.outcome is not None or line.kind not in {"delivery", "swap"}:
            continue
        for code in line.items:
            item = items.get(code)
            if item is not None and line.kind == "delivery":
                found += _not_to_be_delivered(item, day)
                found += _too_heavy_for(item, weight_kg)
    return list(dict.fromkeys(found))


def _not_to_be_delivered(item: PackedItem, day: date) -> Iterator[str]:
    what = f"Do not deliver this {item.name.lower()} ({item.code})."
    if item.state == "on_loan":
        return
    if item.on_hold:
        yield f"{what} {(item.held_why or 'It is on hold').rstrip('.')}. Call the depot."
    for kind, words in (("loler", "safety check"), ("service", "service")):
        due: date | None = getattr(item.due, kind)
        if due is not None and due < day:
            yield f"{what} Its {words} ran out on {due.day} {due:%B}. Call the depot."


def _too_heavy_for(item: PackedItem, weight_kg: int | None) -> Iterator[str]:
    if weight_kg is not None and item.max_user_kg is not None and weight_kg > item.max_user_kg:
        yield (
            f"This {item.name.lower()} ({item.code}) carries {item.max_user_kg} kg,"
            " and is not strong enough for this person. Call the depot."
        )
