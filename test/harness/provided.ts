/** Where the servers of a test run are: started once, before the first test file. */
export interface HarnessAddresses {
  /** The HTTP service of harness/node/database-service.ts. */
  control: string;
  /** The gateway's `/sql`, for the Worker's SQL_ENDPOINT. */
  sqlEndpoint: string;
  /** The gateway's own address, for its counts and faults. */
  gateway: string;
  /** The migrated database that the Worker under test is bound to (DATABASE_URL). */
  main: TestDatabaseAddresses;
}

export interface TestDatabaseAddresses {
  name: string;
  /** As the Worker connects: the role `serialmint_worker`. */
  databaseUrl: string;
  /** As migrations connect: the superuser. */
  directUrl: string;
}

declare module "vitest" {
  interface ProvidedContext {
    harness: HarnessAddresses;
  }
}
