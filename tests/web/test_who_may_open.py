"""Every page, every role, signed in or not: who gets through, and who is sent to sign in."""

import re
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.api.test_who_may import LETTERS
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, person, staff

# Who is not turned away, whatever else is wrong with what they ask.
MAY = """
    acputdbx GET /account
    acputdbx POST /account/second-factor
    acputdbx GET /account/second-factor
    acputdbx POST /account/recovery-codes
    acputdbx GET /account/recovery-codes
    act      GET /round
    acputdbx GET /items
    acputdbx GET /items/{code}
    acputdbx GET /items/{code}/label
    acputdbx GET /items/{code}/parts
    actd     POST /items/{code}/parts
    actdx    GET /items/{code}/examinations
    actd     POST /items/{code}/examinations
    actdx    GET /examinations/{examination}/report
    actdx    GET /examinations/{examination}/notice
    acptdx   GET /items/{code}/files
    actd     POST /items/{code}/files
    acptdx   GET /files/{file}
    acptd    POST /items/{code}/acts/{action}
    acptd    GET /items/{code}/acts/{action}
    acpu     POST /orders/new
    acpu     GET /orders/new
    acpu     POST /orders/new/person
    acpu     GET /orders/new/person
    acpu     POST /orders/new/special
    acpu     GET /orders/new/special
    acpu     GET /orders
    acpudx   GET /orders/{order}
    acpu     POST /orders/{order}/chase
    acpu     POST /orders/{order}/cancel
    acputx   GET /people
    acputx   POST /people
    acputx   GET /people/found
    acpu     POST /people/new
    acpu     GET /people/new
    ap       POST /people/match
    ap       GET /people/match
    acputx   GET /people/{person}
    acpu     POST /people/{person}/change
    acpu     GET /people/{person}/change
    acputx   GET /people/{person}/addresses
    acpu     POST /people/{person}/addresses/new
    acpu     GET /people/{person}/addresses/new
    acpu     POST /people/{person}/addresses/{number}
    acpu     GET /people/{person}/addresses/{number}
    acpu     POST /people/{person}/move
    acpu     GET /people/{person}/move
    acpu     POST /people/{person}/key-safe
    acpu     GET /people/{person}/key-safe
    at       GET /people/{person}/key-safe/code
    ac       POST /people/{person}/merge
    ac       GET /people/{person}/merge
    ac       POST /people/{person}/merge/{other}
    ac       GET /people/{person}/merge/{other}
    a        GET /admin
    a        GET /admin/partners
    a        POST /admin/partners/new
    a        GET /admin/partners/new
    a        POST /admin/partners/{ods}
    a        GET /admin/partners/{ods}
    a        GET /admin/places
    a        POST /admin/places/new
    a        GET /admin/places/new
    a        GET /admin/places/{code}
    a        POST /admin/places/{code}
    a        GET /admin/vans
    a        POST /admin/vans/new
    a        GET /admin/vans/new
    a        GET /admin/vans/{code}
    a        POST /admin/vans/{code}
    a        GET /admin/vans/{code}/change
    a        POST /admin/vans/{code}/change
    a        GET /admin/funder-rules
    a        POST /admin/funder-rules/new
    a        GET /admin/funder-rules/new
    a        GET /admin/care-home-rules
    a        POST /admin/care-home-rules/new
    a        GET /admin/care-home-rules/new
    a        POST /admin/choices
    a        GET /admin/choices
    ax       GET /changes
    ax       GET /looks
    a        GET /admin/users
    a        POST /admin/users/new
    a        GET /admin/users/new
    a        POST /admin/users/{username}
    a        GET /admin/users/{username}
    a        POST /admin/users/{username}/password
    a        POST /admin/users/{username}/{what}
    a        GET /admin/products
    a        POST /admin/products/new
    a        GET /admin/products/new
    a        POST /admin/products/import
    a        GET /admin/products/import
    a        POST /admin/products/{sku}
    a        GET /admin/products/{sku}
    acputdbx GET /products/{sku}/picture
    acputdbx GET /catalogue
    acputdbx GET /catalogue/{sku}
    a        POST /catalogue/{sku}/picture
    a        GET /admin/kits
    a        POST /admin/kits/new
    a        GET /admin/kits/new
    a        POST /admin/kits/{code}
    a        GET /admin/kits/{code}
    a        GET /admin/compatibility
    a        POST /admin/compatibility/new
    a        GET /admin/compatibility/new
    a        POST /admin/compatibility/{rule}
    a        GET /admin/compatibility/{rule}
    acputdbx GET /shelves
    acd      POST /shelves/{code}
    acputdbx GET /shelves/{code}
    acpx     GET /emergencies
    acp      POST /emergencies/new
    acp      GET /emergencies/new
    acp      POST /emergencies/{issue_id}/complete
    acpu     POST /orders/{order}/change
    acpu     GET /orders/{order}/change
    acputdx  GET /visits
    acputdx  GET /visits/{visit}
    acputdx  GET /visits/{visit}/outcomes/{outcome}/{proof}
    act      POST /visits/{visit}/outcome
    act      GET /visits/{visit}/undo
    act      POST /visits/{visit}/undo
    act      GET /visits/{visit}/outcome
    ac       POST /visits/{visit}/change
    ac       GET /visits/{visit}/change
    ac       POST /visits/{visit}/cancel
    ac       GET /visits/{visit}/cancel
    acpu     POST /people/{person}/collection
    acpu     GET /people/{person}/collection
    acx      GET /requests
    acx      GET /requests/{sent}
    ac       POST /requests/{sent}/visit
    ac       POST /requests/{sent}/settle
    acbx     GET /figures
    acbx     GET /figures/visits
    acx      GET /admin/jobs
    acubx    GET /budget
    acubx    GET /budget/figure
    acubx    GET /budget/committed
    acubx    GET /budget/month
    acubx    GET /budget/partner
    acubx    GET /budget/statement
    acubx    GET /budget/statement/file
    acubx    GET /budget/recycling
    acubx    GET /budget/file
    acubx    GET /budget/recycling/file
    acubx    GET /budget/recycling/variation/file
    acubx    GET /budget/recycling/cohorts/file
    acubx    GET /budget/recycling/waiting/file
    acubx    GET /budget/reconciliation/file
    acubx    GET /budget/recycling/not-back
    a        GET /budget/agreed
    a        POST /budget/agreed
    acubx    GET /budget/recycling/movements
    acubx    GET /budget/recycling/cohorts
    acubx    GET /budget/recycling/waiting
    acubx    GET /budget/recycling/variation
    acubx    GET /budget/forecast
    acubx    GET /budget/shares
    ab       POST /budget/shares/new
    ab       GET /budget/shares/new
    acubx    GET /budget/shares/{agreement}
    ab       POST /budget/shares/{agreement}/approve
    ab       POST /budget/shares/{agreement}/decline
    acubx    GET /budget/reconciliation
    acubx    GET /budget/published
    acubx    GET /budget/charges
    acb      POST /budget/charges/new
    acb      GET /budget/charges/new
    acubx    GET /budget/charges/{charge}
    ab       POST /budget/charges/{charge}/approve
    ab       POST /budget/charges/{charge}/decline
    a        POST /budget/close
    a        GET /budget/close
    ac       POST /admin/jobs/{name}
    actdx    GET /rounds
    ac       POST /rounds/plan
    ac       POST /rounds/publish
    actdx    GET /rounds/sheets
    ac       POST /rounds/vans/{code}
    ac       GET /rounds/vans/{code}
    ac       POST /rounds/move
    ac       GET /rounds/move
    actd     GET /depot
    actd     GET /depot/gate
    actd     POST /depot/gate
    acd      GET /depot/wash
    acd      POST /depot/wash
    acd      POST /depot/wash/look
    ac       GET /depot/preparing
    ac       GET /depot/preparing/{sku}/list
    ac       POST /depot/preparing/{sku}/list
    ac       GET /depot/preparing/{sku}/cleaning
    ac       POST /depot/preparing/{sku}/cleaning
    actd     GET /depot/unreadable
    actd     GET /depot/unreadable/{code}
    actd     POST /depot/unreadable/{code}
    acd      GET /depot/bench
    acd      POST /depot/bench
    actd     GET /depot/places
    actd     GET /depot/places/labels
    actd     GET /depot/places/{kind}/{code}/label
    a        GET /depot/places/bays/new
    a        POST /depot/places/bays/new
    actd     GET /depot/printers
    a        GET /depot/printers/new
    a        POST /depot/printers/new
    actd     GET /depot/printers/{code}
    actd     POST /depot/printers/{code}/try
    a        GET /depot/printers/{code}/change
    a        POST /depot/printers/{code}/change
    actd     GET /depot/print
    actd     POST /depot/print
    actd     GET /depot/print-jobs/{job}
    actd     POST /depot/print-jobs/{job}/cancel
    actd     POST /depot/print-jobs/{job}/move
    actd     POST /depot/print-labels/{number}
    actdx    GET /depot/checks
    actdx    GET /depot/repairs
    actdx    GET /repairs/{job}
    actd     GET /repairs/{job}/{act}
    actd     POST /repairs/{job}/{act}
    actdx    GET /items/{code}/repairs
    actd     POST /items/{code}/repairs
    acputdbx GET /items/{code}/measurements
    actd     POST /items/{code}/measurements
    acpudx   GET /specials/{code}/photo
    a        GET /admin/spare-parts
    a        GET /admin/spare-parts/new
    a        POST /admin/spare-parts/new
    a        GET /admin/spare-parts/{code}
    a        POST /admin/spare-parts/{code}
    actd     GET /depot/stock
    actd     GET /depot/stock/{sku}
    acd      POST /depot/stock/{sku}
    acdbx    GET /depot/purchases
    acd      POST /depot/purchases/new
    acd      GET /depot/purchases/new
    acdbx    GET /depot/purchases/{purchase}
    acd      GET /depot/purchases/{purchase}/change
    acd      POST /depot/purchases/{purchase}/change
    acd      POST /depot/purchases/{purchase}/order
    acb      POST /depot/purchases/{purchase}/approve
    acb      POST /depot/purchases/{purchase}/send-back
    acd      POST /depot/purchases/{purchase}/cancel
    acd      GET /depot/purchases/{purchase}/lines/{line}/receive
    acd      POST /depot/purchases/{purchase}/lines/{line}/receive
    acd      GET /depot/purchases/{purchase}/lines/{line}/each
    acd      POST /depot/purchases/{purchase}/lines/{line}/each
    acdx     GET /depot/counts
    acd      POST /depot/counts/new
    acd      GET /depot/counts/new
    acdx     GET /depot/counts/{count}
    acd      GET /depot/counts/{count}/scan
    acd      POST /depot/counts/{count}/scan
    acd      POST /depot/counts/{count}/compare
    acd      POST /depot/counts/{count}/settle
    acd      POST /depot/counts/{count}/call-off
    actd     GET /depot/move
    actd     POST /depot/move
    acptdx   GET /depot/recalls
    acd      GET /depot/recalls/new
    acd      POST /depot/recalls/new
    acptdx   GET /depot/recalls/{recall}
    acptdx   GET /depot/recalls/{recall}/items.csv
    acd      POST /depot/recalls/{recall}/close
    acd      GET /depot/recalls/{recall}/items/{code}
    acd      POST /depot/recalls/{recall}/items/{code}
    ac       GET /depot/recalls/{recall}/people
    ac       GET /depot/recalls/{recall}/people/{person}
    ac       POST /depot/recalls/{recall}/people/{person}
    acdx     GET /cases
    acdx     GET /cases/{case}
    acd      POST /cases/{case}/settle
    a        GET /admin/products/{sku}/handling
    a        POST /admin/products/{sku}/handling
    a        GET /admin/devices
    a        GET /admin/devices/{device}
    a        POST /admin/devices/{device}/revoke
    act      POST /round/device
    act      GET /round/day
    act      POST /round/send
    act      POST /round/photos
    act      POST /round/close
    act      POST /round/open
    acputdbx GET /round/photos/{photo}
    au       GET /authorise
    au       POST /authorise/{order}
    au       GET /authorise/{order}
"""
TABLE = {row.split(maxsplit=1)[1]: row.split()[0] for row in MAY.strip().splitlines()}
# Open to everybody, or of whoever is signed in; ended here, nothing more could be tried.
PUBLIC = {"GET /", "GET /sign-in", "POST /sign-in", "GET /sign-in/code", "POST /sign-in/code"}
# Asked by a phone, which has a queue to keep: told so instead of being sent to sign in.
CALLS = {
    "POST /round/device", "GET /round/day", "POST /round/send", "POST /round/photos",
    "POST /round/close", "POST /round/open",
}  # fmt: skip
ENDINGS = {"POST /sign-out", "POST /account/sign-out-everywhere"}
_NOT_FOR_STAFF = (
    "/api",
    "/schema",
    "/static",
    "/8004",
    "/health",
    "/manifest",
    "/round/manifest",
    "/round/worker",
)


def pages(app: Litestar) -> list[str]:
    """All pages for staff and the forms that they send, as the table writes them."""
    return [
        f"{method} {route.path_format}"
        for route in app.routes
        if not route.path.startswith(_NOT_FOR_STAFF)
        for method in sorted(getattr(route, "methods", ()))
        if method in {"GET", "POST"}
    ]


def asked(page: str) -> tuple[str, str]:
    """The method, and the address of one that is nobody's."""
    method, path = page.split()
    return method, re.sub("{[^}]+}", str(uuid4()), path.replace("{number}", "7"))


def test_the_table_has_every_page(app: Litestar) -> None:
    """And none besides."""
    assert set(pages(app)) == set(TABLE) | PUBLIC | ENDINGS


@pytest.mark.parametrize("letter", LETTERS)
async def test_a_role_opens_what_the_table_says(
    app: Litestar, admin: httpx.AsyncClient, letter: str
) -> None:
    """And gets a page that turns it away from everything else."""
    await open_service(admin)
    await staff(admin, "jo", LETTERS[letter])
    async with signed_in(app, "jo") as browser:
        for page, may in TABLE.items():
            method, path = asked(page)
            answer = await browser.request(method, path)
            assert answer.status_code < 500, page
            assert (answer.status_code != 403) is (letter in may), page


async def test_whoever_is_not_signed_in_or_was_ended_is_sent_to_sign_in(
    app: Litestar, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    """From every page and every form."""
    await open_service(admin)
    await staff(admin, "jo", "administrator")
    async with signed_in(app, "jo") as ended:
        await admin.patch("/api/users/jo", json={"active": False})
        for browser in (stranger, ended):
            for page in TABLE:
                method, path = asked(page)
                answer = await browser.request(method, path)
                if page in CALLS:
                    assert answer.status_code == 401, (page, answer.status_code)
                    continue
                assert answer.status_code == 303, (page, answer.status_code)
                assert answer.headers["location"].startswith("/sign-in"), page


async def test_another_partners_people_are_on_no_page(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """A page of theirs answers as one of nobody's does."""
    await open_service(admin)
    theirs = await person(admin, name="Ada Elsewhere", funder="52R")
    for letter in "put":
        name = await staff(admin, f"jo-{letter}", LETTERS[letter])
        async with signed_in(app, name) as browser:
            for page in (
                "/people/{person}",
                "/people/{person}/change",
                "/orders/new?person={person}",
            ):
                shown = await browser.get(page.replace("{person}", theirs))
                nobody = await browser.get(page.replace("{person}", str(uuid4())))
                assert shown.status_code == nobody.status_code, (page, LETTERS[letter])
                assert "Ada Elsewhere" not in shown.text
