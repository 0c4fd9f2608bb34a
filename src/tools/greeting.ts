import { taskCommand } from "../hosts/deno/task_command.ts";

/** A development server that is ready. */
export interface Ready {
  url: string;
  /** How long that took. */
  ms: number;
  /** Of each demo tenant. */
  tokens: { tenantId: string; token: string }[];
  engine: { url: string; tcpPort: number; database: string };
  dataDir: string;
  /** Whether the data folder is not the usual one, so that other tasks must be told of it. */
  isElsewhere: boolean;
}

/** What a developer can do now, each as a line to paste. */
export function greeting({ url, ms, tokens, engine, dataDir, isElsewhere }: Ready): string {
  const [{ tenantId, token }] = tokens;
  const task = (text: string) => `${isElsewhere ? `SLUICE_DATA_DIR='${dataDir}' ` : ""}${taskCommand(text)}`;
  const event = JSON.stringify({
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId: "my-first-message",
    channel: "email",
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
  });
  const { hostname, port } = new URL(engine.url);
  return [
    `Sluice      ${url}, API reference at ${url}/docs (ready after ${(ms / 1000).toFixed(1)} s)`,
    "",
    ...tokens.map(({ tenantId, token }) => `Token of ${tenantId}:\n${token}`),
    `Token of an admin: ${task(`token --tenant ${tenantId} --scope "query ingest stream admin"`)}`,
    `SQL as ${tenantId}: ${task(`sql --tenant ${tenantId}`)}`,
    `Another client sees ${tenantId}'s rows alone with this login: host ${hostname}, port ${port} (HTTP) or ` +
    `${engine.tcpPort} (native), database ${engine.database}, user sluice_reader, the password in ` +
    `${dataDir}/engine_password, the setting log_comment=${tenantId}`,
    "",
    "Try:",
    `curl -s '${url}/v1/outreach/overview?timeRange=7d' -H 'authorization: Bearer ${token}'`,
    `curl -s '${url}/v1/outreach/campaigns?timeRange=30d&limit=3' -H 'authorization: Bearer ${token}'`,
    `curl -s '${url}/v1/events/outreach' -H 'authorization: Bearer ${token}' -d '${event}'`,
    "An event shows in an overview asked for before within ten seconds: answers are kept for so long.",
    "",
  ].join("\n");
}
