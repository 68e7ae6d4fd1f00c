"""The application, and who is signed in to it."""

from tests.api.conftest import admin, app, visitor

__all__ = ["admin", "app", "visitor"]
