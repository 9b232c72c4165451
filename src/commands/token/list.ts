import { type AccessToken, tokenFault } from "../../access/access-token.ts";
import { TokenStore } from "../../adapters/sqlite/tokens/token-store.ts";
import { type Listing, renderListing } from "../../adapters/terminal/listing.ts";
import { defineCommand } from "../command.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";

/** `conche token list` */
export const list = defineCommand({
  name: "list",
  summary: "who has a token, as what, until when, and when it was last used",
  description: "Shows the tokens that count; with --all also those that were revoked or have expired.",
  examples: [
    ["conche token list", "those that count"],
    ["conche token list --all --format csv", "all that were made"],
  ],
  settings: ["data"],
  options: { all: { help: "also those that were revoked or have expired" }, format: FORMAT_OPTION },
  async run({ options, config, terminal }) {
    const now = Date.now();
    const store = new TokenStore(config.data);
    const tokens = store.list();
    store.close();
    const shown = tokens.filter((token) => options.all || tokenFault(token, now) === undefined);
    const listing = listingOf(shown, now, tokens.length);
    terminal.out.write(renderListing(listing, formatOf(options.format, config.json), terminal));
    return 0;
  },
});

function listingOf(tokens: readonly AccessToken[], now: number, made: number): Listing<AccessToken> {
  return {
    name: "tokens",
    rows: tokens,
    columns: [
      { title: "name", cell: ({ name }) => name },
      { title: "role", cell: ({ role }) => role },
      { title: "made", cell: ({ createdMs }) => minute(createdMs) },
      {
        title: "until",
        cell: (token) =>
          tokenFault(token, now) ?? (token.expiresMs === undefined ? "no end" : minute(token.expiresMs)),
      },
      {
        title: "last used",
        cell: ({ lastUsedMs }) => (lastUsedMs === undefined ? "never" : minute(lastUsedMs)),
      },
    ],
    fields: ({ name, role, createdMs, expiresMs, lastUsedMs, revokedMs }) => ({
      name,
      role,
      created_at: iso(createdMs),
      expires_at: iso(expiresMs),
      last_used_at: iso(lastUsedMs),
      revoked_at: iso(revokedMs),
    }),
    verdict:
      made === 0
        ? "no token was made: dashboard and API ask nobody who they are, and answer on this machine only"
        : `${tokens.length} of ${made} that were made`,
  };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function minute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
