"""Who bears what and what each would owe, and the agreements behind that, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from budget.partners import Partner
from budget.proposals import TEXT_MAX
from budget.refusals import Fault, Refusal, Wrong
from budget.sharing.agreements import Agreement
from budget.sharing.owing import Owes, Owing
from equipment.staff.roles import Caller
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.pool.behind_words import opening, partner_address
from web.proposal_words import ProposalPage, Subject, proposal_page, standing
from web.words import day, listed, moment, pounds

LINES: Final[Mapping[str, str]] = {
    "equipment": "Equipment",
    "activity": "Activity",
    "charges": "Other charges",
}
_OWES: Final = (
    "Owes today: what each put in and its part of what was spent beyond that, if the year ended"
    " today. At year end: the same, if it ends as is forecast."
)
_LINES: Final = (
    "Equipment is issues less credits. Activity is visits, cleaning and repairs, and stock that is"
    " charged as it comes in. Other charges are those that people make, such as management fees."
)
_HOW: Final = (
    "Of each cost line so much is borne by use, that is, by whom it was charged to; the rest is put"
    " together and borne by the fixed shares. What was spent beyond what all put in, or was not"
    " spent of it, is divided in proportion to what each bears, to the penny."
)
_CAPPED: Final = (
    "Nobody owes more beyond their contribution than the cap; what it keeps off is the others' to"
    " bear. If all have reached theirs, the rest is divided as if there were no cap. Who put"
    " nothing in has none, and what comes back knows none."
)
_UNAGREED: Final = (
    "Nothing was agreed for this year: all is shared in proportion to what each put in."
)
_BEYOND: Final = "Everybody has reached the cap: the rest was divided as if there were none."
_ABOUT: Final = (
    "It holds from the first of a month on, once somebody else has approved it. What was agreed"
    " before stays as it was for the months before."
)
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SharesPage:
    """What each bears and owes in a year, and what was agreed for it."""

    title: str
    back: str
    said: list[str]
    new: str | None
    lines_head: list[_Cell]
    lines: list[list[_Cell]]
    head: list[_Cell]
    rows: list[list[_Cell]]
    agreements_head: list[str]
    agreements: list[list[_Cell]]
    empty: str


def shares_page(found: Owing, agreed: Sequence[Agreement], caller: Caller, base: str) -> SharesPage:
    """The page of a year."""
    query = urlencode({"year": found.year})
    said = [_stands(found), _OWES, *((_HOW, _LINES) if found.agreements else (_UNAGREED,))]
    if any(each.cap_pence is not None for each in found.partners):
        said.append(_CAPPED)
    if found.beyond_caps:
        said.append(_BEYOND)
    by_line = bool(found.agreements)
    return SharesPage(
        title=f"Who bears what, {found.year}",
        back=f"{base}/budget?{query}",
        said=said,
        new=f"{base}/budget/shares/new?{query}" if caller.may("propose sharing") else None,
        lines_head=_head("Partner", *LINES.values(), "Together"),
        lines=[_line(each) for each in found.partners] if by_line else [],
        head=_head("Partner", "Put in", "Own use", "Bears", "Beyond", "Owes today",
            "At year end"),
        rows=[*(_owes(each, found, base) for each in found.partners), _whole(found)]
        if found.partners else [],
        agreements_head=["Holds from", "By use", "Cap", "Proposed", "Standing"],
        agreements=[_agreement(each, base) for each in agreed],
        empty="Nothing was proposed for this year.",
    )  # fmt: skip


def _stands(found: Owing) -> str:
    over = found.overspend_pence
    if over > 0:
        return f"By {day(found.as_of)}, {pounds(over)} more was spent than all put in."
    return f"By {day(found.as_of)}, {pounds(-over)} of what all put in was not spent."


def _line(each: Owes) -> list[_Cell]:
    parts = (each.lines_pence.get(line, 0) for line in LINES)
    return [{"text": each.name}, *map(_amount, parts), _amount(each.borne_pence)]


def _owes(each: Owes, found: Owing, base: str) -> list[_Cell]:
    opens = partner_address("net", found.year, each.ods, found.as_of, base)
    told = (
        each.borne_pence,
        each.overspend_share_pence,
        each.owes_pence,
        each.forecast_owes_pence,
    )
    return [
        {"text": each.name},
        _amount(each.contribution_pence),
        opening(each.net_pence, opens),
        *map(_amount, told),
    ]


def _whole(found: Owing) -> list[_Cell]:
    names = ("contribution", "net", "borne", "overspend_share", "owes", "forecast_owes")
    sums = (sum(getattr(each, f"{name}_pence") for each in found.partners) for name in names)
    return [{"text": "The pool"}, *map(_amount, sums)]


def _agreement(each: Agreement, base: str) -> list[_Cell]:
    return [
        {"html": link(f"{base}/budget/shares/{each.id}", day(each.holds_from))},
        {"text": _rule(each)},
        {"text": _cap(each)},
        {"text": f"{each.proposed_by}, {moment(each.proposed_at)}"},
        {"html": standing(each.status)},
    ]


def _rule(each: Agreement) -> str:
    return listed(
        [f"{LINES[line].lower()} {getattr(each, f'{line}_by_use_percent')}%" for line in LINES]
    )


def _cap(each: Agreement) -> str:
    return "None" if each.cap_percent is None else f"{each.cap_percent}% of what each put in"


def agreement_page(
    shown: Agreement,
    names: Mapping[str, str],
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> ProposalPage:
    """One agreement; who proposed it does not decide on it."""
    subject = Subject(
        heading=f"How costs are shared from {day(shown.holds_from)}",
        path=f"{base}/budget/shares",
        back=f"{base}/budget/shares?{urlencode({'year': shown.year})}",
        back_words="Back to who bears what",
        approving="It holds from its day on. Another may follow it; none is ever rewritten.",
        task="decide on sharing",
    )
    told = _told(shown, names)
    return proposal_page(shown, subject, told, caller, filled=filled, refusal=refusal)


def _told(shown: Agreement, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "Financial year", shown.year
    for line, words in LINES.items():
        yield f"{words}: by use", f"{getattr(shown, f'{line}_by_use_percent')}%"
    if not shown.shares:
        yield "Fixed shares", "In proportion to what each put in"
    for ods, share in shown.shares.items():
        yield f"Fixed share of {names.get(ods, ods)}", f"{share / 100:.2f}%"
    yield "Most that a partner owes beyond what it put in", _cap(shown)
    yield "Why", shown.reason


def values(filled: Filled, known: Sequence[Partner]) -> dict[str, object]:
    """What was typed, as AgreementProposal takes it. Raises Wrong where a share is no percentage.

    The shares as they were typed, so that each fault is about a field of the form.
    """
    shares, faults = {}, []
    for each in known:
        if text := filled.text(_field(each.ods)):
            share = _hundredths(text)
            if share is None:
                words = "Write a percentage such as 12.5, with at most two places."
                faults.append(Fault(_field(each.ods), words))
            elif share:
                shares[each.ods] = share
    if faults:
        raise Wrong(faults)
    plain = ("id", "year", "reason", "cap_percent", *(f"{line}_by_use_percent" for line in LINES))
    given: dict[str, object] = {name: filled.given(name) for name in plain}
    return given | {"holds_from": filled.day("holds_from"), "shares": shares}


def _hundredths(text: str) -> int | None:
    whole, _, part = text.rstrip("% ").partition(".")
    digits = whole + part.ljust(2, "0")
    if not (digits.isascii() and digits.isdigit()) or len(part) > 2 or len(whole) > 3:  # noqa: PLR2004 - see the fault
        return None
    return int(digits)


def _field(ods: str) -> str:
    return f"share-{ods}"


def agreement_form(
    known: Sequence[Partner],
    year: str,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form for an agreement; by use and without a cap at first."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    percent = {"width": 4, "inputmode": "decimal", "suffix": "%"}
    shown = [
        fields.hidden("id", uuid4()),
        fields.hidden("year", year),
        fields.day("holds_from", "Holds from", value=f"{year[:4]}-04-01",
            hint={"text": "The first day of a month of the financial year."}),
        *(
            fields.text(f"{line}_by_use_percent", f"{words}: borne by use", value=100, **percent)
            for line, words in LINES.items()
        ),
        *(fields.text(_field(each.ods), f"Fixed share of {each.name}", **percent)
            for each in known),
        fields.text("cap_percent", "Cap: most that a partner owes beyond what it put in", **percent,
            hint={"text": "In percent of what it put in. Leave it empty for no cap."}),
        fields.lines("reason", "Why", rows=3, maxlength=TEXT_MAX),
    ]  # fmt: skip
    return Form(
        title="Propose how costs are shared",
        heading="Propose how costs are shared",
        caption=year,
        action=f"{base}/budget/shares/new",
        fields=shown,
        errors=errors(faults, shown, trouble=trouble) if refusal is not None else [],
        submit="Propose it",
        back=f"{base}/budget/shares?{urlencode({'year': year})}",
        paragraphs=(
            _ABOUT,
            (
                "The rest of each line is borne by the fixed shares, which come to 100%. Leave all"
                " of them empty to share it in proportion to what each put in."
            ),
        ),
    )


def _head(*words: str) -> list[_Cell]:
    return [{"text": words[0]}, *({"text": each, "format": "numeric"} for each in words[1:])]


def _amount(pence: int) -> _Cell:
    return {"text": pounds(pence), "format": "numeric"}
