/** An answer that is a page. */
export interface Page<Row = unknown> {
  data: Row[];
  meta: { page?: { next: number | string | null } };
}

/** What to send for a page; the first one takes nothing. */
export interface PageParameters {
  page?: number;
  cursor?: string;
}

/** The pages, each asked for when the one before was taken. */
export async function* pages<Answer extends Page>(
  ask: (parameters: PageParameters) => Promise<Answer>,
): AsyncGenerator<Answer, void, undefined> {
  let parameters: PageParameters = {};
  while (true) {
    const answer = await ask(parameters);
    yield answer;
    const next = answer.meta.page?.next ?? null;
    if (next === null) return;
    parameters = typeof next === "number" ? { page: next } : { cursor: next };
  }
}

/** The rows of all pages. */
export async function* rows<Row>(
  ask: (parameters: PageParameters) => Promise<Page<Row>>,
): AsyncGenerator<Row, void, undefined> {
  for await (const { data } of pages(ask)) yield* data;
}
