/** How the id of a job reads: a UUID in lower case. */
export const jobIdShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A UUID of version 7 (RFC 9562): jobs sort by the time of their creation. `now` is in epoch
 * milliseconds.
 */
export function newJobId(now: number): string {
  const time = Math.floor(now).toString(16).padStart(12, "0");
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** Who works on a job: one holder of its lease. */
export function newToken(): string {
  return crypto.randomUUID();
}
