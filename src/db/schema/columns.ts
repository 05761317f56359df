import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

/** Text compared byte by byte: names and keys have no language, and the indexes stay small and fast. */
export const exactText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/** A 32-byte SHA-256 digest. */
export const digest = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** Random bytes that sign. */
export const secretBytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** A half-open run of numbers. */
export const numberRange = customType<{ data: string }>({ dataType: () => "int8range" });

/** A Postgres sequence, by its OID: its name may be given again. Dumped and restored by name. */
export const postgresSequence = customType<{ data: string }>({ dataType: () => "regclass" });

/** The bound name of a series' number, or any other whole number past 2^53. */
export const big = () => bigint({ mode: "bigint" });

/** A moment, with its zone. */
export const moment = () => timestamp({ withTimezone: true, mode: "string" });
