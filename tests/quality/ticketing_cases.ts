import type { Case } from "./cases.ts";
import type { Planted } from "./world.ts";

// The cases of sales, shows and the warehouse, worked out by hand as those of cases.ts.

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** Notes by hand up to when the view of sales has loaded, later than the engine notes anything. */
export function salesLoadedUntil(watermark: Date, noted: Date): Planted {
  const text = (instant: Date) => instant.toISOString().replace("T", " ").replace("Z", "");
  return {
    table: "etl_watermarks",
    rows: [{ view: "warehouse_sales_refresh", watermark: text(watermark), noted_at: text(noted) }],
  };
}

/** The cases as of an instant. */
export function ticketingCasesAt(now: Date): Case[] {
  const at = (ms: number) => new Date(now.getTime() + ms).toISOString().replace("T", " ").replace("Z", "");
  const dayAt = (ms: number) => at(ms).slice(0, 10);
  const line = (tenant_id: string, row: Record<string, unknown>) => ({
    tenant_id,
    kind: "sale",
    order_id: "o1",
    occurred_at: at(-day),
    user_id: "u1",
    show_id: "gala",
    organizer_id: "hall",
    ticket_type_id: "seat",
    quantity: 2,
    unit_price_minor: 1_000,
    fee_minor: 100,
    discount_minor: 200,
    currency: "EUR",
    channel: "web",
    updated_at: at(-day),
    deleted: false,
    ...row,
  });
  const sales = (tenant_id: string, rows: Record<string, unknown>[]): Planted => ({
    table: "ticketing_sales",
    rows: rows.map((row) => line(tenant_id, { arrived_at: at(-day), ...row })),
  });
  // a load that runs meanwhile changes none of these: their versions are later
  const loaded = (tenant_id: string, rows: Record<string, unknown>[]): Planted => ({
    table: "warehouse_sales",
    rows: rows.map((row) => line(tenant_id, { gross_minor: 2_000, updated_at: at(-hour), ...row })),
  });
  const changes = (table: string, tenant_id: string, rows: Record<string, unknown>[]): Planted => ({
    table,
    rows: rows.map((row, i) => ({
      tenant_id,
      id: `change-${i}`,
      changed_at: at(-30 * day + i * hour),
      deleted: false,
      received_at: at(-day),
      version: i,
      ...row,
    })),
  });
  const refund = (of: string, row: Record<string, unknown> = {}) => ({
    id: `${of}-refund`,
    kind: "refund",
    refund_of: of,
    occurred_at: at(-hour),
    ...row,
  });

  return [
    {
      check: "ticketing/refund-over-sale",
      good: [
        sales("good refund-over-sale", [
          // 2 tickets for 1800, in two halves
          { id: "halves" },
          refund("halves", { id: "half-1", quantity: 1, discount_minor: 100, fee_minor: 50 }),
          refund("halves", { id: "half-2", quantity: 1, discount_minor: 100, fee_minor: 50 }),
          { id: "kept" },
          { id: "long-ago", occurred_at: at(-200 * day) },
          refund("long-ago"),
          // the refund was corrected
          { id: "corrected" },
          refund("corrected", { quantity: 5, updated_at: at(-2 * hour) }),
          refund("corrected", { updated_at: at(-hour) }),
          // taken back
          refund("kept", { deleted: true }),
          // the other tenant refunds this one
          { id: "elsewhere" },
        ]),
      ],
      goodExamined: 5,
      bad: [
        sales("bad refund-over-sale", [
          { id: "a-tickets" },
          refund("a-tickets", { quantity: 3, unit_price_minor: 100, discount_minor: 0 }),
          { id: "b-money" },
          refund("b-money", { discount_minor: 199 }),
          { id: "c-twice" },
          refund("c-twice", { id: "c-1", occurred_at: at(-40 * day) }),
          refund("c-twice", { id: "c-2", quantity: 1, unit_price_minor: 0, discount_minor: 0, fee_minor: 1 }),
          { id: "d-currency" },
          refund("d-currency", { currency: "JPY" }),
          refund("elsewhere"),
          { id: "right" },
          refund("right"),
          // too old to be looked at
          refund("older", { occurred_at: at(-31 * day) }),
        ]),
      ],
      badExamined: 6,
      named: [
        ["a-tickets", "2", "3", "1800", "300", "100", "100", "['EUR']"],
        ["b-money", "2", "2", "1800", "1801", "100", "100", "['EUR']"],
        ["c-twice", "2", "3", "1800", "1800", "100", "101", "['EUR']"],
        ["d-currency", "2", "2", "1800", "1800", "100", "100", "['EUR','JPY']"],
        ["elsewhere", "0", "2", "0", "1800", "0", "100", "['EUR']"],
      ].map(([lineId, sold, refunded, soldMinor, refundedMinor, soldFee, refundedFee, currencies]) => ({
        lineId,
        ticketsSold: sold,
        ticketsRefunded: refunded,
        soldMinor,
        refundedMinor,
        soldFeeMinor: soldFee,
        refundedFeeMinor: refundedFee,
        currencies,
      })),
    },
    {
      check: "ticketing/unknown-ticket-type",
      good: [
        sales("good unknown-ticket-type", [{ id: "s1" }, { id: "s2" }]),
        changes("ticketing_ticket_types", "good unknown-ticket-type", [
          { ticket_type_id: "seat", name: "Seat" },
          // of this tenant alone
          { ticket_type_id: "box", name: "Box" },
        ]),
      ],
      goodExamined: 2,
      bad: [
        sales("bad unknown-ticket-type", [
          { id: "s1" },
          { id: "s2", ticket_type_id: "box" },
          { id: "s3", ticket_type_id: "box", occurred_at: at(-31 * day) },
        ]),
        changes("ticketing_ticket_types", "bad unknown-ticket-type", [{ ticket_type_id: "seat" }]),
      ],
      badExamined: 2,
      named: [{ id: "s2", ticketTypeId: "box", showId: "gala", occurredAt: at(-day) }],
    },
    {
      check: "ticketing/sale-without-show",
      good: [
        sales("good sale-without-show", [{ id: "s1" }, { id: "s2", show_id: "ball" }]),
        changes("ticketing_shows", "good sale-without-show", [{ show_id: "gala" }, { show_id: "ball" }]),
      ],
      goodExamined: 2,
      bad: [
        sales("bad sale-without-show", [{ id: "s1" }, { id: "s2", show_id: "ball" }, refund("s2")]),
        changes("ticketing_shows", "bad sale-without-show", [
          { show_id: "gala" },
          { show_id: "ball" },
          { show_id: "ball", deleted: true },
        ]),
      ],
      badExamined: 2,
      named: [{ id: "s2", showId: "ball", organizerId: "hall", occurredAt: at(-day) }],
    },
    {
      check: "ticketing/show-ends-before-start",
      good: [
        changes("ticketing_shows", "good show-ends-before-start", [
          { show_id: "gala", starts_at: at(day), ends_at: at(day + hour) },
          // both were put off, in two changes
          { show_id: "gala", starts_at: at(2 * day) },
          { show_id: "gala", ends_at: at(2 * day + hour) },
          { show_id: "open-end", starts_at: at(day) },
        ]),
      ],
      goodExamined: 2,
      bad: [
        changes("ticketing_shows", "bad show-ends-before-start", [
          { show_id: "gala", name: "Gala", starts_at: at(day), ends_at: at(day + hour) },
          { show_id: "gala", starts_at: at(2 * day) },
          { show_id: "ball", starts_at: at(day), ends_at: at(day) },
        ]),
      ],
      badExamined: 2,
      named: [{ showId: "gala", name: "Gala", startsAt: at(2 * day), endsAt: at(day + hour) }],
    },
    {
      check: "ticketing/sales-freshness",
      good: [
        sales("good sales-freshness", [
          { id: "s1", arrived_at: at(-80 * hour) },
          { id: "s2", arrived_at: at(-71 * hour) },
        ]),
      ],
      goodExamined: 1,
      bad: [
        sales("bad sales-freshness", [
          { id: "s1", arrived_at: at(-80 * hour) },
          { id: "s2", arrived_at: at(-73 * hour) },
          // what covers a place that a sale has left is no sale
          { id: "s3", arrived_at: at(-hour), deleted: true },
        ]),
      ],
      badExamined: 1,
      named: [{ arrivedAt: at(-73 * hour) }],
    },
    {
      check: "warehouse/sales-balance",
      good: [
        sales("good sales-balance", [
          { id: "s1", quantity: 9, updated_at: at(-2 * day) },
          { id: "s1" },
          refund("s1", { occurred_at: at(-day) }),
        ]),
        loaded("good sales-balance", [{ id: "s1" }, refund("s1", { occurred_at: at(-day) })]),
        salesLoadedUntil(new Date(now.getTime() - hour), now),
      ],
      goodExamined: 2,
      bad: [
        sales("bad sales-balance", [
          { id: "s1" },
          { id: "s2" },
          // it began to be stored before the load began, and may have been there after it
          { id: "s3", occurred_at: at(-2 * day), arrived_at: at(-hour - 9 * minute) },
          // to this the load has come
          { id: "s5", occurred_at: at(-3 * day), arrived_at: at(-25 * hour) },
        ]),
        loaded("bad sales-balance", [
          { id: "s1" },
          { id: "s2", unit_price_minor: 1_001, gross_minor: 2_002 },
          { id: "s4", currency: "JPY" },
          { id: "s5", occurred_at: at(-3 * day), quantity: 3, gross_minor: 3_000 },
        ]),
      ],
      badExamined: 4,
      named: [
        [dayAt(-3 * day), "EUR", "1", "1", "2", "3", "2000", "3000", "200", "200", "100", "100"],
        [dayAt(-day), "EUR", "2", "2", "4", "4", "4000", "4002", "400", "400", "200", "200"],
        [dayAt(-day), "JPY", "0", "1", "0", "2", "0", "2000", "0", "200", "0", "100"],
      ].map(([day, currency, lines, loadedLines, tickets, loadedTickets, gross, loadedGross, ...rest]) => ({
        day,
        currency,
        kind: "sale",
        lines,
        loadedLines,
        tickets,
        loadedTickets,
        grossMinor: gross,
        loadedGrossMinor: loadedGross,
        discountMinor: rest[0],
        loadedDiscountMinor: rest[1],
        feeMinor: rest[2],
        loadedFeeMinor: rest[3],
      })),
    },
  ];
}
