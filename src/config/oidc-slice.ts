import { Type } from "typebox";
import { list, optionalPath, optionalText, text } from "./setting.ts";

/** Plain HTTP does where nothing leaves the machine. */
const LOOPBACK = "http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d+)?";

/** People log in to the dashboard with the plant's identity provider. */
export const oidc = Type.Object(
  {
    issuer: optionalText({
      name: "oidc-issuer",
      argument: "URL",
      help: "the identity provider, as its /.well-known/openid-configuration names itself; people then log in with it, too",
      pattern: `^(https://[^\\s/?#@]+|${LOOPBACK})(/[^\\s?#]*)?$`,
      expected: "an address such as https://login.plant.example/realms/plant; http:// only on this machine",
      defaultText: "tokens alone",
    }),
    title: optionalText({
      name: "oidc-name",
      argument: "NAME",
      help: "what people call the identity provider; the login page says `Log in with NAME`",
      pattern: "^[^\\u0000-\\u001f\\u007f]{1,60}$",
      expected: "1 to 60 characters",
      defaultText: "the host of --oidc-issuer",
    }),
    clientId: optionalText({
      name: "oidc-client-id",
      argument: "ID",
      help: "the dashboard's name at the identity provider (client, application)",
      pattern: "^[^\\u0000-\\u001f\\u007f]{1,200}$",
      expected: "1 to 200 characters",
    }),
    clientSecretFile: optionalPath({
      name: "oidc-client-secret-file",
      argument: "FILE",
      help: "file whose first line is the client's secret",
      defaultText: "a public client, which has none",
    }),
    publicUrl: optionalText({
      name: "oidc-public-url",
      argument: "URL",
      help: "where people's browsers find the dashboard; the provider sends them back to /api/session/oidc/callback there",
      pattern: "^https?://[^\\s/?#@]+$",
      expected: "scheme and host without a path, such as https://conche.plant.example",
    }),
    scopes: text(
      {
        name: "oidc-scopes",
        argument: "SCOPES",
        help: "what is asked of the identity provider, with blanks between",
        pattern: "^([^\\s,]+ )*openid( [^\\s,]+)*$",
        expected: "scopes with blanks between, openid among them",
      },
      "openid profile",
    ),
    roleClaim: text(
      {
        name: "oidc-role-claim",
        argument: "PATH",
        help: "claim that a role follows from, a text or a list of them; dots lead into objects, as realm_access.roles",
      },
      "roles",
    ),
    roles: list({
      name: "oidc-roles",
      argument: "VALUE=ROLE,…",
      help: "the role (viewer, operator, quality, admin) that each value of that claim gives; of several the highest",
      pattern: "^.+=(viewer|operator|quality|admin)$",
      expected: "values with a role each, such as conche-operators=operator,conche-admins=admin",
    }),
    nameClaim: optionalText({
      name: "oidc-name-claim",
      argument: "PATH",
      help: "claim with the person's name, under which everything stands that they do",
      defaultText: "preferred_username, then name, then sub",
    }),
    ca: optionalPath({
      name: "oidc-ca",
      argument: "FILE",
      help: "authorities (PEM or DER) that the identity provider's certificate is checked with",
      defaultText: "those of the system",
    }),
  },
  { title: "Log in with an identity provider" },
);
