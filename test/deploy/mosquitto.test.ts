import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { connect } from "node:tls";
import { tablePolicy } from "../../scripts/access-table.ts";
import { ROOT } from "../../scripts/tool.ts";
import { mosquittoAclFile } from "../../src/adapters/mosquitto/acl-file.ts";
import { mosquittoDynamicSecurity } from "../../src/adapters/mosquitto/dynamic-security.ts";
import { RawClient } from "../adapters/broker/raw-client.ts";
import { type Authority, makeAuthority } from "../servers/certificates.ts";
import { freePort, NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";
import { dynamicSecurityPlugin, NO_DYNAMIC_SECURITY } from "../servers/mosquitto-access.ts";

const CONCHE = "plant-01/line-a/s4_conching/conche-01";
const TEMPER = "plant-01/line-a/s5_tempering/temper-01";

interface Deployed {
  /** Opens a session with a certificate of this name. */
  connected(commonName: string, clientId: string, authority?: Authority): Promise<RawClient>;
  readonly port: number;
}

/** The file as it is deployed; only paths, the port and the list of the revoked are the test's. */
async function deployed(context: TestContext, dynamic: boolean): Promise<Deployed> {
  const authority = makeAuthority();
  const server = authority.issue("server/broker", { hosts: ["127.0.0.1"] });
  const port = await freePort();
  const text = readFileSync(join(ROOT, "deploy/mosquitto/mosquitto.conf"), "utf8")
    .replaceAll("/mosquitto/certs/", "FOLDER/")
    .replaceAll("/mosquitto/config/", "FOLDER/")
    .replaceAll("/mosquitto/data/", "FOLDER/")
    .replace("/usr/lib/mosquitto_dynamic_security.so", dynamic ? dynamicSecurityPlugin() : "")
    .replace(/^log_dest stdout$/m, "log_dest stderr")
    .replace(/^crlfile .*$/m, "")
    .replace(/^listener 8883$/m, `listener ${port} 127.0.0.1`);
  const chosen = dynamic ? text.replace(/^acl_file .*$/m, "").replace(/^# (plugin.*)$/gm, "$1") : text;
  // The helper adds a listener of its own behind the global part: this one's lines come last.
  const [global = "", listener = ""] = chosen.split(/^(?=listener )/m);
  const broker = await startMosquitto({
    verbose: false,
    port,
    global: global.split("\n"),
    listener: listener.split("\n").slice(1),
    files: {
      "client-ca.pem": authority.cert,
      "cert.pem": server.cert,
      "key.pem": server.key,
      acl: mosquittoAclFile(tablePolicy(), { patterns: false }),
      "dynamic-security.json": mosquittoDynamicSecurity(tablePolicy()),
    },
  });
  context.after(() => broker.dispose());
  return {
    port,
    async connected(commonName, clientId, issuer = authority) {
      const socket = connect({ port, host: "127.0.0.1", ca: authority.cert, ...issuer.issue(commonName) });
      const client = new RawClient(socket, 5);
      client.connect(clientId);
      const { reasonCode } = await client.expect("connack");
      if (reasonCode !== 0) throw new Error(`refused: ${reasonCode}`);
      return client;
    },
  };
}

suite("deploy/mosquitto/mosquitto.conf, run by a real Mosquitto", () => {
  for (const dynamic of [false, true]) {
    const name = dynamic ? "with dynamic security" : "with an acl_file";
    test(`who one is comes from the certificate, ${name}`, {
      skip: dynamic ? NO_DYNAMIC_SECURITY : NO_MOSQUITTO,
    }, async (context) => {
      const { connected } = await deployed(context, dynamic);
      const center = await connected("datacenter/main", "center");
      center.subscribe(1, ["factory/#", 1]);
      assert.deepEqual((await center.expect("suback")).granted, [1]);
      const liar = await connected(CONCHE, "any name");
      liar.publish(`factory/${TEMPER}/state`, "as another", 1, 1);
      assert.equal((await liar.expect("puback")).reasonCode, 0x87);
      // Over TLS, Mosquitto 2.0.11 closes the connection behind a refusal.
      const machine = await connected(CONCHE, "any name");
      await liar.closed;
      // Another identity with the same client identifier throws nobody out.
      const other = await connected(TEMPER, "any name");
      await other.ping();
      machine.publish(`factory/${CONCHE}/state`, "as itself", 1, 2);
      assert.equal((await machine.expect("puback")).reasonCode ?? 0, 0);
      assert.equal((await center.expect("publish")).payload?.toString(), "as itself");
    });
  }

  test("without a certificate, or with one of another authority, nobody gets in", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const { connected, port } = await deployed(context, false);
    await assert.rejects(connected(CONCHE, "x", makeAuthority("Another authority")));
    const plain = RawClient.open(port, 5);
    plain.connect("x");
    await plain.closed;
    assert.deepEqual(plain.packets, []);
    const nameless = new RawClient(connect({ port, host: "127.0.0.1", rejectUnauthorized: false }), 5);
    nameless.connect("x");
    await nameless.closed;
    assert.deepEqual(nameless.packets, []);
  });
});
