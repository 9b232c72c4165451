import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { connectAsync } from "mqtt";
import { signature } from "../../src/adapters/webhook/webhook-sender.ts";
import { type Edge, openEdge } from "../../src/index.ts";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";
import { type Posted, startHook, startMailServer } from "../servers/receivers.ts";

const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";
const SECRET = "a secret that nothing may print";

interface Body {
  readonly id: string;
  readonly subject: string;
  readonly news: readonly {
    readonly event: string;
    readonly kind: string;
    readonly sentence: string;
    readonly place: string;
    readonly link?: string;
  }[];
}

interface NotificationsAnswer {
  readonly configured: boolean;
  readonly channels: readonly {
    readonly channel: string;
    readonly sent: number;
    readonly failed: number;
    readonly waiting: number;
  }[];
  readonly deliveries: readonly {
    readonly channel: string;
    readonly state: string;
    readonly attempts: number;
    readonly error: string | null;
  }[];
}

function bodyOf({ body }: Posted): Body {
  return JSON.parse(body) as Body;
}

function tellsOf(word: string) {
  return (posted: Posted) => bodyOf(posted).news.some(({ sentence }) => sentence.includes(word));
}

suite("people are told, by real ways", { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "conche-notify-"));
  const file = join(folder, "notify.yaml");
  let hook: Awaited<ReturnType<typeof startHook>>;
  let boss: Awaited<ReturnType<typeof startHook>>;
  let mail: Awaited<ReturnType<typeof startMailServer>>;
  let center: RunningConche;
  let edge: Edge;

  before(async () => {
    [hook, boss, mail] = await Promise.all([startHook(), startHook(), startMailServer()]);
    writeFileSync(join(folder, "secret"), `${SECRET}\n`);
    writeFileSync(
      file,
      `version: 1
dashboard: http://plant.example:8080/
smtp: { server: "${mail.url}", from: "Conche <conche@plant.example>" }
channels:
  shift: { webhook: { url: "${hook.url}", secret_file: secret, limit: { messages: 1000, in: 1h } } }
  boss: { webhook: { url: "${boss.url}", limit: { messages: 1000, in: 1h } } }
  crew: { email: { to: [crew@plant.example] } }
  nobody: { email: { to: [nobody@plant.example] } }
rules:
  - { name: urgent alarms, about: [alarm], for: 0s, to: [shift, crew], escalate: { after: 2s, to: [boss] } }
  - { name: the record, about: [missing, quarantine, not_ready], for: 0s, to: [shift] }
`,
    );
    center = await start();
    edge = await openEdge({ url: String(center.started.mqtt), outbox: join(folder, "machine") });
  });

  after(async () => {
    await edge?.close();
    await center?.stop("SIGTERM");
    for (const each of [hook, boss, mail]) each?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (mqttPort = "0") =>
    startConche([
      "datacenter",
      "--data",
      join(folder, "data"),
      "--mqtt-port",
      mqttPort,
      "--http-port",
      "0",
      "--notify",
      file,
    ]);
  const raise = async (id: string, message: string) => {
    const machine = await edge.machine(TEMPERER);
    await machine.publish("alarm", {
      ts: new Date().toISOString(),
      ...{ event: "raised", alarm_id: id, code: "TEMP_HIGH", message, priority: "critical" },
      ...{ tag: "temp_c", value: 34.2, limit: 33, limit_kind: "high", unit: "°C" },
    });
  };
  const notifications = async (
    until: (answer: NotificationsAnswer) => boolean,
  ): Promise<NotificationsAnswer> => {
    for (;;) {
      const answer = (await (
        await fetch(`${center.started.http}/api/notifications`)
      ).json()) as NotificationsAnswer;
      if (until(answer)) return answer;
    }
  };

  test("an alarm reaches a signed webhook and a mailbox, and somebody else when nobody acknowledges", async () => {
    await raise("temp_c.high", "Outlet too warm\r\nBcc: everybody@example");
    const posted = await hook.received.first(tellsOf("Outlet too warm"));
    const { news, subject } = bodyOf(posted);
    assert.deepEqual(
      news.map(({ place }) => place),
      [TEMPERER],
      posted.body,
    );
    assert.match(String(news[0]?.sentence), /34\.2 °C, limit 33 °C$/);
    assert.equal(news[0]?.link, `http://plant.example:8080/machine/${TEMPERER}`);
    assert.match(subject, /^Conche: critical: temper-01: Outlet too warm Bcc/);
    const [, seconds, signed] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(posted.headers["conche-signature"])) ?? [];
    assert.equal(signed, signature(SECRET, Number(seconds), posted.body));

    const letter = await mail.received.first(() => true);
    assert.deepEqual([letter.from, letter.to], ["conche@plant.example", ["crew@plant.example"]]);
    assert.match(letter.text, /^Subject: =\?UTF-8\?Q\?Conche=3A_critical/m);
    assert.match(letter.text, /^critical: temper-01: Outlet too warm Bcc: everybody@example/m);
    assert.doesNotMatch(letter.text, /^Bcc:/m);

    const escalated = bodyOf(await boss.received.first(tellsOf("Outlet too warm")));
    assert.equal(escalated.news[0]?.event, "escalated");
  });

  test("what is put aside is told, and the metrics count who was told of what", async () => {
    const client = await connectAsync(String(center.started.mqtt));
    await client.publishAsync(`factory/${TEMPERER}/telemetry`, "this is no JSON", { qos: 1 });
    await client.endAsync();
    const posted = await hook.received.first(tellsOf("in quarantine (json)"));
    assert.equal(bodyOf(posted).news[0]?.kind, "quarantine");
    const metrics = (await center.page("/metrics")).text;
    assert.match(metrics, /conche_notifications\{channel="shift",outcome="sent"\} [1-9]/);
    assert.match(metrics, /conche_notify_conditions\{kind="alarm"\} 1/);
    assert.match(metrics, /conche_notify_conditions\{kind="quarantine"\} 1/);
  });

  test("a receiver that is away hears of it when it is back, in one message, and a restart says nothing twice", async () => {
    const { port } = hook;
    hook.close();
    await raise("cooler.off", "The cooler is off");
    await notifications(({ deliveries }) =>
      deliveries.some(
        ({ channel, state, attempts }) => channel === "shift" && state === "waiting" && attempts > 0,
      ),
    );
    await raise("pump.off", "The pump is off");
    const told = bodyOf(await boss.received.first(tellsOf("The pump is off")));
    assert.equal(told.news[0]?.event, "escalated");
    // Killed and started again: what was told isn't told again, what waits still does.
    const mqttPort = new URL(String(center.started.mqtt)).port;
    await center.stop("SIGKILL");
    hook = await startHook(port);
    center = await start(mqttPort);
    const posted = await hook.received.first(tellsOf("The cooler is off"));
    await hook.received.first(tellsOf("The pump is off"));
    assert.ok(Number(bodyOf(posted).id.split("-").at(-1)) > 1);
    await raise("last", "The last one");
    await hook.received.first(tellsOf("The last one"));
    const sentences = hook.received.all.flatMap((each) =>
      bodyOf(each).news.map(({ event, sentence }) => `${event} ${sentence}`),
    );
    assert.equal(sentences.filter((each) => each.includes("Outlet too warm")).length, 0);
    assert.equal(
      new Set(sentences).size,
      sentences.length,
      `something was said twice: ${sentences.join("; ")}`,
    );
  });

  test("conche notify test says what each channel answered, and prints no secret", async () => {
    const result = await runConche(["notify", "test", "--notify", file, "--json"]);
    const lines = result.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { channel: string; ok: boolean; error: string });
    assert.deepEqual(
      lines.map(({ channel, ok }) => [channel, ok]),
      [
        ["shift", true],
        ["boss", true],
        ["crew", true],
        ["nobody", false],
      ],
    );
    assert.equal(lines[3]?.error, "the mail server: it answered 550");
    assert.equal(result.code, 1);
    const one = await runConche(["notify", "test", "--notify", file, "--channel", "crew"]);
    assert.equal(one.code, 0);
    assert.match(one.out, /crew +email +taken/);
    await mail.received.first(({ text }) => /^Subject: Conche: test of crew/m.test(text));
    const said = [
      center.errors.join("\n"),
      center.events.map((event) => JSON.stringify(event)).join("\n"),
      result.out,
      result.err,
    ].join("\n");
    assert.ok(!said.includes(SECRET) && !said.includes("/hook"));
  });

  test("a file that says what can't be done is refused at the start, with line and place", async () => {
    const wrong = join(folder, "wrong.yaml");
    writeFileSync(
      wrong,
      "version: 1\nchannels:\n  shift: { webhook: { url: http://a.example } }\nrules:\n  - { name: one, to: [boss] }\n",
    );
    const result = await runConche([
      "serve",
      "--data",
      join(folder, "data"),
      "--http-port",
      "0",
      "--notify",
      wrong,
      "--for",
      "1",
    ]);
    assert.equal(result.code, 1);
    assert.match(result.err, /CONCHE_NOTIFY_INVALID/);
    assert.match(result.err, /wrong\.yaml:5 rules\[0\]\.to: names boss, which is none of shift/);
    const missing = await runConche(["notify", "test", "--notify", join(folder, "none.yaml")]);
    assert.match(missing.err, /CONCHE_NOTIFY_UNREADABLE/);
  });
});
