/** Placeholders that the gateway binds, by name, with their types: from the credential, from the clock, and at random. */
export const reserved: Record<string, string> = {
  tenantId: "String",
  now: "DateTime64(3,'UTC')",
  newId: "UUID",
};
