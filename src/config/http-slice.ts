import { Type } from "typebox";
import { choice, integer, list, optionalPath, optionalText, text } from "./setting.ts";

const PORT_MAX = 65_535;
/** No login of a dashboard lasts longer, whatever is set. */
export const LONGEST_SESSION = { idleMinutes: 43_200, hours: 8_760 } as const;

/** Health, readiness, metrics, API, dashboard. */
export const http = Type.Object(
  {
    host: text(
      {
        name: "http-host",
        argument: "ADDRESS",
        help: "address the HTTP server listens on; beyond loopback a token is needed (`conche token create`), or --http-cert",
      },
      "127.0.0.1",
    ),
    port: integer(
      {
        name: "http-port",
        argument: "PORT",
        help: "port of dashboard, API, /healthz, /readyz and /metrics; 0 picks a free one",
        defaultText: "8080; 8081 with `edge`, 8082 with `bridge`",
      },
      0,
      PORT_MAX,
      8080,
    ),
    cert: optionalPath({
      name: "http-cert",
      argument: "FILE",
      help: "the HTTP server's certificate with its chain (PEM or DER): it then speaks HTTPS, and nothing else",
    }),
    key: optionalPath({
      name: "http-key",
      argument: "FILE",
      help: "private key (PEM or DER) of --http-cert",
    }),
    keyPassphrase: optionalText({
      name: "http-key-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of --http-key, where it is encrypted; environment or file only",
      secret: true,
    }),
    clientCa: optionalPath({
      name: "http-client-ca",
      argument: "FILE",
      help: "authorities of desks' certificates: who shows one of desk/NAME is logged in with its role (docs/access.md)",
    }),
    crl: optionalPath({
      name: "http-crl",
      argument: "FILE",
      help: "revocation lists of those authorities: whoever is on one is logged in no longer",
    }),
    tlsVersion: choice(
      { name: "http-tls", argument: "1.3|1.2", help: "oldest TLS version that the HTTP server speaks" },
      ["1.3", "1.2"],
      "1.3",
    ),
    trustedHosts: list({
      name: "http-trusted-hosts",
      argument: "HOST,…",
      help: "host names that requests may carry beside this machine's own: that of a reverse proxy",
      pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
      expected: "host names in lower case, as conche.plant.example, separated by commas",
    }),
    sessionIdleMinutes: integer(
      {
        name: "http-session-idle",
        argument: "MINUTES",
        help: "a dashboard's login ends when it has asked nothing for so long, in minutes; an open page asks all the time",
      },
      1,
      LONGEST_SESSION.idleMinutes,
      30,
    ),
    sessionHours: integer(
      {
        name: "http-session-hours",
        argument: "HOURS",
        help: "a dashboard's login ends after so long whatever happens, in hours",
      },
      1,
      LONGEST_SESSION.hours,
      12,
    ),
  },
  { title: "HTTP server" },
);
