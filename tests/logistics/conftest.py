"""The application, and who is signed in to it."""

from tests.api.conftest import _cheap_hashes, admin, app, visitor

__all__ = ["_cheap_hashes", "admin", "app", "visitor"]
