import type { ClientBase, QueryResultRow } from "pg";

import type { FinalState, ItemState, LeaseState, RecordedRequest } from "../check/final-state.ts";
import type { Stretch } from "../check/runs.ts";
import { readAccounts } from "./read-accounts.ts";

/**
 * Reads what the database has of a tenant, in one snapshot, on a direct connection. The rows of lots are
 * counted there, so that what comes back grows with the number of calls.
 */
export async function readState(client: ClientBase, tenant: string): Promise<FinalState> {
  const rows = async <R extends QueryResultRow>(text: string): Promise<R[]> =>
    (await client.query<R>(text, [tenant])).rows;
  await client.query("begin isolation level repeatable read");
  try {
    // A duty may close a series, and a counter that is dropped is gone for every snapshot.
    await client.query("lock table series in share mode");
    // The account is a function that sees one tenant.
    await rows("select enter_tenant($1)");
    const items = await readItems(rows);
    return {
      series: (
        await rows<SeriesRow>(
          `select s.sequence, s.period, s.since as start, s.increment, next_number(s) as next, s.mode,
                  s.mode = 'standard' and (s.promoted_to is not null or s.hot or s.ends_on is not null) as promoted
           from series as s
           where s.tenant = $1`,
        )
      ).map(({ start, increment, next, ...facts }) => {
        return { ...facts, start: BigInt(start), step: BigInt(increment), next: BigInt(next) };
      }),
      ledger: (
        await rows<LedgerRow>(
          `select s.sequence, s.period, l.first, l.last, l.step, l.kind, l.reason
           from ledger as l join series as s on s.id = l.series
           where l.tenant = $1`,
        )
      ).map(({ first, last, step, ...facts }) => {
        return { ...facts, first: BigInt(first), last: BigInt(last), step: BigInt(step) };
      }),
      jobs: (
        await rows<{ id: string; status: string }>("select id, status from jobs where tenant = $1")
      ).map((job) => ({ ...job, items: items.get(job.id) ?? [] })),
      requests: (
        await rows<RequestRow>(
          // What the holder of a lease says is answered with its run too, and draws nothing.
          `select q.key, coalesce(s.sequence, q.answer->>'sequence') as sequence,
                  coalesce(s.period, q.answer->>'series', '') as period,
                  coalesce(l.first::text, case when not q.answer ? 'holder' then q.answer->>'first' end) as first,
                  coalesce(l.last::text, q.answer->>'last') as last,
                  coalesce(q.answer->>'job_id', r.job::text, c.job::text) as job
           from requests as q
           left join receipts as r on r.tenant = q.tenant and r.id::text = q.answer->>'receipt_id'
           left join counts as c on c.tenant = q.tenant and c.id::text = q.answer->>'count_id'
           left join leases as l on l.tenant = q.tenant and l.id::text = q.answer->>'lease_id'
           left join series as s on s.id = l.series
           where q.tenant = $1`,
        )
      ).map(madeBy),
      receipts: await rows(
        "select id, reference, status::text, job from receipts where tenant = $1",
      ),
      counts: await rows("select id, reference, status::text, job from counts where tenant = $1"),
      imports: (
        await rows<ImportRow>(
          `select id, rows, created, updated, unchanged, refused,
                  array(select r.line from refused_rows as r where r.tenant = i.tenant and r.import = i.id)
                    as lines
           from imports as i
           where tenant = $1`,
        )
      ).map(({ id, rows: all, created, updated, unchanged, refused, lines }) => ({
        id,
        rows: all === null ? null : Number(all),
        created: Number(created),
        updated: Number(updated),
        unchanged: Number(unchanged),
        refused: Number(refused),
        lines,
      })),
      changes: (
        await rows<{ reference: string | null; product: string; lots: string }>(
          `select c.reference, c.product,
                  (select count(*) from lot_history as h where h.tenant = c.tenant and h.change = c.id) as lots
           from lot_changes as c
           where c.tenant = $1`,
        )
      ).map((change) => ({ ...change, lots: Number(change.lots) })),
      brokenHistories: await rows(
        `with step as (
           select h.product, h.name, f.field, h.before->>f.field as before, c.after->>f.field as after,
                  lead(h.before->>f.field) over w as before_next, lead(h.change) over w is null as is_last
           from lot_history as h
           join lot_changes as c on c.tenant = h.tenant and c.id = h.change
           cross join lateral jsonb_object_keys(h.before) as f (field)
           where h.tenant = $1 and f.field in ('state', 'location')
           window w as (partition by h.product, h.name, f.field order by h.change)
         )
         select s.product, s.name, s.field
         from step as s
         left join lots as l on l.tenant = $1 and l.name = s.name and l.product = s.product
         where s.after is distinct from case
           when not s.is_last then s.before_next
           when s.field = 'state' then l.state
           else l.location
         end
         limit 100`,
      ),
      named: await rows(
        `select l.product, l.name
         from lots as l join job_items as i on i.tenant = l.tenant and i.id = l.item
         where l.tenant = $1 and i.names is not null`,
      ),
      lots: Number(
        (await rows<{ lots: string }>("select count(*) as lots from lots where tenant = $1"))[0]
          ?.lots,
      ),
      leases: (
        await rows<LeaseRow>(
          `select l.id, s.sequence, s.period, l.first, l.last, l.step, l.holder, l.token,
                  json_build_object('prefix', f.prefix, 'width', f.width, 'suffix', f.suffix) as form,
                  ${stretchesOf("l.used")} as used, ${stretchesOf("l.late")} as late,
                  ${stretchesOf("l.given_back")} as given_back, l.open, wire_time(l.expires_at) as expires_at,
                  l.expires_at <= now() as expired, l.closed_at is not null as closed
           from leases as l
           join series as s on s.id = l.series
           join ledger as e on e.tenant = l.tenant and e.series = l.series and e.first = l.first
                               and e.kind = 'reserved'
           join forms as f on f.tenant = e.tenant and f.id = e.form
           where l.tenant = $1`,
        )
      ).map(asLease),
      accounts: await readAccounts(client, tenant),
      sequences: await rows(
        "select key, dialect, pattern, counter from sequences where tenant = $1",
      ),
      products: await rows("select sku, sequence, tracking::text from products where tenant = $1"),
    };
  } finally {
    await client.query("rollback");
  }
}

/** The stretches of a multirange, each as its bounds. */
function stretchesOf(column: string): string {
  return `array(select lower(part) || ' ' || upper(part) from unnest(${column}) as part order by part)`;
}

interface LeaseRow {
  readonly id: string;
  readonly sequence: string;
  readonly period: string;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly holder: string;
  readonly token: string;
  readonly form: LeaseState["form"];
  readonly used: string[];
  readonly late: string[];
  readonly given_back: string[];
  readonly open: string;
  readonly expires_at: string;
  readonly expired: boolean;
  readonly closed: boolean;
}

function asLease(row: LeaseRow): LeaseState {
  const { id, sequence, period, holder, token, form } = row;
  return {
    id,
    sequence,
    period,
    holder,
    token,
    form,
    first: BigInt(row.first),
    last: BigInt(row.last),
    step: BigInt(row.step),
    used: row.used.map(asStretch),
    late: row.late.map(asStretch),
    givenBack: row.given_back.map(asStretch),
    open: BigInt(row.open),
    expiresAt: row.expires_at,
    isExpired: row.expired,
    isClosed: row.closed,
  };
}

function asStretch(bounds: string): Stretch {
  const [from = "", to = ""] = bounds.split(" ");
  return { from: BigInt(from), to: BigInt(to) };
}

interface SeriesRow {
  readonly sequence: string;
  readonly period: string;
  readonly start: string;
  readonly increment: string;
  readonly next: string;
  readonly mode: "standard" | "gapless";
  readonly promoted: boolean;
}

interface LedgerRow {
  readonly sequence: string;
  readonly period: string;
  readonly first: string;
  readonly last: string;
  readonly step: string;
  readonly kind: string;
  readonly reason: string | null;
}

interface ImportRow {
  readonly id: string;
  readonly rows: string | null;
  readonly created: string;
  readonly updated: string;
  readonly unchanged: string;
  readonly refused: string;
  readonly lines: number[];
}

interface RequestRow {
  readonly key: string;
  readonly sequence: string | null;
  readonly period: string;
  readonly first: string | null;
  readonly last: string | null;
  readonly job: string | null;
}

function madeBy({ key, sequence, period, first, last, job }: RequestRow): RecordedRequest {
  if (job !== null) return { key, made: { kind: "job", job } };
  if (sequence === null || first === null || last === null) return { key, made: { kind: "other" } };
  return { key, made: { kind: "run", sequence, period, first: BigInt(first), last: BigInt(last) } };
}

interface ItemRow {
  readonly job: string;
  readonly product: string;
  readonly count: string;
  readonly presented: boolean;
  readonly passed: string;
  readonly reservation: string | null;
  readonly first: string | null;
  readonly last: string | null;
  readonly skipped: string;
  readonly lots: string;
  readonly lowest: string | null;
  readonly highest: string | null;
  readonly misnamed: string;
}

/** The items of each job in their order, with what the table of lots has of each. */
async function readItems(
  rows: (text: string) => Promise<ItemRow[]>,
): Promise<Map<string, ItemState[]>> {
  const found = await rows(
    `with recorded as materialized (
       select i.id, count(*) as lots, min(l.number) as lowest, max(l.number) as highest,
              count(*) filter (
                where i.names is null
                  and l.name <> i.prefix || lpad(l.number::text, greatest(i.width, length(l.number::text)), '0')
                                || i.suffix) as misnamed
       from lots as l join job_items as i on i.tenant = l.tenant and i.id = l.item
       where l.tenant = $1
       group by i.id
     )
     select i.job, i.product, i.count, i.presented, i.skipped, i.first,
            least(greatest(j.cursor - coalesce(i.start, -i.count), 0), i.count) as passed,
            i.first + (i.count - 1) * i.step as last,
            s.sequence || ':' || case s.period when '' then '' else s.period || ':' end || i.reservation
              as reservation,
            coalesce(r.lots, 0) as lots, r.lowest, r.highest, coalesce(r.misnamed, 0) as misnamed
     from job_items as i
     join jobs as j on j.tenant = i.tenant and j.id = i.job
     left join series as s on s.id = i.series
     left join recorded as r on r.id = i.id
     where i.tenant = $1
     order by i.job, i.ordinal`,
  );
  const jobs = new Map<string, ItemState[]>();
  for (const { job, first, last, lowest, highest, ...facts } of found) {
    const item: ItemState = {
      ...facts,
      count: Number(facts.count),
      passed: Number(facts.passed),
      skipped: Number(facts.skipped),
      lots: Number(facts.lots),
      misnamed: Number(facts.misnamed),
      first: numberOf(first),
      last: numberOf(last),
      lowest: numberOf(lowest),
      highest: numberOf(highest),
    };
    const items = jobs.get(job);
    if (items === undefined) jobs.set(job, [item]);
    else items.push(item);
  }
  return jobs;
}

function numberOf(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
