/** One line of the log. */
export interface LogEntry {
  level: "info" | "warn" | "error";
  message: string;
  [field: string]: unknown;
}

/** Takes a line of the log. */
export type Log = (entry: LogEntry) => void;
