import type { CustomTypesConfig } from "@neondatabase/serverless";

const numbers = new Set([21, 23, 26, 700, 701]);
const json = new Set([114, 3802]);
const boolean = 16;

/**
 * How values come out of the database: small numbers, booleans and JSON as themselves, everything else,
 * bigint and numeric included, as the text that Postgres wrote. Given to the driver explicitly, since
 * its global parsers are changed by others.
 */
export const textTypes: CustomTypesConfig = {
  getTypeParser: (oid: number) => {
    if (numbers.has(oid)) return Number;
    if (json.has(oid)) return JSON.parse;
    if (oid === boolean) return (text: string) => text === "t";
    return (text: string) => text;
  },
};
