import type { Planted } from "./world.ts";

// For each check that is shipped: rows that pass, a planted defect, and how the defect is named. Numbers and names are worked out
// here by hand. Each tenant is of one case alone.

/** What a check must make of planted rows. */
export interface Case {
  check: string;
  /** Rows of the tenant `good …`; the count of what is examined of it. */
  good: Planted[];
  goodExamined: number;
  /** Rows at fault that the threshold allows. */
  goodFailed?: number;
  /** Rows of the tenant `bad …`. */
  bad: Planted[];
  badExamined: number;
  /** The rows at fault, as the sample names them. */
  named: Record<string, string>[];
}

const [hour, day] = [3_600_000, 86_400_000];

/** The cases as of an instant. */
export function casesAt(now: Date): Case[] {
  const at = (ms: number) => new Date(now.getTime() + ms).toISOString().replace("T", " ").replace("Z", "");
  const dayAt = (ms: number) => at(ms).slice(0, 10);
  const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  let ids = 1_000;

  const events = (tenant_id: string, rows: Record<string, unknown>[]): Planted => ({
    table: "outreach_events",
    rows: rows.map((row) => ({
      id: uuid(ids++),
      tenant_id,
      event_type: "message_sent",
      entity_type: "message",
      channel: "email",
      contact_id: "ct_1",
      occurred_at: at(-hour),
      ingested_at: at(-hour),
      ...row,
    })),
  });
  const scores = (tenant_id: string, rows: Record<string, unknown>[]): Planted => ({
    table: "csr_scores",
    rows: rows.map((row) => ({
      id: uuid(ids++),
      tenant_id,
      dimension: "belonging",
      day: dayAt(-day),
      user_id: "u1",
      program_id: "buddy",
      score: 0.5,
      created_at: at(-day),
      updated_at: at(-day),
      deleted: false,
      ...row,
    })),
  });
  const metrics = (tenant_id: string, names: string[]): Planted => ({
    table: "csr_metrics",
    rows: names.map((metric) => ({
      tenant_id,
      id: uuid(ids++),
      metric,
      day: dayAt(-day),
      value: 1,
      period_start: at(-day),
      updated_at: at(-day),
    })),
  });
  const times = (count: number, row: Record<string, unknown> = {}) =>
    Array.from({ length: count }, () => row);
  const dimensions = ["confidence", "belonging", "lang_level_proxy", "job_readiness", "well_being"];
  const lastDays = [1, 2, 3, 4, 5, 6, 7].map((ago) => ({
    entity_id: `d${ago}`,
    occurred_at: at(-ago * day),
  }));
  const rolled = (tenant_id: string, count: number, sum: number): Planted[] => [
    scores(tenant_id, [{ score: 0.25 }, { score: 0.5 }]),
    {
      table: "csr_scores_rollup",
      rows: [{
        tenant_id,
        granularity: "day",
        dimension: "belonging",
        bucket: dayAt(-day),
        scores: count,
        score_sum: sum,
        computed_at: at(0),
      }],
    },
    {
      table: "csr_score_changes",
      rows: [{
        tenant_id,
        granularity: "day",
        dimension: "belonging",
        bucket: dayAt(-day),
        changed_at: at(-day),
        // after the note of the scores themselves, which are written now
        rolled_at: at(-60_000),
      }],
    },
  ];

  return [
    {
      check: "outreach/message-channels",
      good: [events("good message-channels", [{ entity_id: "m1" }])],
      goodExamined: 1,
      bad: [
        events("bad message-channels", [
          { entity_id: "m1" },
          { entity_id: "m2", channel: "", id: uuid(1), occurred_at: at(-2 * hour) },
          // too old to be looked at
          { entity_id: "m3", channel: "", occurred_at: at(-8 * day) },
        ]),
      ],
      badExamined: 2,
      named: [{ id: uuid(1), entityId: "m2", occurredAt: at(-2 * hour) }],
    },
    {
      check: "outreach/sent-once",
      // the same event again is the same event
      good: [events("good sent-once", times(2, { entity_id: "m1", id: uuid(2) }))],
      goodExamined: 1,
      bad: [events("bad sent-once", [{ entity_id: "m1" }, { entity_id: "m1" }, { entity_id: "m2" }])],
      badExamined: 2,
      named: [{ entityId: "m1", events: "2" }],
    },
    {
      check: "outreach/event-times",
      good: [events("good event-times", [{ entity_id: "m1", occurred_at: at(20 * hour) }])],
      goodExamined: 1,
      bad: [
        events("bad event-times", [{
          entity_id: "m1",
          id: uuid(3),
          occurred_at: at(25 * hour),
          ingested_at: at(0),
        }]),
      ],
      badExamined: 1,
      named: [{ id: uuid(3), eventType: "message_sent", occurredAt: at(25 * hour), ingestedAt: at(0) }],
    },
    {
      check: "outreach/contact-ids",
      good: [events("good contact-ids", [{ entity_id: "m1" }, { entity_id: "m2" }])],
      goodExamined: 1,
      bad: [events("bad contact-ids", [{ contact_id: "ann@example.com" }, { contact_id: "ct_2" }])],
      badExamined: 2,
      named: [{ contactId: "ann@example.com" }],
    },
    {
      check: "outreach/opened-was-sent",
      good: [
        events("good opened-was-sent", [
          // m9 is sent here, and opened at the other tenant
          { entity_id: "m9", occurred_at: at(-10 * day) },
          { entity_id: "m9", event_type: "message_opened" },
        ]),
      ],
      goodExamined: 1,
      bad: [
        events("bad opened-was-sent", [
          { entity_id: "m9", event_type: "message_opened", id: uuid(4), occurred_at: at(-3 * hour) },
          { entity_id: "m1" },
          { entity_id: "m1", event_type: "message_clicked" },
        ]),
      ],
      badExamined: 2,
      named: [{ id: uuid(4), eventType: "message_opened", entityId: "m9", occurredAt: at(-3 * hour) }],
    },
    {
      check: "outreach/no-day-missing",
      good: [events("good no-day-missing", lastDays)],
      goodExamined: 7,
      bad: [
        events("bad no-day-missing", [
          ...lastDays.filter(({ entity_id }) => entity_id !== "d3"),
          { entity_id: "d10", occurred_at: at(-10 * day) },
        ]),
      ],
      badExamined: 7,
      named: [{ day: dayAt(-3 * day) }],
    },
    {
      check: "outreach/events-arrive",
      good: [
        events("good events-arrive", [{ ingested_at: at(-30 * hour) }, { ingested_at: at(-23 * hour) }]),
      ],
      goodExamined: 1,
      bad: [events("bad events-arrive", [{ ingested_at: at(-30 * hour) }, { ingested_at: at(-25 * hour) }])],
      badExamined: 1,
      named: [{ arrivedAt: at(-25 * hour) }],
    },
    {
      check: "csr/score-programmes",
      // 1 of 20 is the 5 % that are allowed
      good: [scores("good score-programmes", [...times(19), { program_id: "" }])],
      goodExamined: 20,
      goodFailed: 1,
      bad: [scores("bad score-programmes", [...times(8), { program_id: "", id: uuid(5), user_id: "u7" }])],
      badExamined: 9,
      named: [{ id: uuid(5), userId: "u7", day: dayAt(-day) }],
    },
    {
      check: "csr/score-places",
      good: [scores("good score-places", times(2, { id: uuid(6) }))],
      goodExamined: 1,
      bad: [
        scores("bad score-places", [
          { id: uuid(7) },
          { id: uuid(7), dimension: "confidence" },
          { id: uuid(8) },
        ]),
      ],
      badExamined: 2,
      named: [{
        id: uuid(7),
        places: "2",
        somePlaces: `['belonging ${dayAt(-day)}','confidence ${dayAt(-day)}']`,
      }],
    },
    {
      check: "csr/score-ranges",
      good: [scores("good score-ranges", [{ score: 0 }, { score: 1 }])],
      goodExamined: 2,
      bad: [scores("bad score-ranges", [{ score: 1.5, id: uuid(9) }, { score: 0.1 }])],
      badExamined: 2,
      named: [{ id: uuid(9), dimension: "belonging", day: dayAt(-day), score: "1.5" }],
    },
    {
      check: "csr/metric-names",
      good: [metrics("good metric-names", ["participation_hours", "sroi"])],
      goodExamined: 2,
      bad: [metrics("bad metric-names", ["Participation Hours", "Participation Hours", "sroi"])],
      badExamined: 2,
      named: [{ metric: "Participation Hours", values: "2" }],
    },
    {
      check: "csr/known-companies",
      good: [
        scores("good known-companies", times(2)),
        {
          table: "csr_companies",
          rows: [{ tenant_id: "good known-companies", name: "Good", updated_at: at(-day) }],
        },
      ],
      goodExamined: 1,
      bad: [scores("bad known-companies", times(2))],
      badExamined: 1,
      named: [{ scores: "2" }],
    },
    {
      check: "csr/all-dimensions",
      good: [scores("good all-dimensions", dimensions.map((dimension) => ({ dimension })))],
      goodExamined: 5,
      bad: [scores("bad all-dimensions", dimensions.slice(0, 4).map((dimension) => ({ dimension })))],
      badExamined: 5,
      named: [{ dimension: "well_being" }],
    },
    {
      check: "csr/scores-arrive",
      good: [scores("good scores-arrive", [{ created_at: at(-70 * hour), day: dayAt(-70 * hour) }])],
      goodExamined: 1,
      bad: [scores("bad scores-arrive", [{ created_at: at(-74 * hour), day: dayAt(-74 * hour) }])],
      badExamined: 1,
      named: [{ createdAt: at(-74 * hour) }],
    },
    {
      check: "csr/scores-balance",
      good: rolled("good scores-balance", 2, 0.75),
      goodExamined: 1,
      bad: rolled("bad scores-balance", 3, 0.75),
      badExamined: 1,
      named: [{
        dimension: "belonging",
        day: dayAt(-day),
        scores: "2",
        rolledScores: "3",
        scoreSum: "0.75",
        rolledSum: "0.75",
      }],
    },
  ];
}
