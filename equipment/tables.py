"""What exists, where it is and who has it. Movements, loans and checks are append-only."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from budget.tables import Partner
from equipment.people.person_tables import Person


class Depot(Table, tablename="depots"):
    """A store: a main depot, or a satellite cupboard in a health centre."""

    code = Varchar(length=20, primary_key=True)
    name = Varchar(length=200)
    postcode = Varchar(length=8)
    kind = Varchar(length=10)
    # Orders after this time of day (Europe/London) count as the next day's.
    cut_off = Time(null=True, default=None)
    # From this day on nothing is brought there.
    closed_from = Date(null=True, default=None)


class Van(Table, tablename="vans"):
    """A van is a place as a depot is: a scan says the item is on it."""

    code = Varchar(length=20, primary_key=True)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict)
    payload_kg = Integer()
    volume_l = Integer()
    crew = SmallInt(default=1)
    shift_from = Time(default=None)
    shift_to = Time(default=None)
    closed_from = Date(null=True, default=None)


class Bay(Table, tablename="bays"):
    """A part of a depot that has a label of its own, so that a scan can say where in it."""

    code = Varchar(length=20, primary_key=True)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=200)
    kind = Varchar(length=10)


class User(Table, tablename="users"):
    """Somebody who signs in; what they may do hangs on their roles."""

    id = UUID(primary_key=True, default=UUID4())
    username = Varchar(length=64, unique=True)
    password_hash = Varchar(length=200)
    roles = Array(base_column=Varchar(length=20))
    partner = ForeignKey(Partner, null=True, on_delete=OnDelete.restrict, default=None)
    also = Array(base_column=Varchar(length=10))
    team = Varchar(length=100, null=True, default=None)
    depot = ForeignKey(Depot, null=True, on_delete=OnDelete.restrict, default=None)
    level = SmallInt(null=True, default=None)
    order_limit_pence = BigInt(null=True, default=None)
    active = Boolean(default=True)
    created_at = Timestamptz()


class Token(Table, tablename="tokens"):
    """A session; only the SHA-256 of the token is kept."""

    digest = Bytea(primary_key=True, default=None)
    user = ForeignKey(User, null=False, on_delete=OnDelete.restrict)
    created_at = Timestamptz()
    expires_at = Timestamptz(default=None)


class PageSession(Table, tablename="page_sessions"):
    """Somebody signed in on the pages; only the SHA-256 of what the cookie holds is kept."""

    digest = Bytea(primary_key=True, default=None)
    user = ForeignKey(User, null=False, on_delete=OnDelete.restrict, index=True)
    begun_at = Timestamptz()
    seen_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    # The password was right, and the second factor is still to come: it opens nothing else.
    awaits_code = Boolean(default=False)


class SecondFactor(Table, tablename="second_factors"):
    """The secret that a user's telephone makes codes of; unconfirmed, it asks nobody for one."""

    user = ForeignKey(User, primary_key=True, null=False, on_delete=OnDelete.restrict)
    secret = Varchar(length=64, default=None)
    begun_at = Timestamptz(default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    # The time step of the newest code that was taken: neither it nor an earlier one is taken again.
    last_step = BigInt(null=True, default=None)


class RecoveryCode(Table, tablename="recovery_codes"):
    """What lets a user in once without the telephone; only its SHA-256 is kept."""

    digest = Bytea(primary_key=True, default=None)
    user = ForeignKey(User, null=False, on_delete=OnDelete.restrict, index=True)
    used_at = Timestamptz(null=True, default=None)


class SignInFailure(Table, tablename="sign_in_failures"):
    """A refused sign-in, kept as long as the throttle looks back."""

    id = BigSerial(primary_key=True)
    username = Varchar(length=64, index=True)
    address = Varchar(length=64, index=True)
    failed_at = Timestamptz()


class Product(Table, tablename="products"):
    """A line of the catalogue. Its price and credit are in `product_terms`, by day."""

    sku = Varchar(length=40, primary_key=True)
    name = Varchar(length=200)
    category = Varchar(length=80)
    iso9999 = Varchar(length=20)
    weight_g = Integer(null=True, default=None)
    volume_l = Integer(null=True, default=None)
    crew = SmallInt(default=1)
    pat = Boolean(default=False)
    loler_months = SmallInt(null=True, default=None)
    service_months = SmallInt(null=True, default=None)
    life_years = SmallInt(null=True, default=None)
    clean_minutes = Integer(null=True, default=None)
    reuse = Varchar(length=20)
    level = SmallInt(default=1)
    speed = Varchar(length=10)
    max_user_kg = Integer(null=True, default=None)
    width_mm = Integer(null=True, default=None)
    height_mm = Integer(null=True, default=None)
    length_mm = Integer(null=True, default=None)
    equivalents = Array(base_column=Varchar(length=40))


class ProductTerms(Table, tablename="product_terms"):
    """What a product costs, and what comes back of it, from a day on."""

    id = BigSerial(primary_key=True)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict)
    from_on = Date(default=None)
    price_pence = BigInt()
    credit_percent = SmallInt()


class StandingColumns:
    """Where an item stands after a movement: the same columns on the item and on the movement.

    The item's are those of its newest movement; only equipment/journal.py writes them.
    """

    state = Varchar(length=12)
    # Where it is: `depot` and `van` are null while it is elsewhere, `last_depot` never is once set.
    depot = Varchar(length=20, null=True, default=None)
    last_depot = Varchar(length=20, null=True, default=None)
    van = Varchar(length=20, null=True, default=None)
    # Who has it until the loan ends.
    person = UUID(null=True, default=None)
    # The newest loan (its `deliver` movement), kept after its end; the phase says how far it is.
    loan = UUID(null=True, default=None)
    loan_funder = Varchar(length=10, null=True, default=None)
    loan_phase = Varchar(length=12, null=True, default=None)
    loans = Integer(default=0)
    # When the hold was recorded; null where there is none.
    held_at = Timestamptz(null=True, default=None)
    # The day it last came back dirty: electrical tests before it do not count.
    dirty_on = Date(null=True, default=None)
    # The newest day on which a check of that kind was passed; a failed one is a hold.
    pat_on = Date(null=True, default=None)
    loler_on = Date(null=True, default=None)
    service_on = Date(null=True, default=None)
    # When the newest loan's phase was recorded: by it, what its end counted is found again.
    phase_at = Timestamptz(null=True, default=None)
    # Whether a recall holds it: `alone`, or `also` where it would be on hold without one.
    recalled = Varchar(length=5, null=True, default=None)


class Item(StandingColumns, Table, tablename="items"):
    """One thing with a label.

    PostgreSQL says `on_shelf` and `unsafe_on_loan` of it, as its state and holds have it. Its
    product, serial number and batch are in `item_makes` as well, by which it is found.
    """

    id = BigSerial(primary_key=True)
    code = Varchar(length=8, unique=True)
    # The company prefix and the code: by the code it is found, and comes once.
    giai = Varchar(length=30)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict)
    serial = Varchar(length=80, null=True, default=None)
    batch = Varchar(length=80, null=True, default=None)
    owner = Varchar(length=100, default="pool")
    purchase_price_pence = BigInt(null=True, default=None)
    received_on = Date(null=True, default=None)
    newest_movement = UUID(default=None)
    updated_at = Timestamptz()


class ItemAlias(Table, tablename="item_aliases"):
    """A label of an earlier system that still means this item."""

    key = Varchar(length=100, primary_key=True)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    alias = Varchar(length=100)


class CodeStretch(Table, tablename="code_stretches"):
    """The numbers from which one incarnation of the database draws its codes: ADR 8."""

    # What the sequence code_numbers had come to when it began: it counts on from there.
    first = BigInt(primary_key=True, default=None)
    start = BigInt()
    length = BigInt()
    incarnation = Varchar(length=200)
    begun_at = Timestamptz()


class BlankLabel(Table, tablename="blank_labels"):
    """A label that was printed before there was an item for it."""

    seq = BigSerial()
    code = Varchar(length=8, primary_key=True)
    giai = Varchar(length=30, unique=True)
    # The labels that were ordered together.
    printing = UUID(index=True, default=None)
    printed_at = Timestamptz()
    printed_by = Varchar(length=64)


class ItemLabel(Table, tablename="item_labels"):
    """Which item a blank label became: its first, when it was received, or a further one."""

    code = ForeignKey(BlankLabel, primary_key=True, null=False, on_delete=OnDelete.restrict)
    giai = Varchar(length=30, unique=True)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    # Why the item needed another label; null for its first.
    reason = Varchar(length=500, null=True, default=None)
    claimed_at = Timestamptz()
    claimed_by = Varchar(length=64)


class Movement(StandingColumns, Table, tablename="movements"):
    """What happened to an item, once and for good, and how it stands since.

    Partitioned by the month of `recorded_at` (docs/adr/0011-sums-and-partitions.md): the primary
    key is (item, seq, recorded_at), and that no id comes twice is the receipts' to see to.
    """

    seq = BigSerial(primary_key=True)
    id = UUID(default=None)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    action = Varchar(length=12)
    from_state = Varchar(length=12, null=True, default=None)
    occurred_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    actor = Varchar(length=64)
    reason = Varchar(length=500, null=True, default=None)
    # What an `undo` takes back.
    undoes = UUID(null=True, default=None)
    # The rest of the scan as it was sent: note, minutes, device, visit and whatever else it said.
    details = JSONB(default="{}")


class Loan(Table, tablename="loans"):
    """One delivery to one person: what was charged, and what of it comes back."""

    id = UUID(primary_key=True, default=None)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    funder = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    began_at = Timestamptz(default=None)
    charged_pence = BigInt()
    credit_percent = SmallInt()
    # In a year on pool-owned stock what it would have been charged is counted, and not charged.
    only_counted = Boolean(default=False)
    # The line of an order that it was delivered for; no foreign key: that is written beside it.
    order_line = UUID(null=True, default=None)
    # By what recycling is told, all as on the day it was lent: the team of whoever ordered it, the
    # item's whole years since it was received, the loan that the item had before, and whether it
    # was lent by an earlier service, so that nothing was issued here.
    team = Varchar(length=100, null=True, default=None)
    age_years = SmallInt(null=True, default=None)
    previous = UUID(null=True, default=None)
    taken_over = Boolean(default=False)


class Check(Table, tablename="checks"):
    """A portable appliance test, a LOLER thorough examination or a planned service."""

    id = BigSerial(primary_key=True)
    movement = UUID(index=True, default=None)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=8)
    result = Varchar(length=4)
    # Named after the contract's field; quoted in SQL.
    on = Date(default=None)
    examiner = Varchar(length=200, null=True, default=None)
    certificate = Varchar(length=200, null=True, default=None)


class Case(Table, tablename="cases"):
    """Something that a person must settle."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    kind = Varchar(length=30)
    item = ForeignKey(Item, null=True, on_delete=OnDelete.restrict, default=None)
    scan = UUID(null=True, default=None)
    detail = Text()
    # The scan as it was sent, so that nothing of it is lost.
    content = JSONB(default="{}")
    status = Varchar(length=10, default="open")
    # One case for one fault, however often a phone repeats it.
    fault = Bytea(unique=True, default=None)
    raised_by = Varchar(length=64)
    raised_at = Timestamptz()
    settled_by = Varchar(length=64, null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)
    note = Varchar(length=1000, null=True, default=None)


class Request(Table, tablename="requests"):
    """What somebody sent from the public page of an item: to be seen to by a coordinator."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    kind = Varchar(length=20)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict, default=None)
    # Collection only: all that is at the address, or this item alone.
    everything = Boolean(null=True, default=None)
    first_name = Varchar(length=80, null=True, default=None)
    telephone = Varchar(length=30, null=True, default=None)
    place = Varchar(length=200, null=True, default=None)
    message = Varchar(length=1000, null=True, default=None)
    # The form as it was handed out, and what was sent in it: sent twice, it is one request.
    form = UUID(default=None)
    content = Bytea(default=None)
    sent_at = Timestamptz()
    status = Varchar(length=10, default="open")
    settled_by = Varchar(length=64, null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)
    note = Varchar(length=1000, null=True, default=None)


class PageCount(Table, tablename="page_counts"):
    """How often a network has come to the public pages since a moment."""

    id = BigSerial(primary_key=True)
    kind = Varchar(length=10)
    network = Varchar(length=64)
    begins_at = Timestamptz(index=True)
    visits = Integer(default=1)


class Setting(Table, tablename="settings"):
    """What is fixed at first start, such as the GS1 company prefix."""

    name = Varchar(length=40, primary_key=True)
    value = Varchar(length=200)


class Postcode(Table, tablename="postcodes"):
    """Where a postcode is that does not ship: metres on the British National Grid."""

    postcode = Varchar(length=8, primary_key=True)
    easting = Integer(default=None)
    northing = Integer(default=None)
