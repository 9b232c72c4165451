import type { AlarmPriority } from "../contract/schemas/alarm-v2.ts";
import { type Finding, Findings } from "../plant/finding.ts";
import { findingsBy } from "../plant/schema-findings.ts";
import { durationMs } from "../time/duration.ts";
import { CONDITION_KINDS, type ConditionKind } from "./condition.ts";
import { type NotifyDocument, NotifyDocumentSchema } from "./notify-document.ts";
import { type QuietHours, quietHours } from "./quiet-hours.ts";

/** A channel's share: so many messages at once, and as many again within the time. */
export interface ChannelLimit {
  readonly messages: number;
  readonly perMs: number;
}

/** A channel of the plan: a webhook or a mail address, and how much it takes. */
export interface Channel {
  readonly name: string;
  readonly limit: ChannelLimit;
  readonly way:
    | {
        readonly kind: "webhook";
        readonly url: string | undefined;
        readonly urlFile: string | undefined;
        readonly secretFile: string | undefined;
        readonly authorizationFile: string | undefined;
      }
    | { readonly kind: "email"; readonly to: readonly string[] };
}

/** Who is told of what, when. */
export interface NotifyRule {
  readonly name: string;
  readonly about: ReadonlySet<ConditionKind>;
  readonly priority: AlarmPriority;
  /** Begins of addresses; empty for all. */
  readonly places: readonly string[];
  readonly forMs: number;
  readonly to: readonly string[];
  readonly repeatMs: number | null;
  readonly tellsEnd: boolean;
  readonly quiet: QuietHours | null;
  readonly escalate: { readonly afterMs: number; readonly to: readonly string[] } | null;
}

/** A notification file that has been checked. */
export interface NotifyPlan {
  readonly dashboard: string | undefined;
  readonly smtp: NotifyDocument["smtp"];
  readonly channels: ReadonlyMap<string, Channel>;
  readonly rules: readonly NotifyRule[];
}

/** A plan, or everything that is wrong with its document. */
export type NotifyReading =
  | { readonly kind: "plan"; readonly plan: NotifyPlan }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

const DEFAULT_LIMIT: ChannelLimit = { messages: 30, perMs: 3_600_000 };
const DEFAULT_FOR_MS = 10_000;

const schemaFindings = findingsBy(NotifyDocumentSchema);

/**
 * Checks what a notification file says, form and meaning.
 * @param timezone the plant's: what quiet hours are told by
 */
export function readNotifyPlan(document: unknown, timezone: string): NotifyReading {
  const findings = new Findings();
  for (const finding of schemaFindings(document)) findings.add(finding.path, finding.problem);
  if (findings.list.length === 0) checkMeaning(document as NotifyDocument, findings);
  if (findings.list.length > 0) return { kind: "invalid", findings: findings.list };
  return { kind: "plan", plan: planOf(document as NotifyDocument, timezone) };
}

function checkMeaning({ channels, rules, smtp }: NotifyDocument, findings: Findings): void {
  for (const [name, { webhook, email }] of Object.entries(channels)) {
    const place = ["channels", name] as const;
    if ((webhook === undefined) === (email === undefined))
      findings.add(place, "must have webhook or email, one of the two");
    if (webhook !== undefined && (webhook.url === undefined) === (webhook.url_file === undefined)) {
      findings.add([...place, "webhook"], "must have url or url_file, one of the two");
    }
    if (webhook?.url !== undefined && !URL.canParse(webhook.url))
      findings.add([...place, "webhook", "url"], "is no URL");
    if (email !== undefined && smtp === undefined)
      findings.add([...place, "email"], "needs smtp: the mail server");
  }
  if (smtp !== undefined && (smtp.username === undefined) !== (smtp.password_file === undefined)) {
    findings.add(["smtp"], "must have username and password_file both, or neither");
  }
  const seen = new Map<string, number>();
  for (const [index, { name, to, escalate, quiet }] of rules.entries()) {
    const place = ["rules", index] as const;
    const earlier = seen.get(name);
    if (earlier !== undefined)
      findings.add([...place, "name"], `${JSON.stringify(name)} stands twice; the first is at [${earlier}]`);
    else seen.set(name, index);
    if (quiet !== undefined && quiet.from === quiet.to)
      findings.add([...place, "quiet", "to"], "must differ from from");
    for (const [field, list] of [
      ["to", to],
      ["escalate", escalate?.to ?? []],
    ] as const) {
      for (const channel of list.filter((each) => channels[each] === undefined)) {
        findings.add(
          [...place, field],
          `names ${channel}, which is none of ${Object.keys(channels).join(", ")}`,
        );
      }
    }
  }
}

function planOf({ dashboard, smtp, channels, rules }: NotifyDocument, timezone: string): NotifyPlan {
  return {
    dashboard: dashboard?.replace(/\/+$/, ""),
    smtp,
    channels: new Map(Object.entries(channels).map(([name, channel]) => [name, channelOf(name, channel)])),
    rules: rules.map((rule) => ({
      name: rule.name,
      about: new Set(rule.about ?? CONDITION_KINDS),
      priority: rule.priority ?? "high",
      places: rule.machines ?? [],
      forMs: durationMs(rule.for ?? "") ?? DEFAULT_FOR_MS,
      to: rule.to,
      repeatMs: durationMs(rule.repeat ?? "") ?? null,
      tellsEnd: rule.ended ?? true,
      quiet: rule.quiet === undefined ? null : quietHours({ except: "critical", ...rule.quiet }, timezone),
      escalate:
        rule.escalate === undefined
          ? null
          : { afterMs: durationMs(rule.escalate.after) ?? 0, to: rule.escalate.to },
    })),
  };
}

function channelOf(name: string, { webhook, email }: NotifyDocument["channels"][string]): Channel {
  const given = (webhook ?? email)?.limit;
  const limit =
    given === undefined
      ? DEFAULT_LIMIT
      : { messages: given.messages, perMs: durationMs(given.in) ?? DEFAULT_LIMIT.perMs };
  if (email !== undefined) return { name, limit, way: { kind: "email", to: email.to } };
  return {
    name,
    limit,
    way: {
      kind: "webhook",
      url: webhook?.url,
      urlFile: webhook?.url_file,
      secretFile: webhook?.secret_file,
      authorizationFile: webhook?.authorization_file,
    },
  };
}
