"""GS1's rules one by one: values, what stands together, and where in a link."""

import pytest

from labels.application_identifiers import RULES, Gs1Error
from labels.digital_link import digital_link
from labels.identifiers import parse_gs1

GTIN = "09521234543213"
DIGITAL_LINK = "https://a/8004/9521234A"

REFUSALS = [
    # Values
    ("(8004)952A", "wrong-company-prefix"),
    ("(8004)952", "wrong-company-prefix"),
    ("(8004)9521234#", "wrong-length-or-characters"),
    ("(8004)9521234\u00e9", "wrong-length-or-characters"),
    ("(8004)" + "9" * 31, "wrong-length-or-characters"),
    ("(8003)08493394839845", "wrong-check-digit"),
    ("(8003)18493394839844", "wrong-length-or-characters"),
    (f"(01){GTIN}(17)260229", "wrong-date"),
    (f"(01){GTIN}(17)261300", "wrong-date"),
    (f"]d201{GTIN}17260", "wrong-length-or-characters"),
    (f"]d201{GTIN}17260228X", "unknown-ai"),
    # What stands together
    ("(8004)9521234A(21)7", "required-ai-missing"),
    ("(8004)9521234A(250)7", "required-ai-missing"),
    (f"(01){GTIN}(21)7(235)8", "invalid-pair"),
    ("(8004)9521234A(8004)9521234B", "repeated-with-another-value"),
    # Brackets and transmission
    ("(8004)9521234A(1(2", "malformed-brackets"),
    ("(8004)9521234A)(", "malformed-brackets"),
    ("(8004)", "malformed-brackets"),
    ("(8005)123456", "unknown-ai"),
    ("]d2", "empty"),
    ("]d2\x1d\x1d80049521234A", "unknown-ai"),
    ("]Q3" + DIGITAL_LINK, "unknown-ai"),
    ("9521234A", "not-gs1"),
    ("]E05012345678900", "not-gs1"),
    # Links
    ("https://a/8004/9521234A?7040=1ABC", "not-an-attribute"),
    ("https://a/8004/9521234A?99=", "wrong-length-or-characters"),
    ("https://a/8004/9521234A?99=A+B", "wrong-length-or-characters"),
    ("https://a/8004/9521234A?=1", "unknown-ai"),
    (f"https://a/01/{GTIN}?10=A", "belongs-in-path"),
    (f"https://a/01/{GTIN}/21/7/10/A", "wrong-qualifiers"),
    ("https://a/8004/9521234A?99=A&99=A", "duplicate-ai"),
    ("https://a/8004/9521234%00A", "wrong-length-or-characters"),
    ("https://a/8004/9521234A\n", None),
    ("https:///8004/9521234A", "not-a-link"),
    ("https://u@a/8004/9521234A", "not-a-link"),
    ("https://a/8004/9521234\\A", "not-a-link"),
    ("https://a/8004/9521234A/x", "no-key-in-path"),
    ("https://a", "not-a-link"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSALS)
def test_each_rule_refuses_by_name(text: str, reason: str | None) -> None:
    """A text that breaks one rule is refused for that rule."""
    if reason is None:
        assert parse_gs1(text).giai
        return
    with pytest.raises(Gs1Error) as refusal:
        parse_gs1(text)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("text", "ai_data"),
    [
        (f"]d201{GTIN}1726022880049521234A", f"(01){GTIN}(17)260228(8004)9521234A"),
        (f"\x1d01{GTIN}80049521234A", f"(01){GTIN}(8004)9521234A"),
        ("]C180049521234A\x1d99X\x1d", "(8004)9521234A(99)X"),
        (f"]e001{GTIN}\x1d80049521234A", f"(01){GTIN}(8004)9521234A"),
        (r"(8004)9521234\(A)", r"(8004)9521234\(A)"),
        ("(8004)9521234A(8004)9521234A", "(8004)9521234A(8004)9521234A"),
        ("https://a/8004/9521234A?99=A%2BB&x=1&8004&", "(8004)9521234A(99)A+B"),
        ("https://a/99/z/8004/9521234A", "(8004)9521234A"),
        ("https://[::1]:80/8004/9521234A", "(8004)9521234A"),
        ("Https://a/8004/9521234A", "(8004)9521234A"),
        (f"(01){GTIN}(17)200229", f"(01){GTIN}(17)200229"),
        (f"(01){GTIN}(17)260200", f"(01){GTIN}(17)260200"),
    ],
)
def test_what_gs1_allows_is_read(text: str, ai_data: str) -> None:
    """Separators, pre-defined lengths, escapes, a stem before the key, days left open."""
    assert parse_gs1(text).ai_data == ai_data


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("(99)A(8004)9521234A(7040)1ABC", "https://id.gs1.org/8004/9521234A/7040/1ABC?99=A"),
        (f"(8004)9521234A(99)A(01){GTIN}", f"https://id.gs1.org/8004/9521234A?01={GTIN}&99=A"),
        (f"(01){GTIN}(21)7(10)A", f"https://id.gs1.org/01/{GTIN}/10/A/21/7"),
        ("(8004)9521234A(8004)9521234A", "https://id.gs1.org/8004/9521234A"),
        (f"(8004)9521234A(01){GTIN}(21)7", None),
        ("(99)A", None),
    ],
)
def test_elements_have_one_canonical_link_or_none(text: str, uri: str | None) -> None:
    """The first key leads, its qualifiers follow in order, pre-defined lengths before others."""
    assert parse_gs1(text).canonical_uri == uri


def test_a_link_is_written_for_any_address() -> None:
    """A slash at the end of the service's address makes no second one; the value is escaped."""
    assert (
        digital_link("https://kit.example/", "9521/A+_") == "https://kit.example/8004/9521%2FA%2B_"
    )


def test_no_application_identifier_begins_another() -> None:
    """Else what a scanner transmits could be split in two ways."""
    assert not [ai for ai in RULES for other in RULES if other != ai and other.startswith(ai)]
