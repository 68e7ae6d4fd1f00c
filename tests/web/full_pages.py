"""The pages with lists that are tried in a full store (tests/api/full_store.py).

Those that show every partner are left out: a pool has a handful of them, the store a hundred
thousand.
"""

import hashlib
from typing import Final
from uuid import UUID


def _id(text: str) -> UUID:
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


_SOMEBODY: Final = _id("7")
_YEAR: Final = "from=2018-04-01&to=2019-03-31"
PAGES: Final = (
    "/items",
    "/items?q=sn-",
    "/items/OLD2/examinations",
    "/items/OLD2/files",
    "/orders",
    f"/orders/{_id('o1')}",
    f"/people/{_id('1')}",
    f"/people/{_SOMEBODY}/addresses",
    "/admin/partners",
    "/admin/places",
    "/admin/vans",
    "/changes",
    "/looks?user=u7",
    "/admin/users",
    "/admin/products",
    "/admin/kits",
    "/admin/compatibility",
    "/emergencies",
    "/admin/jobs",
    "/budget/recycling/not-back",
    "/budget/charges",
)
COUNTED_PAGES: Final = (
    "/depot",
    "/depot/wash",
    "/depot/places",
    "/depot/printers",
    f"/depot/print-jobs/{_id('1')}",
    "/depot/checks",
    "/depot/repairs",
    "/admin/spare-parts",
    "/depot/stock",
    "/depot/stock/X1",
    "/depot/purchases",
    "/depot/counts",
    f"/depot/counts/{_id('sc1')}",
    "/depot/recalls",
    f"/depot/recalls/{_id('c1')}",
    f"/depot/recalls/{_id('c1')}/people",
    "/cases",
    "/admin/devices",
    "/authorise",
    "/visits",
    f"/visits/{_id('v1')}",
    "/requests",
    "/rounds?depot=D1&day=2018-04-03",
    "/catalogue?q=commode",
    "/shelves",
    "/figures",
    f"/figures/visits?figure=on_time&{_YEAR}",
    "/budget/statement?year=2018-19&month=2018-05&partner=P1",
    f"/budget/recycling?{_YEAR}",
    f"/budget/recycling?{_YEAR}&by=sku&within=partner:P1",
    f"/budget/recycling/movements?count=issued&{_YEAR}",
    "/budget/recycling/cohorts",
    "/budget/recycling/waiting",
    "/budget/reconciliation?year=2018-19&month=2018-05",
)
"""Whose statements are counted alone: they read what happened in days, all products or depots, or a
whole recall."""
