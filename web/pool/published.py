"""A page of the demo alone: the year that it played beside the one that was published."""

from typing import Final

from litestar import Response

from budget.published import Figures, scale_played
from budget.refusals import Missing
from web import pages
from web.pages import PageRequest
from web.pool import published_words
from web.rendering import page


@pages.get("/budget/published", task="read the pool")
async def show_published(request: PageRequest) -> Response[str]:
    """Both years side by side; not there where no demo was played."""
    scale = await scale_played()
    if scale is None:
        raise Missing("page-not-found", "There is no such page.")
    figures = await Figures.of_the_year()
    content = published_words.published_page(figures, scale, request.site.base)
    return page(request, "budget_published.jinja", content)


PAGES: Final = (show_published,)
