/** The problem document of an answer that is none (RFC 9457). */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  parameter?: string;
  errors?: { parameter: string; detail: string }[];
}

/** The gateway, or what stands in front of it, refused or failed. */
export class SluiceProblem<Problem extends ProblemDocument = ProblemDocument> extends Error {
  override readonly name: string = "SluiceProblem";
  readonly status: number;
  /** What the gateway said; undefined when something in front of it answered. */
  readonly problem: Problem | undefined;
  /** For the gateway's log. */
  readonly requestId: string | undefined;
  /** When to try again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body as Problem : undefined;
    super(problem?.detail ?? problem?.title ?? `The answer has status ${response.status}`);
    this.status = response.status;
    this.problem = problem;
    this.requestId = response.headers.get("x-request-id") ?? undefined;
    const seconds = Number(response.headers.get("retry-after") ?? NaN);
    this.retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined;
  }
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === "object" && body !== null && "type" in body && "title" in body && "status" in body;
}

/** What a function of openapi-fetch resolves to. */
export interface Called {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** What a call was answered; undefined when the answer has no body. Throws SluiceProblem when it was refused or failed. */
export async function answerOf<Result extends Called>(
  call: Promise<Result>,
): Promise<Exclude<Result["data"], undefined>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new SluiceProblem(response, error);
  return data as Exclude<Result["data"], undefined>;
}
