"""Journeys run against the service as an operator starts it."""

from collections.abc import Iterator

import pytest

from tests.journeys.service import Service, running


@pytest.fixture
def service() -> Iterator[Service]:
    """A service in which nobody is but its administrator."""
    with running() as started:
        yield started
