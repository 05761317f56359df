import type { FinalState, JobState, LeaseState } from "../check/final-state.ts";
import { isAnswered, operationsOf } from "../check/operations.ts";
import { countOf, numbersIn } from "../check/runs.ts";
import { killed } from "../clients/client.ts";
import type { SiteReport } from "../drawers/site.ts";
import { violationsOf } from "./fault-run.ts";
import type { FaultRun } from "./fault-run.ts";

/** What a run came to, as lines to print. */
export function summaryOf(run: FaultRun): string[] {
  const { companies, played } = run;
  const violations = violationsOf(run);
  const history = companies.flatMap((company) => company.history);
  const operations = companies.flatMap((company) => operationsOf(company.history));
  const states = companies.map(({ state }) => state);
  const sum = (figure: (state: FinalState) => number): number =>
    states.reduce((total, state) => total + figure(state), 0);
  const answered = history.filter(isAnswered);
  const repeated = history.length - operations.length;
  const unanswered = operations.filter(
    ({ acknowledged, refused }) => acknowledged.length + refused.length === 0,
  );
  const killings = history.filter(
    ({ outcome }) => outcome.kind === "lost" && outcome.why === killed,
  ).length;
  return [
    `tenants     ${companies.map(({ tenant }) => tenant).join(", ")}`,
    `requests    ${operations.length}, in ${history.length} calls (${repeated} sent again)`,
    `done        ${tally(operations.filter(({ done }) => done < Infinity).map(({ wanted }) => wanted.kind))}`,
    `answers     ${answered.length}: ${tally(answered.map(({ outcome }) => String(outcome.status)))}`,
    `lost        ${history.length - answered.length}; never answered ${unanswered.length}`,
    `numbers     ${states.reduce((total, state) => total + drawn(state), 0n)} drawn in ${sum(({ ledger }) => ledger.length)} rows of ${sum(({ series }) => series.length)} series, ${states.reduce((total, state) => total + burned(state), 0n)} burned`,
    `leases      ${sum(({ leases }) => leases.length)}: ${tally(states.flatMap(({ leases }) => leases.map(howItEnded)))}; ${killings} times a holder was killed before it was answered`,
    `of leases   ${tallyOf(states.flatMap(({ leases }) => leases.flatMap(whatBecame)))}`,
    `sites       ${sitesOf(run)}`,
    `lots        ${sum(({ lots }) => lots)} in ${sum(({ jobs }) => jobs.length)} jobs; all done ${run.quietAfter.toFixed(1)} s after the last answer`,
    `cancelled   ${sum(({ jobs }) => cancelledIn(jobs).length)} jobs, ${sum(({ jobs }) => cancelledIn(jobs).filter(isCut).length)} of them with a part of their lots recorded`,
    `changes     ${run.changes} of definitions and counters meanwhile`,
    `faults      ${played.length}: ${tally(played.map(({ fault, note }) => labelled(fault.kind, note)))}`,
    `violations  ${violations.length}${violations.length === 0 ? "" : `: ${tally(violations.map(({ kind }) => kind))}`}`,
  ];
}

function sitesOf({ companies }: FaultRun): string {
  const sites = companies.map(({ site }) => site);
  const total = (figure: (site: SiteReport) => number): number =>
    sites.reduce((all, site) => all + figure(site), 0);
  const leases = companies.flatMap(({ state, site }) =>
    state.leases.filter(({ holder }) => holder === site.holder),
  );
  return (
    `${total(({ drawn }) => drawn.length)} names drawn by processes of their own from ${leases.length} leases; ` +
    `killed ${total(({ killed: times }) => times)} times with the store intact, ${total(({ lost }) => lost)} with it lost`
  );
}

function howItEnded({ isClosed, isExpired }: LeaseState): string {
  if (isClosed) return "closed";
  return isExpired ? "unreported" : "open";
}

/** How many numbers of a lease became what. */
function whatBecame({ step, used, late, givenBack, open }: LeaseState): [string, bigint][] {
  return [
    ["used", numbersIn(used, step)],
    ["late", numbersIn(late, step)],
    ["given back", numbersIn(givenBack, step)],
    ["never told of", open],
  ];
}

function cancelledIn(jobs: readonly JobState[]): JobState[] {
  return jobs.filter(({ status }) => status === "cancelled");
}

function isCut({ items }: JobState): boolean {
  return items.some(({ lots }) => lots > 0);
}

/** Of a killed Worker it matters whether it had a job, of a full disk whether it was; other notes are figures. */
function labelled(kind: string, note: string | undefined): string {
  const matters = kind === "worker killed" || kind === "disk full";
  return matters && note !== undefined ? `${kind} (${note})` : kind;
}

function drawn({ ledger }: FinalState): bigint {
  return ledger
    .filter(({ kind }) => kind === "reserved")
    .reduce((sum, entry) => sum + countOf(entry), 0n);
}

function burned(state: FinalState): bigint {
  return state.accounts.reduce((sum, { sums }) => sum + sums.burned, 0n);
}

/** Sums by their names. */
function tallyOf(sums: readonly (readonly [string, bigint])[]): string {
  const totals = new Map<string, bigint>();
  for (const [name, numbers] of sums) totals.set(name, (totals.get(name) ?? 0n) + numbers);
  return [...totals].map(([name, numbers]) => `${numbers} ${name}`).join(", ");
}

function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");
}

/** Everything that is known of a run, one JSON object a line, for looking into a violation. */
export function* recordOf(run: FaultRun, seed: number): Generator<string> {
  yield line({ seed, crashes: run.crashes });
  for (const violation of run.mixed) yield line({ violation });
  for (const fault of run.played) yield line({ fault });
  for (const { tenant, violations, state, history } of run.companies) {
    for (const violation of violations) yield line({ tenant, violation });
    for (const [part, rows] of Object.entries(state)) {
      if (!Array.isArray(rows)) continue;
      for (const row of rows) yield line({ tenant, [part]: row });
    }
    for (const call of history) yield line({ tenant, call });
  }
}

function line(value: object): string {
  const text = JSON.stringify(value, (_, held: unknown) =>
    typeof held === "bigint" ? String(held) : held,
  );
  return `${text}\n`;
}
