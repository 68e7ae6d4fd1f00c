"""The administrator's rules in words: their lists, and the forms that enter them."""

from collections.abc import Sequence
from typing import Any, Final

from budget.partners import Partner
from budget.refusals import Refusal
from equipment.catalogue.choices import CatalogueChoice
from equipment.people.care_homes import CareHomeRule
from equipment.people.funder_rules import FunderRule
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import tag
from web.paging import Slice
from web.words import day

RULE_KINDS: Final = {"gp_practice": "GP practice", "postcode": "Postcode"}
_ABOVE: Final = {
    "show": "Shown, marked “Needs approval”",
    "hide": "Not shown at all",
}
_DAY: Final = {"text": "For example, 1 4 2027"}


def funders_page(found: Slice[FunderRule], kind: str, base: str) -> ListPage:
    """Every rule, in the order in which it was entered."""
    fields = Fields(Filled({"kind": [kind]}))
    return ListPage(
        "Who pays for whom",
        ["Of whom", "Who pays", "From", "Entered by"],
        [
            [
                {"text": f"{RULE_KINDS[rule.kind]} {rule.key}"},
                {"text": rule.partner},
                {"text": day(rule.from_on)},
                {"text": rule.entered_by},
            ]
            for rule in found.rows
        ],
        "There are no rules yet: who pays is said with each person.",
        found.links,
        f"{base}/admin",
        address=f"{base}/admin/funder-rules",
        fields=[fields.select("kind", "Show", {"": "All rules"} | RULE_KINDS)],
        new=("Enter a rule", f"{base}/admin/funder-rules/new"),
        paragraphs=(
            (
                "A practice goes before a postcode, its narrower part before the wider"
                " one, and of two rules for the same the later one that has begun."
            ),
        ),
    )


def funder_form(
    known: Sequence[Partner],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form for a new rule about who pays."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    payers = {"": "Choose"} | {each.ods: f"{each.name} ({each.ods})" for each in known}
    each = [
        fields.radios("kind", "It goes by", RULE_KINDS, called="GP practice or postcode"),
        fields.text(
            "key", "ODS code of the practice, or postcode", width=10, spellcheck=False,
            hint="Such as C84001; or NG, NG24, NG24 1, NG24 1AA.",
        ),
        fields.select("partner", "Who pays", payers, called="Partner"),
        fields.day("from", "From which day on", hint=_DAY, called="First day"),
    ]  # fmt: skip
    said = errors(faults, each, trouble=trouble)
    return _form("New rule: who pays", f"{base}/admin/funder-rules", each, said)


def care_homes_page(found: Slice[CareHomeRule], base: str) -> ListPage:
    """Every rule, in the order in which it was entered."""
    return ListPage(
        "What care homes are given",
        ["What", "Provided", "Why", "From", "Entered by"],
        [
            [
                {"text": rule.sku or rule.category or ""},
                {"html": tag("Yes", "green") if rule.provided else tag("No", "red")},
                {"text": rule.reason},
                {"text": day(rule.from_on)},
                {"text": rule.entered_by},
            ]
            for rule in found.rows
        ],
        "There are no rules yet: care homes are given everything.",
        found.links,
        f"{base}/admin",
        new=("Enter a rule", f"{base}/admin/care-home-rules/new"),
        paragraphs=(
            (
                "A rule for a product goes before one for its category, and of two for the same the"
                " later one that has begun."
            ),
        ),
    )


def care_home_form(
    categories: Sequence[str],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form for a new rule about care homes."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    known = {"": "None: only the product above"} | {each: each for each in categories}
    provided = {"true": "Yes", "false": "No, the home has to"}
    each = [
        fields.text(
            "sku", "SKU of a product", width=10, spellcheck=False, hint="Or leave it empty."
        ),
        fields.select("category", "Or all of a category", known),
        fields.radios("provided", "Is it provided to care homes?", provided),
        fields.text("reason", "Why", hint="Prescribers read this when they order it."),
        fields.day("from", "From which day on", hint=_DAY, called="First day"),
    ]
    said = errors(faults, each, trouble=trouble)
    return _form("New rule: care homes", f"{base}/admin/care-home-rules", each, said)


def choice_form(
    choice: CatalogueChoice,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form with what was chosen."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    field = Fields(filled, faults).radios(
        "above_level", "Products above a prescriber's level are", _ABOVE,
        value=choice.above_level, called="Way to show them",
    )  # fmt: skip
    said = errors(faults, [field], trouble=trouble)
    heading = "What prescribers see"
    more: dict[str, Any] = {"action": f"{base}/admin/choices", "back": f"{base}/admin"}
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        fields=[field],
        errors=said,
        submit="Keep this",
        paragraphs=("It holds in the catalogue and in orders, for everybody, at once.",),
        **more,
    )


def _form(heading: str, address: str, each: list[Field], said: list[dict[str, str]]) -> Form:
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        action=f"{address}/new",
        fields=each,
        errors=said,
        submit="Enter the rule",
        back=address,
    )
