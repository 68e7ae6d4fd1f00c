"""The forms of a page as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

Pairs = list[tuple[str, str]]

_CHOICES: Final = frozenset({"radio", "checkbox"})


@dataclass
class PageForm:
    """Where a form is sent, what it sends untouched, and what its fields let one choose from."""

    action: str
    method: str
    pairs: Pairs = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    """The names of what is filled in with words."""
    hidden: list[str] = field(default_factory=list)

    def filled(self, **words: str) -> Pairs:
        """What it sends with some of its words filled in, and something chosen wherever one may."""
        sent = [(name, words.get(name, value)) for name, value in self.pairs]
        there = {name for name, _ in sent}
        return sent + [(name, each[0]) for name, each in self.choices.items() if name not in there]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get")))
            self._open = True
        elif self._open:
            self._field(tag, given, self.forms[-1])

    def _field(self, tag: str, given: dict[str, str], form: PageForm) -> None:
        name, value, kind = (given.get(each, "") for each in ("name", "value", "type"))
        if tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in given:
                form.pairs.append((self._select, value))
        elif tag == "textarea":
            form.pairs.append((name, ""))
            form.typed.append(name)
        elif tag == "input" and kind in _CHOICES:
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.pairs.append((name, value))
        elif tag == "input" and name:
            form.pairs.append((name, value))
            (form.hidden if kind == "hidden" else form.typed).append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def forms_of(page: str) -> list[PageForm]:
    """All the forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
