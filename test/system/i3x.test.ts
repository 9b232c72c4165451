import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Edge, type EdgeMachine, openEdge } from "../../src/index.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";

// What the implementation guide of i3X 1.0 requires of a server, against a running data center.

const LINE = "tunis-01/line-a";
const TEMPER = `${LINE}/s5_tempering/temper-01`;
const TEMP = `${TEMPER}/temp_c`;
const NONE = "no-such-element";
const CLIENT = "client-1f0c";

interface Vqt {
  readonly value: unknown;
  readonly quality: string;
  readonly timestamp: string;
}
interface Item {
  readonly success: boolean;
  readonly elementId: string;
  readonly subscriptionId: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads results of every endpoint.
  readonly result: any;
  readonly responseDetail: { readonly status: number; readonly title: string; readonly detail: string };
}
interface Answer {
  readonly success: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly result: any;
  readonly results: readonly [Item, ...Item[]];
  readonly responseDetail: Item["responseDetail"];
}

suite("i3X 1.0", () => {
  let folder = "";
  let center: RunningConche;
  let edge: Edge;
  let temper: EdgeMachine;

  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${center.started.http}/api/i3x/v1${path}`, {
      method,
      headers: { "content-type": "application/json", accept: "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as Answer };
  };
  const get = async (path: string) => {
    const { status, json } = await call("GET", path);
    assert.deepEqual([status, json.success], [200, true], JSON.stringify(json));
    return json.result;
  };
  const post = (path: string, body: object) => call("POST", path, body);
  const publish = (temp_c: number) =>
    temper.publish("telemetry", { ts: new Date().toISOString(), tags: { temp_c } });
  const lastValue = async (elementId: string, maxDepth?: number) => {
    const { json } = await post("/objects/value", {
      elementIds: [elementId],
      ...(maxDepth === undefined ? {} : { maxDepth }),
    });
    return json.results[0].result;
  };
  const untilValue = async (wanted: unknown) => {
    while ((await lastValue(TEMP))?.value !== wanted);
  };
  const subscribed = async (elementIds: readonly string[], maxDepth = 1) => {
    const { json } = await post("/subscriptions", { clientId: CLIENT, displayName: "test" });
    const { subscriptionId } = json.result as { subscriptionId: string };
    const body = { clientId: CLIENT, subscriptionId, elementIds, maxDepth };
    assert.equal((await post("/subscriptions/register", body)).json.success, true);
    return subscriptionId;
  };
  const sync = async (subscriptionId: string, lastSequenceNumber?: number) => {
    const last = lastSequenceNumber === undefined ? {} : { lastSequenceNumber };
    return (await post("/subscriptions/sync", { clientId: CLIENT, subscriptionId, ...last })).json.result as {
      sequenceNumber: number;
      updates: (Vqt & { elementId: string })[];
    }[];
  };
  const untilSynced = async (subscriptionId: string, value: unknown, last?: number) => {
    for (;;) {
      const batches = await sync(subscriptionId, last);
      if (batches.some(({ updates }) => updates.some((each) => each.value === value))) return batches;
    }
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-i3x-"));
    const data = join(folder, "data");
    center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
    edge = await openEdge({ url: String(center.started.mqtt), outbox: join(folder, "machine") });
    temper = await edge.machine(TEMPER);
    const ts = new Date().toISOString();
    await temper.publish("state", { ts, state: "Execute", mode: "Production" });
    await publish(31.4);
    await untilValue(31.4);
  });
  after(async () => {
    await edge?.close();
    await center?.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  test("info says the version and what is offered", async () => {
    const info = await get("/info");
    // Whoever asks is told this, logged in or not: nothing beside what the guide names.
    const fields = ["capabilities", "serverName", "serverVersion", "specVersion"];
    assert.deepEqual(Object.keys(info).sort(), fields);
    assert.equal(info.specVersion, "1.0");
    assert.deepEqual(info.capabilities, {
      query: { history: true },
      update: { current: false, history: false },
      subscribe: { stream: true },
    });
  });

  test("who takes gzip is given gzip, however little there is to say, refusals too", async () => {
    const asked = (path: string, headers: Record<string, string>, method = "GET") =>
      new Promise<[number | undefined, unknown, Buffer]>((resolve, reject) => {
        request(`${center.started.http}/api/i3x/v1${path}`, { method, headers }, (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("end", () =>
            resolve([answer.statusCode, answer.headers["content-encoding"], Buffer.concat(parts)]),
          );
        })
          .on("error", reject)
          .end();
      });
    for (const [path, status, method] of [
      ["/info", 200, "GET"],
      ["/namespaces", 200, "GET"],
      ["/nothing", 404, "GET"],
      ["/objects/%zz", 400, "GET"],
      ["/info", 405, "DELETE"],
    ] as const) {
      for (const coding of ["gzip", "x-gzip", "br, gzip;q=0.5", "*"]) {
        const [said, encoding, body] = await asked(path, { "accept-encoding": coding }, method);
        assert.deepEqual([said, encoding], [status, "gzip"], `${method} ${path}, ${coding}`);
        assert.equal(JSON.parse(gunzipSync(body).toString()).success, status === 200);
      }
      for (const coding of ["identity", "gzip;q=0", "*, gzip;q=0", "gzipped"]) {
        const [said, encoding, body] = await asked(path, { "accept-encoding": coding }, method);
        assert.deepEqual([said, encoding], [status, undefined], `${method} ${path}, ${coding}`);
        assert.equal(JSON.parse(body.toString()).success, status === 200);
      }
    }
  });

  test("namespaces, types and objects have unique, clean ids and belong together", async () => {
    const namespaces: { uri: string }[] = await get("/namespaces");
    const types: { elementId: string; namespaceUri: string; schema: object }[] = await get("/objecttypes");
    const relations: { elementId: string; reverseOf: string }[] = await get("/relationshiptypes");
    const objects: { elementId: string; typeElementId: string; parentId: string | null }[] =
      await get("/objects");
    const uris = namespaces.map(({ uri }) => uri);
    assert.equal(new Set(uris).size, uris.length);
    for (const { namespaceUri } of types) assert.ok(uris.includes(namespaceUri));
    const ids = [...types, ...relations, ...objects].map(({ elementId }) => elementId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[\x21-\x7e]+$/);
    for (const { typeElementId } of objects)
      assert.ok(types.some(({ elementId }) => elementId === typeElementId));
    for (const { elementId, reverseOf } of relations) {
      assert.equal(relations.find((each) => each.elementId === reverseOf)?.reverseOf, elementId);
    }
    const some = uris[0] ?? "";
    const inOne: { namespaceUri: string }[] = await get(
      `/objecttypes?namespaceUri=${encodeURIComponent(some)}`,
    );
    assert.ok(inOne.length > 0 && inOne.every(({ namespaceUri }) => namespaceUri === some));
    assert.deepEqual(await get("/relationshiptypes?namespaceUri=urn:none"), []);
  });

  test("a machine's type has its tags with units and limits", async () => {
    const { json } = await post("/objects/list", { elementIds: [TEMPER, TEMP] });
    const ids = json.results.map(({ result }) => result.typeElementId);
    const types = await post("/objecttypes/query", { elementIds: ids });
    const [machine, tag] = types.json.results.map(({ result }) => result.schema);
    assert.equal(machine.properties.tags.properties.temp_c["x-unit"], "°C");
    assert.equal(tag.type, "number");
    assert.equal(tag["x-unit"], "°C");
    assert.ok(tag["x-limits"].by_product.dark !== undefined || tag["x-limits"].max !== undefined);
  });

  test("one browses from the roots: children and components, both ways", async () => {
    const roots: { elementId: string; parentId: unknown }[] = await get("/objects?root=true");
    assert.deepEqual(
      roots.map(({ elementId, parentId }) => [elementId, parentId]),
      [["tunis-01", null]],
    );
    const edges = async (elementId: string, relationshipType?: string) => {
      const only = relationshipType === undefined ? {} : { relationshipType };
      const { json } = await post("/objects/related", { elementIds: [elementId], ...only });
      return (json.results[0].result as { sourceRelationship: string; object: { elementId: string } }[]).map(
        ({ sourceRelationship, object }) => `${sourceRelationship} ${object.elementId}`,
      );
    };
    assert.ok((await edges("tunis-01")).includes(`HasChildren ${LINE}`));
    assert.ok((await edges(LINE)).includes("HasParent tunis-01"));
    assert.ok((await edges(TEMPER)).includes(`HasComponent ${TEMP}`));
    assert.deepEqual(await edges(TEMP), [`ComponentOf ${TEMPER}`]);
    assert.deepEqual(await edges(TEMPER, "HasParent"), [`HasParent ${LINE}/s5_tempering`]);
    const unknown = await post("/objects/related", { elementIds: [LINE], relationshipType: "Eats" });
    assert.equal(unknown.status, 400);
  });

  test("objects by type, and with metadata of where their type is from", async () => {
    const { json } = await post("/objects/list", { elementIds: [TEMPER], includeMetadata: true });
    const { typeElementId, isComposition, metadata } = json.results[0].result;
    assert.equal(isComposition, true);
    assert.equal(typeof metadata.typeNamespaceUri, "string");
    assert.equal(typeof metadata.sourceTypeId, "string");
    assert.equal(metadata.relationships.HasParent, `${LINE}/s5_tempering`);
    const same: { typeElementId: string }[] = await get(
      `/objects?typeElementId=${encodeURIComponent(typeElementId)}`,
    );
    assert.ok(same.length > 0 && same.every((each) => each.typeElementId === typeElementId));
  });

  test("what the server refuses by itself has i3X's form, too", async () => {
    const url = `${center.started.http}/api/i3x/v1/objects`;
    const body = { method: "POST", headers: { "content-type": "application/json" } };
    for (const [path, init, status] of [
      [`${url}/%zz`, {}, 400],
      [url, { method: "DELETE" }, 405],
      [`${url}/list`, { ...body, body: "{" }, 400],
      [`${url}/list`, { ...body, body: "{}", headers: { "content-type": "text/plain" } }, 415],
      [`${url}/list`, { ...body, body: `"${"x".repeat(70_000)}"` }, 413],
    ] as const) {
      const answer = await fetch(path, init);
      const { success, responseDetail } = (await answer.json()) as {
        success: boolean;
        responseDetail: { status: number; title: string };
      };
      assert.deepEqual([answer.status, success, responseDetail.status], [status, false, status], path);
      assert.notEqual(responseDetail.title, "Internal Server Error");
    }
  });

  test("answers to several come in the order asked for, each with its own success or 404", async () => {
    for (const path of [
      "/objecttypes/query",
      "/relationshiptypes/query",
      "/objects/list",
      "/objects/related",
      "/objects/value",
    ]) {
      const known = path.startsWith("/objecttypes")
        ? "type:Line"
        : path.startsWith("/relationshiptypes")
          ? "HasParent"
          : LINE;
      const { status, json } = await post(path, { elementIds: [NONE, known] });
      assert.equal(status, 200, path);
      assert.equal(json.success, false);
      assert.deepEqual(
        json.results.map(({ elementId, success, responseDetail }) => [
          elementId,
          success,
          responseDetail?.status,
        ]),
        [
          [NONE, false, 404],
          [known, true, undefined],
        ],
        path,
      );
    }
  });

  test("values have quality and UTC time, fit their type, and null goes with GoodNoData or Bad", async () => {
    const objects: { elementId: string; typeElementId: string }[] = await get("/objects");
    const types: { elementId: string; schema: object }[] = await get("/objecttypes");
    const { json } = await post("/objects/value", {
      elementIds: objects.slice(0, 300).map(({ elementId }) => elementId),
    });
    const ajv = new Ajv2020({ strict: false });
    let checked = 0;
    for (const [place, { result }] of json.results.entries()) {
      assert.match(result.timestamp, /Z$/);
      assert.equal(result.value === null, ["GoodNoData", "Bad"].includes(result.quality));
      if (result.value === null) continue;
      const type = types.find(({ elementId }) => elementId === objects[place]?.typeElementId);
      assert.ok(ajv.validate(type?.schema ?? false, result.value), ajv.errorsText());
      checked++;
    }
    assert.ok(checked >= 4, `${checked}: site, line, step, machine, tag`);
    const { value, quality } = await lastValue(TEMPER);
    assert.deepEqual(
      [value.state, value.mode, value.tags.temp_c, quality],
      ["Execute", "Production", 31.4, "Good"],
    );
  });

  test("components come where depth is asked for, and only then", async () => {
    assert.equal((await lastValue(TEMPER)).components, undefined);
    for (const depth of [0, 2]) {
      const { components } = await lastValue(TEMPER, depth);
      assert.equal(components[TEMP].value, 31.4);
    }
    assert.equal((await lastValue(LINE, 0)).components, undefined);
  });

  test("history has a tag's values and a machine's states by time; where there is none, GoodNoData", async () => {
    const hour = 3_600_000;
    const now = Date.now();
    const at = (ms: number) => new Date(ms).toISOString();
    const period = { startTime: at(now - hour), endTime: at(now + hour) };
    const asked = { elementIds: [TEMP, TEMPER, LINE, NONE], ...period };
    const { status, json } = await post("/objects/history", asked);
    assert.equal(status, 200);
    const [tag, machine, line, none] = json.results;
    assert.ok(tag?.result.values.some(({ value }: Vqt) => value === 31.4));
    assert.ok(
      machine?.result.values.some(({ value }: { value: { state: string } }) => value.state === "Execute"),
    );
    assert.deepEqual(
      line?.result.values.map(({ value, quality }: Vqt) => [value, quality]),
      [[null, "GoodNoData"]],
    );
    assert.equal(none?.responseDetail.status, 404);
    for (const { timestamp } of tag?.result.values ?? []) {
      assert.ok(timestamp >= period.startTime && timestamp < period.endTime);
    }
    const backwards = { elementIds: [TEMP], startTime: period.endTime, endTime: period.startTime };
    assert.equal((await post("/objects/history", backwards)).status, 400);
    assert.equal((await post("/objects/history", { ...asked, startTime: "yesterday" })).status, 400);
  });

  test("nothing is written: 501 in the form of a failure", async () => {
    for (const path of ["/objects/value", "/objects/history"]) {
      const { status, json } = await call("PUT", path, {
        updates: [{ elementId: TEMP, value: { value: 1 } }],
      });
      assert.deepEqual([status, json.success, json.responseDetail.status], [501, false, 501]);
      assert.equal(typeof json.responseDetail.detail, "string");
    }
  });

  test("what isn't there, and what isn't right, is a failure in i3X's form", async () => {
    for (const [method, path, body, wanted] of [
      ["GET", "/nothing", undefined, 404],
      ["POST", "/objects/value", {}, 400],
      ["POST", "/objects/value", { elementIds: [] }, 400],
      ["POST", "/objects/value", { elementIds: "one" }, 400],
      ["POST", "/objects/value", { elementIds: [TEMP], maxDepth: -1 }, 400],
    ] as const) {
      const { status, json } = await call(method, path, body);
      assert.deepEqual([status, json.success, json.responseDetail.status], [wanted, false, wanted], path);
    }
  });

  test("subscriptions belong to their client: without its id 400, with another one's 404", async () => {
    const subscriptionId = await subscribed([TEMP]);
    assert.equal((await post("/subscriptions", { displayName: "whose?" })).status, 400);
    assert.equal((await post("/subscriptions/sync", { subscriptionId })).status, 400);
    const other = { clientId: "client-other", subscriptionId };
    assert.equal((await post("/subscriptions/sync", other)).status, 404);
    assert.equal((await post("/subscriptions/stream", other)).status, 404);
    assert.equal((await post("/subscriptions/register", { ...other, elementIds: [TEMP] })).status, 404);
    const listed = await post("/subscriptions/list", {
      clientId: "client-other",
      subscriptionIds: [subscriptionId],
    });
    assert.equal(listed.json.results[0].responseDetail.status, 404);
    const own = await post("/subscriptions/list", { clientId: CLIENT, subscriptionIds: [subscriptionId] });
    assert.deepEqual(own.json.results[0].result, {
      subscriptionId,
      displayName: "test",
      monitoredObjects: [{ elementId: TEMP, maxDepth: 1 }],
    });
  });

  test("registering twice is fine, and an unknown element fails alone; so does unregistering", async () => {
    const subscriptionId = await subscribed([TEMP]);
    const both = { clientId: CLIENT, subscriptionId, elementIds: [TEMP, NONE] };
    for (const path of ["/subscriptions/register", "/subscriptions/unregister"]) {
      const { status, json } = await post(path, both);
      assert.equal(status, 200);
      assert.deepEqual(
        json.results.map(({ success }) => success),
        [true, false],
        path,
      );
    }
  });

  test("sync gives what changed under growing numbers, again until it is acknowledged", async () => {
    const subscriptionId = await subscribed([TEMP]);
    const first = await untilSynced(subscriptionId, (await lastValue(TEMP)).value);
    const last = first.at(-1)?.sequenceNumber ?? 0;
    assert.equal(first[0]?.sequenceNumber, 1);
    assert.deepEqual(await sync(subscriptionId), first);
    await publish(32.5);
    const second = await untilSynced(subscriptionId, 32.5, last);
    assert.ok(second.every(({ sequenceNumber }) => sequenceNumber > last));
    const [update] = second.flatMap(({ updates }) => updates);
    assert.deepEqual([update?.elementId, update?.quality], [TEMP, "Good"]);
    assert.deepEqual(await sync(subscriptionId, -1), []);
  });

  test("after it is deleted, a subscription isn't there", async () => {
    const subscriptionId = await subscribed([TEMP]);
    const deleted = await post("/subscriptions/delete", {
      clientId: CLIENT,
      subscriptionIds: [subscriptionId],
    });
    assert.equal(deleted.json.success, true);
    for (const path of ["/subscriptions/sync", "/subscriptions/stream"]) {
      const { status, json } = await post(path, { clientId: CLIENT, subscriptionId });
      assert.deepEqual([status, json.success, json.responseDetail.status], [404, false, 404]);
    }
  });

  test("a stream sends what waited and what changes; a second one ends it; sync is refused meanwhile", async () => {
    const subscriptionId = await subscribed([TEMP]);
    const open = () =>
      fetch(`${center.started.http}/api/i3x/v1/subscriptions/stream`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ clientId: CLIENT, subscriptionId }),
      });
    const first = await open();
    assert.match(first.headers.get("content-type") ?? "", /^text\/event-stream/);
    const reader = (first.body as ReadableStream<Uint8Array>).getReader();
    const untilSaid = async (wanted: number) => {
      const decoder = new TextDecoder();
      for (let text = ""; ; ) {
        const { done, value } = await reader.read();
        assert.equal(done, false);
        text += decoder.decode(value, { stream: true });
        for (const line of text.split("\n")) {
          if (!line.startsWith("data: ") || !line.endsWith("]")) continue;
          const updates: (Vqt & { elementId: string })[] = JSON.parse(line.slice(6));
          if (updates.some(({ elementId, value }) => elementId === TEMP && value === wanted)) return;
        }
      }
    };
    await untilSaid((await lastValue(TEMP)).value);
    await publish(33.25);
    await untilSaid(33.25);
    const refused = await post("/subscriptions/sync", { clientId: CLIENT, subscriptionId });
    assert.deepEqual([refused.status, refused.json.success], [409, false]);
    const second = await open();
    assert.equal(second.status, 200);
    while (!(await reader.read()).done);
    await second.body?.cancel();
  });
});
