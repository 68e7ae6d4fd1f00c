"""The whole service is held against its own OpenAPI document."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from app import create_app
from settings import Settings
from tests.journeys.service import furnish, running, signed_in

EXAMPLES = 10
load_all_checks()
# What a schema cannot say (that a product exists, that a cursor is one of ours) is a 422.
_NOT_HELD = [CHECKS.get_one("positive_data_acceptance")]
# A parameter that an address does not know is passed over, as the web's habit is.
_NOT_HELD_WITHOUT_BODY = [*_NOT_HELD, CHECKS.get_one("negative_data_rejection")]
# Signing out would end the token that every other case is sent with.
_LEFT_OUT = {"POST /api/logout"}

# A body beyond what is taken at all is refused as such, before anybody reads it.
_REFUSED = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, "5xx"]
_CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": _REFUSED}}}
)
_DOCUMENT = create_app(Settings(), "").openapi_schema.to_schema()
_OPERATIONS = [
    found.ok()
    for found in schemathesis.openapi.from_dict(_DOCUMENT, config=_CONFIG).get_all_operations()
    if isinstance(found, Ok) and found.ok().label not in _LEFT_OUT
]
_CASES = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in _OPERATIONS
    for mode in GenerationMode
    # What takes nothing cannot be asked for wrongly.
    if mode is GenerationMode.POSITIVE or operation.path != "/health"
]


@pytest.fixture(scope="module")
def token() -> Iterator[tuple[str, str]]:
    """The address of a furnished service, and a token for it."""
    with running() as service, signed_in(service) as client:
        furnish(client)
        yield service.address, client.headers["Authorization"]


@pytest.mark.parametrize(("operation", "mode"), _CASES)
def test_every_answer_is_as_documented(
    operation: Any, mode: GenerationMode, token: tuple[str, str]
) -> None:
    """No request, well or badly formed, gets a 5xx or an answer that the document does not have."""
    address, authorization = token
    left_out = _NOT_HELD if operation.body else _NOT_HELD_WITHOUT_BODY

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(
            base_url=address,
            headers={"Authorization": authorization},
            excluded_checks=left_out,
        )

    ask()
