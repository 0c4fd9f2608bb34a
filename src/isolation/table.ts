/** A table or view of the database, as `tables.sql` tells. */
export interface Table {
  /** With its database, such as `sluice.outreach_events`. */
  name: string;
  engine: string;
  /** Whether it has a column `tenant_id`. */
  hasTenant: boolean;
  /** Who may read it, by its comment: `gateway`, `operator`, or empty for each tenant its rows. */
  access: string;
  /** Domains whose endpoints may write it, by its comment. */
  writers: string[];
  /** Whether it is a view that reads with its owner's rights, past the row policies of who asks. */
  runsAsOwner: boolean;
}
