import { NoAnswer, SerialmintProblem, isWorthAnotherTry } from "./failures.ts";

/** How long one try and all of them may take. */
export interface Patience {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;

/** The most that timers can count, in milliseconds: with more they go off at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** The pause before the next try: any up to a bound that doubles, or what the service asks for and a little. */
export function pauseMs(
  tries: number,
  retryAfterMs: number | null,
  random: () => number = Math.random,
): number {
  const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries, 20));
  return (retryAfterMs ?? 0) + random() * bound;
}

/** Resolves after a while; rejects with the signal's reason as soon as that aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      },
      Math.min(ms, longestTimerMs),
    );
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** What some work comes to; rejects with the signal's reason as soon as that aborts. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(reasonOf(signal));
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}

/** Why a signal was aborted, as an error. */
export function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("It was aborted.", { cause: reason });
}

/**
 * Makes tries until one succeeds, one fails for good, or the time is over. `attempt` is told when to
 * stop, and rejects with a {@link SerialmintProblem} or with whatever kept an answer from coming.
 * `again` says whether a try without an answer may be repeated.
 */
export async function withTries<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, deadlineMs, signal }: Patience,
  again: (failure: SerialmintProblem | NoAnswer) => boolean = isWorthAnotherTry,
): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (let tries = 0; ; tries += 1) {
    throwIfAborted(signal);
    const left = until - performance.now();
    const stop = AbortSignal.timeout(
      Math.max(0, Math.ceil(Math.min(timeoutMs, left, longestTimerMs))),
    );
    let failure: SerialmintProblem | NoAnswer;
    try {
      return await attempt(signal === undefined ? stop : AbortSignal.any([stop, signal]));
    } catch (error) {
      throwIfAborted(signal);
      failure = failureFrom(error, stop);
    }
    if (!again(failure)) throw failure;
    const wait = pauseMs(tries, failure.retryAfterMs);
    if (performance.now() + wait >= until) throw failure;
    await pause(wait, signal);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}

function failureFrom(error: unknown, stop: AbortSignal): SerialmintProblem | NoAnswer {
  if (error instanceof SerialmintProblem || error instanceof NoAnswer) return error;
  const message = stop.aborted ? "No answer came in time." : "The service cannot be reached.";
  return new NoAnswer(message, { cause: error });
}
