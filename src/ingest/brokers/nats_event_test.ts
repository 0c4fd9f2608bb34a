import assert from "node:assert/strict";
import { headers } from "@nats-io/nats-core";
import { readNatsEvent } from "./nats_event.ts";

const places = { tenantHeader: "Sluice-Tenant", tenantField: "companyId" };

function readText(text: string, named: [string, string][] = [], subject = "metrics.a") {
  const all = headers();
  for (const [name, value] of named) all.append(name, value);
  return readNatsEvent({ subject, headers: all, data: new TextEncoder().encode(text) }, places);
}

Deno.test("a tenant's header that comes twice names none of the two, and an empty one is no tenant", () => {
  assert.deepEqual(readText("{}", [["Sluice-Tenant", "a"], ["Sluice-Tenant", "b"]]), {
    tenantId: "",
    reason: 'the header "Sluice-Tenant" comes twice',
  });
  assert.deepEqual(readText('{"companyId":"a"}', [["Sluice-Tenant", ""]]), {
    tenantId: "",
    reason:
      'the tenant in the header "Sluice-Tenant" must be text of 1 to 256 bytes and no control characters',
  });
});

Deno.test("fields are the payload's own, and null is none", () => {
  const noTenant = 'neither the header "Sluice-Tenant" nor the field "companyId" names a tenant';
  for (
    const text of ["null", "7", '"companyId"', "[]", '{"companyId":null}', '{"__proto__":{"companyId":"a"}}']
  ) {
    assert.deepEqual(readText(text), { tenantId: "", reason: noTenant }, text);
  }
  assert.deepEqual(readText('{"companyId":"a","type":null}', [], "toString"), {
    tenantId: "a",
    type: "toString_updated",
    data: '{"companyId":"a","type":null}',
  });
});

Deno.test("nesting of any depth is read, or refused without an end of the program", () => {
  const depth = 500_000;
  const deep = readText("[".repeat(depth) + "]".repeat(depth), [["Sluice-Tenant", "a"]]);
  assert.equal(deep.tenantId, "a");
  assert.deepEqual(readText("[".repeat(depth), [["Sluice-Tenant", "a"]]), {
    tenantId: "a",
    reason: "the payload is not JSON",
  });
});
