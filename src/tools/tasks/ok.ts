// `deno task ok [--except STEP]`: the gate. Each step runs although an earlier one failed; the exit code tells.
const steps: [string, string[]][] = [
  ["format", ["fmt", "--check"]],
  ["lint", ["lint"]],
  ["types", ["check", "src", "tests"]],
  ["language", ["run", "-A", "src/tools/tasks/check_language.ts"]],
  ["SQL", ["task", "check-sql"]],
  ["OpenAPI", ["task", "openapi", "--check"]],
  ["tests", ["task", "test"]],
];
const failed: string[] = [];
const [option, except] = Deno.args;
for (const [name, args] of steps.filter(([name]) => option !== "--except" || name !== except)) {
  const start = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  // deno-lint-ignore no-console -- a program for a terminal
  console.error(
    `${success ? "ok" : "FAILED"}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
  );
  if (!success) failed.push(name);
}
Deno.exit(failed.length ? 1 : 0);
