import { z } from "zod";
import { count } from "./checks.ts";

/** Who may follow live updates, and where these come from. */
export const liveVariables = {
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
} satisfies Record<string, z.ZodType>;
