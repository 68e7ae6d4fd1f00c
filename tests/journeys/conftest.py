"""Journeys run against the service as an operator starts it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import chromium
from tests.journeys.phone import CAMERA
from tests.journeys.service import Service, running


@pytest.fixture
def service() -> Iterator[Service]:
    """A service in which nobody is but its administrator."""
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of a module's people, each with a visit or a phone of their own."""
    with chromium(*CAMERA) as started:
        yield started
