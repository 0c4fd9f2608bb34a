/**
 * What a field such as `Accept` or `Accept-Encoding` takes, in lower case, and how much it wants each: from 1 down to 0, which
 * refuses it (RFC 9110, section 12.4.2).
 */
export function readQualities(field: string): Map<string, number> {
  const qualities = new Map<string, number>();
  for (const part of field.split(",")) {
    const [name, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    if (!qualities.has(name)) qualities.set(name, quality ? Number(quality.slice(2)) || 0 : 1);
  }
  return qualities;
}
