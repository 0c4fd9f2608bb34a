// Events of one tenant's day, as its producers send them.

/** By stream, the lines to send. Each is new, so that the tables behind the dashboards change. */
export function eventsNow() {
  const occurredAt = new Date().toISOString();
  const id = () => crypto.randomUUID();
  const user = `load-user-${Math.floor(Math.random() * 500)}`;
  const message = `load-message-${id()}`;
  return {
    outreach: ["message_sent", "message_delivered", "message_opened"].map((eventType) => ({
      id: id(),
      eventType,
      entityId: message,
      channel: "email",
      contactId: user,
      sourceType: "campaign",
      sourceId: "load-campaign",
      occurredAt,
    })),
    csr_scores: [{
      id: id(),
      userId: user,
      programId: "mentoring",
      location: "Berlin",
      demographic: "adult",
      dimension: "confidence",
      textType: "reflection",
      score: Math.round(Math.random() * 1_000) / 1_000,
      createdAt: occurredAt,
      updatedAt: occurredAt,
    }],
    csr_journey: [{ id: id(), userId: user, programId: "mentoring", stage: "enrolled", occurredAt }],
  };
}
