"""Photographs and documents of items."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Response
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, QueryParameter

from api import routes
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.problems import Problem
from api.request import ApiRequest
from equipment.files import item_files
from equipment.files.item_files import NAME_MAX, ItemFile, headers_of

_TYPES: Final = ("application/pdf", "image/jpeg", "image/png", "image/webp")
_Name = Annotated[
    str, QueryParameter(min_length=1, max_length=NAME_MAX, description="What it is called.")
]


class _Sent(Operation):
    """The operation of a body that is a file."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        content = {kind: OpenAPIMediaType(schema) for kind in _TYPES}
        self.request_body = RequestBody(content=content, required=True)


@routes.put(
    "/api/items/{code:str}/files/{file:uuid}",
    task="add files",
    tags=["Items"],
    operation_class=_Sent,
)
async def keep_file(request: ApiRequest, code: FromPath[str], file: UUID, name: _Name) -> ItemFile:
    """Keep a photograph or a PDF of an item; what it is, is found from its content."""
    if request.content_type[0].lower() not in _TYPES:
        raise Problem(415, "unsupported-media-type", f"Send one of {', '.join(_TYPES)}.")
    sent = await request.body()
    return await item_files.keep(request.caller, code, file, name, sent, request.now)


@routes.get("/api/items/{code:str}/files", task="read files", tags=["Items"])
async def list_files(
    request: ApiRequest, code: FromPath[str], limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[ItemFile]:
    """List the files of an item, oldest first."""
    key = key_after(after, int) or 0
    rows = await item_files.files_of(request.caller, code, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@routes.get(
    "/api/files/{file:uuid}",
    task="read files",
    tags=["Items"],
    media_type="application/octet-stream",
)
async def read_file(request: ApiRequest, file: UUID) -> Response[bytes]:
    """Read a file as it is kept: to be saved, never shown or run."""
    shown, content = await item_files.look_at(request.caller, file)
    return Response(content, media_type=shown.media_type, headers=headers_of(shown))


ROUTES: Final = (keep_file, list_files, read_file)
