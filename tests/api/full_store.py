"""Some of everything that there are lists of, in any number, written as SQL in one go."""

import hashlib
from typing import Final

TOKEN: Final = "somebody's"
"""Of an administrator."""

# Written past the triggers, as a restored dump is: what they would do is done beside it.
_FILL: Final = """
set session_replication_role = replica;
-- Indexes are built once the tables are full: entry by entry takes much longer.
set allow_system_table_mods = on;
update pg_index set indisready = false, indisvalid = false from pg_class
where pg_class.oid = indexrelid and relkind = 'i' and relnamespace = 'public'::regnamespace;
insert into partners (ods, name, kind) select 'P' || n, 'n', 'ccg' from generate_series(1, :rows) n;
insert into sharing_agreements (id, year, holds_from, equipment_by_use_percent,
        activity_by_use_percent, charges_by_use_percent, shares, reason, proposed_by, proposed_at)
    select md5(n::text)::uuid, case when n % 2 = 0 then '2018-19' else '2019-20' end,
        case when n % 2 = 0 then '2018-04-01' else '2019-04-01' end::date, 100, 100, 100, '{}', 'r',
        'u1', now() from generate_series(1, :rows) n;
insert into users (username, password_hash, roles, created_at)
    select 'u' || n, '', '{administrator}', now() from generate_series(1, :rows) n;
insert into tokens (digest, "user", created_at, expires_at)
    select DIGEST, id, now(), now() + interval '1 day' from users where username = 'u1';
insert into tokens (digest, "user", created_at, expires_at)
    select sha256(username::bytea), id, now(), now() + interval '1 day' from users;
insert into page_sessions (digest, "user", begun_at, seen_at, ends_at, awaits_code)
    select DIGEST, id, now(), now(), now() + interval '1 day', false from users
    where username = 'u1';
insert into depots (code, name, postcode, kind)
    select 'D' || n, 'n', 'NG1 5FS', 'depot' from generate_series(1, :rows) n;
insert into vans (code, depot, payload_kg, volume_l, crew, shift_from, shift_to)
    select 'V' || n, 'D1', 1, 1, 1, '08:00', '09:00' from generate_series(1, :rows) n;
insert into bays (code, depot, name, kind)
    select 'B' || n, 'D1', 'n', 'clean' from generate_series(1, :rows) n;
insert into products (sku, name, category, iso9999, reuse, speed)
    select 'X' || n, 'Commode ' || n, 'Beds', case when n < 90 then '18 12 10' else '' end,
    'reusable', '7_day' from generate_series(1, :rows) n;
insert into product_terms (sku, from_on, price_pence, credit_percent)
    select sku, '2018-04-01', 100, 85 from products;
insert into fit_rules (subject, relation, others, most, words, digest)
    select 'sku:X' || n, case when n > :rows - 60 then 'needs' else 'at_most' end,
    case when n > :rows - 60 then '{sku:X1}' else '{}' end::varchar[],
    case when n <= :rows - 60 then 1 end, 'w', n::text::bytea from generate_series(1, :rows) n;
-- Half of them have no fixed abode, a few dozen were born on one day.
insert into people (id, name, needs, nhs_number, funder, postcode, born, created_at, created_by)
    select md5(n::text)::uuid, 'n', '{}', lpad(n::text, 10, '0'), 'P1',
        case when n % 2 = 0 then 'ZZ99 3VZ' end, '1910-01-01'::date + n / 40, now(), 'u1'
    from generate_series(1, :rows) n;
insert into person_looks (person, username, looked_at, door)
    select md5((case when n % 2 = 0 then 7 else n end)::text)::uuid,
        'u' || case when n % 3 = 0 then 7 else n end, now(), 'record'
    from generate_series(1, :rows) n;

-- Half of them are one product's at one depot, of one batch; a few are lost, a few somebody's.
insert into items (code, giai, sku, serial, batch, owner, newest_movement, updated_at, loans, state,
    depot, last_depot, person, loan, loan_funder, loan_phase, phase_at)
select 'C' || lpad(n::text, 7, '0'), '9521234C' || lpad(n::text, 7, '0'),
    case when n % 2 = 0 then 'X1' else 'X' || n end, 'SN-' || n,
    case when n % 2 = 0 then 'LOT1' else 'LOT' || n end, 'pool', md5(n::text)::uuid,
    now(), 0, state, case when state = 'available' then 'D' || (1 + n % 2 * (n - 1)) end, 'D1',
    case when state = 'on_loan' then md5('7')::uuid end,
    case when state = 'on_loan' then md5(n::text)::uuid end,
    case when state = 'on_loan' then 'P1' end, case when state = 'on_loan' then 'open' end,
    case when state = 'on_loan' then now() end
from (select n, case when n % (:rows / 20) = 7 % (:rows / 20) and n > :rows / 2 then 'lost'
    when n % (:rows / 20) = 3 and n > :rows / 2 then 'on_loan' else 'available' end as state
    from generate_series(1, :rows) n) told;
-- Each is to be serviced; a few at a depot of their own, or with somebody.
insert into check_dues (item, kind, due_on, depot, at_home)
    select id, 'service', date '2018-04-01' + id::integer % 700,
        case when id % (:rows / 20) = 5 then 'D2' else 'D1' end, person is not null from items;
insert into loans (id, item, person, funder, began_at, charged_pence, credit_percent)
    select loan, id, person, loan_funder, now(), 1, 0 from items where loan is not null;
insert into stock_sums (sku, state, held, place, units)
select each.sku, state, false, each.place, count(*) from items cross join lateral
    (values (items.sku, last_depot), (items.sku, ''), ('', last_depot)) each (sku, place)
    group by 1, 2, 3, 4;
insert into kits (code, name) select 'K' || n, 'n' from generate_series(1, :rows) n;
insert into kit_lines (kit, sku, quantity) select 'K' || n, 'X' || n, 1
    from generate_series(1, :rows) n;
insert into shelf_levels (depot, sku, target) select 'D' || n, 'X' || n, 1000
    from generate_series(:rows - 59, :rows) n;
insert into top_ups (depot, sku, short, opened_at, done_at)
    select 'D' || n, 'X' || n, 1000, now(), case when n <= :rows - 60 then now() end
    from generate_series(1, :rows) n;
insert into emergency_issues (id, item, person, reason, issued_at, issued_by, due_at, completed_at,
    completed_by)
select md5(n::text)::uuid, n, md5(n::text)::uuid, 'r', now(), 'u1', now() + interval '1 day',
    case when n <= :rows - 60 then now() end, case when n <= :rows - 60 then 'u1' end
from generate_series(1, :rows) n;
insert into item_aliases (key, item, alias) select 'OLD' || n, n, 'OLD' || n
    from generate_series(1, :rows) n;
insert into item_texts select id, code from items union all select id, serial from items
    union all select item, alias from item_aliases;
insert into item_makes select id, sku, serial, batch from items;

-- Over two years: every other movement is one item's, others have fifty.
insert into movements (id, item, action, from_state, occurred_at, recorded_at, actor, details,
    state, depot, last_depot, loans)
select gen_random_uuid(), case n % 2 when 0 then 2 else 1 + n % (:rows / 50) end, 'move',
    'available', at, at, 'u1', '{}', 'available', 'D1', 'D1', 0
from generate_series(1, :rows) n,
    lateral (select timestamptz '2018-04-01Z' + n * interval '2 years' / :rows as at) told;
insert into postings (entry, movement, kind, account, partner, amount_pence, posted_on, late,
    occurred_at, recorded_at, item, sku, category, description, no_tariff)
select id, id, 'issue', account, case account when 'issues' then 'P1' end, pence, recorded_at::date,
    false, occurred_at, recorded_at, item, 'X1', 'Beds', 'd', false
from movements, (values ('issues', 100), ('equipment', -100)) as leg (account, pence);

insert into unfolded_postings (account, partner, posted_on, pence)
    select account, partner, posted_on, amount_pence from postings where partner is not null;
insert into unfolded_tallies
    (kind, reusable, funder, sku, category, depot, occurred_on, units, pence)
    select kind, true, 'P1', 'X' || n % 20, 'Beds', 'D1', date '2018-04-01' + n % 365, 1, 100
    from generate_series(1, :rows) n, (values ('issued'), ('waiting'), ('reused')) k (kind);

insert into examinations (id, item, examined_on, next_by, danger, report, digest, reported_by,
    reported_at)
select gen_random_uuid(), 2, '2018-04-01', '2018-10-01', 'none', json_build_object('report',
    json_build_object('id', gen_random_uuid(), 'examined_on', '2018-04-01', 'reported_on',
        '2018-04-01', 'occasion', 'six_months', 'safe', true, 'employer', 'e', 'employer_address',
        'e', 'premises', 'p', 'authenticated_by', 'a', 'authenticated_address', 'a', 'examiner',
        json_build_object('name', 'n', 'address', 'a', 'qualifications', 'q')),
    'examined', json_build_object('item', 'C0000002', 'sku', 'X1', 'name', 'n', 'serial', null,
        'batch', null, 'owner', 'pool', 'last_examined_on', null, 'next_by', '2018-10-01',
        'person', null)), 'd', 'u1', now() from generate_series(1, :rows) n;
insert into item_files (id, item, name, media_type, content, bytes, digest, sent_digest, kept_at,
    kept_by)
select gen_random_uuid(), 2, 'n', 'application/pdf', 'x', 1, encode(sha256('x'), 'hex'), '', now(),
    'u1' from generate_series(1, :rows) n;
insert into repair_decisions (id, item, decision, reason, advice, decided_at, decided_by)
select gen_random_uuid(), 2, 'repair', 'r', json_build_object('price_pence', 1, 'worth_pence', 1,
    'spent_pence', 0, 'quote_pence', 0, 'repairs', 0, 'age_days', null, 'life_years', null,
    'advice', 'repair', 'why', 'w'), now(), 'u1' from generate_series(1, :rows) n;
-- Every job but the newest has ended; of the open ones some are out, half of these overdue.
insert into repair_jobs (id, item, place, fault, opened_at, opened_by, outcome, ended_at, ended_by)
select md5('j' || n)::uuid, case when n > :rows - 60 then n when n % 2 = 0 then 2 else n end,
    case when n > :rows - 20 then 'outside' else 'depot' end, 'f', now(), 'u1',
    case when n <= :rows - 60 then 'called_off' end, case when n <= :rows - 60 then now() end,
    case when n <= :rows - 60 then 'u1' end from generate_series(1, :rows) n;
insert into repair_trips (id, job, repairer, address, due_back, sent_at, sent_by, declaration, file)
select md5('t' || n)::uuid, md5('j' || n)::uuid, 'r', 'a',
    current_date + case when n % 2 = 0 then 9 else -9 end, now(), 'u1', '{}', f.id
from generate_series(:rows - 19, :rows) n, (select id from item_files limit 1) f;
insert into spare_parts (code, name, price_pence)
    select 'S' || n, 'Motor ' || n, 100 from generate_series(1, :rows) n;
insert into special_measurements (id, item, width_mm, measured_at, measured_by)
    select gen_random_uuid(), 2, 600, now(), 'u1' from generate_series(1, :rows) n;
insert into printers (code, name, depot, host, port, size, dpi, out_of_use, version)
    select 'D' || n, 'n', 'D' || (1 + n % 2 * (n - 1)), '10.0.0.9', 9100, '57x32', 203, false, 1
    from generate_series(1, :rows) n;
insert into printer_states (printer, state, since, look_at, wanted, counts)
    select code, 'ready', now(), now() + interval '1 day', false, true from printers;
-- Half of the jobs are one printer's, one of twenty is open; one label of twenty is in doubt.
insert into print_jobs (id, printer, labels, asked_at, asked_by, ended_at)
    select md5(n::text)::uuid, 'D' || (1 + n % 2 * (n - 1)), 1, now(), 'u1',
        case when n % (:rows / 20) <> 5 then now() end from generate_series(1, :rows) n;
insert into print_labels (job, printer, code, content, state, changed_at, begun_at, told_by)
    select md5((case when n between 2 and 90 then 1 else n end)::text)::uuid, 'D' || n,
        'C', '{}', case when n % (:rows / 20) = 5 then 'unsure' else 'printed' end, now(), now(),
        'the printer' from generate_series(1, :rows) n;
insert into wash_loads (id, depot, method, washed_at, recorded_at, operator)
    select md5('w' || n)::uuid, case when n % (:rows / 20) = 5 then 'D2' else 'D1' end, 'washer',
        now(), now(), 'u1' from generate_series(1, :rows) n;
insert into washed_items (movement, load, item)
    select gen_random_uuid(), md5('w' || n)::uuid, n from generate_series(1, :rows) n;
insert into cases (id, kind, item, scan, detail, content, fault, raised_by, raised_at, status,
    settled_by, settled_at)
select gen_random_uuid(), 'refused-scan', n, null, 'd', '{}', n::text::bytea, 'u1', now(),
    case when n > :rows - 60 then 'open' else 'settled' end,
    case when n <= :rows - 60 then 'u1' end, case when n <= :rows - 60 then now() end
from generate_series(1, :rows) n;
insert into recalls (id, reference, title, severity, sku, batch, batch_key, action, opened_at,
    opened_by, closed_at, closed_by)
select md5('c' || n)::uuid, 'FSN-' || n, 't', 'high', 'X' || n, 'none', 'NONE', 'hold', now(), 'u1',
    case when n <= :rows - 60 then now() end, case when n <= :rows - 60 then 'u1' end
from generate_series(1, :rows) n;
insert into recall_items (recall, item, found_at, state, hold)
select md5('c1')::uuid, n, now(), 'available', md5(n::text)::uuid from generate_series(1, :rows) n;
insert into requests (id, kind, item, everything, form, content, sent_at, status, settled_by,
    settled_at)
select gen_random_uuid(), case when n > :rows - 60 then 'fault' else 'collection' end, n,
    case when n <= :rows - 60 then false end, gen_random_uuid(), '', now(),
    case when n > :rows - 60 then 'open' else 'settled' end,
    case when n <= :rows - 60 then 'u1' end, case when n <= :rows - 60 then now() end
from generate_series(1, :rows) n;
insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at, ordered_by)
select md5('o' || n)::uuid, md5((n % (:rows / 50) + 1)::text)::uuid,
    'P' || 1 + n % 2 * (n - 1), 'D1', '7_day', '2018-10-01',
    case when n > :rows - 60 then 'awaiting_authorisation' else 'delivered' end, now(), u.id
from generate_series(1, :rows) n, users u where u.username = 'u1';
insert into order_lines (id, "order", place, sku, quantity, delivered, wanted, price_pence, due_on)
select md5('l' || n)::uuid, md5('o' || n)::uuid, 0, 'X1',
    case when n > :rows - 60 then 2 else 1 end, 1, n > :rows - 60, 100, '2018-10-01'
    from generate_series(1, :rows) n;
insert into visits (id, person, depot, status, funder, ready_on, due_on, window_from, window_to,
    made_at, ended_at, ended_by, promised_on, asked_on, happened_on, round)
select md5('v' || n)::uuid, md5((n % (:rows / 50) + 1)::text)::uuid, 'D1',
    case when n > :rows - 60 then 'open' else 'done' end, 'P' || 1 + n % 2 * (n - 1),
    date '2018-04-01' + n % 700, date '2018-04-08' + n % 700, '08:00', '18:00', now(),
    case when n <= :rows - 60 then now() end, case when n <= :rows - 60 then 'crew' end,
    date '2018-04-08' + n % 700, date '2018-04-08' + n % 700,
    case when n <= :rows - 60 then date '2018-04-08' + n % 700 end,
    case when n <= :rows - 60 then md5('r' || n)::uuid end
from generate_series(1, :rows) n;
insert into visit_lines (id, visit, kind, order_line, funder, checks, why, due_on, made_at, outcome,
    closed_at, delivered)
select md5('w' || n)::uuid, md5('v' || n)::uuid, 'delivery', md5('l' || n)::uuid, 'P1', '{}',
    'order', '2018-10-01', now(), case when n <= :rows - 60 then 'delivered' end,
    case when n <= :rows - 60 then now() end, case when n > :rows - 60 then 1 else 0 end
from generate_series(1, :rows) n;
insert into visit_places (visit, person, address) select id, person, 'a' from visits;
insert into day_plans (id, depot, day, made_at, made_by)
select md5('p' || n)::uuid, 'D1', date '2018-04-01' + n, now(), 'u1'
from generate_series(1, :rows) n;
insert into rounds (id, plan, van, day, status, leaves_at, back_at, published_at, published_by)
select md5('r' || n)::uuid, md5('p' || n)::uuid, 'V' || 1 + n % 7, date '2018-04-01' + n,
    'published', now(), now(), now(), 'u1' from generate_series(1, :rows) n;
insert into round_stops (round, place, visit, arrive_at, begin_at, depart_at)
select md5('r' || n)::uuid, 0, md5('v' || n)::uuid, now(), now(), now()
from generate_series(1, :rows) n;
insert into job_runs (job, slot, begun_at, asked_by, leader)
select case when n % 2 = 0 then 'due-checks' else 'plan-tomorrow' end,
    timestamptz '2018-04-01Z' + n * interval '1 hour', now(), 'system', 'l'
from generate_series(1, :rows) n;
insert into stock_advice (sku, advice, quantity, reckoned_at)
    select 'X' || n, case when n > :rows - 60 then 'prepare' else 'order' end,
        case when n > :rows - 60 then 0 else 1 end, now() from generate_series(1, :rows) n;
-- Some of one product are awaited, and one of each other.
insert into purchases (id, supplier, depot, due_on, status, total_pence, drafted_at, drafted_by,
    asked_at, asked_by, ordered_at, ordered_by, ended_at, ended_by, authors)
    select md5('b' || n)::uuid, 's', 'D1', date '2018-04-01' + n % 700,
        case when n > :rows - 60 then 'ordered' else 'received' end, 100, now(), 'u1', now(), 'u1',
        now(), 'u1', case when n <= :rows - 60 then now() end,
        case when n <= :rows - 60 then 'u1' end, array['u1']
    from generate_series(1, :rows) n;
insert into purchase_lines (id, purchase, place, sku, quantity, price_pence, received, awaited)
    select md5('bl' || n)::uuid, md5('b' || n)::uuid, 0, case when n % 2 = 0 then 'X1'
        else 'X' || n end, 1, 100, case when n > :rows - 60 then 0 else 1 end, n > :rows - 60
    from generate_series(1, :rows) n;
insert into purchase_receipts (id, line, quantity, received_at, recorded_at, received_by)
    select md5('br' || n)::uuid, md5('bl' || n)::uuid, 1, now(), now(), 'u1'
    from generate_series(1, :rows - 60) n;
insert into stock_counts (id, depot, status, opened_at, opened_by, compared_at, compared_by,
    expected, found)
select md5('sc' || n)::uuid, case when n % (:rows / 20) = 5 then 'D2' else 'D1' end,
    case when n > :rows - 60 then 'compared' else 'settled' end, now(), 'u1', now(), 'u1', 1, 0
    from generate_series(1, :rows) n;
insert into counted_items (count, item, newest_movement, recorded_at, scanned_at, scanned_by)
    select md5('sc' || n)::uuid, n, md5(n::text)::uuid, now(), now(), 'u1'
    from generate_series(1, :rows) n;
insert into count_differences (count, item, kind, newest_movement, recorded_at, state)
    select md5('sc1')::uuid, n, 'missing', md5(n::text)::uuid, now(), 'available'
    from generate_series(1, :rows) n;
insert into changes (actor, what, key, content)
select 'u1', case when n > :rows - 60 then 'depot opened' else 'van added' end,
    case when n > :rows - 60 then 'D1' else 'V' || n end, '{}' from generate_series(1, :rows) n;
insert into blank_labels (code, giai, printing, printed_at, printed_by)
    select 'L' || n, 'L' || n, md5((n / 100)::text)::uuid, now(), 'u1'
    from generate_series(1, :rows) n;
insert into item_labels (code, giai, item, claimed_at, claimed_by)
    select 'L' || n, 'L' || n, n, now(), 'u1' from generate_series(1, :rows - 60) n;
insert into label_claims select seq, seq <= :rows - 60 from blank_labels;
set maintenance_work_mem = '256MB';
do $$
declare
    full_now text;
begin
    for full_now in select relname from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace
    loop
        execute format('reindex table %I', full_now);
    end loop;
end $$;
-- By all rows, not by a sample that is another each time.
set default_statistics_target = 1000;
analyze;
"""


def filled(rows: int) -> str:
    """The script that writes so many rows into every table, and tells the planner of them."""
    digest = f"'\\x{hashlib.sha256(TOKEN.encode()).hexdigest()}'"
    return _FILL.replace("DIGEST", digest).replace(":rows", str(rows))
