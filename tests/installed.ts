/** Whether a program can be run here; says so when not. Throws where it is required. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || Deno.env.get("SLUICE_REQUIRE_SERVICES") === "1") {
      throw error;
    }
    // deno-lint-ignore no-console -- a skipped check must be seen
    console.log(`Skipped, since ${program} is not installed`);
    return false;
  }
}
