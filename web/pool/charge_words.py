"""Charges that no scan makes in words: what each is for, who wants it, who has decided. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from budget.charges import WORDS, Placed, PoolCharge
from budget.partners import Partner
from budget.proposals import TEXT_MAX
from budget.refusals import Refusal
from budget.years import year_of
from equipment.staff.roles import Caller
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.paging import Slice
from web.proposal_words import STATUSES, ProposalPage, Subject, proposal_page, standing
from web.words import day, pounds

_ACCOUNTS: Final[Mapping[str, str]] = {
    "activity": "Activity",
    "issues": "Issues",
    "credits": "Credits",
}
_WAYS: Final[Mapping[str, str]] = {
    "charge": "The partner is charged",
    "give back": "The partner gets it back",
}
_ABOUT: Final = (
    "For what no scan charges. Somebody else approves it or declines it; nothing is posted before."
    " Name no person in the reason: partners read it."
)
_APPROVING: Final = (
    "It is posted at once. Nothing posted is ever changed: what was wrong is corrected by another"
    " charge."
)
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChargeList:
    """Charges, oldest first."""

    title: str
    back: str
    address: str
    new: str | None
    fields: list[Field]
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str
    links: dict[str, dict[str, str]]


def list_page(
    found: Slice[PoolCharge], status: str, names: Mapping[str, str], caller: Caller, base: str
) -> ChargeList:
    """Charges with what each is for and how it stands."""
    statuses = {key: words for key, (words, _) in STATUSES.items()} | {"": "All"}
    fields = Fields(Filled({"status": [status]}))
    may_propose = caller.may("propose charges")
    return ChargeList(
        title="Charges",
        back=f"{base}/budget",
        address=f"{base}/budget/charges",
        new=f"{base}/budget/charges/new" if may_propose else None,
        fields=[fields.select("status", "Show", statuses)],
        head=[
            {"text": "What"},
            {"text": "Partner"},
            _right("Amount"),
            {"text": "Day"},
            {"text": "Proposed by"},
            {"text": "Standing"},
        ],
        rows=[_listed(each, names, base) for each in found.rows],
        empty="No charge is to be decided." if status == "proposed" else "There are none.",
        links=found.links,
    )


def _listed(charge: PoolCharge, names: Mapping[str, str], base: str) -> list[_Cell]:
    return [
        {"html": link(f"{base}/budget/charges/{charge.id}", WORDS[charge.kind])},
        {"text": names.get(charge.partner, charge.partner)},
        _right(pounds(charge.pence)),
        {"text": day(charge.happened_on)},
        {"text": charge.proposed_by},
        {"html": standing(charge.status)},
    ]


def values(filled: Filled) -> dict[str, object]:
    """What was typed, as the domain takes it: what a partner gets back is less than nothing."""
    pence = filled.pence("pence")
    if filled.text("way") == "give back" and isinstance(pence, int):
        pence = -pence
    given: dict[str, object] = {
        name: filled.given(name) for name in ("id", "kind", "partner", "account", "reason")
    }
    return given | {"pence": pence, "happened_on": filled.day("happened_on")}


def charge_form(
    partners: Sequence[Partner],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that proposes a charge."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    made = Fields(filled, faults)
    named = {"": "Choose a partner"} | {each.ods: f"{each.name} ({each.ods})" for each in partners}
    about_figure = "Only a correction is of issues or credits; all else is activity."
    fields = [
        made.hidden("id", uuid4()),
        made.radios("kind", "Kind of charge", dict[str, str](WORDS.items())),
        made.select("partner", "Partner", named),
        made.text("pence", "Amount", prefix="£", width=10, inputmode="decimal"),
        made.radios("way", "Which way", _WAYS, value="charge"),
        made.radios(
            "account", "Figure it counts in", _ACCOUNTS, value="activity",
            hint=about_figure,
        ),
        made.day("happened_on", "Day it is for", hint="In a closed month it counts late."),
        made.lines("reason", "Reason", rows=3, maxlength=TEXT_MAX),
    ]  # fmt: skip
    wrong = errors(faults, fields, trouble=trouble)
    heading = "Propose a charge"
    return Form(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        action=f"{base}/budget/charges/new",
        fields=fields,
        errors=wrong,
        submit="Propose it",
        back=f"{base}/budget/charges",
        paragraphs=(_ABOUT,),
    )


def charge_page(
    shown: PoolCharge,
    found: tuple[Partner, Placed | None, Partner],
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> ProposalPage:
    """A charge, for whom, where it is posted and who pays it; its proposer does not decide."""
    path = f"{base}/budget/charges"
    subject = Subject(
        heading=WORDS[shown.kind],
        path=path,
        back=path,
        back_words="Back to charges",
        approving=_APPROVING,
        task="decide on charges",
    )
    payer, placed, heir = found
    told = [*_told(shown, payer), *(_placed(shown, placed, heir, base) if placed else ())]
    return proposal_page(shown, subject, told, caller, filled=filled, refusal=refusal)


def _told(shown: PoolCharge, payer: Partner) -> Iterator[tuple[str, str]]:
    yield "Partner", f"{payer.name} ({payer.ods})"
    yield "Way", _WAYS["charge" if shown.pence > 0 else "give back"]
    yield "Amount", pounds(abs(shown.pence))
    yield "Figure it counts in", _ACCOUNTS[shown.account]
    yield "Day it is for", day(shown.happened_on)
    yield "Reason", shown.reason


def _placed(
    shown: PoolCharge, placed: Placed, heir: Partner, base: str
) -> Iterator[tuple[str, str]]:
    """On which day it counts, at whose cost, and what is unusual about that."""
    posted = shown.status == "approved"
    words = day(placed.posted_on)
    if posted:
        asked = {
            "year": year_of(placed.posted_on),
            "partner": heir.ods,
            "month": f"{placed.posted_on:%Y-%m}",
        }
        words = link(f"{base}/budget/statement?{urlencode(asked)}", words)
    if placed.late:
        words += ", late: the month it is for is closed"
    yield "Posted on" if posted else "Would be posted on", words
    if heir.ods != shown.partner:
        yield "Paid by", f"{heir.name} ({heir.ods}), which has taken over by that day"
    if placed.earliest:
        yield "Look at the day again", _EARLIEST


_EARLIEST: Final = (
    "Nothing was posted as early as that. If it is approved, the months from then on have to be"
    " closed one after another."
)


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
