"""What the OpenAPI document says of the whole, and msgspec's schemas in the place of Litestar's.

Litestar leaves out a minimum of 0, what is inside a list or an option, and that we refuse unknown
fields. msgspec describes exactly what it checks.
"""

from collections.abc import Container, Iterable, Iterator
from types import UnionType
from typing import Any, Final, get_args, get_origin

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute

from api.bodies import OpenBody
from api.health import VERSION

_REFERENCE: Final = "#/components/schemas/{name}"


class _ExactJson(JsonRenderPlugin):
    """Serves the document as JSON, with every Struct as msgspec reads and writes it.

    Made for whoever asks first: an application's routes stay as they are.
    """

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        kept = request.app.state
        if "openapi_document" not in kept:
            routes = [route for route in request.app.routes if isinstance(route, HTTPRoute)]
            kept["openapi_document"] = super().render(request, exact(openapi_schema, routes))
        document: bytes = kept["openapi_document"]
        return document


def exact(document: dict[str, Any], routes: Iterable[HTTPRoute]) -> dict[str, Any]:
    """The document with msgspec's schemas; operations keep all else that Litestar says of them."""
    operations = list(_operations(document, routes))
    structs = list(dict.fromkeys(_structs(handler for _, _, handler in operations)))
    references, schemas = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
    reference_of = dict(zip(structs, references, strict=True))
    open_ones = set(_references([reference_of[each] for each in structs if _is_open(each)]))
    paths: dict[str, Any] = {path: dict(entry) for path, entry in document["paths"].items()}
    for path, method, handler in operations:
        paths[path][method] = _operation(paths[path][method], handler, reference_of)
        _close(reference_of.get(_body(handler), {}), schemas, open_ones)
    components = document["components"] | {"schemas": schemas}
    return document | {"paths": paths, "components": components}


CONFIG: Final = OpenAPIConfig(
    title="Kitback",
    version=VERSION,
    description="Tracks every item of a community equipment loan service.",
    path="/schema",
    render_plugins=[_ExactJson()],
    use_handler_docstrings=True,
    components=Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")},
    ),
)


def _operations(
    document: dict[str, Any], routes: Iterable[HTTPRoute]
) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in routes:
        for method, (handler, _) in route.route_handler_map.items():
            if method.lower() in document["paths"].get(route.path_format, {}):
                yield route.path_format, method.lower(), handler


def _structs(handlers: Iterable[HTTPRouteHandler]) -> Iterator[Any]:
    for handler in handlers:
        yield from filter(_is_struct, (_body(handler), *_answers(handler).values()))


def _operation(
    operation: dict[str, Any], handler: HTTPRouteHandler, reference_of: dict[Any, Any]
) -> dict[str, Any]:
    responses = dict(operation["responses"])
    for code, wanted in _answers(handler).items():
        responses[str(code)] = _described(responses[str(code)], reference_of.get(wanted))
    changed = operation | {"responses": responses, "summary": _summary(handler)}
    if body := operation.get("requestBody"):
        changed["requestBody"] = _described(body, reference_of.get(_body(handler)))
    return changed


def _described(part: dict[str, Any], reference: dict[str, Any] | None) -> dict[str, Any]:
    """A request or response whose schema is a Struct's; others, and files, stay as they are."""
    if reference is None:
        return part
    content = {
        kind: entry if entry["schema"].get("format") == "binary" else entry | {"schema": reference}
        for kind, entry in part["content"].items()
    }
    return part | {"content": content}


def _close(part: Any, schemas: dict[str, Any], open_ones: Container[str]) -> None:
    """Say of the Structs in a request, and of all inside them, whether they take other fields."""
    for reference in _references(part):
        schema = schemas[reference]
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = reference in open_ones
            _close(schema, schemas, open_ones)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].removeprefix(_REFERENCE.format(name=""))
        part = list(part.values())
    for entry in part if isinstance(part, list) else ():
        yield from _references(entry)


def _body(handler: HTTPRouteHandler) -> Any:
    return handler.parsed_data_field.annotation if handler.parsed_data_field else None


def _answers(handler: HTTPRouteHandler) -> dict[int, Any]:
    """What it answers with, by status."""
    problems = {code: spec.data_container for code, spec in (handler.responses or {}).items()}
    return {handler.status_code: _answer(handler)} | problems


def _answer(handler: HTTPRouteHandler) -> Any:
    annotation = handler.parsed_return_field.annotation
    if get_origin(annotation) is Response:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is UnionType:
        # A Struct, or a file of the same.
        return next(filter(_is_struct, get_args(annotation)), annotation)
    return annotation


def _summary(handler: HTTPRouteHandler) -> str:
    return (handler.fn.__doc__ or handler.handler_name).splitlines()[0]


def _is_open(struct: Any) -> bool:
    return isinstance(struct, type) and issubclass(struct, OpenBody)


def _is_struct(wanted: Any) -> bool:
    struct = get_origin(wanted) or wanted
    return isinstance(struct, type) and issubclass(struct, msgspec.Struct)
