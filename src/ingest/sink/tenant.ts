import { tenantIdFault } from "../../auth/credential.ts";
import { parseJson, RepeatedKey } from "../../base/parse_json.ts";
import type { TenantPlaces } from "../brokers/nats_event.ts";
import type { SinkMessage } from "../message.ts";

/** Whose a line is, or why nobody knows: then it is no tenant's dead letter. */
export type Owner = { tenantId: string; fault?: undefined } | { tenantId: ""; fault: string };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The tenant that a message's header names, for all its lines; undefined when there is none. Throws nothing. */
export function headerOwnerOf(
  message: Pick<SinkMessage, "header">,
  { tenantHeader }: TenantPlaces,
): Owner | undefined {
  const named = message.header(tenantHeader);
  if (!named) return nobody("The headers cannot be read");
  if (named.length > 1) return nobody(`The header "${tenantHeader}" comes twice`);
  if (named.length === 0) return;
  const fault = tenantIdFault(named[0]);
  return fault ? nobody(`The tenant in the header "${tenantHeader}" ${fault}`) : { tenantId: named[0] };
}

/** The tenant that a line names where no header does: its field, or that of the object `data` in it. Throws nothing. */
export function payloadOwnerOf(line: Uint8Array, { tenantHeader, tenantField }: TenantPlaces): Owner {
  const payload = parse(line, tenantField);
  if (payload.fault !== undefined) {
    return nobody(`The header "${tenantHeader}" is missing, and ${payload.fault}`);
  }
  const given = fieldOf(payload.value, tenantField) ?? fieldOf(fieldOf(payload.value, "data"), tenantField);
  if (given === undefined) {
    return nobody(`Neither the header "${tenantHeader}" nor the field "${tenantField}" names a tenant`);
  }
  const fault = typeof given === "string" ? tenantIdFault(given) : "must be text";
  return fault ? nobody(`The tenant in the field "${tenantField}" ${fault}`) : { tenantId: given as string };
}

function nobody(fault: string): Owner {
  return { tenantId: "", fault };
}

function parse(data: Uint8Array, field: string): { value: unknown; fault?: undefined } | { fault: string } {
  let text: string;
  try {
    text = utf8.decode(data);
  } catch {
    return { fault: "the payload is not valid UTF-8" };
  }
  try {
    return { value: isPlain(text, field) ? JSON.parse(text) : parseJson(text) };
  } catch (error) {
    return { fault: error instanceof RepeatedKey ? error.message : "the payload is not valid JSON" };
  }
}

/**
 * Whether the field stands there once at most, however it is written: then all readers take the same tenant. Other keys that
 * come twice are for the stream's views to find.
 */
function isPlain(text: string, field: string): boolean {
  if (text.includes("\\")) return false;
  const quoted = JSON.stringify(field);
  const first = text.indexOf(quoted);
  return (first < 0 || text.indexOf(quoted, first + 1) < 0) && countOf(text, '"data"') < 2;
}

function countOf(text: string, part: string): number {
  const first = text.indexOf(part);
  return first < 0 ? 0 : text.indexOf(part, first + 1) < 0 ? 1 : 2;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return;
  return (value as Record<string, unknown>)[name] ?? undefined;
}
