import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { completenessView } from "../../monitor/completeness/completeness-view.ts";
import { holdsView } from "../../monitor/holds/holds-view.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { plausibilityView } from "../../monitor/plausibility/plausibility-view.ts";
import { productionView } from "../../monitor/production/production-view.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import { topicView } from "../../monitor/topics/topic-view.ts";
import { genealogyView } from "../../trace/genealogy/genealogy-view.ts";
import { unreadableMessages } from "../../views/unreadable-messages.ts";
import type { View } from "../../views/view.ts";

/** Every view there is: what is folded, rebuilt, listed. A new one is named here, and nowhere else. */
export function allViews(): readonly View[] {
  return [
    machineStateView,
    tagsView,
    ALARM_VIEW,
    productionView,
    QUALITY_VIEW,
    completenessView,
    plausibilityView,
    holdsView,
    topicView,
    genealogyView,
    unreadableMessages,
  ];
}
