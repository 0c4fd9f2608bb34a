import type { JsMsg } from "@nats-io/jetstream";
import { tenantIdFault } from "../../auth/credential.ts";
import { parseJson, RepeatedKey } from "../../base/parse_json.ts";

/** Where a message says whose it is. */
export interface TenantPlaces {
  tenantHeader: string;
  /** Of the payload, when there is no such header. */
  tenantField: string;
}

/** What a message becomes: an event, or a dead letter with the reason, of no tenant when its tenant is not known. */
export type NatsEvent =
  | { tenantId: string; type: string; data: string; reason?: undefined }
  | { tenantId: string; reason: string };

/** The header that names an event's type; else the field `type` does, else the subject. */
export const typeHeader = "Sluice-Type";

/** Longer data is left out, as it is of the log's events. */
const maxDataBytes = 65_536;
/** Types by the first token of the subject; of another one `x` it is `x_updated`. */
const typesOfSubjects: Record<string, string> = {
  metrics: "metric_updated",
  journey: "journey_flag_updated",
};
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a message. What is wrong with it becomes the reason of a dead letter; it throws nothing. */
export function readNatsEvent(
  { subject, headers, data }: Pick<JsMsg, "subject" | "headers" | "data">,
  { tenantHeader, tenantField }: TenantPlaces,
): NatsEvent {
  const header = (name: string) => headers?.has(name) ? headers.get(name) : undefined;
  const named = header(tenantHeader);
  let tenantId = "";
  if (headers && headers.values(tenantHeader).length > 1) {
    return { tenantId, reason: `the header "${tenantHeader}" comes twice` };
  }
  if (named !== undefined) {
    const fault = tenantIdFault(named);
    if (fault) return { tenantId, reason: `the tenant in the header "${tenantHeader}" ${fault}` };
    tenantId = named;
  }
  const payload = parse(data);
  if (payload.fault !== undefined) return { tenantId, reason: payload.fault };
  const field = (name: string) => fieldOf(payload.value, name);
  if (named === undefined) {
    const given = field(tenantField);
    if (given === undefined) {
      return {
        tenantId,
        reason: `neither the header "${tenantHeader}" nor the field "${tenantField}" names a tenant`,
      };
    }
    const fault = typeof given === "string" ? tenantIdFault(given) : "must be text";
    if (fault) return { tenantId, reason: `the tenant in the field "${tenantField}" ${fault}` };
    tenantId = given as string;
  }
  const type = header(typeHeader) ?? field("type") ?? typeOfSubject(subject);
  if (typeof type !== "string" || !/^[\w.-]{1,64}$/.test(type)) {
    return { tenantId, reason: "the type must be 1 to 64 letters, digits, dots, hyphens and underscores" };
  }
  return { tenantId, type, data: data.length > maxDataBytes ? "null" : payload.text };
}

function parse(data: Uint8Array): { text: string; value: unknown; fault?: undefined } | { fault: string } {
  try {
    const text = utf8.decode(data);
    return { text, value: parseJson(text) };
  } catch (error) {
    return { fault: error instanceof RepeatedKey ? error.message : "the payload is not JSON" };
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return;
  return (value as Record<string, unknown>)[name] ?? undefined;
}

function typeOfSubject(subject: string): string {
  const [first] = subject.split(".", 1);
  return Object.hasOwn(typesOfSubjects, first) ? typesOfSubjects[first] : `${first}_updated`;
}
