import { UP_CATALOGUE } from "../../../src/contract/catalogue.ts";
import { examplesOf } from "../../../src/contract/examples/catalogue.ts";
import { seededRandom } from "../seeded-random.ts";

/** A message that a broken, foreign or hostile publisher might send. */
export interface HostileMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  /** MQTT 5 only. */
  readonly userProperties: Readonly<Record<string, string | string[]>> | undefined;
}

/** What JSON can't say, says otherwise than it seems, or says too much of; each one as it stands in a payload. */
const TOKENS: readonly string[] = [
  ...["NaN", "Infinity", "-Infinity", "undefined", "nul", "True", "'x'", "01", "0x1F", "1.", ".5", "+1"],
  ...["1e400", "-1e400", "1e-400", "1e308", "-0", "0.1e+1", "9007199254740993", "1".repeat(400)],
  ...["null", "true", "[]", "{}", '""', "[[]]", '[{"a":[1,2,{}]}]', '"\\ud800"', '"\\u0000"', '"\\x41"'],
  ...['{"__proto__":{"polluted":true}}', '{"\\u005f_proto__":1}', '{"constructor":{"prototype":{}}}'],
  ...[
    '{"toString":null,"valueOf":1}',
    '{"length":-1}',
    "\"=cmd|' /C calc'!A0\"",
    '"<script>alert(1)</script>"',
  ],
  ...[
    '"\\u001b]0;title\\u0007"',
    '"\\u202eevil"',
    '"\'; DROP TABLE mqtt_messages; --"',
    `"${"x".repeat(3_000)}"`,
  ],
  ...['{"a":1,"a":2}', '"1970-01-01T00:00:00Z"', '"unknown"', '"2026-02-30T25:61:61Z"', "/* */1", "1,"],
];
/** Whole payloads that aren't mutants of anything. */
const WHOLES: readonly string[] = [
  ...["", " ", "\n", "null", "true", "0", '"x"', "[]", "{}", "{", "}", '{"ts"', "\uFEFF{}", "ts=1;temp=2"],
  ...["<telemetry/>", '{"v":2}', '{"v":3}', '{"v":"2"}', '{"v":1e400}', '{"v":{}}', "{}{}", "[1,2", "\0"],
];
const BOOTS = [
  "boot-number-one",
  "boot-number-two",
  "zzzzzzzz",
  "short",
  "",
  "with space",
  "__proto__",
  "x".repeat(65),
];
const LEVELS = [
  "tunis-01",
  "line-a",
  "s5_tempering",
  "temper-01",
  "constructor",
  "__proto__",
  "",
  "é",
  "state",
];
const DEEPEST = 10_000;

const EXAMPLES = UP_CATALOGUE.flatMap(({ name }) =>
  examplesOf(name).map(({ topic, payload }) => ({ topic, text: JSON.stringify(payload) })),
);

/** The same messages for the same seed: what was sent can be made again to be compared. */
export function* hostileMessages(seed: number, count: number): Generator<HostileMessage> {
  const source = new HostileSource(seededRandom(seed));
  for (let index = 0; index < count; index++) yield source.next();
}

class HostileSource {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(): HostileMessage {
    const { topic, text } = this.#pick(EXAMPLES);
    return {
      topic: this.#chance(0.03) ? this.#foreignTopic() : topic,
      payload: this.#payload(text),
      retain: this.#chance(0.1),
      userProperties: this.#chance(0.2) ? this.#userProperties() : undefined,
    };
  }

  #payload(text: string): Buffer {
    const kind = this.#random();
    if (kind < 0.1) return Buffer.from(this.#chance(0.5) ? text : this.#renumbered(text));
    if (kind < 0.5) return Buffer.from(this.#withToken(text));
    if (kind < 0.88) return this.#withBytes(Buffer.from(text));
    if (kind < 0.94) return this.#noise();
    if (kind < 0.995) return Buffer.from(this.#pick(WHOLES));
    return this.#deep();
  }

  /** A good payload with another number: gaps, refills, repeats. */
  #renumbered(text: string): string {
    return text.replace(/"seq":\d+/, `"seq":${1 + this.#below(20_000)}`);
  }

  /** A value anywhere in the payload is replaced, or a key of the first level. */
  #withToken(text: string): string {
    const places = [...text.matchAll(/[:,[](?=["\d[{tfn-])("[^"]*"|[\d.eE+-]+|true|false|null)?/g)];
    const place = this.#pick(places);
    const at = place.index + 1;
    const replaced = text.slice(0, at) + this.#pick(TOKENS) + text.slice(at + (place[1]?.length ?? 0));
    return this.#chance(0.1) ? replaced.replace('"ts"', '"__proto__"') : replaced;
  }

  #withBytes(bytes: Buffer): Buffer {
    let mutant = bytes;
    for (let left = 1 + this.#below(3); left > 0; left--) {
      const at = this.#below(mutant.length + 1);
      const end = Math.min(mutant.length, at + this.#below(20));
      const before = mutant.subarray(0, at);
      const changes = [
        () => before,
        () => Buffer.concat([before, mutant.subarray(end)]),
        () => Buffer.concat([before, this.#noise(8), mutant.subarray(at)]),
        () => Buffer.concat([before, this.#noise(1), mutant.subarray(at + 1)]),
        () => Buffer.concat([before, mutant.subarray(at, end), mutant.subarray(at)]),
      ];
      mutant = this.#pick(changes)();
    }
    return mutant;
  }

  #noise(longest = 300): Buffer {
    return Buffer.from(Array.from({ length: this.#below(longest + 1) }, () => this.#below(256)));
  }

  #deep(): Buffer {
    const depth = this.#chance(0.5) ? DEEPEST : this.#below(300);
    const [open, close] = this.#pick([
      ["[", "]"],
      ['{"a":', "}"],
      ['[{"tags":', "}]"],
    ] as const);
    return Buffer.from(open.repeat(depth) + (this.#chance(0.7) ? `1${close.repeat(depth)}` : ""));
  }

  #userProperties(): Record<string, string | string[]> {
    const boot = this.#pick(BOOTS);
    const seq = this.#pick([
      "1",
      "2",
      "0",
      "-1",
      "1e3",
      "9007199254740993",
      "",
      "one",
      `${this.#below(9_999)}`,
    ]);
    return this.#pick([
      { boot, seq },
      { boot },
      { seq },
      { boot: [boot, boot], seq: [seq, "1"] },
      { refill: "1", boot, seq },
    ]);
  }

  #foreignTopic(): string {
    const levels = Array.from({ length: 1 + this.#below(8) }, () => this.#pick(LEVELS));
    return ["factory", ...levels].join("/");
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[this.#below(values.length)];
    if (value === undefined) throw new RangeError("nothing to choose from");
    return value;
  }
}
