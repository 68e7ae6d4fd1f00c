"""Callers and entries for tests: each sets only what a test is about."""

from typing import Any
from uuid import uuid4

from equipment.catalogue.products import Product
from equipment.staff.roles import Caller


def caller(*roles: str, partners: tuple[str, ...] = (), username: str = "somebody") -> Caller:
    """Somebody with these roles."""
    return Caller(uuid4(), username, frozenset(roles), frozenset(partners))


ADMINISTRATOR = caller("administrator", username="admin")


def product(sku: str, **fields: Any) -> Product:
    """A product of the catalogue."""
    usual: dict[str, Any] = {"name": f"Product {sku}", "category": "Beds", "reuse": "reusable"}
    return Product(**usual | {"sku": sku, "price_pence": 62_000, "credit_percent": 85} | fields)
