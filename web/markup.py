"""Small pieces of HTML for cells of tables and summaries, whose text is escaped."""

from markupsafe import Markup


def tag(text: str, colour: str) -> Markup:
    """A status, as the design system's macro of that name makes it."""
    return Markup('<strong class="nhsuk-tag nhsuk-tag--{}">{}</strong>').format(colour, text)


def link(href: str, text: str) -> Markup:
    """A link to one of our own pages."""
    return Markup('<a href="{}">{}</a>').format(href, text)
