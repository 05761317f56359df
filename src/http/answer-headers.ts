import type { Context } from "hono";
import type { AppEnv } from "./context.ts";

/**
 * Sets headers of an answer that a handler has made. In place, since Hono's `header` copies the whole
 * answer each time; only one that was fetched, such as a file, has fixed headers and is copied.
 */
export function setHeaders(c: Context<AppEnv>, headers: Readonly<Record<string, string>>): void {
  try {
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  }
}
