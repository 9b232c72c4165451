import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { Environment } from "../../src/config/environment.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { PACKAGE_ROOT } from "../../src/config/package-root.ts";
import { environmentTwin, SETTINGS } from "../../src/config/setting-list.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "conche-config-"));
});
after(() => rm(folder, { recursive: true }));

interface Given {
  readonly flags?: Record<string, string | boolean>;
  readonly environment?: Environment;
  /** The text of a configuration file that is named by a flag. */
  readonly file?: string;
}

let files = 0;

async function load({ flags = {}, environment = {}, file }: Given) {
  const all = new Map(Object.entries(flags));
  if (file !== undefined) {
    const path = join(folder, `config-${++files}.yaml`);
    await writeFile(path, file);
    all.set("config", path);
  }
  return loadConfig({ flags: all, environment, workingFolder: folder, withFile: true });
}

/** The message of the refusal, without the temporary folder. */
async function refusal(given: Given): Promise<string> {
  try {
    await load(given);
  } catch (error) {
    assert.ok(error instanceof ConcheError);
    assert.equal(error.code, "CONCHE_CONFIG_INVALID");
    return error.message.replaceAll(/[^\s(]*config-\d+\.yaml/g, "FILE").replaceAll(folder, "FOLDER");
  }
  assert.fail("the configuration was accepted");
}

test("without anything, the defaults hold; paths are absolute and the plant is the packaged one", async () => {
  const config = await load({});
  assert.equal(config.data, join(folder, "data"));
  assert.equal(config.plant, join(PACKAGE_ROOT, "plants", "chocolate.yaml"));
  assert.deepEqual(config.http, {
    host: "127.0.0.1",
    port: 8080,
    cert: null,
    key: null,
    keyPassphrase: null,
    clientCa: null,
    crl: null,
    tlsVersion: "1.3",
    trustedHosts: [],
    sessionIdleMinutes: 30,
    sessionHours: 12,
  });
  assert.equal(config.mqtt.port, 1883);
  assert.equal(config.mqtt.wsPort, null);
  assert.equal(config.broker.url, null);
  assert.equal(config.forSeconds, null);
  assert.equal(config.simulation.payloadVersion, 2);
});

test("file, environment and flags win in that order", async () => {
  const file = "mqtt-port: 1\nhttp-port: 2\nlines: 3\n";
  const config = await load({
    file,
    environment: { CONCHE_HTTP_PORT: "20", CONCHE_LINES: "30" },
    flags: { lines: "300" },
  });
  assert.equal(config.mqtt.port, 1);
  assert.equal(config.http.port, 20);
  assert.equal(config.simulation.lines, 300);
});

test("a command's own defaults go before everybody's, and behind what is said", async () => {
  const sources = { flags: new Map(), workingFolder: tmpdir(), withFile: false };
  const defaults = { "http-port": 8081 };
  assert.equal((await loadConfig({ ...sources, defaults, environment: {} })).http.port, 8081);
  const environment = { CONCHE_HTTP_PORT: "7" };
  assert.equal((await loadConfig({ ...sources, defaults, environment })).http.port, 7);
});

test("conche.yaml of the working folder is read without being named", async () => {
  const own = await mkdtemp(join(tmpdir(), "conche-config-"));
  try {
    await writeFile(join(own, "conche.yaml"), "data: store\n");
    const sources = { flags: new Map(), environment: {}, workingFolder: own };
    assert.equal((await loadConfig({ ...sources, withFile: true })).data, join(own, "store"));
    assert.equal((await loadConfig({ ...sources, withFile: false })).data, join(own, "data"));
  } finally {
    await rm(own, { recursive: true });
  }
});

test("every kind of value is read from text and from YAML", async () => {
  const flags = {
    "mqtt-ws-port": "off",
    speed: "2.5",
    for: "20",
    start: "2026-01-11T08:00:00+01:00",
    "mqtt-allowed-origins": "http://a:1, https://b",
    json: true,
  };
  const fromText = await load({ flags, environment: { CONCHE_QUIET: "yes", CONCHE_PAYLOAD_VERSION: "1" } });
  const file = `
mqtt-ws-port: off
speed: 2.5
for: 20
start: 2026-01-11T08:00:00+01:00
mqtt-allowed-origins: [http://a:1, https://b]
json: true
quiet: true
payload-version: 1
protocol: 5
`;
  const fromFile = await load({ file });
  assert.deepEqual({ ...fromFile, configFile: null }, fromText);
  assert.equal(fromText.simulation.startMs, Date.UTC(2026, 0, 11, 7));
  assert.deepEqual(fromText.mqtt.allowedOrigins, ["http://a:1", "https://b"]);
});

test("every bad value is reported at once, with its place", async () => {
  const message = await refusal({
    file: "mqtt-port: 70000\nplant: [12]\nstart: 5\n",
    environment: { CONCHE_SPEED: "0", CONCHE_PROTOCOL: "4" },
    flags: {
      lines: "two",
      for: "-1",
      start: "2026-13-01T00:00:00Z",
      broker: "http://b",
      "mqtt-allowed-origins": "*",
    },
  });
  assert.deepEqual(message.split("\n"), [
    "10 values can't be used:",
    "  - mqtt-port (FILE:1) = 70000: must be a whole number from 0 to 65535",
    "  - plant (FILE:2) = [12]: must be a path",
    "  - start (FILE:3) = 5: must be a time such as 2026-01-11T08:00:00Z",
    '  - CONCHE_SPEED = "0": must be a number above 0, at most 100000',
    '  - CONCHE_PROTOCOL = "4": must be 5 or 3.1.1',
    '  - --lines = "two": must be a whole number from 1 to 1000',
    '  - --for = "-1": must be a number above 0, at most 31536000',
    '  - --start = "2026-13-01T00:00:00Z": must be a time such as 2026-01-11T08:00:00Z',
    '  - --broker = "http://b": must be an address such as mqtt://host:1883 or mqtts://host:8883',
    '  - --mqtt-allowed-origins = "*": must be origins such as http://localhost:8080, separated by commas',
  ]);
});

test("a name that doesn't exist is reported with the nearest that does", async () => {
  assert.equal(
    await refusal({ file: "mqtt-prot: 1883\nxyzzy: 1\n", environment: { CONCHE_MQTTPORT: "1883" } }),
    "3 values can't be used:\n" +
      "  - mqtt-prot (FILE:1): unknown setting, did you mean mqtt-port?\n" +
      "  - xyzzy (FILE:2): unknown setting\n" +
      "  - CONCHE_MQTTPORT: unknown environment variable, did you mean CONCHE_MQTT_PORT?",
  );
  assert.equal(
    await refusal({ file: "config: other.yaml\n" }),
    "config (FILE:1): can't be set in the file itself",
  );
});

test("variables that Kubernetes sets for a service called conche are no typing errors", async () => {
  const environment = {
    CONCHE_SERVICE_HOST: "10.0.0.1",
    CONCHE_SERVICE_PORT_MQTT: "1883",
    CONCHE_PORT: "tcp://10.0.0.1:1883",
    CONCHE_PORT_1883_TCP_ADDR: "10.0.0.1",
  };
  await load({ environment });
  const message = await refusal({ environment: { ...environment, CONCHE_MQTT_PORT: "tcp://10.0.0.1:1883" } });
  assert.match(message, /^CONCHE_MQTT_PORT = "tcp:\/\/10\.0\.0\.1:1883": .*enableServiceLinks: false/);
});

test("an empty variable and a key without a value count as not set", async () => {
  const config = await load({ file: "http-port:\n", environment: { CONCHE_MQTT_PORT: "" } });
  assert.equal(config.mqtt.port, 1883);
  assert.equal(config.http.port, 8080);
});

test("secrets are never shown", async () => {
  const file = "password: [geheim]\nbroker: mqtt://user:geheim@host:1883/?x y\n";
  const message = await refusal({ file, environment: { CONCHE_BROKER: "amqp://user:geheim@host" } });
  assert.doesNotMatch(message, /geheim/);
  assert.match(message, /password \(FILE:1\) = \(secret\): must be at least one character/);
  assert.match(message, /CONCHE_BROKER = "amqp:\/\/host"/);
});

test("the password comes from the first line of its file", async () => {
  const path = join(folder, "password");
  await writeFile(path, "geheim\nsecond\n");
  const config = await load({ flags: { username: "u", "password-file": path } });
  assert.equal(config.broker.password, "geheim");
  const missing = await refusal({ flags: { username: "u", "password-file": join(folder, "none") } });
  assert.match(missing, /^FOLDER\/none: the password file can't be read: ENOENT/);
});

test("settings that contradict one another are refused", async () => {
  assert.equal(
    await refusal({ flags: { cert: "c.pem", "mqtt-port": "8080" }, environment: { CONCHE_PASSWORD: "p" } }),
    "3 values can't be used:\n" +
      "  - cert: needs key too: a client certificate is of no use without its private key\n" +
      "  - password: needs username too: MQTT 3.1.1 has no password without a user name\n" +
      "  - http-port = 8080: must differ from mqtt-port",
  );
  await load({ flags: { "mqtt-port": "0", "http-port": "0", "mqtt-ws-port": "0" } });
});

test("a file that is broken, of another shape or missing is refused with its place", async () => {
  assert.match(await refusal({ file: "mqtt-port: 1\nmqtt-port: 2\n" }), /^FILE:2:1: Map keys must be unique/);
  assert.match(await refusal({ file: "a: [1\n" }), /^FILE:\d+:\d+: /);
  assert.match(await refusal({ file: "- mqtt-port\n" }), /^FILE: must be a mapping of settings/);
  assert.match(
    await refusal({ flags: { config: "none.yaml" } }),
    /^FOLDER\/none\.yaml: .*can't be read: ENOENT/,
  );
  assert.match(
    await refusal({ file: "__proto__: {}\nconstructor: 1\n" }),
    /constructor \(FILE:2\): unknown setting/,
  );
});

test("an empty file is a file without settings", async () => {
  assert.equal((await load({ file: "# nothing\n" })).mqtt.port, 1883);
});

test("nobody can change the configuration afterwards", async () => {
  const config = await load({ flags: { "mqtt-allowed-origins": "http://a" } });
  assert.ok([config, config.mqtt, config.mqtt.allowedOrigins, config.broker].every(Object.isFrozen));
});

test("whatever is given, it is a configuration or refused with what is wrong", async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.constantFrom("off", "true", "", "1e9", "2026-01-11"),
  );
  const names = fc.constantFrom(
    ...SETTINGS.map((setting) => setting.name).filter((name) => name !== "config"),
  );
  const given = fc.record({
    flags: fc.dictionary(names, anything),
    environment: fc.dictionary(names.map(environmentTwin), anything),
    file: fc.oneof(
      fc.string(),
      fc.dictionary(names, fc.jsonValue()).map((document) => JSON.stringify(document)),
    ),
  });
  await fc.assert(
    fc.asyncProperty(given, async (sources) => {
      try {
        const config = await load(sources);
        assert.ok(config.mqtt.port >= 0 && config.mqtt.port <= 65_535 && config.simulation.speed > 0);
      } catch (error) {
        assert.ok(error instanceof ConcheError && error.code === "CONCHE_CONFIG_INVALID", String(error));
      }
    }),
  );
});

test("text settings stay text, whatever YAML takes them for; ~ is the home folder; a byte order mark is nothing", async () => {
  const config = await load({
    file: "\ufeffusername: 0815\r\npassword: 0815\r\nclient-id: true\r\nscenario: 1e3\r\ndata: ~/log\r\n",
  });
  assert.deepEqual(
    [config.broker.username, config.broker.password, config.broker.clientId, config.simulation.scenario],
    ["0815", "0815", "true", "1e3"],
  );
  assert.equal(config.data, join(homedir(), "log"));
  assert.equal((await load({ flags: { data: "~" } })).data, homedir());
  assert.equal(
    (await load({ environment: { CONCHE_DATA: "~x" } })).data,
    join(folder, "~x"),
    "no home of ours",
  );
});

test("a password file may have a byte order mark, a line end of any kind, and be UTF-16", async () => {
  for (const bytes of [
    "S\u00e9sam",
    "\ufeffS\u00e9sam\r\n",
    "S\u00e9sam\n",
    Buffer.from("\ufeffS\u00e9sam\r\n", "utf16le"),
  ]) {
    await writeFile(join(folder, "secret.txt"), bytes);
    const { broker } = await load({ flags: { username: "plant", "password-file": "secret.txt" } });
    assert.equal(broker.password, "S\u00e9sam");
  }
});

test("an address that can't be read is shown no further than scheme and host", async () => {
  const said = (text: string) => refusal({ flags: { broker: text } });
  assert.match(
    await said("mqtt://plant:k#9/Sesam@host"),
    /^--broker = "mqtt:\/\/host": must be an address .*%23/,
  );
  assert.match(await said("plant:Sesam@host:1883"), /"\(an address without a scheme\)"/);
  assert.match(await said("mqtt://plant:Sesam@host:99999"), /"mqtt:\/\/host:99999"/);
  assert.match(await said("mqtt://plant:%zz@host"), /broken % escape/);
  assert.match(
    await refusal({ flags: { data: "mqtt://plant:Sesam@host" } }),
    /"mqtt:\/\/\(secret\)@host": must be a path/,
  );
});

test("times are read by the contract's reader", async () => {
  assert.equal(
    (await load({ flags: { start: "2026-01-11T08:00:00.123456Z" } })).simulation.startMs,
    1768118400123,
  );
  assert.match(await refusal({ flags: { start: "2026-02-30T08:00:00Z" } }), /--start/);
});

test("an identity provider needs what it is known by, roles that are named, and HTTPS beyond this machine", async () => {
  const issuer = "https://login.plant.example/realms/plant";
  const whole = {
    ...{
      "oidc-issuer": issuer,
      "oidc-client-id": "conche",
      "oidc-public-url": "https://conche.plant.example",
    },
    "oidc-roles": "cn=admins,operators=operator",
  };
  const alone = await refusal({ flags: { "oidc-issuer": issuer } });
  for (const needed of ["oidc-client-id", "oidc-public-url", "oidc-roles"]) {
    assert.match(alone, new RegExp(`oidc-issuer: needs ${needed} too`));
  }
  assert.match(await refusal({ flags: whole }), /oidc-roles/, "cn=admins gives no role");
  for (const [name, value] of [
    ["oidc-issuer", "http://login.plant.example"],
    ["oidc-issuer", "http://localhost.evil.example"],
    ["oidc-issuer", "https://login.plant.example/?a=b"],
    ["oidc-public-url", "https://conche.plant.example/dashboard"],
    ["oidc-scopes", "profile"],
  ] as const) {
    assert.match(await refusal({ flags: { [name]: value } }), new RegExp(name), value);
  }
  const file = `oidc-roles: ["cn=admins,dc=plant=admin", operators=operator]`;
  const { oidc } = await load({ flags: { ...whole, "oidc-roles": "a=viewer" }, file });
  assert.deepEqual(oidc.roles, ["a=viewer"]);
  const { oidc: filed } = await load({
    file: `${file}\noidc-issuer: http://localhost:8081/realms/x\noidc-client-id: c\noidc-public-url: http://localhost:8080`,
  });
  assert.deepEqual(filed.roles, ["cn=admins,dc=plant=admin", "operators=operator"]);
  assert.equal(filed.scopes, "openid profile");
});
