"""What does not fit together, in words."""

from typing import Any, Final

from budget.refusals import Refusal
from equipment.catalogue.compatibility import FitRule
from equipment.catalogue.fit_rules import KeptRule
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import tag
from web.paging import Slice

RELATIONS: Final = {
    "not_with": "Does not fit with",
    "needs": "Needs one of",
    "at_most": "At most so many for one person",
}
_BY: Final = {"sku": "", "category": "all of ", "iso9999": "class "}
_GOODS_HINT: Final = (
    "A product as sku:BED01, a category as category:Beds, or a class of ISO 9999 as"
    " iso9999:18 12 10."
)


def list_page(found: Slice[KeptRule], relation: str, base: str) -> ListPage:
    """The rules, each with a link to its form."""
    fields = Fields(Filled({"relation": [relation]}))
    address = f"{base}/admin/compatibility"
    return ListPage(
        title="What does not fit together",
        address=address,
        new=("New rule", f"{address}/new"),
        fields=[fields.select("relation", "Kind of rule", {"": "All"} | RELATIONS)],
        head=["Rule", "What prescribers are told", "In force"],
        rows=[_row(rule, address) for rule in found.rows],
        empty="There are no such rules yet.",
        links=found.links,
    )


def form(base: str, filled: Filled | None = None, refusal: Refusal | None = None) -> Form:
    """The form of a new rule."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    hint = _GOODS_HINT
    others = "One a line, written as above. Leave it empty for a largest number."
    shown = [
        fields.text("subject", "What it is about", width=20, spellcheck=False, hint=hint),
        fields.radios("relation", "Rule", RELATIONS),
        fields.lines("others", "Other equipment", rows=4, hint=others),
        fields.text("most", "Largest number for one person", width=3, inputmode="numeric"),
        fields.lines("words", "What prescribers are told", rows=3),
    ]
    said = errors(faults, shown, trouble=trouble)
    return Form(
        title="Error: New rule" if said else "New rule",
        heading="New rule on what does not fit together",
        action=f"{base}/admin/compatibility/new",
        fields=shown,
        errors=said,
        submit="Keep this rule",
        back=f"{base}/admin/compatibility",
    )


def rule_form(
    rule: KeptRule, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> Form:
    """The form of a rule that there is: its words, and whether it is in force."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    shown = [
        fields.lines("words", "What prescribers are told", value=rule.words, rows=3),
        fields.checkboxes(
            "active", "Use", {"true": "In force"}, values=["true"] if rule.active else []
        ),
    ]
    said = errors(faults, shown, trouble=trouble)
    return Form(
        title="Error: A rule on what does not fit together"
        if said
        else "A rule on what does not fit together",
        heading=rule_words(rule),
        action=f"{base}/admin/compatibility/{rule.id}",
        fields=shown,
        errors=said,
        submit="Keep this rule",
        back=f"{base}/admin/compatibility",
    )


def values(filled: Filled) -> dict[str, object]:
    """What was typed, as a rule takes it."""
    others = [line.strip() for line in filled.text("others").splitlines() if line.strip()]
    return {
        "subject": filled.given("subject"),
        "relation": filled.given("relation"),
        "others": others,
        "most": filled.given("most"),
        "words": filled.given("words"),
    }


def rule_words(rule: FitRule) -> str:
    """A rule as a sentence."""
    others = ", ".join(map(_goods, rule.others))
    subject = _goods(rule.subject)
    subject = subject[:1].upper() + subject[1:]
    if rule.relation == "at_most":
        return f"{subject}: at most {rule.most} for one person"
    if rule.relation == "needs":
        return f"{subject}: needs {'one of ' if len(rule.others) > 1 else ''}{others}"
    return f"{subject}: does not fit with {others}"


def _goods(text: str) -> str:
    by, _, what = text.partition(":")
    return f"{_BY.get(by, '')}{what}"


def _row(rule: KeptRule, address: str) -> list[dict[str, Any]]:
    use = tag("In force", "green") if rule.active else tag("Out of force", "grey")
    return [
        {"text": rule_words(rule), "href": f"{address}/{rule.id}"},
        {"text": rule.words},
        {"html": use},
    ]
