"""Whether labels with the service's address can be drawn and read again: tried before any is."""

from labels.code import write_code
from labels.digital_link import digital_link
from labels.forms import SHEET_24
from labels.identifiers import giai_for, parse_designation
from labels.layout import symbol
from labels.qr import LinkTooLongError
from settings import InvalidSettingError, Settings


def check_public_url(settings: Settings) -> None:
    """Raise InvalidSettingError unless a sample item's label can be drawn and its link be read."""
    giai = giai_for(settings.gcp, write_code(0))
    link = digital_link(settings.public_url, giai)
    if parse_designation(link).giai != giai:
        raise InvalidSettingError(
            f"KITBACK_PUBLIC_URL cannot be {settings.public_url!r}: no scanner would know"
            f" {link!r} for an item's link (GS1 Digital Link)"
        )
    try:
        symbol(link, SHEET_24)
    except LinkTooLongError as error:
        raise InvalidSettingError(
            f"KITBACK_PUBLIC_URL is too long for the QR symbol on a label: {settings.public_url!r}"
        ) from error
