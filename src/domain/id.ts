/** How an id that we make reads: a UUID in lower case. */
export const idShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A UUID of version 7 (RFC 9562): ids sort by the time of their making. `now` is in epoch milliseconds.
 */
export function newId(now: number): string {
  const time = Math.floor(now).toString(16).padStart(12, "0");
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
