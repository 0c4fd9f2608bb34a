/** The keys of front matter that say whether and how its file writes. */
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

/** Refuses front matter that is neither a query's nor a writing endpoint's. */
export function checkWriting(frontMatter: WritingKeys, context: Context): void {
  const fault = faultOf(frontMatter);
  if (fault) context.addIssue({ code: "custom", path: [fault[0]], message: fault[1] });
}

function faultOf(frontMatter: WritingKeys): [key: string, message: string] | undefined {
  if (!frontMatter.method) {
    if (frontMatter.into) return ["into", "needs a `method`, such as POST"];
    if (frontMatter.returns === "none") {
      return ["returns", "`none` is for writing endpoints, which have a `method`"];
    }
    return;
  }
  if (!frontMatter.into) return ["method", "a writing endpoint says `into` which table it writes"];
  if (frontMatter.returns !== "none") return ["method", "a writing endpoint has `returns: none`"];
  if (!frontMatter.scope) return ["method", "a writing endpoint needs a `scope`, such as cohorts:write"];
  if (frontMatter.tenant) {
    return ["tenant", "a writing endpoint reads and writes the rows of its caller's tenant"];
  }
  if (frontMatter.page) return ["page", "a writing endpoint has no pages"];
  const [column] = Object.keys(frontMatter.columns);
  if (column) return ["columns", "a writing endpoint answers no columns"];
}
