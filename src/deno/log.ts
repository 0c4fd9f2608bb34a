import type { Log } from "../http/log.ts";

/** Writes the log to standard error: a JSON object a line, or text for a reader in a terminal. */
export function createLog(format: "json" | "text" = Deno.stderr.isTerminal() ? "text" : "json"): Log {
  return (entry) => {
    const line = format === "json"
      ? JSON.stringify({ time: new Date().toISOString(), ...entry })
      : asText(entry);
    // deno-lint-ignore no-console -- the one place that prints the log
    console.error(line);
  };
}

function asText({ level, message, ...fields }: Parameters<Log>[0]): string {
  const time = new Date().toISOString().slice(11, 23);
  if (message === "request") {
    const { method, path, status, durationMs, tenantId = "-" } = fields;
    return `${time} ${method} ${path} ${status} ${durationMs} ms ${tenantId}`;
  }
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `${time} ${level}: ${message}${shown.map(([name, value]) => ` ${name}=${value}`).join("")}`;
}
