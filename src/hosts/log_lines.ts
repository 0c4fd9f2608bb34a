import type { Config } from "../base/config.ts";
import type { Log, LogEntry } from "../base/log.ts";

const levels: LogEntry["level"][] = ["info", "warn", "error"];

/** Writes entries as lines, without those below the level; `text` for a reader in a terminal, else a JSON object each. */
export function createLineLog(
  { LOG_FORMAT: format = "json", LOG_LEVEL: least }: Pick<Config, "LOG_FORMAT" | "LOG_LEVEL">,
  write: (line: string) => void,
): Log {
  const shown = new Set(levels.slice(levels.indexOf(least)));
  const lineOf = format === "json" ? asJson : asText;
  return function log(entry) {
    if (shown.has(entry.level)) write(lineOf(entry));
  };
}

/** The entry with its time, as a JSON object. */
export function asJson(entry: LogEntry): string {
  return `{"time":"${new Date().toISOString()}",${JSON.stringify(entry).slice(1)}`;
}

/** The same for a reader in a terminal. */
export function asText({ level, message, ...fields }: LogEntry): string {
  const time = new Date().toISOString().slice(11, 23);
  if (message === "request") {
    const { method, path, status, durationMs, tenantId = "-", cache } = fields;
    return `${time} ${method} ${path} ${status} ${durationMs} ms ${tenantId}${cache ? ` ${cache}` : ""}`;
  }
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `${time} ${level}: ${message}${shown.map(([name, value]) => ` ${name}=${value}`).join("")}`;
}
