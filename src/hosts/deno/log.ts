import type { Log, LogEntry } from "../../base/log.ts";
import { asJson, asText } from "../log_lines.ts";
import { createBufferedLines } from "./buffered_lines.ts";

const levels: LogEntry["level"][] = ["info", "warn", "error"];

/** How the log is written. */
export interface LogOptions {
  /** `text` in a terminal and `json` elsewhere, unless it is said. */
  format?: "json" | "text";
  /** Entries below are left out. */
  level?: LogEntry["level"];
}

/** Writes the log to standard error: a JSON object a line, or text for a reader in a terminal. */
export function createLog(options: LogOptions = {}): Log {
  const { format = Deno.stderr.isTerminal() ? "text" : "json", level: least = "info" } = options;
  const write = format === "json" ? jsonWriter() : writeText;
  const shown = new Set(levels.slice(levels.indexOf(least)));
  return function log(entry) {
    if (shown.has(entry.level)) write(entry);
  };
}

function jsonWriter(): Log {
  const lines = createBufferedLines(Deno.stderr);
  return function writeJson(entry) {
    lines.write(asJson(entry));
    // requests come in numbers; what else is told may be the last that is heard of the process
    if (entry.message !== "request") lines.flush();
  };
}

function writeText(entry: LogEntry): void {
  // deno-lint-ignore no-console -- the one place that prints the log
  console.error(asText(entry));
}
