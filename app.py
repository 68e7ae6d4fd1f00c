"""The application: which routes there are, how errors are answered, what lives as long as it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Router

from api import (
    auth,
    budgets,
    cases,
    catalogue,
    changes,
    compatibility,
    health,
    items,
    kits,
    labels,
    looks,
    openapi,
    orders,
    partners,
    people,
    places,
    products,
    requests,
    satellites,
    scans,
    session,
    stock,
    users,
)
from api.gate import Gate
from api.problems import respond
from api.request import ApiRequest
from budget.database import close_pool, open_pool
from equipment import second_factors
from logistics import clock
from settings import Settings
from web import (
    admin,
    admin_kits,
    admin_products,
    admin_users,
    assets,
    item_acts,
    new_orders,
    pictures,
    public_item,
    second_factor,
    shelves,
    sign_in,
    site,
)
from web import catalogue as catalogue_pages
from web import compatibility as compatibility_pages
from web import items as item_pages
from web import orders as order_pages
from web import people as people_pages
from web.envelope import Envelope

ROUTES = [
    health.health,
    session.login,
    session.logout,
    users.create_user,
    users.list_users,
    users.change_user,
    users.reset_second_factor,
    items.receive_items,
    items.import_items,
    items.list_items,
    items.show_item,
    items.list_movements,
    labels.show_label,
    labels.print_labels,
    labels.print_blank_labels,
    labels.list_blank_labels,
    labels.add_label,
    labels.show_depot_label,
    labels.show_van_label,
    labels.show_bay_label,
    scans.record_scans,
    cases.list_cases,
    cases.settle_case,
    changes.list_changes,
    budgets.agree_budget,
    budgets.show_budget,
    budgets.show_recycling,
    partners.enter_partner,
    partners.list_partners,
    partners.get_partner,
    partners.succeed_partner,
    places.open_depot,
    places.list_depots,
    places.add_van,
    places.list_vans,
    places.mark_out_bay,
    places.list_bays,
    products.add_product,
    products.list_products,
    products.get_product,
    products.import_catalogue,
    stock.show_stock,
    catalogue.search_catalogue,
    catalogue.list_categories,
    catalogue.show_line,
    catalogue.show_choice,
    catalogue.choose,
    catalogue.take_picture,
    kits.list_kits,
    kits.show_kit,
    kits.set_kit,
    kits.expand_kit,
    satellites.show_levels,
    satellites.set_levels,
    satellites.list_top_ups,
    satellites.issue,
    satellites.list_emergencies,
    satellites.show_emergency,
    satellites.complete,
    compatibility.add_rule,
    compatibility.list_rules,
    compatibility.change_rule,
    compatibility.import_rules,
    people.register_person,
    people.find_people,
    people.find_likenesses,
    people.match_person,
    people.get_person,
    people.change_person,
    people.list_loans,
    looks.list_looks,
    orders.place_order,
    orders.list_orders,
    orders.get_order,
    orders.change_order,
    orders.authorise_order,
    orders.decline_order,
    orders.cancel_order,
    orders.chase_order,
    orders.buy_special,
    orders.list_specials,
    orders.list_reviews,
    orders.settle_review,
    requests.list_requests,
    requests.settle_request,
]

PAGES = [
    assets.show_asset,
    site.show_manifest,
    public_item.show_item,
    public_item.show_form,
    public_item.send_form,
    public_item.show_sent,
    sign_in.show_start,
    sign_in.show_sign_in,
    sign_in.sign_in,
    sign_in.sign_out,
    sign_in.show_code,
    sign_in.send_code,
    sign_in.sign_out_everywhere,
    second_factor.show_account,
    second_factor.show_set_up,
    second_factor.set_up,
    second_factor.show_renewal,
    second_factor.renew_codes,
    item_pages.list_items,
    item_pages.show_item,
    item_pages.show_label,
    item_acts.show_act,
    item_acts.act,
    new_orders.show_new_order,
    new_orders.show_no_person,
    new_orders.find_person,
    new_orders.send_order,
    order_pages.list_orders,
    order_pages.show_order,
    order_pages.chase,
    order_pages.cancel,
    people_pages.find_people,
    people_pages.show_new_person,
    people_pages.register_person,
    people_pages.show_person,
    people_pages.show_change,
    people_pages.change_person,
    admin.show_administration,
    admin.list_partners,
    admin.list_places,
    admin.list_changes,
    admin.list_looks,
    admin_users.list_users,
    admin_users.show_new_user,
    admin_users.make_user,
    admin_users.show_user,
    admin_users.change_user,
    admin_users.give_password,
    admin_users.end_user,
    admin_products.list_products,
    admin_products.show_new_product,
    admin_products.add_product,
    admin_products.show_import,
    admin_products.import_products,
    admin_products.show_product,
    admin_products.change_product,
    pictures.show_picture,
    catalogue_pages.search,
    catalogue_pages.show_product,
    catalogue_pages.take_picture,
    admin_kits.list_kits,
    admin_kits.show_new_kit,
    admin_kits.make_kit,
    admin_kits.show_kit,
    admin_kits.change_kit,
    compatibility_pages.list_rules,
    compatibility_pages.show_new_rule,
    compatibility_pages.add_rule,
    compatibility_pages.show_rule,
    compatibility_pages.change_rule,
    shelves.list_shelves,
    shelves.show_shelf,
    shelves.set_levels,
    shelves.list_emergencies,
    shelves.show_emergency_form,
    shelves.issue,
    shelves.complete,
]


def create_app(settings: Settings, dsn: str) -> Litestar:
    """The whole service on the database at `dsn`, which must have been migrated."""

    @asynccontextmanager
    async def pool(_: Litestar) -> AsyncIterator[None]:
        await open_pool(dsn)
        try:
            if settings.second_factor == "required":
                await second_factors.end_unprotected()
            async with clock.ticking():
                yield
        finally:
            await close_pool()

    app = Litestar(
        route_handlers=[*ROUTES, Router("/", route_handlers=PAGES, include_in_schema=False)],
        request_class=ApiRequest,
        exception_handlers={Exception: respond},
        lifespan=[pool],
        openapi_config=openapi.CONFIG,
        # The gate limits bodies before they get here, imports by a larger measure.
        request_max_body_size=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    app.state.settings = settings
    app.asgi_handler = Envelope(Gate(app.asgi_handler, auth.caller_of), settings)
    return app
