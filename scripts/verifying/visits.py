"""What always holds of visits, their charges and rounds, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_LONDON: Final = "at time zone 'Europe/London'"
_DONE: Final = "('delivered', 'collected', 'repaired', 'checked', 'swapped')"
_LINES: Final = f"""
select format('visit %s: is %s, but %s', v.id, v.status, case
    when n.many is null then 'has no line'
    when v.ended_at is null and n.open = 0 then 'nothing is left to be done'
    when v.ended_at is not null and n.open > 0 then format('%s lines are still open', n.open)
    when v.status = 'done' then 'nothing on it was done'
    else 'something on it was done' end)
from visits v left join (
    select visit, count(*) as many, count(*) filter (where closed_at is null) as open,
        count(*) filter (where outcome in {_DONE}) as done
    from visit_lines group by visit) n on n.visit = v.id
where n.many is null or (v.ended_at is null) <> (n.open > 0)
    or (v.status = 'done' and n.done = 0) or (v.status in ('failed', 'cancelled') and n.done > 0)
"""  # noqa: S608 - outcomes from code
_ONCE: Final = """
select format('%s: is on %s open visits', coalesce('line ' || order_line, 'item ' || item),
    count(*))
from visit_lines where closed_at is null group by order_line, item, kind having count(*) > 1
"""
_SAID: Final = """
select format('visit %s: is %s by the crew''s word, of which there is none', v.id, v.status)
from visits v where v.ended_by = 'crew' and v.status in ('done', 'failed')
    and not exists (select from visit_outcomes o where o.visit = v.id and o.outcome = v.status)
union all
select format('visit %s: has no address on record', v.id)
from visits v where not exists (
    select from visit_places p where p.visit = v.id and p.person = v.person)
"""
_CHARGED: Final = f"""
with done (visit, kind, status) as (
    select distinct v.id, case n.kind when 'repair' then 'repair_visit'
        when 'service' then 'service_visit' else n.kind end, v.status
    from visits v join visit_lines n on n.visit = v.id
    where n.outcome in {_DONE} and n.funder is not null
), due (visit, kind) as (
    select visit, kind from done where status = 'done'
    union all
    select v.id, 'failed_visit' from visits v where v.status = 'failed' and v.fault <> 'service'
        and (select funder from visit_lines n where n.visit = v.id order by seq limit 1) is not null
), going (visit, kind) as (
    -- Something of it was undone: it is under way again, and charged for what is still done.
    select visit, kind from done where status <> 'done'
), standing as (
    -- Each charge but those that were taken back, as often as they were.
    select visit, partner, kind from (
        select visit, partner, kind, description,
            row_number() over (partition by visit, description order by seq) as number,
            (select count(*) from postings b where b.visit = p.visit and b.partner is not null
                and b.kind = 'reversal' and b.description = 'Undone: ' || p.description) as back
        from postings p
        where visit is not null and partner is not null and kind <> 'reversal') each
    where number > back
)
select format('visit %s: %s of %s', coalesce(d.visit, p.visit),
    case when p.visit is null then 'is not charged what is due' else 'is charged what is not due'
    end, coalesce(d.kind, p.kind))
from due d full join (
    select distinct visit, kind from standing) p using (visit, kind)
where (d.visit is null and not exists (select from going g where g.visit = p.visit
    and g.kind = p.kind)) or p.visit is null
union all
select format('visit %s: is charged %s to %s %s times', visit, kind, partner, count(*))
from standing group by visit, kind, partner having count(*) > 1
union all
select format('posting %s of visit %s: %s pence for %s, which no tariff of its year has', p.seq,
    p.visit, p.amount_pence, p.kind)
from postings p where p.visit is not null and p.partner is not null and p.kind <> 'reversal'
    and not case when p.no_tariff then p.amount_pence = 0 else exists (
        select from (
            select year, tariff from budget_years
            union all select content ->> 'year', content -> 'tariff' from superseded
            where source = 'budget_years') y
        where y.year = to_char(p.occurred_at {_LONDON} - interval '3 months', 'YYYY-')
                || to_char(p.occurred_at {_LONDON} + interval '9 months', 'YY')
            and case p.kind when 'delivery' then exists (
                select from jsonb_each_text(y.tariff -> 'delivery') speed
                where speed.value::bigint = p.amount_pence)
            else (y.tariff ->> p.kind)::bigint = p.amount_pence end) end
union all
select format('posting %s of visit %s: posted on %s, not on its day %s', seq, visit, posted_on,
    (occurred_at at time zone 'Europe/London')::date)
from postings where visit is not null and not late
    and posted_on <> (occurred_at at time zone 'Europe/London')::date
"""  # noqa: S608 - outcomes from code
_DATED: Final = """
select format('visit %s: figures go by %s and %s, its lines by %s and %s', v.id, v.promised_on,
    v.asked_on, n.promised_on, n.asked_on)
from visits v cross join lateral (
    select min(l.due_on) filter (where l.kind = 'delivery') as promised_on,
        (min(l.made_at) filter (where l.kind in ('collection', 'swap')
            and l.why in ('asked', 'public')) at time zone 'Europe/London')::date as asked_on
    from visit_lines l where l.visit = v.id and l.outcome is distinct from 'cancelled') n
where (v.promised_on, v.asked_on) is distinct from (n.promised_on, n.asked_on)
"""
_SCHEDULED: Final = """
select format('order %s: is scheduled, but no visit for it is planned', o.id)
from orders o where o.status = 'scheduled' and not exists (
    select from order_lines l join visit_lines n on n.order_line = l.id and n.closed_at is null
    join visits v on v.id = n.visit and v.status in ('planned', 'under_way')
    where l."order" = o.id)
"""
_ROUNDS: Final = """
select format('visit %s: is on round %s, which %s', v.id, v.round, case
    when r.id is null then 'is not there' when r.status = 'draft' then 'is a draft'
    else 'does not stop there' end)
from visits v left join rounds r on r.id = v.round
where v.round is not null and (r.id is null or r.status = 'draft' or not exists (
    select from round_stops s where s.round = v.round and s.visit = v.id))
union all
select format('van %s: has %s published rounds on %s', van, count(*), day)
from rounds where status = 'published' group by van, day having count(*) > 1
union all
select format('round %s: stop %s begins before the one before it is left', round, place)
from (select round, place, arrive_at, lag(depart_at) over (partition by round order by place)
        as left_at from round_stops) s
where arrive_at < left_at
"""
# Rounds that went out before the van was put out of use lie before its day.
_DRIVEN: Final = """
select format('round %s on %s: its van %s is out of use from %s on', r.id, r.day, n.code,
    n.closed_from)
from rounds r join vans n on n.code = r.van
where r.status = 'published' and r.day >= n.closed_from
union all
select format('van %s: is in use longer than its depot %s', n.code, n.depot)
from vans n join depots d on d.code = n.depot
where d.closed_from < coalesce(n.closed_from, 'infinity')
"""
_ASKED: Final = """
select format('visit %s: the crew said %s, and nobody was told', o.visit, s.step)
from visit_outcomes o join (values ('ring', 'visit-ring'), ('prescriber', 'visit-prescriber'),
    ('call_off', 'visit-call-off')) s (step, kind) on s.step = o.details ->> 'next_step'
where exists (select from visits v where v.repeats = o.visit) and not exists (
    select from cases c where c.kind = s.kind and c.content ->> 'visit' = o.visit::text)
"""
VISIT_INVARIANTS: Final = (
    Invariant("visit-lines", "A visit stands where its lines stand.", _LINES),
    Invariant("visit-once", "A thing is on one open visit.", _ONCE),
    Invariant("visit-said", "What the crew ended, they said; every visit goes somewhere.", _SAID),
    Invariant("visit-asked", "Whom the crew says to ask is asked for by a case.", _ASKED),
    Invariant("visit-charged", "An ended visit is charged what is due, once.", _CHARGED),
    Invariant("visit-dated", "Figures go by the days that a visit's lines say.", _DATED),
    Invariant("van-in-use", "A van goes out while it and its depot are in use.", _DRIVEN),
    Invariant("order-scheduled", "A scheduled order has a planned visit.", _SCHEDULED),
    Invariant("visit-round", "A visit is a stop of the round it is on; a van has one.", _ROUNDS),
)

UNTARIFFED_VISITS: Final = """
select format('visit %s: %s on %s was charged without a tariff: none was set', visit, kind,
    posted_on)
from postings where visit is not null and no_tariff and partner is not null order by seq
"""
"""No fault: what was charged 0 because nobody had agreed what it costs (contract section 6)."""
