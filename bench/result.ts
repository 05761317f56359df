/** How long a commit takes: as the machine does it, or 5 ms longer, as across a network. */
export type Setting = "as it is" | "5 ms commit";

/** A subject beside the baseline that was measured in turns with it. */
export interface Figure {
  readonly setting: Setting;
  readonly what: string;
  readonly unit: string;
  /** Medians of the rounds. */
  readonly subject: number;
  readonly against: string;
  readonly baseline: number;
  /** Subject divided by baseline: the median of the rounds' ratios, and their range. */
  readonly ratio: number;
  readonly from: number;
  readonly to: number;
  readonly rounds: number;
  readonly note?: string;
}

/** What a figure is to reach. */
export interface Target {
  readonly setting: Setting;
  readonly what: string;
  readonly wanted: string;
  readonly reached: string;
  readonly met: boolean;
}

/** What one part of the benchmark found. */
export interface PartResult {
  readonly part: string;
  /** What is compared, in a sentence or two. */
  readonly about: string;
  readonly figures: readonly Figure[];
  readonly targets: readonly Target[];
}
