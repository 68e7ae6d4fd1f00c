"""Ways to break each invariant, as only the database's owner could."""

# Which invariant breaks, by which statement, and the line that it is named in. Names in braces
# are those of the store's items, scans, people and loans.
_LOOSE = "set session_replication_role = replica; "
BREAKS = [
    ("newest-movement", "update items set newest_movement = '{shelf}' where code = '{bed}'",
        "{bed}"),
    ("item-standing", "update items set state = 'cleaned' where code = '{bed}'", "{moved}"),
    ("item-standing", "update items set depot = 'D1' where code = '{bed}'", "{bed}"),
    ("item-standing", "update items set pat_on = '2019-01-01' where code = '{hoist}'", "{check}"),
    ("item-standing", "update items set held_at = now() where code = '{bed}'", "held_at is "),
    ("one-place", _LOOSE + "update items set van = 'V1' where code = '{bed}'", "{bed}"),
    ("one-place", "update movements set depot = null where id = '{clean}'", "{clean}"),
    ("first-movement", "delete from movements where id = '{bed came}'", "{bed}"),
    ("first-movement", """update movements set action = 'receive', from_state = null
        where id = '{moved}'""", "{bed}"),
    ("belongs", _LOOSE + "update movements set item = 9999 where id = '{moved}'", "{moved}"),
    ("belongs", _LOOSE + "update item_aliases set item = 9999", "OLD1"),
    ("belongs", "update checks set movement = gen_random_uuid() where movement = '{pass}'",
        "check "),
    ("undo-once", "update movements set undoes = '{clean}' where id = '{undo}'", "{undo}"),
    ("undo-once", """update movements set action = 'undo',
        undoes = '{wrong pass}' where id = '{right pass}'""", "{wrong pass}: undone 2 times"),
    ("not-in-future", """update movements set occurred_at = recorded_at + interval '1 hour'
        where id = '{moved}'""", "{moved}"),
    ("loan-delivered", "delete from loans where id = '{redeliver}'", "{redeliver}"),
    ("loan-delivered", "update loans set person = '{other}' where id = '{deliver}'", "{deliver}"),
    ("loan-delivered", """update movements set action = 'find', from_state = 'lost'
        where id = '{redeliver}'""", "{redeliver}"),
    ("loan-ends-once", "update movements set loan_phase = 'reused' where id = '{clean}'", "{pass}"),
    ("loan-ends-once", "update movements set loan_phase = 'open' where id = '{clean}'", "{return}"),
    ("entry-balance", """update postings set amount_pence = amount_pence + 1
        where movement = '{deliver}' and account = 'issues'""", "{deliver}"),
    ("entry-legs", """update postings set account = 'services'
        where movement = '{deliver}' and account = 'equipment'""", "{deliver}"),
    ("entry-legs", """update postings set entry = (select entry from postings
        where movement = '{redeliver}' limit 1) where movement = '{deliver}'""", "entry "),
    ("posting-movement", """update postings set posted_on = posted_on + 1
        where movement = '{deliver}'""", "{deliver}"),
    ("posting-movement", """update postings set movement = gen_random_uuid()
        where movement = '{deliver}'""", "there is no such movement"),
    ("posting-movement", "update postings set item = item + 1 where movement = '{deliver}'",
        "{deliver}"),
    ("posting-movement", "update postings set loan = null where movement = '{deliver}'",
        "{deliver}"),
    ("posting-movement", "update postings set depot = 'D2' where movement = '{deliver}'",
        "{deliver}"),
    ("pool-sum", "delete from postings where movement = '{deliver}' and partner is null",
        "2018-10"),
    ("tally-movement", """update tallies set movement = gen_random_uuid()
        where movement = '{deliver}'""", "there is no such movement"),
    ("tally-movement", "update tallies set sku = 'PAD' where movement = '{deliver}'", "{deliver}"),
    ("waiting-count", "delete from tallies where kind = 'waiting' and loan = '{pad out}'",
        "{pad out}"),
    ("waiting-count", """update tallies set units = 1, pence = 62000 where kind = 'waiting'
        and movement = '{pass}'""", "{deliver}"),
    ("scan-receipt", "delete from receipts where id = '{moved}'", "{moved}"),
    ("scan-receipt", "update receipts set caller = 'mallory' where id = '{moved}'", "mallory"),
    ("scan-receipt", "update receipts set id = '{person}' where id = '{moved}'", "{person}"),
    ("nhs-number", "update people set nhs_number = '9990000019' where id = '{numbered}'",
        "{numbered}"),
    ("nhs-number", """alter table people drop constraint people_nhs_number_key;
        update people set nhs_number = '9990000018'""", "{person}"),
    ("succession", """update partners set succeeded_on = '2019-04-01',
        succeeded_by = case ods when '04K' then '52R' else '04K' end""", "04K"),
    ("item-code", "update items set code = '00000001' where code = '{bed}'", "00000001"),
    ("item-code", "update items set giai = '4012345X' where code = '{bed}'", "{bed}"),
    ("blank-label", "update blank_labels set giai = '4012345X' where code = '{blank}'", "{blank}"),
    ("blank-label", _LOOSE + """insert into blank_labels (code, giai, printing)
        select code, giai, gen_random_uuid() from items where code = '{bed}'""", "{bed}"),
    ("blank-label", _LOOSE + "delete from blank_labels where code = '{further}'", "{further}"),
    ("blank-label", _LOOSE + "update item_labels set item = 9999", "{further}"),
    ("blank-label", "update item_labels set giai = '9521234'", "{further}"),
    ("blank-label", "update item_labels set reason = null", "{further}"),
    ("code-once", "update code_stretches set start = -1", "from -1 to"),
    ("code-once", """alter table code_stretches drop constraint
        code_stretches_int8range_excl; insert into code_stretches (first, start, length,
        incarnation) select first - 1, start + 5, 1, '' from code_stretches""", "stretch "),
    ("code-once", "update code_stretches set first = first + 1000000", "come to"),
    ("append-only", "grant update on blank_labels to kitback_app", "update blank_labels"),
    ("append-only", "grant delete on item_labels to kitback_app", "delete item_labels"),
    ("append-only", "grant update on movements to kitback_app", "update movements"),
    ("append-only", "grant update (amount_pence) on postings to kitback_app", "update postings"),
    ("append-only", "grant delete on receipts_3 to kitback_app", "delete receipts_3"),
    ("append-only", "grant truncate on person_looks to kitback_app", "truncate person_looks"),
    ("append-only", "grant delete on changes to kitback_app", "delete changes"),
    ("append-only", "grant update (telephone) on requests to kitback_app",
        "update requests telephone"),
    ("append-only", "grant delete on requests to kitback_app", "delete requests"),
    ("guards", "alter table postings disable trigger note_postings", "note_postings"),
    ("guards", "drop trigger note_tallies on tallies", "note_tallies"),
    ("guards", "alter table items add constraint later check (loans < 9) not valid", "later"),
    ("readable", "update movements set state = 'mislaid' where id = '{shelf}'", "{shelf}"),
    ("readable", "update movements set details = '{{\"checks\": 7}}' where id = '{shelf}'",
        "{shelf}"),
    ("step-allowed", "update movements set action = 'collect' where id = '{moved}'", "{moved}"),
    ("step-allowed", """update movements set state = 'scrapped', depot = null
        where id = '{bed came}'""", "{bed}"),
    ("from-state", "update movements set from_state = 'cleaned' where id = '{moved}'", "{moved}"),
    ("from-state", "update movements set from_state = 'cleaned' where id = '{undo}'", "{undo}"),
    ("standing-follows", "update movements set loans = 7 where id = '{shelf}'", "{shelf}"),
    ("standing-follows", "update movements set person = '{other}' where id = '{deliver}'",
        "{deliver}"),
    ("standing-follows", "update movements set loans = 7 where id = '{bed came}'", "{bed}"),
    ("undo-newest", "update movements set undoes = '{bed clean}' where id = '{undo}'", "{undo}"),
    ("undo-restores", "update movements set state = 'available' where id = '{undo}'", "{undo}"),
    ("clean-then-pass", "delete from movements where id = '{bed clean}'", "{wrong pass}"),
    ("clean-then-pass", "update movements set action = 'deallocate' where id = '{right pass}'",
        "{right pass}"),
    ("checks-in-date", "delete from checks where movement = '{pass}'", "{pass}"),
    ("checks-in-date", "update items set received_on = '2018-01-01' where code = '{hoist}'",
        "{allocate}"),
    ("checks-kept", "update checks set result = 'fail' where movement = '{pass}'", "{pass}"),
    ("single-patient", """update products set reuse = 'single_patient' where sku = 'HOIST';
        delete from superseded""", "{clean}"),
    ("hold-fact", "delete from cases where scan = '{fact}'", "{fact}"),
    ("loan-price", "update loans set charged_pence = 1 where id = '{deliver}'", "{deliver}"),
    ("loan-price", "update loans set credit_percent = 84 where id = '{deliver}'", "{deliver}"),
    ("posting-due", "delete from postings where movement = '{clean}'", "{clean}"),
    ("posting-due", "delete from postings where movement = '{undo}'", "{undo}"),
    ("posting-due", """update postings set amount_pence = amount_pence * 2
        where movement = '{home repair}'""", "{home repair}"),
    ("posting-due", """update postings set amount_pence = amount_pence + sign(amount_pence)
        where movement = '{pass}'""", "{pass}"),
    ("posting-due", """update postings set partner = '04K'
        where movement = '{pass}' and partner is not null""", "{pass}"),
    ("posting-due", "update postings set no_tariff = true where movement = '{clean}'", "{clean}"),
    ("posting-due", """
        insert into postings (entry, movement, kind, account, partner, amount_pence, posted_on,
            late, occurred_at, recorded_at, loan, item, sku, category, depot, description,
            no_tariff)
        select '{person}', movement, kind, account, partner, amount_pence, posted_on,
            late, occurred_at, recorded_at, loan, item, sku, category, depot, description,
            no_tariff
        from postings where movement = '{redeliver}'""", "{redeliver}"),
    ("tally-due", "delete from tallies where movement = '{pass}' and kind = 'reused'", "{pass}"),
    ("tally-due", """update tallies set occurred_on = occurred_on - 1
        where movement = '{deliver}'""", "{deliver}"),
    ("tally-due", "update tallies set depot = 'D1' where movement = '{return}'", "{return}"),
    ("tally-due", "update tallies set reuse = 'fixed' where movement = '{return}'", "{return}"),
    ("tally-due", "delete from tallies where movement = '{undo}'", "{undo}"),
]  # fmt: skip
