import { Center } from "../center.ts";
import { settle } from "../faults.ts";
import { type HandshakeStep, InsistentMachine } from "../insistent-machine.ts";
import type { Row } from "../row.ts";

const STEPS: readonly [HandshakeStep, ...HandshakeStep[]] = [
  "published",
  "received",
  "released",
  "completed",
];
const KILLS = 12;
/** What may happen between a step and the kill: a commit, an answer. */
const LONGEST_PAUSE_MS = 8;

/** Row 52. Two machines that insist on QoS 2; kill -9 the data center at each step of their handshakes, and soon after. */
export const qos2Cut: Row = {
  number: 52,
  fault: "kill -9 the data center within the QoS 2 handshake",
  holds: "lost 0, duplicated 0, and the session is kept",
  weight: 1,
  skip: false,
  async run(run) {
    const center = await Center.make(run);
    await center.start();
    const machines = ([4, 5] as const).map((version) => {
      const key = `tunis-01/line-a/s5_tempering/temper-0${version}`;
      return new InsistentMachine(run, { port: center.port, key, version });
    });
    for (const machine of machines) machine.start();
    const kills = run.times(KILLS);
    for (let kill = 0; kill < kills; kill++) {
      const step = STEPS[kill % STEPS.length] ?? "published";
      await Promise.race(machines.map((machine) => machine.reaches(step)));
      if (run.chance(0.7)) await run.pause(LONGEST_PAUSE_MS);
      await center.kill();
      await center.start();
    }
    await settle(center, machines, { numbered: false });
  },
};
