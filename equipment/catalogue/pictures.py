"""What products look like: pictures that were sent, read by us and written anew."""

import asyncio
import hashlib
import io
import warnings
from datetime import datetime
from typing import Final

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from budget.changes import record
from budget.database import fetch_one, transaction
from budget.refusals import Fault, Missing, Wrong
from budget.wording import sought
from equipment.staff.roles import Caller, check_may

MEDIA_TYPE: Final = "image/webp"
SENT_MAX: Final = 8 << 20
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PIXELS_MAX: Final = 40_000_000
_SIDE_MAX: Final = 1_000
_QUALITY: Final = 80
_BROKEN: Final = "This is no JPEG, PNG or WebP picture, or a broken one."


class Picture(msgspec.Struct, frozen=True):
    """A picture as it is kept: WebP, at most a thousand pixels wide and high."""

    width_px: int
    height_px: int
    bytes: int


async def take(caller: Caller, sku: str, sent: bytes, now: datetime) -> Picture:
    """Keep a product's picture in place of any before it.

    What it is, is found from its content, never from what it is called; where it was taken, and all
    else that a camera writes into it, is left behind. Wrong where it is no picture, Missing where
    there is no such product.
    """
    check_may(caller, "change standing data")
    content, width, height = await asyncio.to_thread(written_anew, sent)
    kept = Picture(width, height, len(content))
    digest = hashlib.sha256(content).digest()
    async with transaction():
        row = await fetch_one(_TAKE, sought(sku), content, width, height, digest, now)
        if row is None:
            raise Missing("product-not-found", "There is no such product.")
        if row["changed"]:
            await record(caller.username, "picture taken", sku, kept)
    return kept


_TAKE: Final = """
with product as (select sku from products where sku = $1), taken as (
    insert into product_pictures as old (sku, content, width_px, height_px, digest, kept_at)
    select sku, $2, $3, $4, $5, $6 from product
    on conflict (sku) do update set content = excluded.content, width_px = excluded.width_px,
        height_px = excluded.height_px, digest = excluded.digest, kept_at = excluded.kept_at
    where old.digest <> excluded.digest
    returning sku
)
select exists (select from taken) as changed from product
"""


async def picture_or_category(sku: str) -> bytes | str | None:
    """A product's picture, else its category; None where there is no such product.

    Nothing of it is anybody's secret: whoever opens it is judged by its caller.
    """
    row = await fetch_one(_PICTURE, sought(sku))
    if row is None:
        return None
    return str(row["category"]) if row["content"] is None else bytes(row["content"])


_PICTURE: Final = """
select category, content from products p
left join product_pictures on product_pictures.sku = p.sku where p.sku = $1
"""


def written_anew(sent: bytes) -> tuple[bytes, int, int]:
    """The picture without anything but its pixels, upright and small; Wrong where it is none."""
    if len(sent) > SENT_MAX:
        raise Wrong([Fault("picture", f"Is larger than {SENT_MAX >> 20} megabytes.")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _written(sent)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise Wrong([Fault("picture", _BROKEN)]) from error


def _written(sent: bytes) -> tuple[bytes, int, int]:
    with Image.open(io.BytesIO(sent), formats=_FORMATS) as opened:
        # Before any pixel is unpacked: a small file may say that it is as large as a house.
        if opened.width * opened.height > _PIXELS_MAX:
            raise Wrong([Fault("picture", "Has more than 40 million pixels.")])
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((_SIDE_MAX, _SIDE_MAX))
        plain = Image.new("RGB", upright.size, "white")
        shown = upright.convert("RGBA")
        plain.paste(shown, mask=shown.getchannel("A"))
    written = io.BytesIO()
    plain.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue(), plain.width, plain.height
