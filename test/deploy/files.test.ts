import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { suite, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { ROOT } from "../../scripts/tool.ts";
import { SETTINGS } from "../../src/config/setting-list.ts";

const DEPLOY = join(ROOT, "deploy");
const read = (path: string) => readFileSync(join(DEPLOY, path), "utf8");
const FLAGS = new Set(SETTINGS.map(({ flag }) => flag));
const VARIABLES = new Set(SETTINGS.map(({ env }) => env));

interface Service {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, object>>;
  readonly cap_drop?: readonly string[];
  readonly read_only?: boolean;
}

suite("deploy/compose.yaml, as far as it can be told without Docker", () => {
  const compose: {
    readonly services: Readonly<Record<string, Service>>;
    readonly volumes: object;
    readonly networks: object;
  } = parse(read("compose.yaml"), { merge: true });
  const services = Object.entries(compose.services);

  test("has its profiles, and each service drops what it can", () => {
    const profiles = new Set(services.flatMap(([, { profiles = [] }]) => profiles));
    assert.deepEqual([...profiles].sort(), ["bridge", "emqx", "mosquitto", "watch"]);
    for (const [name, service] of services) {
      assert.deepEqual(service.cap_drop, ["ALL"], name);
      assert.match(service.image ?? "", /^[^:]+:[^:]+$/, `${name} has a version`);
      if (name !== "emqx") assert.equal(service.read_only, true, name);
    }
  });

  test("mounts files that are here or that its README asks for, and volumes and networks that it names", () => {
    for (const [name, { volumes = [], networks = [], depends_on = [] }] of services) {
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        if (source.startsWith("./secrets/"))
          assert.ok(read("README.md").includes(`deploy/secrets/${source.slice(10)}`), `${name} ${source}`);
        else if (source.startsWith("./")) assert.ok(existsSync(resolve(DEPLOY, source)), `${name} ${source}`);
        else assert.ok(source in compose.volumes, `${name} ${source}`);
      }
      for (const network of Array.isArray(networks) ? networks : Object.keys(networks))
        assert.ok(String(network) in compose.networks, `${name} ${network}`);
      for (const other of depends_on) assert.ok(other in compose.services, `${name} ${other}`);
    }
  });

  test("publishes nothing but the broker's TLS port beyond this machine", () => {
    const open = services.flatMap(([, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith("127.0.0.1:")),
    );
    assert.deepEqual([...new Set(open)], ["8883:8883"]);
  });

  test("calls conche with options and variables that there are", () => {
    for (const [name, { command = [], environment = {}, image }] of services) {
      if (!image?.startsWith("conche:")) continue;
      for (const word of command.filter((each) => each.startsWith("--")))
        assert.ok(FLAGS.has(word), `${name} ${word}`);
      for (const variable of Object.keys(environment))
        assert.ok(VARIABLES.has(variable), `${name} ${variable}`);
    }
  });

  test("its Prometheus reads the rules that are beside it", () => {
    const config = parse(read("compose/prometheus.yml"));
    assert.deepEqual(config.rule_files, ["conche.rules.yml"]);
    assert.deepEqual(config.scrape_configs[0].static_configs[0].targets, ["datacenter:8080"]);
  });
});

suite("deploy/docker/Dockerfile, as far as it can be told without Docker", () => {
  const text = read("docker/Dockerfile");

  test("runs as a number that isn't root, asks for its health, and sets variables that there are", () => {
    assert.match(text, /^USER 10001:10001$/m);
    assert.match(text, /^HEALTHCHECK /m);
    const variables = Array.from(text.matchAll(/(CONCHE_[A-Z_]+)=/g), ([, name = ""]) => name);
    assert.ok(variables.length > 0 && variables.every((name) => VARIABLES.has(name)), variables.join());
    const user = text.indexOf("\nUSER ");
    assert.ok(!text.slice(user).includes("\nRUN "), "nothing is done as root after it");
  });
});

suite("deploy/kubernetes/conche.yaml, as far as it can be told without a cluster", () => {
  const documents = parseAllDocuments(read("kubernetes/conche.yaml")).map((document) => document.toJS());
  const set = documents.find(({ kind }) => kind === "StatefulSet");

  test("is one writer with a root that is read only, without rights and without a service account's token", () => {
    assert.deepEqual(
      documents.map(({ kind }) => kind),
      ["Namespace", "ServiceAccount", "StatefulSet", "Service", "NetworkPolicy"],
    );
    assert.equal(set.spec.replicas, 1);
    const pod = set.spec.template.spec;
    assert.ok(pod.securityContext.runAsNonRoot && pod.automountServiceAccountToken === false);
    const [container] = pod.containers;
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.ok(container.livenessProbe && container.readinessProbe);
    for (const { name } of container.env) assert.ok(VARIABLES.has(name), name);
    for (const word of container.args.filter((each: string) => each.startsWith("--")))
      assert.ok(FLAGS.has(word), word);
  });

  test("mounts what it declares, and selects what it labels", () => {
    const pod = set.spec.template.spec;
    const declared = [
      ...pod.volumes,
      ...set.spec.volumeClaimTemplates.map(({ metadata }: { metadata: object }) => metadata),
    ];
    assert.deepEqual(
      pod.containers[0].volumeMounts.map(({ name }: { name: string }) => name).sort(),
      declared.map(({ name }) => name).sort(),
    );
    for (const { kind, spec } of documents.filter(({ kind }) => kind === "Service"))
      assert.deepEqual(spec.selector, set.spec.template.metadata.labels, kind);
  });
});

const NO_SYSTEMD: string | false =
  spawnSync("systemd-analyze", ["--version"]).error !== undefined && "needs systemd-analyze";

suite("deploy/systemd", () => {
  for (const unit of readdirSync(join(DEPLOY, "systemd"))) {
    test(`${unit} is a unit that systemd knows, and exposes little`, { skip: NO_SYSTEMD }, () => {
      const folder = mkdtempSync(join(tmpdir(), "conche-units-"));
      try {
        const path = join(folder, unit);
        // The program isn't installed here; everything else is as it is deployed.
        writeFileSync(path, read(`systemd/${unit}`).replace("/usr/local/bin/conche ", "/bin/true "));
        const verified = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
        const own = verified.stderr.split("\n").filter((line) => line.includes(unit));
        assert.deepEqual(own, []);
        const rated = spawnSync("systemd-analyze", ["security", "--offline=true", path], {
          encoding: "utf8",
        });
        const [, exposure = "10"] = /Overall exposure level for .*: ([0-9.]+)/.exec(rated.stdout) ?? [];
        assert.ok(Number(exposure) <= 2, `exposure ${exposure}\n${rated.stdout}${rated.stderr}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test(`${unit} calls conche with options that there are`, () => {
      const [, line = ""] = /^ExecStart=(.*)$/m.exec(read(`systemd/${unit}`)) ?? [];
      for (const word of line.split(" ").filter((each) => each.startsWith("--")))
        assert.ok(FLAGS.has(word), word);
    });
  }
});

test("emqx.conf closes its listeners without TLS, asks for certificates, and denies what no rule allows", () => {
  const text = read("emqx/emqx.conf");
  for (const listener of ["tcp", "ws", "wss"])
    assert.ok(text.includes(`listeners.${listener}.default.enable = false`));
  const listeners = text.match(/^listeners\.ssl\.\w+ \{[\s\S]*?^\}/gm) ?? [];
  assert.equal(listeners.length, 2);
  for (const listener of listeners)
    assert.match(listener, /verify = verify_peer\n\s+fail_if_no_peer_cert = true/);
  assert.match(text, /^ {2}shared_subscription = false$/m);
  assert.match(text, /no_match = deny/);
  assert.equal((text.match(/\{/g) ?? []).length, (text.match(/\}/g) ?? []).length);
});
