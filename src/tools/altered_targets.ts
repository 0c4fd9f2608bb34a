/** A migration's name and its text. */
export interface MigrationFile {
  name: string;
  text: string;
}

/**
 * Migrations that alter a table which a refreshable view replaces. A refresh that is under way has made its new table as the old
 * one was, and puts it in place when it is over: the change would be gone (seen in 26.7). Takes the migrations in their order;
 * returns a sentence for each that is wrong.
 */
export function findAlteredTargets(migrations: MigrationFile[]): string[] {
  /** The view that replaces each table. */
  const views = new Map<string, string>();
  const faults: string[] = [];
  for (const { name, text } of migrations) {
    const sql = text.split(/^-- migrate:down/m)[0].replaceAll(/--.*$/gm, "");
    const dropped = /\bDROP\s+(?:VIEW|TABLE)\s+(?:IF\s+EXISTS\s+)?(\w+)/i.exec(sql)?.[1];
    for (const [table, view] of views) if (view === dropped) views.delete(table);
    const altered = /\bALTER\s+TABLE\s+(\w+)/i.exec(sql)?.[1];
    if (altered && views.has(altered)) {
      faults.push(
        `${name} alters ${altered}, which the view ${
          views.get(altered)
        } replaces: drop the view before, and make it again after`,
      );
    }
    const [, view, schedule, target] =
      /\bCREATE\s+MATERIALIZED\s+VIEW\s+(\w+)\s+(REFRESH\b.*?)\bTO\s+(\w+)/is.exec(sql) ?? [];
    if (view && !/\bAPPEND\b/i.test(schedule)) views.set(target, view);
  }
  return faults;
}
