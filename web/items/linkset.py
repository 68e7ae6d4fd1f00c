"""A GS1 linkset: what there is to know of an item, for programs (RFC 9264, GS1 Digital Link)."""

from typing import Final

from equipment.requests import Labelled
from labels.digital_link import digital_link

LINKSET_JSON: Final = "application/linkset+json"
MEDIA_TYPES: Final = (LINKSET_JSON, "application/json")
LINK_TYPES: Final = frozenset({"all", "linkset"})
"""What `?linkType=` asks for it with: the older and the newer word of GS1's standard."""

_GS1: Final = "https://gs1.org/voc/"


def linkset(item: Labelled, public_url: str) -> dict[str, object]:
    """The links of an item: its page, and how to give it back. No relation without a target."""
    link = digital_link(public_url, item.giai)
    page = {"href": link, "title": item.product_name, "type": "text/html", "hreflang": ["en"]}
    instructions = page | {"href": f"{link}#give-it-back", "title": "How to give it back"}
    return {
        "linkset": [
            {
                "anchor": link,
                f"{_GS1}defaultLink": [page],
                f"{_GS1}pip": [page],
                f"{_GS1}instructions": [instructions],
            }
        ]
    }


def link_header(item: Labelled, public_url: str) -> str:
    """Where the linkset is, for whoever was given the page."""
    link = digital_link(public_url, item.giai)
    return f'<{link}?linkType=all>; rel="linkset"; type="{LINKSET_JSON}"'
