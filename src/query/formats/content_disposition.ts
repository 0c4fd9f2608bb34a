/**
 * The header by which a browser saves an answer as a file named after its query: `outreach/events` as
 * `outreach-events.csv`. Names of queries have no characters that would need an encoding (RFC 6266).
 */
export function contentDisposition(queryName: string, extension: string): string {
  const name = queryName.replaceAll("/", "-").replaceAll(/[^A-Za-z0-9_-]/g, "");
  return `attachment; filename="${name}.${extension}"`;
}
