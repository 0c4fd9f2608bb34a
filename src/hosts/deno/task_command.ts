/** A command line of Deno, in the form that started this one: who uses npx may have no Deno of their own. */
export function denoCommand(args: string): string {
  return `${Deno.env.get("npm_lifecycle_event") === "npx" ? "npx -y deno@2" : "deno"} ${args}`;
}

/** The command line of a task, in the same form. */
export function taskCommand(task: string): string {
  return denoCommand(`task ${task}`);
}
