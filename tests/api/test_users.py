"""Users over HTTP."""

import httpx
import pytest

NEW = {"username": "bob", "password": "long enough", "roles": ["depot"]}


async def test_a_user_is_made_shown_and_signs_in(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """The password is taken and never shown."""
    made = await admin.post("/api/users", json=NEW)
    assert made.status_code == 201
    user = made.json()
    assert user == user | {"username": "bob", "roles": ["depot"], "also": [], "active": True}
    assert not any("password" in field for field in user)
    assert (await admin.get("/api/users")).json()["results"][-1] == user
    signed_in = await visitor.post(
        "/api/login", json={"username": "BOB", "password": "long enough"}
    )
    assert signed_in.status_code == 200
    assert signed_in.json()["user"] == user


async def test_a_user_name_is_unique_whatever_its_case(admin: httpx.AsyncClient) -> None:
    """Bob and bob would be taken for one another."""
    await admin.post("/api/users", json=NEW)
    answer = await admin.post("/api/users", json=NEW | {"username": "BoB"})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/exists")


# A user keeps its name: a change takes none.
WRONG_NAMES = ["", "b b", "bob\n", "b" * 65]
WRONG_FIELDS = [
    ("password", "seven77"),
    ("password", "x" * 1001),
    ("roles", []),
    ("roles", ["king"]),
    ("partner", "NONE"),
    ("also", ["NONE"]),
    ("depot", "NONE"),
    ("team", ""),
    ("team", "x" * 101),
    ("level", 5),
    ("level", 0),
    ("order_limit_pence", -1),
    ("order_limit_pence", 2**63),
]


@pytest.mark.parametrize(
    ("method", "field", "value"),
    [
        *(("POST", "username", name) for name in WRONG_NAMES),
        *((method, *wrong) for wrong in WRONG_FIELDS for method in ("POST", "PATCH")),
    ],
)
async def test_a_wrong_field_is_named(
    admin: httpx.AsyncClient, method: str, field: str, value: object
) -> None:
    """And nothing is changed."""
    path = "/api/users" if method == "POST" else "/api/users/admin"
    body = NEW | {field: value} if method == "POST" else {field: value}
    answer = await admin.request(method, path, json=body)
    assert answer.status_code == 422
    assert [fault["field"].partition("[")[0] for fault in answer.json()["errors"]] == [field]
    assert len((await admin.get("/api/users")).json()["results"]) == 1


async def test_only_an_administrator_manages_users(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Judged before the body: what is in it is nobody's business."""
    await admin.post("/api/users", json=NEW)
    token = (await visitor.post("/api/login", json=NEW | {"roles": None})).status_code
    assert token == 422
    signed_in = await visitor.post(
        "/api/login", json={"username": "bob", "password": NEW["password"]}
    )
    visitor.headers["Authorization"] = f"Bearer {signed_in.json()['token']}"
    assert (await visitor.get("/api/users")).status_code == 403
    assert (await visitor.post("/api/users", content=b"{")).status_code == 403
    assert (await visitor.patch("/api/users/admin", json={"active": False})).status_code == 403


async def test_an_ended_user_is_out_at_once(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """The token that worked a moment ago is a 401."""
    await admin.post("/api/users", json=NEW)
    answer = await visitor.post("/api/login", json={"username": "bob", "password": NEW["password"]})
    visitor.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    assert (await visitor.get("/api/nothing")).status_code == 404
    ended = await admin.patch("/api/users/bob", json={"active": False})
    assert ended.json()["active"] is False
    assert (await visitor.get("/api/nothing")).status_code == 401


async def test_what_is_not_named_stays(admin: httpx.AsyncClient) -> None:
    """A change says only what changes; null takes away what may be absent."""
    await admin.post("/api/users", json=NEW | {"team": "North", "level": 2})
    answer = await admin.patch("/api/users/Bob", json={"team": None, "roles": ["technician"]})
    assert answer.status_code == 200
    user = answer.json()
    assert (user["team"], user["level"], user["roles"]) == (None, 2, ["technician"])


async def test_what_may_be_absent_may_be_null(admin: httpx.AsyncClient) -> None:
    """Of a user that is made, and of one that is changed: it is then as if there were none."""
    await admin.post("/api/partners", json={"ods": "04K", "name": "City", "kind": "ccg"})
    optional = ("partner", "also", "team", "depot", "level", "order_limit_pence")
    nothing = dict.fromkeys(optional)
    made = await admin.post("/api/users", json=NEW | nothing)
    assert {name: made.json()[name] for name in optional} == nothing | {"also": []}
    some = {"partner": "04K", "also": ["04K"], "team": "North", "level": 2, "order_limit_pence": 1}
    assert (await admin.patch("/api/users/bob", json=some)).json() == made.json() | some
    assert (await admin.patch("/api/users/bob", json=nothing)).json() == made.json()


async def test_a_user_who_is_not_there_is_missing(admin: httpx.AsyncClient) -> None:
    """Whatever is to change."""
    assert (await admin.patch("/api/users/nobody", json={})).status_code == 404


async def test_the_list_comes_in_pages(admin: httpx.AsyncClient) -> None:
    """By name, whatever its case, each user once."""
    for name in ("Carol", "bob", "dora"):
        await admin.post("/api/users", json=NEW | {"username": name})
    names, after = [], ""
    while after is not None:
        query = {"limit": 2} | ({"after": after} if after else {})
        answer = (await admin.get("/api/users", params=query)).json()
        names += [user["username"] for user in answer["results"]]
        after = answer["next"]
    assert names == ["admin", "bob", "Carol", "dora"]
    assert (await admin.get("/api/users?limit=201")).status_code == 422
    assert (await admin.get("/api/users?limit=0")).status_code == 422


async def test_signing_out_ends_the_token(admin: httpx.AsyncClient) -> None:
    """The next request with it is a 401."""
    assert (await admin.post("/api/logout")).status_code == 204
    assert (await admin.get("/api/users")).status_code == 401
