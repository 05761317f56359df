import type { ListFormat, Listing, ListPage } from "../domain/lists/listing.ts";

/** Rows of a page of a stream: about 0.5 MB for a list's rows. */
export const streamedRows = 2000;

/** What a stream gives out. */
export interface StreamPlan {
  readonly listing: Listing;
  readonly format: ListFormat;
  readonly raw: boolean;
  /** Text in front of the first row: the csv header line, or the opening of a JSON object. */
  readonly before: string;
  /** Text behind the last row. */
  readonly after: string;
  /** The position behind which the first page begins; null at the beginning. */
  readonly from: string | null;
  /** Rows behind `from` that are left out. */
  readonly skip: number;
  /** Rows of a page, so that its text stays at about 0.5 MB. */
  readonly rows: number;
  /** Told of a failure in the middle, which the caller sees as a broken connection. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Everything of a listing behind `from` as a stream that holds one page at a time. The first page is
 * read before this resolves, so that its failure is still an answer. A later failure errors the
 * stream, so that it never looks complete; cancelling it stops the reading.
 */
export async function streamListing(plan: StreamPlan): Promise<ReadableStream<Uint8Array>> {
  const { listing, format, raw, rows: limit } = plan;
  const encoder = new TextEncoder();
  const read = (after: string | null, skip = 0) =>
    listing.page({ after, skip, limit, format, raw });
  // A page waits here until it is asked for: at first the one that was read ahead.
  let ahead: ListPage | null = await read(plan.from, plan.skip);
  let position: string | null = null;
  let begun = false;
  let rowsBefore = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const page: ListPage = ahead ?? (await read(position));
          ahead = null;
          position = page.next;
          const comma = format === "json" && rowsBefore && page.rows > 0 ? "," : "";
          const text =
            `${begun ? "" : plan.before}${comma}${page.text}` +
            (page.next === null ? plan.after : "");
          begun = true;
          rowsBefore ||= page.rows > 0;
          if (text !== "") controller.enqueue(encoder.encode(text));
          if (page.next === null) controller.close();
        } catch (error) {
          plan.onFailure(error);
          controller.error(error);
        }
      },
      cancel() {
        ahead = null;
      },
    },
    { highWaterMark: 0 },
  );
}
