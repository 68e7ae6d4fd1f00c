"""Users in words: the list, one user, and the forms that make and change one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.partners import Partner
from budget.refusals import Fault
from equipment.places import Depot
from equipment.staff.staff import PASSWORD_MIN, User
from web.fields import Field, Fields, Form, errors
from web.forms import Filled
from web.list_page import ListPage
from web.markup import tag
from web.paging import Slice
from web.words import pounds

ROLE_WORDS: Final = {
    "administrator": "Administrator: everything",
    "coordinator": "Coordinator: people, orders and rounds of the whole service",
    "prescriber": "Prescriber: orders for their own people",
    "authoriser": "Authoriser: decides on orders of their partners",
    "technician": "Technician: delivers and collects",
    "depot": "Depot: stock, cleaning and repairs",
    "budget_holder": "Budget holder: money, never names",
    "auditor": "Auditor: reads everything, changes nothing",
}
_LEVELS: Final = {"": "None", "1": "1", "2": "2", "3": "3", "4": "4"}


@dataclass(frozen=True, slots=True)
class Choosable:
    """What a user may be given: a partner of these, a depot of these."""

    partners: Sequence[Partner]
    depots: Sequence[Depot]


@dataclass(frozen=True, slots=True)
class UserPage:
    """One user."""

    title: str
    heading: str
    back: str
    active: bool
    protected: bool
    errors: list[dict[str, str]]
    form: Form
    password: list[Field]
    address: str


def list_page(found: Slice[User], q: str, base: str) -> ListPage:
    """The list as it is shown."""
    address = f"{base}/admin/users"
    field = Fields(Filled({"q": [q]})).text("q", "User name or team", width=20, spellcheck=False)
    return ListPage(
        title="Users",
        back=f"{base}/admin",
        address=address,
        show="Search",
        new=("Make a new user", f"{address}/new"),
        fields=[field],
        head=["User name", "Roles", "Partner", "May order"],
        rows=[_row(user, address) for user in found.rows],
        empty="No user matches this.",
        links=found.links,
    )


def new_form(
    choosable: Choosable,
    base: str,
    filled: Filled,
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> Form:
    """The form for a new user."""
    fields = Fields(filled, faults)
    each = [
        fields.text(
            "username",
            "User name",
            hint="Letters, digits and . _ @ -",
            width=20,
            spellcheck=False,
            autocapitalize="none",
            autocomplete="off",
        ),
        *_passwords(fields, "Password"),
        *_duties(fields, choosable, None),
    ]
    said = errors(faults, each, trouble=trouble)
    return Form(
        title="Error: New user" if said else "New user",
        heading="New user",
        action=f"{base}/admin/users/new",
        fields=each,
        errors=said,
        submit="Make the user",
        back=f"{base}/admin/users",
    )


def user_page(
    user: User,
    choosable: Choosable,
    base: str,
    filled: Filled | None,
    said: tuple[Sequence[Fault], str | None],
    *,
    protected: bool,
) -> UserPage:
    """One user, with the forms that change it."""
    address = f"{base}/admin/users/{user.username}"
    faults, trouble = said
    duties = _duties(Fields(filled, faults), choosable, user)
    passwords = _passwords(Fields(None, faults), "New password")
    shown = errors(faults, [*duties, *passwords], trouble=trouble)
    form = Form(
        title=user.username,
        heading="What they may do",
        action=address,
        fields=duties,
        errors=shown,
        submit="Save",
    )
    return UserPage(
        title=f"Error: {user.username}" if shown else user.username,
        heading=user.username,
        back=f"{base}/admin/users",
        active=user.active,
        protected=protected,
        errors=shown,
        form=form,
        password=passwords,
        address=address,
    )


def _passwords(fields: Fields, label: str) -> list[Field]:
    hint = f"At least {PASSWORD_MIN} characters; three words are easy to keep in mind."
    more: dict[str, Any] = {"autocomplete": "new-password", "width": 20}
    return [
        fields.password("password", label, hint=hint, **more),
        fields.password("again", f"{label} again", **more),
    ]


def _duties(fields: Fields, choosable: Choosable, user: User | None) -> list[Field]:
    partners = {partner.ods: f"{partner.name} ({partner.ods})" for partner in choosable.partners}
    depots = {depot.code: f"{depot.name} ({depot.code})" for depot in choosable.depots}
    limit = None if user is None else user.order_limit_pence
    none = {"": "None"}
    return [
        fields.checkboxes("roles", "Roles", ROLE_WORDS, values=user.roles if user else ()),
        fields.select("partner", "Partner", none | partners, value=user and user.partner),
        fields.checkboxes(
            "also",
            "Works for these as well",
            partners,
            values=user.also if user else (),
            classes="nhsuk-checkboxes--small",
        ),
        fields.text("team", "Team", value=user and user.team, width=20),
        fields.select("depot", "Depot", none | depots, value=user and user.depot),
        fields.select(
            "level",
            "Level",
            _LEVELS,
            value=user and user.level,
            hint="The highest level of products that they may order by themselves.",
        ),
        fields.text(
            "order_limit_pence",
            "Limit for one order",
            value=None if limit is None else f"{limit / 100:.2f}".removesuffix(".00"),
            hint="In pounds. Above it an authoriser decides. Empty: no limit of money.",
            prefix="£",
            inputmode="decimal",
            width=10,
        ),
    ]


def _row(user: User, address: str) -> list[dict[str, Any]]:
    name: dict[str, Any] = {"text": user.username, "href": f"{address}/{user.username}"}
    roles = ", ".join(role.replace("_", " ") for role in user.roles)
    shown = {"text": roles} if user.active else {"html": tag("Ended", "grey")}
    return [name, shown, {"text": user.partner or "None"}, {"text": _may_order(user)}]


def _may_order(user: User) -> str:
    level = "No level" if user.level is None else f"Level {user.level}"
    limit = user.order_limit_pence
    return level if limit is None else f"{level}, up to {pounds(limit)}"
