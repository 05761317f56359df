/** What a load found. */
export interface LoadResult {
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds of every answer. */
  readonly latencies: number[];
}

/**
 * Lets `clients` call for `ms` milliseconds, each anew as soon as it has its answer. `call` is told
 * which client it is, from 0.
 */
export async function load(
  clients: number,
  ms: number,
  call: (client: number) => Promise<unknown>,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const began = performance.now();
  const until = began + ms;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let now = performance.now(); now < until;) {
        await call(client);
        const after = performance.now();
        latencies.push(after - now);
        now = after;
      }
    }),
  );
  return { rate: (latencies.length * 1000) / (performance.now() - began), latencies };
}
