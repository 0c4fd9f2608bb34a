import { z } from "zod";
import { once } from "./once.ts";

const port = z.coerce.number().int().min(0).max(65535);
const count = z.coerce.number().int().nonnegative();
const bytes = z.coerce.number().int().positive();

/** Folders of migrations whose tables need another system; they are applied only when `MIGRATIONS` names them. */
export const optionalMigrations = ["kafka", "nats", "postgres"];

/** Each environment variable: its check, its default and the sentence that docs/variables.md repeats. */
export const variables = {
  PORT: port.default(8787).describe("Port the gateway listens on; 0 takes a free one"),
  HOST: z.string().default("localhost").describe("Address the gateway listens on"),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).describe(
    "HTTP address of ClickHouse, such as `http://localhost:8123`; `dev` and `test` start their own engine",
  ),
  CLICKHOUSE_USER: z.string().regex(/^\w+$/, "must be a plain name").default("sluice").describe(
    "ClickHouse user that owns the tables, for `migrate`; the gateway asks as that name with `_reader`, `_writer`, " +
      "`_ingest` and the like after it (deploy/clickhouse/users.d)",
  ),
  CLICKHOUSE_PASSWORD: z.string().default("").describe("Password of the gateway's users"),
  CLICKHOUSE_OWNER_PASSWORD: z.string().optional().describe(
    "Password of the owner, for `migrate`; without it, that of the gateway's users",
  ),
  CLICKHOUSE_DATABASE: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a plain identifier")
    .default("sluice").describe("Database that holds the tables"),
  CLICKHOUSE_TRANSPORT: z.enum(["tcp", "fetch"]).default("tcp").describe(
    "How statements get to ClickHouse: `tcp`, by connections of our own, or `fetch`, by Deno's, which takes more processor " +
      "time; `https`, proxies and traces take it in any case",
  ),
  AUTH_JWT_SECRET: z.string().min(32, "must have at least 32 characters").optional().describe(
    "Secret that signs tokens (HS256), and stream tokens, at least 32 characters; `dev` makes one and keeps it in the data folder",
  ),
  AUTH_JWKS_URL: z.url({ protocol: /^https?$/ }).optional().describe(
    "Address of the public keys of tokens signed with RS256, ES256 or EdDSA; this or the secret is needed",
  ),
  AUTH_ISSUER: z.string().optional().describe("Claim `iss` that tokens must have; any if it is not set"),
  AUTH_AUDIENCE: z.string().optional().describe("Claim `aud` that tokens must have; any if it is not set"),
  AUTH_CLOCK_TOLERANCE_SECONDS: z.coerce.number().min(0).max(600).default(5).describe(
    "How far the clocks of the gateway and of the signer of tokens may be apart, in seconds",
  ),
  AUTH_TENANT_CLAIM: z.string().default("tenant_id").describe("Claim that names the token's tenant"),
  ALLOWED_ORIGINS: z.string().default("").describe(
    "Origins that browsers may call from, exact and separated by commas, such as `https://app.example.com`; " +
      "`localhost` is every port of this machine, which `dev` allows by default",
  ),
  MAX_LINE_BYTES: bytes.default(1_048_576).describe(
    "Longest event line taken, in bytes; a longer one is rejected",
  ),
  MAX_UNPACKED_BYTES: bytes.default(1_073_741_824).describe("Most bytes a gzip body may unpack to"),
  MAX_QUERY_SECONDS: z.coerce.number().positive().default(30).describe(
    "Longest time a query may run, in seconds",
  ),
  CACHE_MAX_BYTES: count.default(268_435_456).describe(
    "Bytes that cached answers take together at most in each gateway; 0 caches none",
  ),
  CDN_PURGE_URL: z.url({ protocol: /^https?$/ }).optional().describe(
    "Address that has a CDN forget answers; with it, CDNs are let keep them",
  ),
  CDN_PURGE_TOKEN: z.string().min(1).optional().describe("Token that is sent there"),
  CDN_PURGE_STYLE: z.enum(["cloudflare", "fastly"]).default("cloudflare").describe(
    'What is sent there: `{"tags": […]}` with the token as a bearer\'s, or `{"surrogate_keys": […]}` with the token as `Fastly-Key`',
  ),
  CDN_MAX_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300).describe(
    "Longest time for which a CDN may keep an answer whose tables do not change",
  ),
  MAX_QUERY_MEMORY_BYTES: bytes.max(8_000_000_000).default(2_000_000_000).describe(
    "Most memory a query may use in ClickHouse, unless its front matter says otherwise; at most 8 GB",
  ),
  MAX_QUERY_ROWS: count.default(2_000_000_000).describe(
    "Most rows a query may read, unless its front matter says otherwise; 0 is any number",
  ),
  MAX_QUERY_BYTES: count.default(200_000_000_000).describe(
    "Most bytes a query may read, unless its front matter says otherwise; 0 is any number",
  ),
  MAX_RESULT_BYTES: bytes.default(33_554_432).describe(
    "Longest JSON answer, in bytes; exports have no such limit",
  ),
  CLICKHOUSE_MAX_CONCURRENCY: z.coerce.number().int().positive().optional().describe(
    "Named queries that the gateway runs at once; without it four for each core of the server, but at most half of " +
      "what the server takes",
  ),
  BUDGET_DAILY_QUERIES: count.default(10_000).describe(
    "Queries that a tenant may ask a day, unless an admin decided otherwise",
  ),
  BUDGET_MONTHLY_QUERIES: count.default(200_000).describe("Queries that a tenant may ask a month"),
  BUDGET_DAILY_BYTES: bytes.optional().describe(
    "Bytes that the queries of a tenant may read a day; without it, there is no such budget",
  ),
  BUDGET_REQUESTS_PER_SECOND: z.coerce.number().int().positive().default(100).describe(
    "Requests other than events that a tenant may send a second, to each gateway",
  ),
  MIGRATIONS: z.string().default("").transform((text) =>
    text.split(",").map((name) => name.trim()).filter(Boolean)
  )
    .pipe(z.array(z.enum(optionalMigrations, `must be of: ${optionalMigrations.join(", ")}`)))
    .describe(
      "Optional folders of migrations that belong to the database too, separated by commas: `postgres`, `kafka`, `nats`",
    ),
  SLUICE_SQL_DIR: z.string().default("sql").describe(
    "Folder of the query files; a relative one is below the project's root",
  ),
  TELL_COSTS: z.enum(["coarse", "exact"]).default("coarse").describe(
    "How callers without the scope `admin` are told what a query read: in wide steps, or exactly, which tells them of " +
      "other tenants' rows; `dev` tells exactly",
  ),
  SLUICE_ON_BROKEN: z.enum(["keep", "drop"]).default("keep").describe(
    "What becomes of a query whose file is saved with a mistake: `keep` goes on serving the last good version, `drop` stops " +
      "serving it",
  ),
  QUALITY_CHECKS: z.enum(["run", "off"]).default("run").describe(
    "`run`: gateways run the quality checks that are due, each by one of them; `off` where only `deno task quality` runs them",
  ),
  SLUICE_DATA_DIR: z.string().default(".sluice").describe("`dev`: folder of the embedded engine's data"),
  SLUICE_DEMO: z.enum(["0", "1"]).default("1").describe("`dev`: 0 starts without demo data"),
  STREAMING_ENABLED: z.enum(["off", "tenants", "all"]).default("off").describe(
    "Who may follow live updates: nobody, the tenants for whom an admin has switched them on, or all but those for whom they " +
      "are switched off; `dev` takes `all`",
  ),
  STREAM_MAX_CONNECTIONS: count.default(20_000).describe("Streams that a gateway holds open at most"),
  STREAM_MAX_CONNECTIONS_PER_TENANT: count.default(1_000).describe(
    "Streams of a tenant that a gateway holds open at most",
  ),
  STREAM_HEARTBEAT_SECONDS: z.coerce.number().positive().default(30).describe(
    "After so long without a frame a stream gets one that says where it stands",
  ),
  STREAM_IDLE_SECONDS: z.coerce.number().positive().default(900).describe(
    "After so long without an event a stream ends; browsers come back by themselves and miss nothing",
  ),
  STREAM_MAX_SECONDS: z.coerce.number().positive().default(14_400).describe(
    "A stream ends when it is so old, give or take a tenth, so that not all come back at once",
  ),
  NATS_URL: z.string().regex(
    /^(nats|tls):\/\/[^\s,]+(,(nats|tls):\/\/[^\s,]+)*$/,
    "must be addresses that begin with nats:// or tls://, separated by commas",
  ).refine((list) => list.split(",").every((address) => URL.canParse(address)), "must be addresses")
    .optional().describe(
      "Servers of NATS JetStream, a second source of live updates, and that of the sink, such as `nats://name:password@localhost:4222`; several are " +
        "separated by commas",
    ),
  NATS_STREAM: z.string().regex(/^[\w-]+$/, "must be letters, digits, hyphens and underscores").default(
    "sluice_live",
  )
    .describe(
      "Stream of JetStream that is read; the gateway makes it when it is not there, and keeps messages for 25 hours",
    ),
  NATS_SUBJECTS: z.string().default("metrics.>,journey.>,q2q.>").transform((text) =>
    text.split(",").map((subject) => subject.trim()).filter(Boolean)
  ).pipe(z.array(z.string().regex(/^[^\s.]+(\.[^\s.]+)*$/, "must be subjects, separated by commas")).min(1))
    .describe(
      "Subjects of that stream when the gateway makes it, separated by commas",
    ),
  NATS_TENANT_HEADER: z.string().regex(/^[\w-]+$/, "must be the name of a header").default("Sluice-Tenant")
    .describe(
      "Header of a message that names its tenant",
    ),
  NATS_TENANT_FIELD: z.string().min(1).default("companyId").describe(
    "Field of a message's payload that names its tenant when there is no such header",
  ),
  SINK_SUBJECTS: z.string().default(
    "pipeline.message.*=outreach,campaign.*=outreach,workflow.run.*=outreach,sequence.*=outreach,contact.*=outreach",
  ).transform((text) => text.split(",").map((pair) => pair.trim()).filter(Boolean)).pipe(
    z.array(
      z.string().regex(
        /^([\w-]+|\*)(\.([\w-]+|\*))*(\.>)?=[A-Za-z_]\w*$/,
        "must be pairs of a subject and a stream of events, such as campaign.*=outreach, separated by commas",
      ),
    ).min(1).max(32).refine(
      (pairs) => new Set(pairs).size === pairs.length,
      "must not name a pair twice",
    ),
  ).describe(
    "`sink`: subjects of NATS and the streams of events that their messages belong to, separated by commas",
  ),
  SINK_BATCH_MESSAGES: z.coerce.number().int().min(1).max(20_000).default(1_000).describe(
    "`sink`: an insert begins when so many messages of a stream wait, and takes all that do, 50,000 at most",
  ),
  SINK_BATCH_SECONDS: z.coerce.number().positive().max(3_600).default(10).describe(
    "`sink`: it begins with fewer when the first of them has waited so long",
  ),
  SINK_ACK_WAIT_SECONDS: z.coerce.number().min(1).max(3_600).default(30).describe(
    "`sink`: after so long without a word of the sink NATS delivers a message again; the sink tells it of those it holds",
  ),
  SINK_PORT: port.default(8788).describe("`sink`: port of its probes and metrics; 0 takes a free one"),
  SLUICE_POSTGRES_HOST: z.string().min(1).optional().describe(
    "`follow-postgres`: host of the Postgres that ClickHouse reads, with the same four further variables as ClickHouse's server",
  ),
  SLUICE_POSTGRES_PORT: port.default(5432).describe("`follow-postgres`: its port"),
  SLUICE_POSTGRES_DATABASE: z.string().min(1).default("postgres").describe("`follow-postgres`: its database"),
  SLUICE_POSTGRES_USER: z.string().min(1).default("sluice").describe(
    "`follow-postgres`: who listens there; no rights are needed",
  ),
  SLUICE_POSTGRES_PASSWORD: z.string().default("").describe("`follow-postgres`: the password"),
  SLUICE_POSTGRES_TLS: z.enum(["disable", "prefer", "require", "verify-full"]).default("prefer").describe(
    "`follow-postgres`: whether the connection is encrypted: never, if Postgres can, always, or always and with the certificate " +
      "checked",
  ),
  FOLLOW_INTERVAL_MS: z.coerce.number().int().min(100).max(900_000).default(1_000).describe(
    "`follow-postgres`: shortest time from one run of a source to its next, in milliseconds",
  ),
  GATEWAY_OBJECTS: z.coerce.number().int().min(1).max(1_000).default(1).describe(
    "On workerd: Durable Objects at each place among which callers are spread, by their credential",
  ),
  METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional().describe(
    "Bearer token that `/metrics` wants; without it, everybody who reaches the gateway may read them",
  ),
  LOG_FORMAT: z.enum(["json", "text"]).optional().describe(
    "Form of the log; by default `text` in a terminal and `json` elsewhere",
  ),
  LOG_LEVEL: z.enum(["info", "warn", "error"]).default("info").describe(
    "What is logged: everything, with a line for each request; warnings and errors; errors",
  ),
} satisfies Record<string, z.ZodType>;

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
