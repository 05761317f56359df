import { createHash } from "node:crypto";
import { escapeLiteral } from "pg";
import type { Client as PgClient } from "pg";
import { demo } from "../dev/demo.ts";
import { Client, freshKey } from "./client.ts";
import type { Service } from "./service.ts";

const width = 9;

/** The nth of a family of sequences, such as `many-17`. */
export function keyOf(family: string, n: number): string {
  return `${family}-${n}`;
}

/**
 * Makes sequences `family-0` and following: the first by the service, the others as copies of it by the
 * function that the service calls.
 */
export async function makeSequences(
  service: Service,
  family: string,
  count: number,
  policy: { hot: boolean; mode?: "gapless" },
): Promise<void> {
  const client = await Client.open(service.port);
  const body = { pattern: `${family}-{${"0".repeat(width)}}`, ...policy };
  await client.call("PUT", `/v1/sequences/${keyOf(family, 0)}`, body);
  client.close();
  await service.prepare(`
    SELECT put_sequence_v1(${caller}, copy, to_jsonb(s) || jsonb_build_object('counter', copy), NULL, '{}')
    FROM sequences AS s
    CROSS JOIN (
      SELECT ${escapeLiteral(family)} || '-' || n AS copy FROM generate_series(1, ${count - 1}) AS n
    ) AS copies
    WHERE s.tenant = '${demo.tenant}' AND s.key = '${keyOf(family, 0)}'`);
}

const digest = createHash("sha256").update(demo.key).digest("hex");
const caller = `ROW('\\x${digest}', '{admin}', NULL, NULL, NULL, NULL, NULL)::caller, '${demo.tenant}'`;
const fingerprint = `'\\x${"00".repeat(32)}'`;

/** The statement that the Worker sends for a reservation of a family's sequence. */
export async function reservation(
  client: PgClient,
  family: string,
): Promise<(n: number, count: number) => string> {
  const { rows } = await client.query<{ definition: string }>(
    "SELECT definition FROM sequences WHERE tenant = $1 AND key = $2",
    [demo.tenant, keyOf(family, 0)],
  );
  const definition = rows[0]?.definition ?? "";
  return (n, count) =>
    `SELECT reserve_v1(${caller}, '${freshKey()}', ${fingerprint}, '${keyOf(family, n)}', '',
                       '${definition}', ${count}, '${family}-', ${width}, '')`;
}
