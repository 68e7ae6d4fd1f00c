"""What fits together."""

import asyncio
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from budget.database import fetch
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.catalogue.compatibility import Clash, FitRule, clashes, clashing, goods_of
from equipment.catalogue.fit_rules import RuleChange, add_rule, change_rule, import_rules, rules
from equipment.catalogue.product_import import import_products
from equipment.catalogue.products import add_product
from tests.equipment.standing_data import ADMINISTRATOR, caller, product
from tests.equipment.test_product_import import NOW
from tests.races import ready

DATA = Path(__file__).parents[2] / "data"
RULE = FitRule(subject="sku:SLI04", relation="needs", others=["sku:HOI03"], words="Take a hoist.")
BAD_LINES = """subject,relation,words,others,most
sku:SLI04,needs,Take a hoist.,sku:HOI03,
sku:SLI04,needs,Again.,sku:HOI03,
sku:NONE,needs,No.,sku:HOI03,
sku:SLI04,likes,No.,sku:HOI03,
sku:SLI04,at_most,No.,,many
=1,needs,No.,sku:HOI03,
"""
GOODS = {
    "RAIL": goods_of("RAIL", "Beds", "18 12 26"),
    "BED": goods_of("BED", "Beds", "18 12 10"),
    "LOW": goods_of("LOW", "Beds", "18 12 10"),
    "LEVER": goods_of("LEVER", "Beds", ""),
}


@pytest.fixture
async def store(database: str) -> str:
    """A store with the catalogue that ships."""
    await import_products(ADMINISTRATOR, (DATA / "catalogue.csv").read_text(), NOW)
    return database


async def _load(*lines: str) -> list[str]:
    """Import these lines; what was said of those that were refused."""
    content = "\n".join(["subject,relation,others,most,words", *lines])
    return [each.error for each in (await import_rules(ADMINISTRATOR, content)).rejected]


def rule(subject: str, relation: str, *others: str, most: int | None = None) -> FitRule:
    """A rule that says "no"."""
    said = {"subject": subject, "relation": relation, "others": list(others), "most": most}
    return msgspec.convert(said | {"words": "no"}, FitRule)


def test_a_product_is_named_by_itself_its_category_and_its_classes() -> None:
    """However the class is written; a text that is none names nothing."""
    named = {"sku:BED", "category:Beds", "iso9999:18", "iso9999:18 12", "iso9999:18 12 10"}
    assert goods_of("BED", "Beds", "18 12 10") == goods_of("BED", "Beds", "181210") == named
    assert goods_of("BED", "Beds", "tbc") == {"sku:BED", "category:Beds"}


@pytest.mark.parametrize(
    ("of", "ordered", "at_home", "expected"),
    [
        (rule("sku:LEVER", "not_with", "iso9999:18 12 10"), ["LEVER"], ["BED"], [("LEVER", "BED")]),
        (rule("sku:LEVER", "not_with", "iso9999:18 12 10"), ["BED"], ["LEVER"], [("BED", "LEVER")]),
        (rule("sku:LEVER", "not_with", "sku:BED"), ["BED", "LEVER"], [], [("BED", "LEVER")]),
        (rule("sku:LEVER", "not_with", "sku:BED"), [], ["BED", "LEVER"], []),
        (rule("sku:LEVER", "not_with", "sku:BED"), ["LEVER"], ["LOW"], []),
        (rule("category:Beds", "not_with", "category:Beds"), ["BED", "BED"], ["BED"], []),
        (rule("sku:RAIL", "needs", "iso9999:18 12 10"), ["RAIL"], [], [("RAIL", None)]),
        (rule("sku:RAIL", "needs", "iso9999:18 12 10"), ["RAIL"], ["LOW"], []),
        (rule("sku:RAIL", "needs", "iso9999:18 12 10"), ["RAIL", "BED"], [], []),
        (rule("sku:RAIL", "needs", "iso9999:18 12 10"), ["LEVER"], ["RAIL"], []),
        (rule("iso9999:18 12 10", "at_most", most=1), ["BED"], ["LOW"], [("BED", None)]),
        (rule("iso9999:18 12 10", "at_most", most=1), ["BED", "BED"], [], [("BED", None)]),
        (rule("iso9999:18 12 10", "at_most", most=1), ["BED"], ["RAIL"], []),
        (rule("iso9999:18 12 10", "at_most", most=1), ["RAIL"], ["BED", "LOW"], []),
        (rule("sku:LEVER", "not_with", "sku:BED"), ["LEVER", "UNKNOWN"], ["GONE"], []),
    ],
)
def test_what_clashes(
    of: FitRule, ordered: list[str], at_home: list[str], expected: list[tuple[str, str | None]]
) -> None:
    """Whichever of a pair is ordered, and never for what is at home alone."""
    found = list(clashing([of], GOODS, ordered, at_home))
    assert found == [Clash(sku, other, "no") for sku, other in expected]


async def test_the_rules_that_ship_are_of_the_catalogue_that_ships(store: str) -> None:
    """All come in, and again as what they are; a sling is held against the hoist at home."""
    assert store
    content = (DATA / "compatibility.csv").read_text()
    first = await import_rules(ADMINISTRATOR, content)
    assert (first.created > 20, first.updated, first.rejected) == (True, 0, [])
    again = await import_rules(ADMINISTRATOR, content)
    assert (again.created, again.updated) == (0, first.created)
    [clash] = await clashes(["SLI04"], ["HOI01", "TOI01"])
    assert clash.sku == "SLI04"
    assert await clashes(["SLI01"], ["HOI01"]) == []
    assert await clashes(["BED01", "MAT01", "TOI01"], ["TOI02"]) == []
    overlay = await clashes(["BED01", "BED08", "MAT04"], [])
    assert [(clash.sku, clash.other) for clash in overlay] == [("BED08", "MAT04")]


async def test_a_rule_out_of_force_warns_nobody(store: str) -> None:
    """And does again when it is back, in its new words."""
    assert store
    kept = await add_rule(ADMINISTRATOR, RULE)
    assert len(await clashes(["SLI04"], [])) == 1
    assert not (await change_rule(ADMINISTRATOR, kept.id, RuleChange(active=False))).active
    assert await clashes(["SLI04"], []) == []
    await change_rule(ADMINISTRATOR, kept.id, RuleChange(words=" Look \n again. ", active=True))
    assert await clashes(["SLI04"], []) == [Clash("SLI04", None, "Look again.")]
    with pytest.raises(Missing):
        await change_rule(ADMINISTRATOR, UUID(int=1), RuleChange(active=False))


async def test_the_same_rule_twice_at_once_is_one(store: str) -> None:
    """However its goods are written; the other is refused as `exists`."""
    assert store
    await ready()
    beds = FitRule(subject="iso9999:181210", relation="at_most", most=1, words="One.")
    same = msgspec.structs.replace(beds, subject="iso9999: 18 12 10", most=2)
    both = await asyncio.gather(
        add_rule(ADMINISTRATOR, beds), add_rule(ADMINISTRATOR, same), return_exceptions=True
    )
    assert [each.slug for each in both if isinstance(each, Refused)] == ["exists"]
    [kept] = await rules(ADMINISTRATOR, None, after=None, limit=5)
    assert kept.subject == "iso9999:18 12 10"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"subject": "sku:NONE"}, ["subject"]),
        ({"subject": "colour:red"}, ["subject"]),
        ({"subject": "sku: "}, ["subject"]),
        ({"subject": "sku:\0"}, ["subject"]),
        ({"subject": "iso9999:eighteen"}, ["subject"]),
        ({"others": []}, ["others"]),
        ({"others": ["category:None", "sku:NONE"]}, ["others", "others"]),
        ({"others": [f"sku:{n}" for n in range(51)]}, ["others"]),
        ({"most": 2}, ["most"]),
        ({"relation": "at_most"}, ["most", "others"]),
        ({"relation": "at_most", "others": [], "most": 0}, ["most"]),
        ({"words": " "}, ["words"]),
    ],
)
async def test_a_rule_that_could_never_warn_is_not_kept(
    store: str, change: dict[str, object], fields: list[str]
) -> None:
    """Every wrong field is named; nothing is written."""
    assert store
    with pytest.raises(Wrong) as refusal:
        await add_rule(ADMINISTRATOR, msgspec.structs.replace(RULE, **change))
    assert [fault.field for fault in refusal.value.faults] == fields
    assert await rules(ADMINISTRATOR, None, after=None, limit=5) == []


async def test_a_bad_line_stops_no_other(store: str) -> None:
    """Each says what is wrong with it; a dry run says the same and keeps nothing."""
    assert store
    dry = await import_rules(ADMINISTRATOR, BAD_LINES, dry_run=True)
    assert await rules(ADMINISTRATOR, None, after=None, limit=5) == []
    assert dry == await import_rules(ADMINISTRATOR, BAD_LINES)
    assert (dry.created, [each.line for each in dry.rejected]) == (1, [3, 4, 5, 6, 7])
    assert dry.rejected[0].error == "subject: Is repeated from line 2."


async def test_only_an_administrator_changes_rules(store: str) -> None:
    """A prescriber reads them, and is told no."""
    assert store
    kept = await add_rule(ADMINISTRATOR, RULE)
    nurse = caller("prescriber")
    with pytest.raises(NotAllowed):
        await add_rule(nurse, RULE)
    with pytest.raises(NotAllowed):
        await change_rule(nurse, kept.id, RuleChange(active=False))
    with pytest.raises(NotAllowed):
        await import_rules(nurse, "subject,relation,words\n")
    assert await rules(nurse, "needs", after=None, limit=5) == [kept]
    assert await rules(nurse, "at_most", after=None, limit=5) == []


@pytest.mark.usefixtures("database")
async def test_several_of_one_product_are_counted() -> None:
    """A product stands in the lists as often as there are pieces of it."""
    await add_product(ADMINISTRATOR, product("BED01", iso9999="18 12 10"), NOW)
    await _load("category:Beds,at_most,,2,Two are enough.")
    assert await clashes(["BED01", "BED01"], []) == []
    assert len(await clashes(["BED01", "BED01"], ["BED01"])) == 1
    assert len(await fetch("select from fit_rules")) == 1
