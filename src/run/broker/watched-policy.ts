import { hash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { AccessPolicy } from "../../access/access-policy.ts";
import type { AuditTrail } from "../../access/audit.ts";
import { policyRules, type ReplaceableRules } from "../../access/policy-rules.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import type { Config } from "../../config/config-schema.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { Plant } from "../../plant/plant.ts";
import { loadPolicy } from "./access-policy.ts";

/** What rules are watched with. */
export interface WatchedPolicyOptions {
  readonly config: Config;
  /** Reads the plant file, again at each change of it. */
  readonly readPlant: () => Promise<Plant>;
  readonly notice: (notice: Notice) => void;
  /** Where each policy is noted that comes into force, the first one among them. */
  readonly audit: AuditTrail;
}

/** How often the files are looked at, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * The access rules of an embedded broker. A change of the plant file or the access file counts within a second or
 * two, without a restart; one that can't be used is said, and what was before stays in force.
 */
export class WatchedPolicy {
  readonly rules: ReplaceableRules;
  readonly #options: WatchedPolicyOptions;
  readonly #timer: NodeJS.Timeout;
  #stamp: string;
  #looking = false;
  #policy: AccessPolicy;

  private constructor(options: WatchedPolicyOptions, policy: AccessPolicy, stamp: string) {
    this.#options = options;
    this.#policy = policy;
    this.#stamp = stamp;
    this.rules = policyRules(policy);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    this.#note(policyInWords(policy));
  }

  /**
   * The rules as the settings want them; undefined where everybody may do everything, or another broker decides.
   * @throws ConcheError CONCHE_ACCESS_ANONYMOUS, CONCHE_ACCESS_UNREADABLE, CONCHE_ACCESS_INVALID
   */
  static async open(options: WatchedPolicyOptions): Promise<WatchedPolicy | undefined> {
    const { config, readPlant } = options;
    const elsewhere = config.broker.url !== null || config.local.url !== null;
    if (config.access.rules === "open" || elsewhere) return undefined;
    if (config.mqtt.passwords === null && config.mqtt.clientCa === null) {
      const message = "access rules (--access policy) need clients that say who they are: nobody has to here";
      throw new ConcheError("CONCHE_ACCESS_ANONYMOUS", { message });
    }
    const stamp = await stampOf(config);
    return new WatchedPolicy(options, await loadPolicy(config, await readPlant()), stamp);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { config, readPlant } = this.#options;
      const stamp = await stampOf(config);
      if (stamp === this.#stamp) return;
      this.#stamp = stamp;
      this.#replace(await loadPolicy(config, await readPlant()));
    } catch (error) {
      const text = `the access rules can't be read anew, the last good ones stay in force: ${messageOf(error)}`;
      this.#options.notice({ level: "warning", code: "access-invalid", text });
    } finally {
      this.#looking = false;
    }
  }

  #replace(policy: AccessPolicy): void {
    const before = new Set(this.#policy.keys());
    const come = [...policy.keys()].filter((identity) => !before.has(identity)).length;
    const gone = [...before].filter((identity) => !policy.has(identity)).length;
    this.#policy = policy;
    this.rules.replace(policy);
    const text = `${policyInWords(policy)}; ${come} new, ${gone} gone`;
    this.#options.notice({ level: "info", code: "access-replaced", text: `access rules read anew: ${text}` });
    this.#note(text);
  }

  #note(detail: string): void {
    const { config, audit } = this.#options;
    const object = config.access.file ?? config.plant;
    audit.record({ kind: "policy-changed", subject: null, clientId: null, remote: null, object, detail });
  }
}

/** How many there are, and a digest by which two policies can be told apart. */
function policyInWords(policy: AccessPolicy): string {
  return `${policy.size} identities, ${hash("sha256", JSON.stringify([...policy])).slice(0, 16)}`;
}

async function stampOf({ plant, access }: Config): Promise<string> {
  const files = access.file === null ? [plant] : [plant, access.file];
  const stamps = await Promise.all(
    files.map(async (file) => {
      const { mtimeNs, size, ino } = await stat(file, { bigint: true });
      return `${mtimeNs}-${size}-${ino}`;
    }),
  );
  return stamps.join();
}
