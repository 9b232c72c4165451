/** Words of the trade, each as it stands in a heading and what it means to somebody who has not met it. */
export const terms = {
  oee: [
    "OEE",
    "Overall equipment effectiveness: of the time in which the line was meant to work, the share in which it made good product at its rated speed. 100 % would be no stop, full speed, no reject. It is availability × effectiveness × quality.",
  ],
  availability: ["availability", "Of the time in which it was meant to work, the share in which it ran."],
  effectiveness: [
    "effectiveness",
    "How fast it was while it ran, against its rated speed. Nothing is faster than rated: above 100 % the rated speed is too low, or a clock runs wrong.",
  ],
  quality: ["quality", "Of all that was made, the share that was good."],
  busy: [
    "Planned busy time",
    "The time in which it was meant to work: without breaks and time without an order.",
  ],
  minor: ["minor", "A minor stop is a short one that the operator ends, without a mechanic."],
  others: ["mark", "The mark says how much of the lost time this reason and those above it make together."],
  notCounted: [
    "not counted yet",
    "Time in which it ran, and of which the count of what it made has not come yet.",
  ],
  capability: [
    "Capability",
    "How well the process fits between its limits. 1 means that its usual spread just fits, 1.33 that a third is left to spare: that is asked for. The bar is the range in which the true figure lies, in 95 of 100 cases.",
  ],
  cp: ["Cp", "Room for the short-term spread between the limits, if the mean stood exactly in the middle."],
  cpk: ["Cpk", "As Cp, with the mean where it is: the room on the side of the nearer limit."],
  pp: ["Pp", "As Cp, for all the spread of the period: what drifted over the hours counts, too."],
  ppk: ["Ppk", "As Cpk, for all the spread of the period: what a customer would find."],
  controlLimits: [
    "control limits",
    "The dashed lines: within them the process varies as it always does. They come from its own past, not from the specification. A point outside has a cause worth looking for.",
  ],
  trial: [
    "trial limits",
    "Limits that are worked out from the samples so far, and move while more come. They stand still once there are enough.",
  ],
  signal: [
    "Signals",
    "Points that chance hardly explains: outside the control limits, or in a row that is too regular. The number at a point says which rule.",
  ],
  rules: [
    "rules",
    "What counts as a signal: a list of patterns. Western Electric and Nelson are two lists in common use; limits alone means that only points outside the dashed lines count.",
  ],
  xbar_r: [
    "means and ranges",
    "Above: the mean of each sample. Below: its range, from the least to the greatest value (X̄ and R).",
  ],
  xbar_s: ["means and spread", "Above: the mean of each sample. Below: its standard deviation (X̄ and s)."],
  imr: [
    "single values",
    "Each result is a point of its own. Below: how far it is from the one before (moving range).",
  ],
  ewma: ["smoothed values", "A mean in which newer results count more (EWMA): it shows a slow drift early."],
  cusum: [
    "summed deviations",
    "What was too much or too little, added up (CUSUM): it shows a small lasting shift early.",
  ],
  netContent: [
    "Net content",
    "What the law asks of packs with a stated weight (Directive 76/211/EEC): on average not less than stated, at most 2.5 % of the packs under T1, none under T2.",
  ],
  t1: ["T1", "The stated weight less the error that the law tolerates."],
  t2: ["T2", "The stated weight less twice the error that the law tolerates: no pack may be under it."],
  spread: ["spread", "Standard deviation: two thirds of all packs are nearer to the mean than this."],
  interval: [
    "95 % interval",
    "The bar is the range in which the true figure lies in 95 of 100 cases. Two whose bars don't overlap do differ.",
  ],
  chattering: [
    "Chattering",
    "Alarms that came three times or more within a minute: their limit or delay should be set anew.",
  ],
  standing: [
    "Standing over 24 h",
    "Alarms that have been active for more than a day: nobody looks at them any more.",
  ],
  flood: [
    "Time in flood, %",
    "The share of the time with more alarms than one person can follow: from 10 in ten minutes on until they are 5.",
  ],
} as const satisfies Readonly<Record<string, readonly [name: string, says: string]>>;
