const MAX_QUOTED = 64;

/**
 * A value that a parameter cannot have. The message goes after the parameter's name: `must be …`, or
 * `at [2].name must be …` for a part of it.
 */
export class ParameterError extends Error {
  override name = "ParameterError";
  constructor(readonly reason: string, readonly path = "") {
    super(path === "" ? reason : `at ${path} ${reason}`);
  }
}

/** Returns the error that says what was wanted and quotes what came, cut to 64 characters. */
export function unwanted(wanted: string, input: unknown, hint = ""): ParameterError {
  return new ParameterError(`must be ${wanted}, not ${describe(input)}${hint}`);
}

/** Returns the error with one more step in front of its path. */
export function within(step: string, error: unknown): unknown {
  if (!(error instanceof ParameterError)) return error;
  return new ParameterError(error.reason, step + error.path);
}

/** Returns the value as an error shows it: text in quotes, cut to 64 characters, and of a list or an object only what it is. */
export function describe(input: unknown): string {
  if (typeof input === "string") {
    return input.length > MAX_QUOTED
      ? `${JSON.stringify(input.slice(0, MAX_QUOTED))}…`
      : JSON.stringify(input);
  }
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object" && input !== null) return "an object";
  return String(input);
}
