"""What the OpenAPI document says of the whole."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from api.health import VERSION

CONFIG = OpenAPIConfig(
    title="Kitback",
    version=VERSION,
    description="Tracks every item of a community equipment loan service.",
    path="/schema",
    render_plugins=[JsonRenderPlugin()],
    use_handler_docstrings=True,
    components=Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")},
    ),
)
