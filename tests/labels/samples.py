"""Labels to print, and how a scanner sees what was printed."""

from dataclasses import replace
from random import Random

import zxingcpp
from PIL import Image, ImageDraw

from labels.code import CODES, write_code
from labels.layout import Label

LABEL = Label(
    link="https://kit.example.org/8004/95212341000000Q",
    code="1000000Q",
    product_name="Profiling bed, electric, with rails",
    service_name="Nottinghamshire Community Equipment Service",
    service_phone="0115 496 0199",
    max_user_kg=190,
)
LONGEST = Label(
    link="https://equipment.nottinghamshire.example.org/8004/95212341000000Q",
    code="WWWWWWWH",
    product_name="Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterung " * 5,
    service_name="Nottingham and Nottinghamshire Integrated Community Equipment Service " * 3,
    service_phone="+44 (0)115 496 0199 extension 12345, then 6 " * 2,
    max_user_kg=1000,
)
WIDE = replace(
    LONGEST,
    link=LABEL.link,
    product_name="電動病床、附護欄、可調高度 🛏️ Ψηφιακή κλίνη кровать " * 3,
    service_name="تجهيزات المجتمع — Społeczność Ünïçødé ﷽ ﷽",
    service_phone="Ⅷ" * 40,
)
HOSTILE = replace(
    LABEL,
    product_name="^XZ^XA~JA_5E\\&^FS</text>&amp;) Tj ET \\) (",
    service_name="~DGR:A.GRF,1,1,FF ^FD_ \\ <script>",
    service_phone="^PQ999~_^\\",
)
LABELS = (LABEL, LONGEST, WIDE, HOSTILE)


def several(count: int, like: Label = LABEL) -> list[Label]:
    """Make labels of so many items: each its own code and link, with and without a load."""
    random = Random(count)
    codes = [write_code(random.randrange(CODES)) for _ in range(count)]
    stem = like.link.removesuffix("1000000Q")
    loads = (like.max_user_kg, None)
    return [
        replace(like, code=code, link=stem + code, max_user_kg=loads[number % 2])
        for number, code in enumerate(codes)
    ]


def scanned(image: Image.Image) -> list[str]:
    """Read all symbols of a picture."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


def black_and_white(image: Image.Image) -> Image.Image:
    """Leave no grey, as a printer does that has one ink."""
    return image.convert("L").point(lambda level: 255 if level > 127 else 0)


def with_corner_gone(image: Image.Image, share: float) -> Image.Image:
    """Scratch away so much of a label's symbol, from the corner that has no finder pattern."""
    [found] = zxingcpp.read_barcodes(image)
    place = found.position
    width = place.bottom_right.x - place.top_left.x
    side = round(width * share**0.5)
    corner = (place.bottom_right.x - side, place.bottom_right.y - side)
    scratched = image.copy()
    end = (place.bottom_right.x + 1, place.bottom_right.y + 1)
    ImageDraw.Draw(scratched).rectangle((corner, end), fill="white")
    return scratched
