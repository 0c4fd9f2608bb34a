/** Sent messages of outreach as lines: other ids for each first number. */
export function sentEvents(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      id: `5e9f8d4e-0000-4000-8000-${(first + i).toString(16).padStart(12, "0")}`,
      eventType: "message_sent",
      entityId: `m${first + i}`,
      channel: (first + i) % 3 ? "email" : "sms",
      occurredAt: "2026-11-20T10:00:00Z",
    }));
}

/** How many of the messages of `sentEvents` with these numbers went by each channel, counted one by one. */
export function channelsOf(count: number): Record<string, number> {
  const channels: Record<string, number> = { email: 0, sms: 0 };
  for (let n = 0; n < count; n++) channels[n % 3 ? "email" : "sms"]++;
  return channels;
}
