/**
 * The key of the sequence whose series are the tenant's naming series, each named by the rendered text
 * before its counter, whatever pattern rendered it. It is made at first use.
 */
export const namingSeries = "naming-series";

/** That sequence, as it is made: a naming series begins with 1 and takes steps of 1. */
export const namingSeriesFields = {
  dialect: "frappe",
  pattern: ".#####",
  width: 5,
  mode: "standard",
  start: "1",
  increment: "1",
  reset: "prefix",
  time_zone: null,
  fiscal_year_start: "01-01",
  overflow: "widen",
  hot: false,
  allow_overlap: false,
} as const;
