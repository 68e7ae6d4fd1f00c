"""The people to whom equipment is lent, and what is known of them."""

from piccolo.columns import (
    UUID,
    Array,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from budget.tables import Partner


class Person(Table, tablename="people"):
    """Somebody to whom equipment is lent."""

    id = UUID(primary_key=True, default=UUID4())
    name = Varchar(length=200)
    nhs_number = Varchar(length=10, null=True, default=None, unique=True)
    born = Date(null=True, default=None)
    # Where they live now; person_addresses has where they lived, and where they stay for a while.
    address = Varchar(length=500, null=True, default=None)
    postcode = Varchar(length=8, null=True, default=None)
    phone = Varchar(length=40, null=True, default=None)
    funder = ForeignKey(Partner, null=True, on_delete=OnDelete.restrict, default=None)
    # Why another pays than the rule says.
    funder_reason = Varchar(length=500, null=True, default=None)
    needs = Array(base_column=Varchar(length=200))
    weight_kg = SmallInt(null=True, default=None)
    home = Varchar(length=10, null=True, default=None)
    carers = Varchar(length=10, null=True, default=None)
    gp_practice = Varchar(length=10, null=True, default=None)
    language = Varchar(length=60, null=True, default=None)
    interpreter = Boolean(default=False)
    # How they need to be told things: DCB1605, the Accessible Information Standard.
    communication = Array(base_column=Varchar(length=30))
    communication_notes = Varchar(length=500, null=True, default=None)
    access_notes = Varchar(length=1000, null=True, default=None)
    died_on = Date(null=True, default=None)
    # When they moved to where the service does not go.
    moved_on = Date(null=True, default=None)
    # The record that goes on, where two were found to be one person's; never one that is merged.
    merged_into: ForeignKey["Person"] = ForeignKey(
        "self", null=True, on_delete=OnDelete.restrict, default=None
    )
    created_at = Timestamptz()
    created_by = Varchar(length=64)


class PersonLook(Table, tablename="person_looks"):
    """Every look at a person: who, whom, when, by which door and, where it was asked, why."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    username = Varchar(length=64)
    looked_at = Timestamptz()
    door = Varchar(length=40)
    reason = Varchar(length=500, null=True, default=None)


class PersonOpening(Table, tablename="person_openings"):
    """Another partner's person, opened to somebody who knew their number and day of birth."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    username = Varchar(length=64)
    reason = Varchar(length=500)
    opened_at = Timestamptz(default=None)
    until = Timestamptz(default=None)


class MatchFailure(Table, tablename="match_failures"):
    """A match that found nobody, kept as long as the throttle looks back."""

    id = BigSerial(primary_key=True)
    username = Varchar(length=64, index=True)
    failed_at = Timestamptz(default=None)


class PersonAddress(Table, tablename="person_addresses"):
    """Where somebody lived from a day on, or stays from one day to another."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=10)
    address = Varchar(length=500, null=True, default=None)
    postcode = Varchar(length=8, null=True, default=None)
    access_notes = Varchar(length=1000, null=True, default=None)
    # Why they stay there, such as respite, and who answers the telephone.
    reason = Varchar(length=200, null=True, default=None)
    phone = Varchar(length=40, null=True, default=None)
    from_on = Date(default=None)
    # The last day of a stay.
    until_on = Date(null=True, default=None)
    recorded_at = Timestamptz(default=None)
    recorded_by = Varchar(length=64)


class KeySafe(Table, tablename="key_safes"):
    """What opens somebody's key safe; apart, for the crew of that day alone."""

    person = ForeignKey(Person, primary_key=True, null=False, on_delete=OnDelete.restrict)
    code = Varchar(length=40)
    set_at = Timestamptz(default=None)
    set_by = Varchar(length=64)


class PersonEvent(Table, tablename="person_events"):
    """That somebody died or moved away: once, until it is taken back."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=10)
    happened_on = Date(default=None)
    recorded_at = Timestamptz(default=None)
    recorded_by = Varchar(length=64)
    withdrawn_at = Timestamptz(null=True, default=None)


class PersonMerge(Table, tablename="person_merges"):
    """Two records that were found to be one person's: which went on, who said so and why."""

    gone = ForeignKey(Person, primary_key=True, null=False, on_delete=OnDelete.restrict)
    survivor = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    reason = Varchar(length=500)
    # The number that went over to the survivor, which had none.
    nhs_number = Varchar(length=10, null=True, default=None, index=True)
    merged_by = Varchar(length=64)
    merged_at = Timestamptz(default=None)


class FunderRule(Table, tablename="funder_rules"):
    """Who pays for the people of a GP practice, or of some postcodes, from a day on."""

    id = BigSerial(primary_key=True)
    kind = Varchar(length=12)
    key = Varchar(length=10)
    partner = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    from_on = Date(default=None)
    entered_at = Timestamptz(default=None)
    entered_by = Varchar(length=64)


class CareHomeRule(Table, tablename="care_home_rules"):
    """Whether the service provides a product, or a category, to care homes, from a day on."""

    id = BigSerial(primary_key=True)
    sku = Varchar(length=40, null=True, default=None)
    category = Varchar(length=80, null=True, default=None)
    provided = Boolean(default=True)
    reason = Varchar(length=500)
    from_on = Date(default=None)
    entered_at = Timestamptz(default=None)
    entered_by = Varchar(length=64)
