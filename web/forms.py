"""Forms: reading what was typed, and making of it what a domain function takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from budget.faults import in_words, path_of
from budget.refusals import Fault, Wrong

T = TypeVar("T")

_TYPED: Final = "application/x-www-form-urlencoded"
_WITH_FILES: Final = "multipart/form-data"
_FIELDS_MAX: Final = 1_000
_POUNDS: Final = re.compile(r"£? ?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed and ticked in a form, by the fields' names; nothing of it is judged yet."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field's text without the blanks around it; empty where there is none."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def raw(self, name: str) -> str:
        """A field's text as it was typed, such as a password."""
        return next(iter(self.fields.get(name, ())), "")

    def given(self, name: str) -> str | None:
        """A field's text, None where nothing was typed."""
        return self.text(name) or None

    def ticked(self, name: str) -> list[str]:
        """All the boxes of a name that were ticked."""
        return [text for text in self.fields.get(name, ()) if text]

    def day(self, name: str) -> str | None:
        """A day from its three fields, as an ISO date whether there is such a day or not."""
        day, month, year = (self.text(f"{name}-{part}") for part in ("day", "month", "year"))
        return f"{year:0>4}-{month:0>2}-{day:0>2}" if day or month or year else None

    def pence(self, name: str) -> int | str | None:
        """An amount typed in pounds; what is none stays text, for its type to refuse.

        Marked as pounds, so that -3 is not read as so many pence.
        """
        text = self.text(name)
        match = _POUNDS.fullmatch(text)
        if match is None:
            return f"£{text}" if text else None
        return int(match[1].replace(",", "")) * 100 + int(match[2] or 0)


def as_struct(values: Mapping[str, object], wanted: type[T]) -> T:
    """A domain function's Struct, from text where it has numbers; Wrong with every fault.

    A value of None counts as not given where the field has something else for that.
    """
    given = {name: value for name, value in values.items() if value is not None}
    faults = []
    for each in msgspec.structs.fields(wanted):  # type: ignore[arg-type]  # callers give Structs
        name = each.encode_name
        if name in given:
            faults += _fault(given[name], each.type, name)
        elif each.required:
            faults.append(Fault(name, "Fill this in."))
    if faults:
        raise Wrong(faults)
    return msgspec.convert(given, wanted, strict=False)


async def read_form(request: Request[Any, Any, Any]) -> Filled:
    """What a form of ours sent; HTTPException 415 for anything else, 400 for too much."""
    media_type = request.content_type[0].lower()
    if media_type == _WITH_FILES:
        return await _with_files(request)
    if media_type != _TYPED:
        raise HTTPException(status_code=415)
    text = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise HTTPException(status_code=400) from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(_storable(value))
    return Filled(fields)


async def _with_files(request: Request[Any, Any, Any]) -> Filled:
    fields: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    try:
        form = await request.form()
    except (LookupError, UnicodeDecodeError) as error:
        # A part may name the letters that it is written in: ones that nobody knows, or others.
        raise HTTPException(status_code=400) from error
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
            await value.close()
        else:
            fields.setdefault(name, []).append(_storable(str(value)))
    return Filled(fields, files)


def _fault(value: object, wanted: Any, name: str) -> list[Fault]:
    try:
        msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError as error:
        return [Fault(path_of(str(error), name) or name, in_words(str(error)))]
    return []


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot keep, and with one kind of line break."""
    return text.replace("\0", "").replace("\r\n", "\n")
