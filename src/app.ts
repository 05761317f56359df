import { createAdmission } from "./db/admission.ts";
import { openDatabase as open } from "./db/client.ts";
import { createDefinitions } from "./domain/definitions/definitions.ts";
import type { App, OpenDatabase } from "./http/context.ts";
import { authentication } from "./http/middleware/authentication.ts";
import { crossOrigin } from "./http/middleware/cross-origin.ts";
import { fingerprint } from "./http/middleware/fingerprint.ts";
import { idempotencyKey } from "./http/middleware/idempotency-key.ts";
import { jsonBody } from "./http/middleware/json-body.ts";
import { undeclaredQuery } from "./http/middleware/query.ts";
import { rateLimitHeaders } from "./http/middleware/rate-limit-headers.ts";
import { requestId } from "./http/middleware/request-id.ts";
import { requestQuota } from "./http/middleware/request-quota.ts";
import { routing } from "./http/middleware/routing.ts";
import { runToEnd } from "./http/middleware/run-to-end.ts";
import { securityHeaders } from "./http/middleware/security-headers.ts";
import { serverTiming } from "./http/middleware/server-timing.ts";
import { openapiApp } from "./http/openapi.ts";
import { answerError } from "./http/problem.ts";
import { registerApiKeys } from "./http/routes/api-keys.ts";
import { registerAudit } from "./http/routes/audit.ts";
import { registerCounts } from "./http/routes/counts.ts";
import { registerDocs } from "./http/routes/docs.ts";
import { registerHealth } from "./http/routes/health.ts";
import { registerImports } from "./http/routes/imports.ts";
import { registerJobs } from "./http/routes/jobs.ts";
import { registerLotChanges } from "./http/routes/lot-changes.ts";
import { registerLeases } from "./http/routes/leases.ts";
import { registerLots } from "./http/routes/lots.ts";
import { registerNamingSeries } from "./http/routes/naming-series.ts";
import { registerProducts } from "./http/routes/products.ts";
import { registerRecalls } from "./http/routes/recalls.ts";
import { registerReceipts } from "./http/routes/receipts.ts";
import { registerReservations } from "./http/routes/reservations.ts";
import { registerResolve } from "./http/routes/resolve.ts";
import { registerSequences } from "./http/routes/sequences.ts";
import { registerSettings } from "./http/routes/settings.ts";
import type { RouteTable } from "./http/route-table.ts";
import { routeTable } from "./http/route-table.ts";

/** What the app is made of besides its routes. */
export interface AppOptions {
  /** Opens the database for a request; without it the one that the settings name. */
  readonly openDatabase?: OpenDatabase;
  /** Registers further routes. */
  readonly register?: (app: App) => void;
}

/** The HTTP app: middleware in the order in which a request is checked, then the routes. */
export function createApp(options: AppOptions = {}): App {
  const app = openapiApp();
  const openDatabase = options.openDatabase ?? openNamedDatabase();
  const definitions = createDefinitions();
  let known: RouteTable | undefined;
  const table = () => (known ??= routeTable(app));

  app.onError(answerError);
  app.use(requestId());
  app.use(serverTiming());
  app.use(securityHeaders());
  app.use(crossOrigin());
  app.use(routing(table));
  app.use(async (c, next) => {
    c.set("openDatabase", openDatabase);
    c.set("definitions", definitions.forCall());
    await next();
  });
  app.use("/v1/*", rateLimitHeaders());
  app.use("/v1/*", authentication());
  app.use("/v1/*", requestQuota());
  app.use("/v1/*", idempotencyKey());
  app.use("/v1/*", runToEnd());
  app.use("/v1/*", jsonBody(table));
  app.use("/v1/*", undeclaredQuery(table));
  app.use("/v1/*", fingerprint());

  registerHealth(app);
  registerDocs(app);
  registerSequences(app);
  registerReservations(app);
  registerLeases(app);
  registerNamingSeries(app);
  registerProducts(app);
  registerSettings(app);
  registerLots(app);
  registerLotChanges(app);
  registerRecalls(app);
  registerReceipts(app);
  registerCounts(app);
  registerJobs(app);
  registerImports(app);
  registerResolve(app);
  registerApiKeys(app);
  registerAudit(app);
  options.register?.(app);
  return app;
}

/** Opens the database that the settings name, to which the requests of this isolate go in turn. */
function openNamedDatabase(): OpenDatabase {
  const admission = createAdmission();
  return ({ databaseUrl, sqlEndpoint }, timings) =>
    open({ databaseUrl, sqlEndpoint, timings, admission });
}
