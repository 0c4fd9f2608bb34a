import { z } from "zod";
import { port } from "./checks.ts";

/** What the sink takes from NATS, and how it stores it. */
export const sinkVariables = {
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
} satisfies Record<string, z.ZodType>;
