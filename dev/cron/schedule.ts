import { readCron } from "./expression.ts";

const minute = 60_000;

/**
 * Calls `fire` for every expression that is due, at the beginning of its minute, until it is
 * stopped. A call that fails is logged, and the next one comes all the same.
 */
export function startCron(
  expressions: readonly string[],
  fire: (expression: string, scheduledTime: number) => Promise<void>,
  log: (line: string) => void,
): { stop(): void } {
  const triggers = expressions.map((expression) => ({ expression, due: readCron(expression) }));
  let timer: NodeJS.Timeout;

  const wait = (): void => {
    const next = (Math.floor(Date.now() / minute) + 1) * minute;
    timer = setTimeout(() => {
      wait();
      // The clock may have jumped; the minute that it is now counts, as long as it is a new one.
      for (const { expression, due } of triggers) {
        if (!due(new Date(next))) continue;
        fire(expression, next).catch((error: unknown) => {
          log(`The cron trigger "${expression}" failed: ${String(error)}`);
        });
      }
    }, next - Date.now());
    timer.unref();
  };
  wait();
  return {
    stop() {
      clearTimeout(timer);
    },
  };
}
