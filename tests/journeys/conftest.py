"""Journeys run against the service as an operator starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.service import Service, running


@pytest.fixture
def service(data_folder: Path) -> Iterator[Service]:
    """A new service with an empty database."""
    with running(data_folder) as started:
        yield started
