"""An address that labels cannot bear is found before ten years of them are printed."""

import pytest

from scripts.public_url import check_public_url
from settings import InvalidSettingError, Settings


@pytest.mark.parametrize(
    "public_url",
    [
        Settings().public_url,
        "http://[::1]:8000",
        "https://kit.example.org",
        "https://kit.example.org/8004/store",
        "HTTPS://KIT.EXAMPLE.ORG/a/b",
    ],
)
def test_an_address_that_is_read_again_will_do(public_url: str) -> None:
    """By our own reader, which compares no host."""
    check_public_url(Settings(public_url=public_url))


@pytest.mark.parametrize(
    "public_url",
    [
        "https://kit_store.example.org",
        "https://user@kit.example.org",
        "https://kit.example.org/a|b",
        f"https://{'kit.' * 200}example.org",
        f"https://{'kit.' * 600}example.org",
    ],
)
def test_an_address_that_labels_cannot_bear_is_named_in_one_line(public_url: str) -> None:
    """Whether no scanner would know its links or no label has room for them."""
    with pytest.raises(InvalidSettingError) as refusal:
        check_public_url(Settings(public_url=public_url))
    assert str(refusal.value).startswith("KITBACK_PUBLIC_URL")
    assert "\n" not in str(refusal.value)
