import type { paths } from "../api.ts";

/** Methods of the API. */
export type Method = "get" | "put" | "post" | "patch";

/** The paths that take a method, as openapi.json writes them. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

/** What openapi.json says about a call. */
export type Operation<M extends Method, P extends PathOf<M>> =
  paths[P] extends Record<M, infer O> ? O : never;

type Part<O, Name extends string> = O extends { parameters: infer All }
  ? All extends { [N in Name]?: infer Given }
    ? Exclude<Given, undefined>
    : never
  : never;

type Body<O> = O extends { requestBody?: infer R }
  ? Exclude<R, undefined> extends { content: infer C }
    ? C extends { "application/json": infer J }
      ? J
      : C extends { "text/csv": unknown }
        ? string | Blob | Uint8Array<ArrayBuffer>
        : never
    : never
  : never;

/** Given when there is something to give, optional when all of it is. */
type Given<Name extends string, T> = [T] extends [never]
  ? { readonly [N in Name]?: never }
  : object extends T
    ? { readonly [N in Name]?: T }
    : { readonly [N in Name]: T };

/** How one call is made; what is left out is as the client was made. */
export interface CallSettings {
  /** POST only. All tries send the same; left out, it is a new UUID. */
  readonly idempotencyKey?: string;
  /** Milliseconds until one try counts as lost. */
  readonly timeoutMs?: number;
  /** Milliseconds until the call is given up, all tries and pauses counted. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** What a call is given: the parts that openapi.json names, and how it is made. */
export type CallInput<M extends Method, P extends PathOf<M>> = Given<
  "path",
  Part<Operation<M, P>, "path">
> &
  Given<"query", Part<Operation<M, P>, "query">> &
  Given<"header", Part<Operation<M, P>, "header">> &
  Given<"body", Body<Operation<M, P>>> &
  CallSettings;

/** The input may be left out when nothing in it has to be given. */
export type InputOf<M extends Method, P extends PathOf<M>> =
  object extends CallInput<M, P> ? [input?: CallInput<M, P>] : [input: CallInput<M, P>];

type Content<O, Type extends string> = O extends { responses: infer All }
  ? {
      [S in keyof All]: All[S] extends { content: infer C }
        ? C extends { [T in Type]: infer J }
          ? J
          : never
        : never;
    }[keyof All]
  : never;

/** The body of a call's success. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = Content<
  Operation<M, P>,
  "application/json"
>;

/** The paths of lists that come in pages. */
export type ListPath = {
  [P in PathOf<"get">]: AnswerOf<"get", P> extends { next_cursor: string | null } ? P : never;
}[PathOf<"get">];

/** One row of a list. */
export type RowOf<P extends ListPath> =
  AnswerOf<"get", P> extends { data: readonly (infer Row)[] } ? Row : never;

/** The paths of lists that come as a stream. */
export type StreamPath = {
  [P in PathOf<"get">]: [Content<Operation<"get", P>, "application/x-ndjson">] extends [never]
    ? never
    : P;
}[PathOf<"get">];

/** One line of a stream. */
export type LineOf<P extends StreamPath> = Content<Operation<"get", P>, "application/x-ndjson">;
