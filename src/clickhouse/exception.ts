import { Problem, type ProblemType } from "../base/problem.ts";

/** What ClickHouse answered instead of a result. The message holds SQL and names: it is for the log. */
export class ClickHouseError extends Error {
  override readonly name = "ClickHouseError";

  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/**
 * The engine's message without its code, its version and the statement it repeats, for an author who has that before
 * him. A statement holds the values that were bound.
 */
export function withoutStatement(message: string): string {
  return message.replace(/^Code: \d+\. DB::Exception: /, "").replace(/ \(version [^)]*\)\s*$/, "")
    .replace(/[.,:]? in scope .*?(?=\. Maybe you meant|\. \([A-Z_]+\)$|$)/is, "")
    .replace(/: while (executing|processing) .*?(?=\. \([A-Z_]+\)$|$)/is, "")
    .replace(/(?<=\(line \d+, col \d+\)): .*?(?=\. [A-Z(]|$)/s, "")
    .trim();
}

/** The engine's message for the log: without values that callers have sent. */
export function withoutValues(message: string): string {
  return withoutStatement(message).replace(/'(?:[^'\\]|\\.)*(?:'|\\?$)/gs, "'…'");
}

/** A failure for the log. What `throwIf` says is for the caller alone, who may have sent some of it. */
export function textForLog({ code, message }: ClickHouseError): string {
  return `Code ${code}: ${code === throwIfCode ? "the query threw" : withoutValues(message)}`;
}

/** ClickHouse could not be asked: refused, reset or silent. */
export class ClickHouseUnreachable extends Error {
  override readonly name = "ClickHouseUnreachable";
}

/**
 * ClickHouse's error codes that are not our own fault, and the problem each becomes; any other means that the
 * query file is wrong. Source: src/Common/ErrorCodes.cpp of ClickHouse.
 */
const problemOfCode: Record<number, ProblemType> = {
  // a value that the engine refuses to read as the parameter's type
  6: "invalid-parameter", // CANNOT_PARSE_TEXT
  26: "invalid-parameter", // CANNOT_PARSE_QUOTED_STRING
  27: "invalid-parameter", // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  38: "invalid-parameter", // CANNOT_PARSE_DATE
  41: "invalid-parameter", // CANNOT_PARSE_DATETIME
  69: "invalid-parameter", // ARGUMENT_OUT_OF_BOUND
  72: "invalid-parameter", // CANNOT_PARSE_NUMBER
  321: "invalid-parameter", // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  376: "invalid-parameter", // CANNOT_PARSE_UUID
  457: "invalid-parameter", // BAD_QUERY_PARAMETER
  159: "timeout", // TIMEOUT_EXCEEDED
  160: "timeout", // TOO_SLOW
  158: "query-too-large", // TOO_MANY_ROWS
  241: "query-too-large", // MEMORY_LIMIT_EXCEEDED
  307: "query-too-large", // TOO_MANY_BYTES
  396: "query-too-large", // TOO_MANY_ROWS_OR_BYTES
  202: "overloaded", // TOO_MANY_SIMULTANEOUS_QUERIES
  203: "overloaded", // NO_FREE_CONNECTION
  252: "overloaded", // TOO_MANY_PARTS
  745: "overloaded", // SERVER_OVERLOADED
  242: "unavailable", // TABLE_IS_READ_ONLY
  243: "unavailable", // NOT_ENOUGH_SPACE
  210: "unavailable", // NETWORK_ERROR
};

/** FUNCTION_THROW_IF_VALUE_IS_NON_ZERO. */
export const throwIfCode = 395;

/** The problem that a failure of ClickHouse is to the caller; the failure itself stays in `cause`. */
export function problemOf(error: ClickHouseError | ClickHouseUnreachable): Problem {
  if (error instanceof ClickHouseUnreachable) {
    return new Problem("unavailable", { retryAfterSeconds: 1 }, error);
  }
  if (error.code === throwIfCode) return problemOfThrowIf(error);
  const type = problemOfCode[error.code] ?? "broken-query";
  const retryAfterSeconds = type === "overloaded" || type === "unavailable" ? 1 : undefined;
  const detail = type === "query-too-large" ? limitIn(error.message) : undefined;
  return new Problem(type, { detail, retryAfterSeconds }, error);
}

/** The limit that the engine says was met, as a sentence. */
function limitIn(message: string): string | undefined {
  const [, memory] = /\bmaximum: ([\d.]+ \w+)/.exec(message) ?? [];
  if (memory) return `It may use ${memory} of memory`;
  const [, unit, most] = /\bmax (rows|bytes): ([\d.]+(?: \w+)?)/.exec(message) ?? [];
  const does = /result exceeded/.test(message) ? "answer" : "read";
  return most && `It may ${does} ${most.replace(/\.00\b/, "")}${unit === "rows" ? " rows" : ""}`;
}

/**
 * A query refuses its parameters with `throwIf(condition, 'startDate: The start must be before the end')`;
 * that sentence is the analyst's, written for the caller. In place of a parameter, `not-found: ` and `conflict: ` choose
 * these problems. The engine appends `: while executing …` to it.
 */
function problemOfThrowIf(error: ClickHouseError): Problem {
  const sentence = error.message.replace(/^Code: \d+\. DB::Exception: /, "").split(
    /: [Ww]hile (?:executing|processing) /,
  )[0];
  const [, type, about] = /^(not-found|conflict): (.+)$/s.exec(sentence) ?? [];
  if (type) return new Problem(type as ProblemType, { detail: about }, error);
  const [, parameter, detail] = /^([A-Za-z][A-Za-z0-9]*): (.+)$/s.exec(sentence) ?? [];
  return parameter
    ? new Problem("invalid-parameter", { detail: `${parameter}: ${detail}`, parameter }, error)
    : new Problem("invalid-request", { detail: sentence }, error);
}
