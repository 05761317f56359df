/**
 * Time-outs of the Worker's database role. They are settings of that role (docs/operating/deploy.md), so
 * that they hold in the database when the Worker has gone, and cost a statement nothing.
 */

/** Seconds that a statement may take, waiting for locks included; then it is undone. */
export const statementSeconds = 15;

/** Seconds that a statement may wait for one lock, where its function does not say less. */
export const lockSeconds = 10;

/** Seconds that a transaction may stand open while nobody sends it anything. */
export const idleSeconds = 10;

/** The settings of the role, by their names in Postgres. */
export const roleSettings: Readonly<Record<string, string>> = {
  statement_timeout: `${statementSeconds}s`,
  lock_timeout: `${lockSeconds}s`,
  idle_in_transaction_session_timeout: `${idleSeconds}s`,
};

/**
 * Seconds that the Worker waits longer than the database works: for a connection, and for the way there and
 * back. So a statement that is too slow is undone, and known to be, before the Worker stops waiting.
 */
export const graceSeconds = 5;
