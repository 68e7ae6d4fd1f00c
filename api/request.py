"""The request as our handlers see it: who asks, when, and a body that is read strictly."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.datastructures import State

from api.bodies import is_optional, read_csv, read_json
from api.problems import not_signed_in
from budget import moments
from equipment.staff.roles import Caller


class ApiRequest(Request[Caller, Any, State]):
    """Litestar's request, with the caller whom api/gate.py let in."""

    @property
    def caller(self) -> Caller:
        """Who asks. Should the gate ever be passed by, nobody does: 401."""
        caller = self.scope["state"].get("caller")
        if not isinstance(caller, Caller):
            raise not_signed_in()
        return caller

    @property
    def token(self) -> str:
        """The caller's token, as it was sent."""
        return str(self.scope["state"]["token"])

    @property
    def now(self) -> datetime:
        """When the request arrived, the same however often it is asked."""
        moment = self.scope["state"].setdefault("now", moments.now())
        assert isinstance(moment, datetime)
        return moment

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.client.host if self.client else ""

    async def body(self) -> bytes:
        """The body; an empty one is a blank, because Litestar would not read it at all."""
        # The gate has read it: through Litestar it would come in pieces, to be put together.
        read = self.scope["state"].get("body")
        return (await super().body() if read is None else read) or b" "

    async def json(self) -> Any:
        """What a handler gets as `data`: Litestar asks here, whatever the media type."""
        wanted = self.route_handler.parsed_data_field
        assert wanted is not None
        # Nearly every one says just this; the others are taken apart.
        exact = (b"content-type", b"application/json") in self.scope["headers"]
        body = await self.body()
        if not exact and not body.strip() and is_optional(wanted.annotation):
            return read_json(b"{}", "application/json", wanted.annotation)
        media_type = "application/json" if exact else self.content_type[0].lower()
        if wanted.annotation is str:
            return read_csv(body, media_type)
        return read_json(body, media_type, wanted.annotation)
