"""What a phone's camera sees: labels, one after the other, as they are in a hallway."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageEnhance

SIZE: Final = (1280, 720)
_WALL: Final = (96, 90, 84)
_HELD: Final = 40
_AWAY: Final = 10
LABEL_S: Final = (_HELD + _AWAY) / 30
"""How long each label takes of the film, at the browser's thirty frames a second."""
Picture: TypeAlias = Image.Image


def shoot(path: Path, labels: Iterable[bytes], manners: Sequence[str] = ("plain",)) -> Path:
    """Film labels (PNG), each for more than a second, as Motion JPEG; a browser plays it in a loop.

    `manners` are taken in turn: plain, turned, small, half-lit, scratched.
    """
    wall = _jpeg(Image.new("RGB", SIZE, _WALL))
    with path.open("wb") as film:
        for number, label in enumerate(labels):
            film.write(wall * _AWAY + frame(label, manners[number % len(manners)]) * _HELD)
        film.write(wall * _AWAY)
    return path


def frame(label: bytes, manner: str) -> bytes:
    """One label before the camera, as a JPEG."""
    picture = Image.open(io.BytesIO(label)).convert("RGB")
    height = 160 if manner == "small" else 420
    picture = picture.resize((round(picture.width * height / picture.height), height))
    if manner == "scratched":
        _scratch(picture)
    if manner == "turned":
        picture = picture.rotate(33, expand=True, fillcolor=_WALL)
    whole = Image.new("RGB", SIZE, _WALL)
    place = ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2)
    whole.paste(picture, place)
    if manner == "half-lit":
        left = whole.crop((0, 0, SIZE[0] // 2, SIZE[1]))
        whole.paste(ImageEnhance.Brightness(left).enhance(0.35), (0, 0))
    return _jpeg(whole)


def _scratch(picture: Picture) -> None:
    pen = ImageDraw.Draw(picture)
    width, height = picture.size
    for part in (0.25, 0.4, 0.55):
        pen.line((0, height * part, width, height * (part + 0.2)), fill=(200, 200, 200), width=4)


def _jpeg(picture: Picture) -> bytes:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=80)
    return held.getvalue()
