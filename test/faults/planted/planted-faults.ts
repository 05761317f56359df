import type { ViolationKind } from "../check/violation.ts";
import type { Crowd } from "../short-run.ts";
import type { Disturbance } from "../stage/disturb.ts";

/** A change of the text of one function in the database. */
export interface Edit {
  readonly function: string;
  /** What must stand there. */
  readonly from: RegExp;
  readonly to: string;
}

/** The service, broken on purpose. */
export interface PlantedFault {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Statements before the edits, and those that undo them. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** What the run is exposed to. */
  readonly disturbance: Disturbance;
  readonly crowd: Crowd;
  /** The violations that must be found, each of them. */
  readonly caughtBy: readonly ViolationKind[];
}

/** With it the database refuses what these faults do; they are to be seen without. */
const secondWall = {
  before: ["alter table ledger drop constraint ledger_number_once"],
  after: [
    `alter table ledger add constraint ledger_number_once
       exclude using gist (series with =, int8range(first, last, '[]') with &&)
       where (kind in ('reserved', 'skip', 'fence', 'burned'))`,
  ],
};

/** The same of leases. */
const wallOfLeases = {
  before: ["alter table leases drop constraint leases_numbers_are_of_run"],
  after: [
    `alter table leases add constraint leases_numbers_are_of_run check (
       int8range(first, last + step) @> range_merge(used + given_back)
       and not used && given_back and used @> late)`,
  ],
};

const keepsFirstAnswer: Edit = {
  function: "answer_request_v1",
  from: /interval '30 days'\)/,
  to: "interval '30 days') ON CONFLICT DO NOTHING",
};

const rowReadWithoutLock: Edit = {
  function: "draw_v1",
  from: /UPDATE series[\s\S]*?INTO v_drawn;/,
  to: `SELECT id, period, next, next + (p_count - 1) * increment, increment, p_count INTO v_drawn
       FROM series
       WHERE tenant = p_tenant AND sequence = p_sequence AND period = p_period
         AND promoted_to IS NULL AND NOT hot AND next + p_count * increment <= ceiling;
       UPDATE series SET next = v_drawn.last + v_drawn.step WHERE id = v_drawn.series;`,
};

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: "a draw without its ledger row",
    edits: [
      { function: "reserve_v1", from: /INSERT INTO ledger[\s\S]*?v_call\.origin\);/, to: "NULL;" },
    ],
    disturbance: "none",
    crowd: "many",
    caughtBy: ["run_not_in_ledger", "unexplained", "hole"],
  },
  {
    name: "the counter moves farther than the run",
    edits: [
      {
        function: "draw_v1",
        from: /next = next \+ p_count \* increment/,
        to: "next = next + (p_count + 1) * increment",
      },
    ],
    disturbance: "none",
    crowd: "many",
    caughtBy: ["unexplained", "hole"],
  },
  {
    name: "an answer is not recorded",
    edits: [
      {
        function: "answer_request_v1",
        from: /INSERT INTO requests[\s\S]*?interval '30 days'\);/,
        to: "NULL;",
      },
    ],
    disturbance: "lost answers",
    crowd: "many",
    caughtBy: ["answer_unrecorded", "drawn_by_nobody", "answers_differ", "carried_out_twice"],
  },
  {
    name: "a recorded answer is not looked at",
    edits: [
      {
        function: "open_call_v1",
        from: /v_call\.answer := v_call\.answer \|\| '\{"replayed": true\}';/,
        to: "v_call.answer := NULL;",
      },
      keepsFirstAnswer,
    ],
    disturbance: "lost answers",
    crowd: "many",
    caughtBy: ["answers_differ", "carried_out_twice", "drawn_by_nobody"],
  },
  {
    name: "twins are let in together",
    edits: [
      {
        function: "open_call_v1",
        from: /pg_try_advisory_xact_lock\([^;]*\);/,
        to: "true;",
      },
      keepsFirstAnswer,
    ],
    disturbance: "lost answers",
    crowd: "many",
    caughtBy: ["answers_differ", "carried_out_twice"],
  },
  {
    name: "the row is read without its lock",
    edits: [rowReadWithoutLock],
    ...secondWall,
    disturbance: "none",
    crowd: "many",
    caughtBy: ["number_twice", "ledger_overlap"],
  },
  {
    name: "the row is read without its lock, behind the constraint",
    edits: [rowReadWithoutLock],
    disturbance: "none",
    crowd: "many",
    caughtBy: ["broken_answer"],
  },
  {
    name: "a promoted counter gives a run under the shared lock",
    edits: [
      {
        function: "draw_from_counter",
        from: /p_shared => v_single/,
        to: "p_shared => true",
      },
      // A moment between look and move, which a busier machine has by itself.
      {
        function: "draw_from_counter",
        from: /PERFORM setval/,
        to: "PERFORM pg_sleep(0.002); PERFORM setval",
      },
    ],
    ...secondWall,
    disturbance: "none",
    crowd: "many",
    caughtBy: ["number_twice", "ledger_overlap"],
  },
  {
    name: "a promoted counter is cached",
    edits: [{ function: "promote_series", from: /CACHE 1 /, to: "CACHE 20 " }],
    disturbance: "none",
    crowd: "many",
    caughtBy: ["out_of_order"],
  },
  {
    name: "a request is refused after it drew",
    edits: [
      {
        function: "record_lots",
        from: /SELECT used_up_at_most\(sum\(check_draw\(g\)\)\) INTO v_job\.used_up FROM unnest\(v_groups\) AS g;/,
        to: "NULL;",
      },
    ],
    disturbance: "none",
    crowd: "many",
    caughtBy: ["burned_too_many"],
  },
  {
    name: "what a cancelled job had not recorded stays as it is",
    edits: [
      { function: "cancel_job_v1", from: /IF NOT v_item\.presented THEN/, to: "IF false THEN" },
    ],
    disturbance: "none",
    crowd: "many",
    caughtBy: ["rest_not_voided"],
  },
  {
    name: "a lot is changed whatever its version is",
    edits: [
      {
        function: "change_lot_v1",
        from: /IF lot_version\(v_lot\) <> ALL \(p_versions\) THEN/,
        to: "IF false THEN",
      },
    ],
    disturbance: "lost answers",
    crowd: "many",
    caughtBy: ["lost_update"],
  },
  {
    name: "a counter is set back over numbers that were given",
    edits: [{ function: "rewind_v1", from: /IF p_to <= v_issued THEN/, to: "IF false THEN" }],
    ...secondWall,
    disturbance: "none",
    crowd: "many",
    caughtBy: ["number_twice", "ledger_overlap"],
  },
  {
    name: "the cursor is moved in a transaction of its own",
    before: [
      "create extension dblink",
      `create function advance_job_alone(text, uuid, uuid, bigint, bigint, interval) returns jobs
       language sql as $$
         select moved from dblink(
           format('host=127.0.0.1 port=%s dbname=%s user=postgres',
                  current_setting('port'), current_database()),
           format('select advance_job(%L, %L, %L, %s, %s, %L)', $1, $2, $3, $4, $5, $6)
         ) as answer (moved jobs)
       $$`,
    ],
    edits: [{ function: "run_chunk_v1", from: /advance_job\(/, to: "advance_job_alone(" }],
    after: ["drop function advance_job_alone", "drop extension dblink"],
    disturbance: "ended chunks",
    crowd: "large",
    caughtBy: ["job_rows_wrong"],
  },
  {
    name: "the cursor is moved wherever it stands",
    edits: [{ function: "advance_job", from: /cursor = p_from AND token/, to: "token" }],
    disturbance: "lost chunks",
    crowd: "large",
    caughtBy: ["job_rows_wrong"],
  },
  {
    name: "a report is heard whatever its token is",
    edits: [
      {
        function: "held_lease",
        from: /IF v_lease\.token <> p_token THEN/,
        to: "IF false THEN",
      },
    ],
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["wrong_holder_heard", "reported_by_nobody"],
  },
  {
    name: "numbers on lease are open to everybody",
    edits: [
      { function: "numbers_on_lease", from: /RETURN [\s\S]*$/, to: "RETURN '{}'::int8multirange" },
    ],
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["taken_from_lease"],
  },
  {
    name: "giving back writes no void",
    edits: [
      {
        function: "report_lease_v1",
        from: /PERFORM void_numbers[\s\S]*?l\.kind = 'reserved';/,
        to: "NULL;",
      },
    ],
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["given_back_not_void", "account_sums_wrong", "account_run_wrong"],
  },
  {
    name: "a number is both used and given back",
    edits: [
      {
        function: "report_lease_v1",
        from: /IF v_used && v_before\.given_back THEN/,
        to: "IF false THEN",
      },
    ],
    ...wallOfLeases,
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["used_and_given_back"],
  },
  {
    name: "a report takes the place of the one before",
    edits: [
      {
        function: "note_lease",
        from: /SET used = used \+ p_used,/,
        to: "SET used = p_used,",
      },
    ],
    ...wallOfLeases,
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["report_lost"],
  },
  {
    name: "a report in time counts as a late one",
    edits: [
      { function: "note_lease", from: /WHEN expires_at <= now\(\) THEN/, to: "WHEN true THEN" },
    ],
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["late_wrong"],
  },
  {
    name: "the account leaves out the numbers of expired leases",
    edits: [
      {
        function: "runs_of_entry",
        from: /FROM unnest\(v_rest - v_used\) AS stretch/,
        to: "FROM unnest(CASE v_status WHEN 'open' THEN v_rest - v_used ELSE '{}' END) AS stretch",
      },
    ],
    disturbance: "none",
    crowd: "holders",
    caughtBy: ["account_run_wrong"],
  },
];
