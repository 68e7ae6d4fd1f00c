"""All that scripts/verify asks of a database by queries, and what it tells of besides."""

from typing import Final

from scripts.verifying.books import BOOK_INVARIANTS, UNDRAWN
from scripts.verifying.catalogue import CATALOGUE_INVARIANTS, SHORT
from scripts.verifying.guards import GUARD_INVARIANTS
from scripts.verifying.items import ITEM_INVARIANTS
from scripts.verifying.labels import LABEL_INVARIANTS
from scripts.verifying.money import MONEY_INVARIANTS, NO_TARIFF, UNPAID_STOCK
from scripts.verifying.orders import ORDER_INVARIANTS, WAITS_IN_VAIN
from scripts.verifying.outlooks import OUTLOOK_INVARIANTS
from scripts.verifying.people import NUMBERS, PEOPLE_INVARIANTS
from scripts.verifying.phones import PHONE_INVARIANTS
from scripts.verifying.printing import PRINTING_INVARIANTS
from scripts.verifying.recalls import RECALL_INVARIANTS
from scripts.verifying.repairs import REPAIR_INVARIANTS
from scripts.verifying.staff import STAFF_INVARIANTS
from scripts.verifying.stock import STOCK_INVARIANTS
from scripts.verifying.sums import NO_MONTH
from scripts.verifying.visits import UNTARIFFED_VISITS, VISIT_INVARIANTS

INVARIANTS: Final = (
    *ITEM_INVARIANTS,
    *MONEY_INVARIANTS,
    NUMBERS,
    *LABEL_INVARIANTS,
    *GUARD_INVARIANTS,
)
EVERY: Final = (
    *INVARIANTS,
    *CATALOGUE_INVARIANTS,
    *ORDER_INVARIANTS,
    *VISIT_INVARIANTS,
    *PHONE_INVARIANTS,
    *BOOK_INVARIANTS,
    *OUTLOOK_INVARIANTS,
    *PEOPLE_INVARIANTS,
    *STAFF_INVARIANTS,
    *RECALL_INVARIANTS,
    *REPAIR_INVARIANTS,
    *PRINTING_INVARIANTS,
    *STOCK_INVARIANTS,
)
NOTES: Final = (
    NO_TARIFF,
    UNTARIFFED_VISITS,
    NO_MONTH,
    WAITS_IN_VAIN,
    SHORT,
    UNPAID_STOCK,
    UNDRAWN,
)
"""No faults, but what an operator should know."""
