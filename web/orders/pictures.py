"""What products look like, as a browser loads it."""

import re
from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing
from equipment.catalogue.pictures import MEDIA_TYPE, picture_or_category
from web import pages
from web.assets import asset_folder, has_asset
from web.pages import PageRequest

# The address says which picture it is; whoever was signed in may keep it, no store between.
_KEPT: Final = "private, max-age=31536000, immutable"
_FOLDER: Final = "kitback/pictograms"
_NOT_WORDS: Final = re.compile(r"[^a-z0-9]+")


@pages.get("/products/{sku:str}/picture", task="read standing data")
async def show_picture(request: PageRequest, sku: FromPath[str]) -> Response[bytes]:
    """A product's picture; of one without, what stands for its category."""
    shown = await picture_or_category(sku)
    if shown is None:
        raise Missing("product-not-found", "There is no such product.")
    if isinstance(shown, bytes):
        kept = _KEPT if "v" in request.query_params else "no-cache"
        return Response(shown, media_type=MEDIA_TYPE, headers={"Cache-Control": kept})
    where = f"{request.site.base}{asset_folder()}/{pictogram(shown)}"
    headers = {"Location": where, "Cache-Control": "no-cache"}
    return Response(b"", status_code=302, headers=headers)


def pictogram(category: str) -> str:
    """The drawing that stands for a category; that of a parcel where there is none for it."""
    name = f"{_FOLDER}/{_NOT_WORDS.sub('-', category.lower()).strip('-')}.svg"
    return name if has_asset(name) else f"{_FOLDER}/other.svg"


PAGES: Final = (show_picture,)
