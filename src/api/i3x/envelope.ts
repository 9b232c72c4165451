import type { ApiAnswer } from "../door.ts";

/** RFC 9457 in the form that i3X has: a part of the answer. */
export interface ResponseDetail {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** What became of one of several things that were asked for: its result, or why there is none. */
export type BulkItem = { readonly result: unknown } | { readonly detail: ResponseDetail };

const TITLES: Readonly<Record<number, string>> = {
  206: "Partial Content",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  429: "Too Many Requests",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** Why a request failed, as i3X 1.0 says it: RFC 9457's title, status and detail. */
export function responseDetail(status: number, detail: string): ResponseDetail {
  return { title: TITLES[status] ?? "Internal Server Error", status, detail };
}

/** A result; one that a limit cut short says so (206). */
export function success(result: unknown, partial?: string): ApiAnswer {
  return answer(partial === undefined ? 200 : 206, { success: true, result, ...told(partial) });
}

/** Results in the order of what was asked for; the whole is a success when each is. */
export function bulk(
  key: "elementId" | "subscriptionId",
  ids: readonly string[],
  itemOf: (id: string) => BulkItem,
  partial?: () => string | undefined,
): ApiAnswer {
  const results = ids.map((id) => {
    const item = itemOf(id);
    return "result" in item
      ? { success: true, [key]: id, result: item.result }
      : { success: false, [key]: id, responseDetail: item.detail };
  });
  const cut = partial?.();
  const all = results.every((each) => each.success);
  return answer(cut === undefined ? 200 : 206, { success: all, results, ...told(cut) });
}

/** A request that came to nothing. */
export function failure(status: number, detail: string): ApiAnswer {
  return answer(status, { success: false, responseDetail: responseDetail(status, detail) });
}

/** One of several things that isn't there. */
export function notThere(what: string, id: string): BulkItem {
  return { detail: responseDetail(404, `${what} not found: ${id.slice(0, 300)}`) };
}

function told(partial: string | undefined) {
  return partial === undefined ? {} : { responseDetail: responseDetail(206, partial) };
}

function answer(status: number, body: object): ApiAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
    body: JSON.stringify(body),
  };
}
