// What EMQX 5 makes of an acl.conf, as far as these rules use it: apps/emqx_auth/src/emqx_authz/emqx_authz_rule.erl.
// The first rule whose who, action and topics fit decides; without one, the setting no_match does (deny).

export type EmqxAction = "publish" | "subscribe";

/** An Erlang term: atoms are objects, so that they can't be taken for strings. */
type Term = string | { readonly atom: string } | { readonly tuple: readonly Term[] } | readonly Term[];

/** Rules as they were read. */
export interface EmqxRules {
  allows(username: string, action: EmqxAction, topic: string): boolean;
}

/** Reads an acl.conf; throws where it isn't Erlang terms that EMQX knows. */
export function readAclConf(text: string): EmqxRules {
  const rules = readTerms(text);
  return {
    allows(username, action, topic) {
      for (const rule of rules) {
        const [permission, who, what, topics] = partsOf(rule);
        const fits = whoFits(who, username) && actionFits(what, action) && topicsFit(topics, username, topic);
        if (fits) return atomOf(permission) === "allow";
      }
      return false;
    },
  };
}

function partsOf(rule: Term): readonly [Term, Term, Term, Term] {
  const parts = tupleOf(rule);
  const [permission, who, what, topics] = parts;
  if (permission === undefined || who === undefined) throw new Error("a rule has too few parts");
  if (!["allow", "deny"].includes(atomOf(permission))) throw new Error("a rule allows or denies");
  if (parts.length === 2 && atomOf(who) === "all") return [permission, who, { atom: "all" }, ["#"]];
  if (what === undefined || topics === undefined || parts.length !== 4)
    throw new Error("a rule has four parts");
  return [permission, who, what, topics];
}

function whoFits(who: Term, username: string): boolean {
  if (!isTuple(who)) return atomOf(who) === "all";
  const [kind = "", value = ""] = who.tuple;
  if (atomOf(kind) === "username" && typeof value === "string") return value === username;
  if (atomOf(kind) === "or" && Array.isArray(value)) return value.some((each) => whoFits(each, username));
  throw new Error(`a condition that EMQX doesn't know: ${JSON.stringify(who)}`);
}

function actionFits(what: Term, action: EmqxAction): boolean {
  const name = atomOf(what);
  if (!["publish", "subscribe", "all"].includes(name)) throw new Error(`no action: ${name}`);
  return name === "all" || name === action;
}

function topicsFit(topics: Term, username: string, topic: string): boolean {
  if (!Array.isArray(topics)) throw new Error("topics are a list");
  return topics.some((filter) => {
    if (typeof filter !== "string") throw new Error("a topic is a string");
    return wordsMatch(topic.split("/"), filter.replaceAll("$" + "{username}", username).split("/"));
  });
}

/**
 * emqx_topic:match/2 over words. A filter that is subscribed to is taken for a name: its wildcards are words like others,
 * which `+` and `#` of a rule match.
 */
function wordsMatch(name: readonly string[], filter: readonly string[]): boolean {
  if (name[0]?.startsWith("$") && ["+", "#"].includes(filter[0] ?? "")) return false;
  for (const [index, word] of filter.entries()) {
    if (word === "#") return true;
    if (index >= name.length || (word !== "+" && word !== name[index])) return false;
  }
  return name.length === filter.length;
}

function isTuple(term: Term): term is { readonly tuple: readonly Term[] } {
  return typeof term === "object" && "tuple" in term;
}

function tupleOf(term: Term): readonly Term[] {
  if (!isTuple(term)) throw new Error("a rule is a tuple");
  return term.tuple;
}

function atomOf(term: Term): string {
  if (typeof term === "object" && "atom" in term) return term.atom;
  throw new Error(`no atom: ${JSON.stringify(term)}`);
}

const TOKEN = /\s+|%[^\n]*|"(?:[^"\\]|\\.)*"|'[^']*'|[a-z][A-Za-z0-9_@]*|[{}[\],.]/y;

function readTerms(text: string): Term[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`no Erlang term at ${text.slice(at, at + 40)}`);
    if (!/^(\s|%)/.test(token)) tokens.push(token);
  }
  const terms: Term[] = [];
  let next = 0;
  const take = (expected?: string): string => {
    const token = tokens[next++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`expected ${expected ?? "a term"}, got ${token}`);
    return token;
  };
  const list = (end: string): Term[] => {
    const items: Term[] = [];
    while (tokens[next] !== end) {
      if (items.length > 0) take(",");
      items.push(term());
    }
    take(end);
    return items;
  };
  const term = (): Term => {
    const token = take();
    if (token === "{") return { tuple: list("}") };
    if (token === "[") return list("]");
    if (token.startsWith('"')) return JSON.parse(token);
    if (/^[a-z']/.test(token)) return { atom: token.replaceAll("'", "") };
    throw new Error(`no term begins with ${token}`);
  };
  while (next < tokens.length) {
    terms.push(term());
    take(".");
  }
  return terms;
}
