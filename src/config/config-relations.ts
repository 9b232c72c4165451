import type { ConfigProblem } from "./config-problem.ts";

/** The setting of each broker's address, and what the names of its other settings begin with. */
export const BROKERS = [
  ["broker", ""],
  ["local", "local-"],
  ["cloud", "cloud-"],
] as const;

/** What is wrong between settings that are each fine. Both names stand in `where`, as the file would call them. */
export function relationProblems(values: ReadonlyMap<string, unknown>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const given = (name: string) => values.get(name) !== null && values.get(name) !== undefined;
  const needs = (name: string, other: string, why: string) => {
    if (given(name) && !given(other))
      problems.push({ where: name, value: null, what: `needs ${other} too: ${why}` });
  };
  for (const [url, prefix] of BROKERS) {
    const certificate = "a client certificate is of no use without its private key";
    needs(`${prefix}cert`, `${prefix}key`, certificate);
    needs(`${prefix}key`, `${prefix}cert`, "a private key is of no use without its certificate");
    // The address may name the user too.
    if (!/:\/\/[^/]+@/.test(String(values.get(url)))) {
      const password = "MQTT 3.1.1 has no password without a user name";
      needs(`${prefix}password`, `${prefix}username`, password);
    }
  }

  // Over HTTP the file says what a desk's certificate may, whatever the rules of a broker are.
  if (given("access-file") && values.get("access") === "open" && !given("http-client-ca")) {
    const what =
      "needs access: policy, or http-client-ca: the file is of no use while everybody may do everything and nobody shows a certificate";
    problems.push({ where: "access-file", value: null, what });
  }
  needs("mqtt-cert", "mqtt-key", "a certificate is of no use without its private key");
  needs("mqtt-key", "mqtt-cert", "a private key is of no use without its certificate");
  needs("http-cert", "http-key", "a certificate is of no use without its private key");
  needs("http-key", "http-cert", "a private key is of no use without its certificate");
  needs("http-client-ca", "http-cert", "clients show certificates to a server that shows one");
  needs("http-crl", "http-client-ca", "a revocation list is about the certificates of clients");
  needs("mqtt-client-ca", "mqtt-cert", "clients show certificates to a broker that shows one");
  needs("mqtt-crl", "mqtt-client-ca", "a revocation list is about the certificates of clients");
  needs("oidc-issuer", "oidc-client-id", "the identity provider knows the dashboard by it");
  needs("oidc-issuer", "oidc-public-url", "the identity provider sends people back there");
  if (
    given("oidc-issuer") &&
    given("oidc-roles") &&
    (values.get("oidc-roles") as readonly string[]).length === 0
  ) {
    const what = "needs oidc-roles too: nobody has a role that isn't named";
    problems.push({ where: "oidc-issuer", value: null, what });
  }
  const clash = (name: string, other: string, why: string) => {
    if (given(name) && given(other))
      problems.push({ where: name, value: null, what: `does not go with ${other}: ${why}` });
  };
  clash("mqtt-client-ca", "mqtt-passwords", "users are known by certificates, or by passwords");
  if (values.get("secure") === true)
    for (const name of ["broker", "mqtt-cert", "mqtt-passwords", "machine-certificates", "http-cert"])
      clash("secure", name, "it sees to certificates and users itself");
  needs("authority-cert", "authority-key", "an authority signs with its key");

  const ports = ["mqtt-port", "mqtt-ws-port", "http-port"];
  ports.forEach((name, index) => {
    const port = values.get(name);
    const twin = ports.slice(0, index).find((other) => values.get(other) === port);
    if (typeof port === "number" && port !== 0 && twin !== undefined) {
      problems.push({ where: name, value: String(port), what: `must differ from ${twin}` });
    }
  });
  return problems;
}
