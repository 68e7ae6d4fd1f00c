"""A document of headings and rows, on as many sheets of A4 as it takes: a report, a certificate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # ships no py.typed
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # the same

from labels.sheet import ONE_AT_A_TIME, register_fonts
from labels.typesetting import Face, fit

_MARGIN: Final = 48
_LABEL_WIDTH: Final = 160
_WIDTH: Final = 595 - 2 * _MARGIN
_LEADING: Final = 1.35
_LINES_MAX: Final = 200
_TITLE, _HEADING, _TEXT, _SMALL = 18, 12, 9, 7


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what is said under it: each with what it is."""

    heading: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Document:
    """What is on the sheets; the footer stands on each of them, with its number."""

    title: str
    sections: Sequence[Section]
    footer: str


def drawn(document: Document) -> bytes:
    """Draw it; equal documents give equal bytes."""
    out = BytesIO()
    with ONE_AT_A_TIME:
        register_fonts()
        canvas = Canvas(
            out, pagesize=A4, pageCompression=1, invariant=1,
            initialFontName=Face.PLAIN.name, lang="en-GB",
        )  # fmt: skip
        canvas.setTitle(document.title)
        canvas.setAuthor("Kitback")
        sheets = _Sheets(canvas, document.footer)
        sheets.lines(document.title, Face.BOLD, _TITLE)
        for section in document.sections:
            sheets.section(section)
        sheets.end()
        canvas.save()
    return out.getvalue()


class _Sheets:
    """Where on which sheet the next line comes to stand."""

    def __init__(self, canvas: Any, footer: str) -> None:
        self._canvas, self._footer, self._number = canvas, footer, 1
        self._y = A4[1] - _MARGIN

    def section(self, section: Section) -> None:
        self._y -= _HEADING
        self._room(4 * _HEADING)
        self.lines(section.heading, Face.BOLD, _HEADING)
        for label, text in section.rows:
            self._row(label, text)

    def lines(self, text: str, face: Face, size: int) -> None:
        for line in _lines(text, face, size, _WIDTH):
            self._room(size * _LEADING)
            self._y -= size * _LEADING
            self._draw(_MARGIN, line, face, size)

    def _row(self, label: str, text: str) -> None:
        names = list(_lines(label, Face.BOLD, _TEXT, _LABEL_WIDTH - 8))
        said = list(_paragraphs(text))
        for n in range(max(len(names), len(said))):
            self._room(_TEXT * _LEADING)
            self._y -= _TEXT * _LEADING
            if n < len(names):
                self._draw(_MARGIN, names[n], Face.BOLD, _TEXT)
            if n < len(said):
                self._draw(_MARGIN + _LABEL_WIDTH, said[n], Face.PLAIN, _TEXT)
        self._y -= 3

    def _draw(self, x: float, line: str, face: Face, size: int) -> None:
        self._canvas.setFont(face.name, size)
        self._canvas.drawString(x, self._y, line)

    def _room(self, height: float) -> None:
        if self._y - height < 2 * _MARGIN:
            self.end()
            self._number += 1
            self._y = A4[1] - _MARGIN

    def end(self) -> None:
        self._canvas.setFont(Face.PLAIN.name, _SMALL)
        foot = _lines(self._footer, Face.PLAIN, _SMALL, _WIDTH - 60)
        for n, line in enumerate(foot):
            self._canvas.drawString(_MARGIN, _MARGIN - n * _SMALL * _LEADING, line)
        self._canvas.drawRightString(A4[0] - _MARGIN, _MARGIN, f"Sheet {self._number}")
        self._canvas.showPage()


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        yield from _lines(paragraph, Face.PLAIN, _TEXT, _WIDTH - _LABEL_WIDTH)


def _lines(text: str, face: Face, size: int, width: float) -> Iterator[str]:
    yield from (line for _, line in fit(text, face, [(size, _LINES_MAX)], width))
