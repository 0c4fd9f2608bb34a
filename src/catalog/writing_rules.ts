/** The keys of a header that say whether and how its file writes. */
interface WritingKeys {
  method?: string;
  into?: string;
  returns: string;
  scope?: string;
  tenant?: string;
  page?: unknown;
  columns: Record<string, unknown>;
}

interface Context {
  addIssue(issue: { code: "custom"; path: string[]; message: string }): void;
}

/** Refuses headers that are neither a query's nor a writing endpoint's. */
export function checkWriting(header: WritingKeys, context: Context): void {
  const fault = faultOf(header);
  if (fault) context.addIssue({ code: "custom", path: [fault[0]], message: fault[1] });
}

function faultOf(header: WritingKeys): [key: string, message: string] | undefined {
  if (!header.method) {
    if (header.into) return ["into", "needs a `method`, such as POST"];
    if (header.returns === "none") {
      return ["returns", "`none` is for writing endpoints, which have a `method`"];
    }
    return;
  }
  if (!header.into) return ["method", "a writing endpoint says `into` which table it writes"];
  if (header.returns !== "none") return ["method", "a writing endpoint has `returns: none`"];
  if (!header.scope) return ["method", "a writing endpoint needs a `scope`, such as cohorts:write"];
  if (header.tenant) return ["tenant", "a writing endpoint reads and writes the rows of its caller's tenant"];
  if (header.page) return ["page", "a writing endpoint has no pages"];
  const [column] = Object.keys(header.columns);
  if (column) return ["columns", "a writing endpoint answers no columns"];
}
