import type { StreamName } from "./stream_name.ts";
import { fill } from "./template.ts";
import kafkaSql from "./templates/kafka.sql" with { type: "text" };
import landingKafkaSql from "./templates/landing_kafka_mv.sql" with { type: "text" };
import landingNatsSql from "./templates/landing_nats_mv.sql" with { type: "text" };
import natsSql from "./templates/nats.sql" with { type: "text" };

const brokers: Record<string, [table: string, view: string]> = {
  kafka: [kafkaSql, landingKafkaSql],
  nats: [natsSql, landingNatsSql],
};

/** The migrations by which a stream takes messages of the brokers that are among `named`: folder, object and text. */
export function brokerMigrations(
  { stream }: StreamName,
  named: string[],
): { folder: string; object: string; text: string }[] {
  return Object.entries(brokers).filter(([broker]) => named.includes(broker)).flatMap(
    ([broker, [table, view]]) => [
      { folder: broker, object: `${stream}_${broker}`, text: fill(table, { stream }) },
      { folder: broker, object: `${stream}_landing_${broker}_mv`, text: fill(view, { stream }) },
    ],
  );
}
