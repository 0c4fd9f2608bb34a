/** The command line of a task, in the form that started this one: who uses npx may have no Deno of their own. */
export function taskCommand(task: string): string {
  const deno = Deno.env.get("npm_lifecycle_event") === "npx" ? "npx -y deno@2" : "deno";
  return `${deno} task ${task}`;
}
