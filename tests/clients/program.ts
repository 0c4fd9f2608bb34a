import {
  answerOf,
  createClient,
  follow,
  type PageParameters,
  pages,
  type Problem,
  rows,
  SluiceProblem,
  StreamEnded,
} from "sluice-client";

// Compiled by tsc and run by Node: what somebody would write who has installed the package. It prints what it sees.
declare const process: { env: Record<"BASE" | "TOKEN" | "LIMITED" | "LIVE", string> };
const { BASE: baseUrl, TOKEN, LIMITED, LIVE } = process.env;
const say = (what: string, value: unknown) => console.log(`${what} ${JSON.stringify(value)}`);

let asked = 0;
const gateway = {
  baseUrl,
  token: async () => {
    asked++;
    return TOKEN;
  },
};
const client = createClient(gateway);

const { data, meta } = await answerOf(
  client.GET("/v1/outreach/overview", { params: { query: { timeRange: "30d" } } }),
);
const sent: number = data.summary.totalMessagesSent;
const rate: number | null = data.summary.openRate;
const days: string[] = data.trend.map((day) => day.date);
say("overview", [sent, rate, days.length, meta.query, asked]);

const eventType = "message_sent" as const;
const sizes: number[] = [];
const byQuery = (page: PageParameters) =>
  answerOf(client.GET("/v1/outreach/events", { params: { query: { eventType, pageSize: 2, ...page } } }));
for await (const { data } of pages(byQuery)) sizes.push(data.length);
say("pages", sizes);
const entities: string[] = [];
for await (const event of rows(byQuery)) entities.push(event.entityId);
say("rows", entities.sort());
const byBody = (page: PageParameters) =>
  answerOf(client.POST("/v1/outreach/events", { body: { eventType, pageSize: 4, ...page } }));
let count = 0;
for await (const _ of rows(byBody)) count++;
say("rows by POST", count);

const deleted: undefined = await answerOf(
  client.PUT("/v1/cohorts/{cohortId}", {
    params: {
      path: { cohortId: (await answerOf(client.POST("/v1/cohorts", { body: { name: "Mates" } }))).data.id },
    },
    body: { name: "Buddies" },
  }),
);
say("without a body", deleted === undefined);

async function problemOf(call: Promise<unknown>): Promise<SluiceProblem<Problem>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof SluiceProblem) return error;
    throw error;
  }
  throw new Error("It was not refused");
}

const bad = await problemOf(
  answerOf(client.GET("/v1/outreach/overview", { params: { query: { startDate: "x" } } })),
);
const type: Problem["type"] | undefined = bad.problem?.type;
say("bad", [bad.status, type, bad.problem?.parameter, bad.requestId?.length, bad.message.length > 0]);
const limited = createClient({ baseUrl, token: LIMITED });
const spent = await problemOf(answerOf(limited.GET("/v1/outreach/overview", {})));
say("spent", [spent.status, spent.problem?.type, Number(spent.retryAfterSeconds) > 0]);
// something that is no gateway
const stranger = await problemOf(
  answerOf(createClient({ baseUrl: `${baseUrl}/docs/nothing` }).GET("/health/live", {})),
);
say("stranger", stranger.status);

// @ts-expect-error a date is text
void (() => client.GET("/v1/outreach/overview", { params: { query: { startDate: 42 } } }));
// @ts-expect-error a value that is not in the list
void (() => client.GET("/v1/outreach/overview", { params: { query: { timeRange: "8d" } } }));
// @ts-expect-error a field that is not there
void data.summary.nothing;

const live = { baseUrl, token: LIVE, types: ["metric_updated"], maxPauseMs: 50 };
for await (const { kind, ...message } of follow({ ...live, lastEventId: "of-nobody" })) {
  say("unknown id", [kind, "reason" in message && message.reason]);
  break;
}
const refused = await problemOf(follow({ ...live, token: "nobody" }).next());
say("refused", refused.status);
const page = () => Promise.resolve(new Response("Log in", { headers: { "content-type": "text/html" } }));
say("no stream", (await problemOf(follow({ ...live, fetch: page }).next())).status);
try {
  say("following", true);
  for await (const message of follow(live)) {
    if (message.kind === "event") say("event", [message.type, message.data, message.id.length > 0]);
  }
} catch (error) {
  if (!(error instanceof StreamEnded)) throw error;
  say("ended", error.reason);
}
const controller = new AbortController();
const ending = follow({ ...live, token: TOKEN, signal: controller.signal }).next();
controller.abort();
say("aborted", (await ending).done);
