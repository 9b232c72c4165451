import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import { releaseMessage } from "../../monitor/holds/hold-action.ts";
import { type Hold, holdOf, holds } from "../../monitor/holds/hold-list.ts";
import { holdsView } from "../../monitor/holds/holds-view.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { defineCommand } from "../command.ts";
import { PUBLISHING_ONLY } from "../command-options.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS, personOf, requireInLog, sayAtDesk } from "../desk-action.ts";
import { oneOf } from "../option-values.ts";
import { withView } from "../with-view.ts";
import { GOODS_OPTIONS, goodsOf, reasonOf } from "./goods.ts";

const OPTIONS = {
  ...GOODS_OPTIONS,
  decision: {
    argument: "DECISION",
    help: "what becomes of it: released (the default), rework, rejected",
    parse: oneOf(["released", "rework", "rejected"]),
  },
  ...ACTION_OPTIONS,
} as const;

/** `conche holds release HOLD` */
export const release = defineCommand({
  name: "release",
  summary: "decide over what is on a hold: released, rework or rejected",
  description:
    "Says, as a message of a desk, what becomes of the goods on a hold: of all of them, or of those that are named. Waits\n" +
    "until the log has the message; exits with 1 when it only waits in the outbox.",
  examples: [
    ["conche holds release CM-2026-0007 --why 'screened again, passed' --by q.ben-ali", "all of it"],
    [
      "conche holds release CM-2026-0007 --lots L1 --decision rejected --why 'metal' --by q.ben-ali --seen 4822",
      "one lot, only if nothing has happened since",
    ],
  ],
  arguments: [{ name: "hold", help: "its id, as `conche holds list` shows it" }],
  settings: ACTION_SETTINGS,
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  async run(invocation) {
    const { arguments: words, options, config, terminal } = invocation;
    const { decision = "released" } = options;
    const person = { by: personOf(options.by), reason: reasonOf(options.why) };
    return withView(config.data, terminal, holdsView, (reading) => {
      requireInLog(options.seen, config.data);
      const hold = knownHold(reading, words.hold ?? "");
      const decided = { ...goodsOf(options), ...person, decision, seen: options.seen ?? hold.version };
      const body = releaseMessage(hold, decided, Date.now());
      const [site = "", line = ""] = hold.line.split("/");
      return sayAtDesk(invocation, options, { site, line }, "batch", body, {
        hold_id: hold.holdId,
        decision,
      });
    });
  },
});

/** @throws ConcheError CONCHE_USAGE where there is none */
function knownHold(reading: ViewReading, holdId: string): Hold {
  const hold = holdOf(reading, holdId);
  if (hold !== undefined) return hold;
  const known = [...holds(reading)].map((each) => each.holdId);
  throw new ConcheError("CONCHE_USAGE", {
    message: `there is no hold ${holdId}${suggestion(holdId, known)}`,
    hint: "`conche holds list --all` has every one",
  });
}
