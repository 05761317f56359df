import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "./context.ts";

/** The header by which a caller asks for 202 at once. */
export const preferHeader = z.object({
  prefer: z.string().optional().openapi({ description: "respond-async answers 202 at once." }),
});

/** Whether the caller waits for its job, as far as the request's budget goes (RFC 7240). */
export function isPatient(c: Context<AppEnv>): boolean {
  return !/(?:^|[,;\s])respond-async(?:$|[,;\s])/i.test(c.req.header("prefer") ?? "");
}
