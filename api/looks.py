"""Who looked at whom, for auditors."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from api import routes
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.people import looks
from equipment.people.looks import Look

_User = Annotated[str | None, QueryParameter(max_length=64, description="A user's name.")]


@routes.get("/api/looks", task="read looks", tags=["Audit"])
async def list_looks(
    request: ApiRequest,
    person: UUID | None = None,
    user: _User = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Look]:
    """List looks at people, newest first: at one person, by one user, or all."""
    before = key_after(after, int)
    rows = await looks.listed(request.caller, person, user, before, limit + 1)
    return page(rows, limit, lambda look: look.id)


ROUTES: Final = (list_looks,)
