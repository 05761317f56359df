/** Every way in which a history and the database can contradict a promise. */
export type ViolationKind =
  // Numbers.
  | "number_twice"
  | "ledger_overlap"
  | "wrong_count"
  | "names_wrong"
  | "out_of_order"
  | "used_twice"
  | "used_unreserved"
  // What was acknowledged.
  | "run_not_in_ledger"
  | "void_not_in_ledger"
  | "lot_missing"
  | "job_missing"
  // What the counter passed.
  | "hole"
  | "unexplained"
  | "beyond_counter"
  | "burned_unlisted"
  | "burned_too_many"
  // Counters that are moved.
  | "move_not_in_ledger"
  | "moved_twice"
  | "moved_by_nobody"
  // Requests.
  | "answers_differ"
  | "carried_out_twice"
  | "answer_unrecorded"
  | "refused_and_done"
  | "drawn_by_nobody"
  | "broken_answer"
  // Jobs.
  | "job_unfinished"
  | "job_rows_wrong"
  | "lots_of_nobody"
  // What is taken back.
  | "cancel_lost"
  | "cancelled_by_nobody"
  | "rest_not_voided"
  | "name_left"
  // Leases.
  | "lease_missing"
  | "lease_gapless"
  | "lease_sums_wrong"
  | "renewal_lost"
  | "report_lost"
  | "reported_by_nobody"
  | "wrong_holder_heard"
  | "late_wrong"
  | "give_back_lost"
  | "given_back_by_nobody"
  | "given_back_not_void"
  | "used_and_given_back"
  | "taken_from_lease"
  | "drawn_wrong"
  // The account.
  | "account_number_twice"
  | "account_run_wrong"
  | "account_sums_wrong"
  // Receipts and counts.
  | "paper_missing"
  | "count_unapplied"
  | "applied_by_nobody"
  | "count_rows_wrong"
  // Imports.
  | "import_missing"
  | "import_rows_wrong"
  // Changes of lots.
  | "change_missing"
  | "changed_twice"
  | "changed_by_nobody"
  | "lost_update"
  | "history_broken"
  // Tenants.
  | "of_another_tenant";

/** One contradiction, with what is needed to look into it. */
export interface Violation {
  readonly kind: ViolationKind;
  /** The series, as in a reservation's id: `sequence` or `sequence:period`. */
  readonly series?: string;
  readonly first?: bigint | undefined;
  readonly last?: bigint | undefined;
  /** Places in the history. */
  readonly calls: readonly number[];
  readonly facts?: Readonly<Record<string, string | number | bigint | null>>;
}
