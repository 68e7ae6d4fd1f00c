"""Every address of the pages."""

from typing import Final

from web import assets, site
from web.accounts import second_factor, sign_in
from web.admin import (
    compatibility,
    devices,
    fittings,
    handling,
    home,
    jobs,
    kits,
    place_changes,
    places,
    products,
    rules,
    spare_parts,
    users,
)
from web.depot import checks as depot_checks
from web.depot import home as depot_home
from web.depot import measuring
from web.gate import gate, unreadable
from web.items import (
    cases,
    item_acts,
    item_examinations,
    item_files,
    item_parts,
    items,
    public_item,
)
from web.orders import (
    catalogue,
    decisions,
    new_orders,
    order_change,
    orders,
    pictures,
    shelves,
    special_orders,
)
from web.people import merging, people, person_places
from web.phone import round_calls, round_page
from web.places import places as labelled_places
from web.pool import (
    agreed,
    behind,
    budget,
    charges,
    cohorts,
    files,
    forecasts,
    left_out,
    month,
    month_end,
    published,
    reconciliation,
    recycling,
    returned,
    sharing,
    variation,
)
from web.preparing import preparing
from web.printers import printers
from web.recalls import recall_people, recalls
from web.repairs import repairs
from web.rounds import figures, round_moves, rounds
from web.stations import stations
from web.stock import counts as stock_counts
from web.stock import drafts as stock_drafts
from web.stock import goods as stock_goods
from web.stock import levels as stock_levels
from web.stock import moving as stock_moving
from web.stock import purchases as stock_purchases
from web.visits import requests, visits

PAGES: Final = (
    *assets.PAGES,
    *site.PAGES,
    *public_item.PAGES,
    *sign_in.PAGES,
    *second_factor.PAGES,
    *items.PAGES,
    *item_acts.PAGES,
    *item_parts.PAGES,
    *item_examinations.PAGES,
    *item_files.PAGES,
    *new_orders.PAGES,
    *special_orders.PAGES,
    *orders.PAGES,
    *people.PAGES,
    *person_places.PAGES,
    *merging.PAGES,
    *home.PAGES,
    *places.PAGES,
    *place_changes.PAGES,
    *rules.PAGES,
    *users.PAGES,
    *products.PAGES,
    *pictures.PAGES,
    *catalogue.PAGES,
    *kits.PAGES,
    *spare_parts.PAGES,
    *compatibility.PAGES,
    *shelves.PAGES,
    *order_change.PAGES,
    *decisions.PAGES,
    *visits.PAGES,
    *requests.PAGES,
    *rounds.PAGES,
    *round_moves.PAGES,
    *cases.PAGES,
    *depot_home.PAGES,
    *gate.PAGES,
    *stations.PAGES,
    *depot_checks.PAGES,
    *repairs.PAGES,
    *measuring.PAGES,
    *printers.PAGES,
    *labelled_places.PAGES,
    *stock_levels.PAGES,
    *stock_purchases.PAGES,
    *stock_drafts.PAGES,
    *stock_goods.PAGES,
    *stock_counts.PAGES,
    *stock_moving.PAGES,
    *recalls.PAGES,
    *recall_people.PAGES,
    *preparing.PAGES,
    *unreadable.PAGES,
    *devices.PAGES,
    *handling.PAGES,
    *fittings.PAGES,
    *round_page.PAGES,
    *round_calls.PAGES,
    *figures.PAGES,
    *budget.PAGES,
    *behind.PAGES,
    *agreed.PAGES,
    *recycling.PAGES,
    *files.PAGES,
    *cohorts.PAGES,
    *returned.PAGES,
    *left_out.PAGES,
    *variation.PAGES,
    *forecasts.PAGES,
    *sharing.PAGES,
    *charges.PAGES,
    *month.PAGES,
    *month_end.PAGES,
    *reconciliation.PAGES,
    *published.PAGES,
    *jobs.PAGES,
)
