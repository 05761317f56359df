/** What holds work that outlasts its request. */
interface Holder {
  waitUntil(work: Promise<unknown>): void;
}

/** The runtime's hold on what a request leaves behind; outside a Worker there is none. */
export function executionContextOf(c: { readonly executionCtx: Holder }): Holder | undefined {
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  }
}
