/**
 * A Worker that does nothing but what no service can do without: it reads a JSON body, sends the
 * statements by the same driver, and answers JSON. No caller, no idempotency, no checks. What the
 * service takes more than this is its own; the rest is the runtime, the driver and the commit.
 */
import { DurableObject } from "cloudflare:workers";
import { neon, neonConfig } from "@neondatabase/serverless";

interface Environment {
  readonly DATABASE_URL: string;
  readonly SQL_ENDPOINT: string;
}

/** The configuration of the service's Worker names these classes. */
export class JobPump extends DurableObject {}
export class WebhookPump extends DurableObject {}

export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    neonConfig.fetchEndpoint = env.SQL_ENDPOINT;
    const sql = neon(env.DATABASE_URL);
    const { count } = await request.json<{ count: number }>();
    switch (new URL(request.url).pathname) {
      case "/select": {
        const rows = await sql`SELECT 1 AS one`;
        return Response.json(rows[0]);
      }
      case "/insert": {
        const rows =
          await sql`INSERT INTO bench.inserted (tenant, count) VALUES (${"demo"}, ${count})
                               RETURNING id, tenant, count`;
        return Response.json(rows[0], { status: 201 });
      }
      case "/lots": {
        for (let unit = 0; unit < count; unit += 1) {
          const [drawn] = await sql`SELECT nextval('bench.counter') AS number`;
          const name = `SN-${String(drawn?.["number"]).padStart(7, "0")}`;
          await sql`INSERT INTO bench.lots_one_by_one
                      (tenant, name, product, item, number, created_at, quantity)
                    VALUES ('demo', ${name}, 'demo-phone', 1, ${drawn?.["number"]}, now(), 1)`;
        }
        return Response.json({ count }, { status: 201 });
      }
      default:
        return new Response(null, { status: 404 });
    }
  },
  /** The same configuration has a trigger; there is nothing to do. */
  scheduled(): void {},
};
