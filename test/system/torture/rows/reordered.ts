import { randomUUID } from "node:crypto";
import { RawClient } from "../../../adapters/broker/raw-client.ts";
import { Center } from "../center.ts";
import { contentHash, type Intent, LedgerWriter } from "../ledger.ts";
import { MACHINES } from "../publisher.ts";
import type { Row } from "../row.ts";
import type { TortureRun } from "../torture-run.ts";

const NUMBERS = 1_500;
const [MACHINE] = MACHINES;

/** The numbers in the order in which they are sent: out of order within a window, some never, some twice. */
function disorder(run: TortureRun): { readonly sent: number[]; readonly missing: number } {
  const numbers = Array.from({ length: NUMBERS }, (_, index) => index + 1);
  // The last one is there, so that every gap before it can be seen.
  const kept = numbers.filter((number) => number === NUMBERS || !run.chance(0.1));
  const window = run.integer(2, 200);
  const sent = kept
    .map((number) => ({ number, at: number + run.random() * window }))
    .sort((a, b) => a.at - b.at)
    .flatMap(({ number }) => (run.chance(0.1) ? [number, number] : [number]));
  return { sent, missing: NUMBERS - kept.length };
}

/** Row 20. Straight to the embedded broker, by a client that keeps nothing. */
export const reordered: Row = {
  number: 20,
  fault: "reordered, with gaps",
  holds: "gap metric exact",
  weight: 1,
  skip: false,
  async run(run) {
    const center = await Center.make(run);
    await center.start();
    const ledger = new LedgerWriter(run.ledger, "raw");
    const boot = randomUUID();
    const { sent, missing } = disorder(run);
    const said = new Map(
      sent.map((seq) => {
        const token = `T~${run.seed}-${seq}~`;
        return [seq, { token, ts: new Date().toISOString(), tags: { token } }] as const;
      }),
    );
    const intents = Array.from(said, ([, { token, ...body }]): Intent => {
      const identity = { boot: null, seq: null, hashed: "content", belongs: "log", durable: true } as const;
      return { token, machine: MACHINE, type: "telemetry", sha256: contentHash(body), ...identity };
    });
    ledger.intend(intents);
    const client = await RawClient.connected(center.port, 5, "reordered");
    for (const [index, seq] of sent.entries()) {
      const { token, ...body } = said.get(seq) ?? { token: "" };
      client.publish(
        `factory/${MACHINE}/telemetry`,
        JSON.stringify({ v: 2, boot, seq, ...body }),
        1,
        index + 1,
      );
      await client.expect("puback");
      ledger.conclude([{ token, taken: true, boot, seq }]);
    }
    ledger.close();
    const shown = await center.metric("conche_sequence_missing");
    run.require(shown === missing, `the metric shows ${shown} missing numbers, there are ${missing}`);
    const repeated = await center.metric("conche_sequence_duplicates");
    run.require(repeated === sent.length - said.size, `the metric shows ${repeated} repetitions`);
    client.send({ cmd: "disconnect", reasonCode: 0 });
    await center.endInOrder();
    await center.account({ missing });
  },
};
