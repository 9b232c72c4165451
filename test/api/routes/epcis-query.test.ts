import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ApiDoor } from "../../../src/api/door.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { fromSimulation } from "../../monitor/told.ts";
import { hoursOf, quietPlant } from "../../simulator/simulated-line.ts";
import { schemaErrors } from "../../trace/epcis/official-schema.ts";
import { endingAt, requestFor } from "../context.ts";
import { contextAfter } from "../monitored.ts";

interface EpcisAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly events: readonly { readonly eventID: string; readonly type: string; readonly eventTime: string }[];
  readonly body: string;
}

// Names, defaults and headers are those of GS1's OpenAPI description of EPCIS 2.0 (gs1/EPCIS, REST Bindings/openapi.yaml).
suite("the EPCIS query interface", () => {
  const plant = quietPlant();
  const messages = fromSimulation(hoursOf(0.5, { plant }));
  const context = contextAfter(messages, { plant, nowMs: Date.parse("2026-02-01T00:00:00Z") });

  async function get(query: Record<string, string>, accept = "", from = context): Promise<EpcisAnswer> {
    const answer = await new ApiDoor(ROUTES).answer(requestFor("epcisEvents", { query, accept }), from);
    const { status, headers, body } = answer;
    const json = JSON.parse(body);
    return { status, headers, body, events: json.epcisBody?.queryResults.resultsBody.eventList ?? [] };
  }

  /** What the Link header leads to, as a client of the standard reads it. */
  function next({ headers }: EpcisAnswer): Record<string, string> | undefined {
    const found = /^<([^>]*)>; rel="next"$/.exec(headers.link ?? "")?.[1];
    if (found === undefined) return undefined;
    return Object.fromEntries(new URL(found, "https://example.com/epcis/events").searchParams);
  }

  test("pages follow one another by the Link header alone: every event once, in order of time, none after the last", async () => {
    const whole = await get({ perPage: "10000" });
    assert.ok(whole.events.length > 30, `${whole.events.length} events`);
    assert.equal(next(whole), undefined);
    for (const perPage of ["7", "1000"]) {
      const seen: string[] = [];
      let query: Record<string, string> | undefined = { perPage };
      for (let pages = 0; query !== undefined; pages++) {
        assert.ok(pages <= whole.events.length, "it goes round");
        const page = await get(query);
        assert.ok(page.events.length <= Number(perPage));
        seen.push(...page.events.map(({ eventID }) => eventID));
        query = next(page);
        if (query !== undefined) {
          assert.equal(query.perPage, perPage);
          assert.ok(query.nextPageToken);
        }
      }
      assert.deepEqual(
        seen,
        whole.events.map(({ eventID }) => eventID),
      );
    }
  });

  test("a page has 30 events where nobody says how many, says its versions, and passes GS1's schema", async () => {
    const page = await get({});
    assert.equal(page.events.length, 30);
    assert.equal(page.headers["gs1-epcis-version"], "2.0.0");
    assert.equal(page.headers["gs1-cbv-version"], "2.0.0");
    assert.match(page.headers["content-type"] ?? "", /^application\/ld\+json/);
    assert.match((await get({}, "application/json")).headers["content-type"] ?? "", /^application\/json/);
    assert.deepEqual(schemaErrors(JSON.parse(page.body)), []);
  });

  test("several values of a filter have | between, and the filter goes on to the next page", async () => {
    const query = { eventType: "AggregationEvent|TransformationEvent", perPage: "2" };
    const page = await get(query);
    assert.equal(next(page)?.eventType, query.eventType);
    const all = await get({ ...query, perPage: "10000" });
    assert.deepEqual(
      new Set(all.events.map(({ type }) => type)),
      new Set(["AggregationEvent", "TransformationEvent"]),
    );
    const one = await get({ eventType: "AggregationEvent", perPage: "10000" });
    assert.ok(one.events.length < all.events.length);
  });

  test("a token that is none is refused; so is everything while views lack much of the log", async () => {
    assert.equal((await get({ nextPageToken: "3A15506738749783" })).status, 400);
    const behind = {
      ...context,
      log: () => endingAt(1_000_000),
      views: { ...context.views, editions: () => EDITIONS },
    };
    const { status, body } = await get({}, "", behind);
    assert.deepEqual([status, JSON.parse(body).code], [503, "CONCHE_VIEWS_BEHIND"]);
  });
});

const EDITIONS = ["genealogy", "tags"].map((name, index) => ({
  ...{ edition: index + 1, name, version: 1, standing: "answering" as const, newestReceivedMs: 1 },
  fits: () => true,
  position: { logId: "log", id: 7, checksum: 1 },
}));
