"""What PostgreSQL itself forbids, and that it still does: rights, triggers, constraints."""

from typing import Final

from scripts.verifying.invariant import Invariant

_APPEND_ONLY: Final = (
    "movements", "postings", "tallies", "loans", "checks", "receipts", "person_looks", "superseded",
    "changes", "blank_labels", "item_labels", "code_stretches", "commitments", "order_events",
    "order_answers", "visit_outcomes", "undone_outcomes", "visit_events", "round_delays",
    "phone_photos",
    "examinations", "inspections", "inspection_lists", "wash_loads", "washed_items", "item_files",
    "wash_programmes",
    "repair_decisions",
    "recall_contacts", "repair_job_parts", "special_measurements",
    "recall_contacts", "purchase_answers", "purchase_receipts", "purchased_items", "counted_items",
)  # fmt: skip
_GRANTS: Final = f"""
select format('role %s may %s %s', r.rolname, lower(right_), c.relname)
from pg_roles r, pg_class c, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) right_
where r.rolname = 'kitback_app' and c.relkind in ('r', 'p')
    and coalesce(pg_partition_root(c.oid), c.oid)
        in (select to_regclass('public.' || t) from unnest(array{list(_APPEND_ONLY)}) t)
    and (has_table_privilege(r.oid, c.oid, right_)
        or (right_ = 'UPDATE' and has_any_column_privilege(r.oid, c.oid, right_)))
union all
-- Of what people sent, only what was done about it may change.
select format('role %s may %s requests%s', r.rolname, lower(right_), coalesce(' ' || a.attname, ''))
from pg_roles r, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) right_
left join pg_attribute a on right_ = 'UPDATE' and a.attnum > 0 and not a.attisdropped
    and a.attrelid = to_regclass('public.requests')
    and a.attname not in ('status', 'settled_by', 'settled_at', 'note')
where r.rolname = 'kitback_app' and case right_
    when 'UPDATE' then has_column_privilege(r.oid, a.attrelid, a.attnum, right_)
    else has_table_privilege(r.oid, 'public.requests', right_) end
union all
-- What is inserted into a partition itself passes by the triggers on its table.
select format('role %s may %s %s', r.rolname, lower(right_), c.relname)
from pg_roles r, pg_class c, unnest(array['SELECT', 'INSERT']) right_
where r.rolname = 'kitback_app' and c.relispartition and c.relkind = 'r'
    and pg_partition_root(c.oid)
        in (select to_regclass('public.' || t) from unnest(array{list(_APPEND_ONLY)}) t)
    and has_table_privilege(r.oid, c.oid, right_)
union all
select format('role kitback_app is a superuser') from pg_roles
where rolname = 'kitback_app' and rolsuper
union all
select 'role kitback_app is not there'
where not exists (select from pg_roles where rolname = 'kitback_app')
"""  # noqa: S608 - table names from code
_GUARDS: Final = """
select format('trigger %s on %s is not there', name, on_table)
from (values ('note_postings', 'postings'), ('note_tallies', 'tallies'),
    ('keep_item_texts', 'items'), ('keep_item_texts', 'item_aliases'),
    ('keep_item_texts', 'item_labels'), ('keep_item_makes', 'items'),
    ('keep_changed_makes', 'items'), ('keep_ended_makes', 'items'),
    ('keep_label_claims', 'blank_labels'),
    ('keep_label_claims', 'item_labels'), ('note_commitments', 'commitments'),
    ('keep_let_go', 'items'), ('keep_recall_items', 'recall_items'),
    ('keep_what_is_recalled', 'items'), ('keep_what_is_recalled', 'recalls'),
    ('note_recalled_out', 'items'), ('keep_gate', 'items'),
    ('keep_gate_of_new', 'items'), ('keep_gate_of_parts', 'items'), ('keep_dues', 'items'),
    ('begin_dues', 'items'), ('reckon_product', 'products'), ('reckon_person', 'people'),
    ('count_promises_made', 'promises'), ('count_promises_ended', 'promises'),
    ('print_label_moves', 'print_labels'), ('keep_asked_purchase', 'purchases'),
    ('keep_asked_lines', 'purchase_lines')) due (name, on_table)
where not exists (select from pg_trigger
    where tgrelid = to_regclass('public.' || on_table) and tgname = name)
union all
select format('trigger %s on %s is disabled', t.tgname, c.relname)
from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace = 'public'::regnamespace and t.tgenabled not in ('O', 'A')
union all
select format('constraint %s on %s was never validated', conname, conrelid::regclass)
from pg_constraint where connamespace = 'public'::regnamespace and not convalidated
union all
select format('index %s is not valid', c.relname)
from pg_index x join pg_class c on c.oid = x.indexrelid
where c.relnamespace = 'public'::regnamespace and not x.indisvalid
"""

GUARD_INVARIANTS: Final = (
    Invariant("append-only", "The application cannot change what happened.", _GRANTS),
    Invariant("guards", "PostgreSQL's own guards are there and awake.", _GUARDS),
)
