import { suggestion } from "../../base/suggestion.ts";
import { type StepResult, verdict } from "../verdict.ts";

// `deno task ok [--except STEP]`: the gate. Each step runs although an earlier one failed. The last line and the exit code say
// what came of all.

/** A step of the gate: what Deno runs, and what to do when it fails. */
interface Step {
  name: string;
  args: string[];
  remedy: string;
}

const steps: Step[] = [
  { name: "format", args: ["fmt", "--check"], remedy: "run deno fmt" },
  { name: "lint", args: ["lint"], remedy: "run deno lint" },
  { name: "types", args: ["check", "src", "tests"], remedy: "run deno check src tests" },
  {
    name: "language",
    args: ["run", "-A", "src/tools/tasks/check_language.ts"],
    remedy: "say it in other words",
  },
  { name: "SQL", args: ["task", "check-sql"], remedy: "run deno task check-sql" },
  { name: "OpenAPI", args: ["task", "openapi", "--check"], remedy: "run deno task openapi" },
  { name: "tests", args: ["task", "test"], remedy: "run deno task test FILE" },
];

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.error(text);

/** Runs a step with its output shown. */
async function run({ name, args, remedy }: Step): Promise<StepResult> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  let tail = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-200);
  }
  const { success } = await child.status;
  say(`${success ? "ok" : "FAILED"}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return { name, success, remedy, tail };
}

async function main([option, except]: string[]): Promise<number> {
  const names = steps.map(({ name }) => name);
  if (option !== undefined && (option !== "--except" || !names.includes(except))) {
    say(
      option === "--except"
        ? `There is no step "${except ?? ""}"${suggestion(except ?? "", names)} (${names.join(", ")})`
        : `deno task ok [--except STEP], not ${option}`,
    );
    return 2;
  }
  const results: StepResult[] = [];
  for (const step of steps.filter(({ name }) => name !== except)) results.push(await run(step));
  say(verdict(results, except));
  return results.every(({ success }) => success) ? 0 : 1;
}

Deno.exit(await main(Deno.args));
