import { z } from "zod";
import { once } from "./once.ts";
import { variables } from "./variables/variables.ts";

const schema = z.object(variables);

/** The checked environment. */
export type Config = z.infer<typeof schema>;

/** The environment does not make a configuration; the message has one line for each variable at fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** What the sink is configured by: it looks at no tokens, and needs NATS. */
const sinkSchema = once(() =>
  schema.pick({
    HOST: true,
    CLICKHOUSE_URL: true,
    CLICKHOUSE_USER: true,
    CLICKHOUSE_PASSWORD: true,
    CLICKHOUSE_OWNER_PASSWORD: true,
    CLICKHOUSE_DATABASE: true,
    MAX_LINE_BYTES: true,
    NATS_TENANT_HEADER: true,
    NATS_TENANT_FIELD: true,
    SINK_SUBJECTS: true,
    SINK_BATCH_MESSAGES: true,
    SINK_BATCH_SECONDS: true,
    SINK_ACK_WAIT_SECONDS: true,
    SINK_PORT: true,
    METRICS_TOKEN: true,
    LOG_FORMAT: true,
    LOG_LEVEL: true,
  }).extend({ NATS_URL: variables.NATS_URL.unwrap() })
);

/** The checked environment of the sink. */
export type SinkConfig = z.infer<ReturnType<typeof sinkSchema>>;

/** Reads the gateway's variables out of `environment`; an empty value counts as absent. Throws ConfigError. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const { lines, data, given } = parse(schema, environment);
  if (given.AUTH_JWT_SECRET === undefined && given.AUTH_JWKS_URL === undefined) {
    lines.push(
      "AUTH_JWT_SECRET is not set. Neither is AUTH_JWKS_URL, and one of them is needed to check tokens: a " +
        "secret of at least 32 characters, or the address of public keys",
    );
  }
  if (
    given.CDN_PURGE_URL !== undefined && given.AUTH_JWT_SECRET === undefined && !given.CLICKHOUSE_PASSWORD
  ) {
    lines.push(
      "CDN_PURGE_URL needs a secret, from which tags of answers are made: AUTH_JWT_SECRET or CLICKHOUSE_PASSWORD",
    );
  }
  if (!data || lines.length) throw new ConfigError(lines.join("\n"));
  return data;
}

/** The same of the sink's variables. */
export function parseSinkConfig(environment: Record<string, string | undefined>): SinkConfig {
  const { lines, data } = parse(sinkSchema(), environment);
  if (!data) throw new ConfigError(lines.join("\n"));
  return data;
}

/** The variables of `follow-postgres`, which needs no gateway's. */
const followSchema = schema.pick({
  CLICKHOUSE_URL: true,
  CLICKHOUSE_USER: true,
  CLICKHOUSE_PASSWORD: true,
  CLICKHOUSE_DATABASE: true,
  SLUICE_POSTGRES_PORT: true,
  SLUICE_POSTGRES_DATABASE: true,
  SLUICE_POSTGRES_USER: true,
  SLUICE_POSTGRES_PASSWORD: true,
  SLUICE_POSTGRES_TLS: true,
  FOLLOW_INTERVAL_MS: true,
  LOG_FORMAT: true,
  LOG_LEVEL: true,
}).extend({ SLUICE_POSTGRES_HOST: variables.SLUICE_POSTGRES_HOST.unwrap() });

/** The same for `follow-postgres`. */
export function parseFollowConfig(
  environment: Record<string, string | undefined>,
): z.infer<typeof followSchema> {
  const { lines, data } = parse(followSchema, environment);
  if (!data) throw new ConfigError(lines.join("\n"));
  return data;
}

function parse<Schema extends z.ZodType>(schema: Schema, environment: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  const lines = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    const what = given[name] === undefined ? "is not set" : `is not valid: ${issue.message}`;
    return `${name} ${what}. ${variables[name as keyof typeof variables]?.description ?? ""}`;
  });
  return { lines, data: parsed.data, given };
}
