/** How much a client may take and how long it may take for it. */
export interface HttpLimits {
  /** Until a request's headers are complete, counted from the connection or the request before, milliseconds. */
  readonly headersMs: number;
  /** Until a whole request has come in, and until its answer has been made, milliseconds. */
  readonly requestMs: number;
  /** A connection on which nothing moves for so long is closed, milliseconds. */
  readonly silenceMs: number;
  /** How often the first two are looked at, milliseconds. */
  readonly checkEveryMs: number;
  /** All of a request's headers together, bytes. */
  readonly headerBytes: number;
  /** Largest body of a request that only reads, bytes; none of them is looked at. */
  readonly bodyBytes: number;
  /** Largest body of a request to the API that does something, bytes. */
  readonly postBytes: number;
  /** Open connections; one more is closed at once. */
  readonly connections: number;
}

/** Slow and idle clients are gone within 10 seconds, and 500 of them still leave room for a scrape. */
export const HTTP_LIMITS: HttpLimits = {
  headersMs: 5_000,
  requestMs: 8_000,
  silenceMs: 8_000,
  checkEveryMs: 1_000,
  headerBytes: 8_192,
  bodyBytes: 1_024,
  postBytes: 65_536,
  connections: 1_000,
};

/** For answers that end by themselves: the longest that a timer can be set to, 24 days. */
export const NO_LIMIT_MS = 2_147_483_647;
