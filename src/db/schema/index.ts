export * from "./imports.ts";
export * from "./jobs.ts";
export * from "./ledger.ts";
export * from "./lots.ts";
export * from "./products.ts";
export * from "./requests.ts";
export * from "./sequences.ts";
export * from "./tenants.ts";
