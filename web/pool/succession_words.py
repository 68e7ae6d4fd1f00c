"""Partners that change, in words: who took over from whom, who was one in a year. Pure."""

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlencode

from markupsafe import Markup
from msgspec.structs import replace

from budget.partners import Partner
from budget.pool import Budget, PartnerFigures
from budget.years import span
from web.markup import link
from web.words import day


def of_year(standing: Budget, absent: Collection[str]) -> Budget:
    """The same without who was no partner in that year and has no figure in it."""
    shown = [each for each in standing.partners if each.ods not in absent or _has_figures(each)]
    return replace(standing, partners=shown)


def _has_figures(each: PartnerFigures) -> bool:
    figures = (
        each.contribution_pence,
        each.issues_pence,
        each.credits_pence,
        each.activity_pence,
        each.committed_pence,
        each.forecast_pence,
    )
    return any(figures)


def notes(ods: str, partners: Sequence[Partner], year: str, base: str) -> list[Markup]:
    """What a reader of a partner's year must know of who came before and after."""
    return [*_after(ods, partners, year, base), *_before(ods, partners, year, base)]


def _after(ods: str, partners: Sequence[Partner], year: str, base: str) -> Iterator[Markup]:
    names = {each.ods: each.name for each in partners}
    _, last = span(year)
    for each in partners:
        if each.ods == ods and each.succeeded_by and each.succeeded_on:
            heir = _linked(base, year, each.succeeded_by, names[each.succeeded_by])
            when = "From" if each.succeeded_on <= last else "Later, from"
            yield Markup("{} {} on, what is posted stands with {}, late credits included.").format(
                when, day(each.succeeded_on), heir
            )


def _before(ods: str, partners: Sequence[Partner], year: str, base: str) -> Iterator[Markup]:
    taken = [each for each in partners if each.succeeded_by == ods]
    for since in sorted({each.succeeded_on for each in taken if each.succeeded_on}):
        names = [
            _linked(base, year, each.ods, each.name) for each in taken if each.succeeded_on == since
        ]
        yield Markup("It took over on {} from {}.").format(day(since), Markup(", ").join(names))


def _linked(base: str, year: str, ods: str, name: str) -> Markup:
    return link(f"{base}/budget/partner?{urlencode({'year': year, 'partner': ods})}", name)
