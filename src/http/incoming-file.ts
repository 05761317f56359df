import type { IncomingFile } from "../domain/imports/receive.ts";
import { Failure, failure } from "../errors.ts";

/** The most bytes that a file may have: 256 MiB. */
export const fileLimitBytes = 268_435_456;

/**
 * The body of a request as a file that is counted and digested while it is read, a piece at a time. It
 * fails when it goes over the limit or breaks off: import_too_large, import_broken_off.
 */
export function incomingFile(request: Pick<Request, "headers" | "body">): IncomingFile {
  const announced = Number(request.headers.get("content-length") ?? "0");
  const hash = new crypto.DigestStream("SHA-256");
  const writer = hash.getWriter();
  // A body is a stream of bytes; the type does not say so.
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  let size = 0;
  const tooLarge = failure("import_too_large", { limit_bytes: fileLimitBytes });
  const piece = async (): Promise<Uint8Array | undefined> => {
    if (announced > fileLimitBytes) throw tooLarge;
    const read = await reader?.read().catch((error: unknown) => {
      throw failure("import_broken_off", {}, { cause: error });
    });
    if (read?.value === undefined) return undefined;
    size += read.value.byteLength;
    if (size > fileLimitBytes) throw tooLarge;
    return read.value;
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await piece();
          if (bytes === undefined) {
            await writer.close();
            controller.close();
          } else {
            await writer.write(bytes);
            controller.enqueue(bytes);
          }
        } catch (error) {
          controller.error(
            error instanceof Failure ? error : failure("internal_error", {}, { cause: error }),
          );
        }
      },
      async cancel() {
        await reader?.cancel();
      },
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    digest: async () => hexOf(new Uint8Array(await hash.digest)),
  };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
