import type { ErrorEntry } from "./error-entry.ts";

/** What can go wrong with the plant's identity provider: rows of the catalogue. */
export const PROVIDER_ERRORS = {
  CONCHE_OIDC_UNREACHABLE: {
    meaning: "The identity provider that people log in with doesn't answer",
    hint: "try again in a moment, or log in with a token; `curl ISSUER/.well-known/openid-configuration` from the data center's machine shows whether it can be reached, and --oidc-ca says whose certificates it is believed with",
  },
  CONCHE_OIDC_ISSUER: {
    meaning: "The identity provider calls itself by another name than --oidc-issuer",
    hint: "set --oidc-issuer to what its /.well-known/openid-configuration says as `issuer`, character by character",
  },
  CONCHE_OIDC_ANSWER: {
    meaning:
      "What the identity provider answered can't be believed or used: signature, audience, nonce or form",
    hint: "log in again; where it happens each time, check --oidc-client-id, and what the provider's log says of the client",
  },
  CONCHE_OIDC_CLOCK: {
    meaning: "What the identity provider answered is out of date, or not valid yet, by this machine's clock",
    hint: "compare the clocks of the two machines (`conche doctor` shows this one's); more than 30 seconds are too many",
  },
  CONCHE_OIDC_REFUSED: {
    meaning: "The identity provider let the person or the data center not in",
    hint: "its log says why; check that the person may use the application, and --oidc-client-id, --oidc-client-secret-file and the redirect address, --oidc-public-url with /api/session/oidc/callback behind it",
  },
  CONCHE_OIDC_ROLE: {
    meaning: "The identity provider knows the person, and nothing that it says of them gives a role",
    hint: "give them one of the values of --oidc-roles at the provider, and have it send --oidc-role-claim in the ID token or from its userinfo endpoint",
  },
  CONCHE_OIDC_STATE: {
    meaning:
      "The identity provider's answer belongs to no login that this browser has begun within ten minutes",
    hint: "log in again, from the dashboard, in one browser",
  },
  CONCHE_OIDC_REPLAYED: {
    meaning: "The identity provider's answer to a login has come before: each counts once",
    hint: "log in again, from the dashboard",
  },
} as const satisfies Record<string, ErrorEntry>;
