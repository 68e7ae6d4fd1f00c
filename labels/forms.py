"""The sizes in which labels come, and what of each is whose: symbol, text, margin."""

from dataclasses import dataclass
from typing import Final

from labels.typesetting import Sizes

DOTS_PER_INCH: Final = 300
"""Lengths are dots of 1/300 inch, so that modules are whole pixels of most printers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    One size of label: the symbol at the left, a column of text beside it, all lengths in dots.

    What is dark keeps at least a millimetre from every edge, as much as a printer may be off.
    """

    width: int
    height: int
    symbol_left: int
    symbol_side: int
    """With its quiet zone; the symbol stands at half the label's height."""
    left: int
    right: int
    top: int
    bottom: int
    code: int
    """The em of the code; the ems below are tried in their order, the largest first."""
    name: tuple[int, ...]
    load: int
    load_words: int
    """The em of "Safe working load"; 0 where there is only room for its abbreviation, SWL."""
    service: Sizes
    hint: Sizes
    phone: Sizes


SHEET_24: Final = Form(
    width=750,  # 63.5 mm
    height=400,  # 33.9 mm
    symbol_left=8,
    symbol_side=360,
    left=376,
    right=728,
    top=28,
    bottom=372,
    code=64,
    name=(40, 32, 27, 22),
    load=34,
    load_words=21,
    service=((24, 2), (20, 3)),
    hint=((22, 1),),
    phone=((38, 1), (30, 1), (24, 1), (18, 2)),
)
SHEET_65: Final = Form(
    width=450,  # 38.1 mm
    height=250,  # 21.2 mm
    symbol_left=10,
    symbol_side=225,
    left=237,
    right=438,
    top=15,
    bottom=230,
    code=36,
    name=(27, 23, 20, 18),
    load=22,
    load_words=0,
    service=((20, 2), (17, 3)),
    hint=(),
    phone=((24, 1), (20, 1), (17, 2)),
)
ROLL_51: Final = Form(
    width=602,  # 51 mm
    height=295,  # 25 mm
    symbol_left=12,
    symbol_side=271,
    left=288,
    right=588,
    top=18,
    bottom=273,
    code=54,
    name=(34, 26, 22, 19),
    load=26,
    load_words=17,
    service=((21, 2), (18, 3)),
    hint=((19, 1), (17, 1)),
    phone=((32, 1), (25, 1), (20, 1), (18, 2)),
)
ROLL_57: Final = Form(
    width=673,  # 57 mm
    height=378,  # 32 mm
    symbol_left=14,
    symbol_side=348,
    left=368,
    right=658,
    top=24,
    bottom=354,
    code=52,
    name=(36, 30, 26, 21),
    load=32,
    load_words=17,
    service=((24, 2), (20, 3)),
    hint=((20, 1), (17, 1)),
    phone=((34, 1), (27, 1), (22, 1), (18, 2)),
)
ROLL_76: Final = Form(
    width=897,  # 76 mm
    height=602,  # 51 mm
    symbol_left=20,
    symbol_side=450,
    left=480,
    right=872,
    top=76,
    bottom=526,
    code=72,
    name=(50, 40, 34, 28),
    load=44,
    load_words=22,
    service=((32, 2), (26, 3)),
    hint=((26, 1), (22, 1)),
    phone=((46, 1), (36, 1), (28, 1), (22, 2)),
)
