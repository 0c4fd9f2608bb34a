import { isInstalled } from "./installed.ts";

/** The Python whose modules tests use; `.ci/install_python` makes one. */
export const python = Deno.env.get("SLUICE_TEST_PYTHON") ?? "python3";

/** Whether all modules are there; says so when not. Throws where they are required. */
export async function hasModule(...modules: string[]): Promise<boolean> {
  if (await imports(modules)) return true;
  const why = `Python lacks ${modules.join(" or ")} (.ci/install_python installs them)`;
  if (Deno.env.get("SLUICE_REQUIRE_SERVICES") === "1") throw new Error(why);
  // deno-lint-ignore no-console -- a skipped check must be seen
  console.log(`Skipped, since ${why}`);
  return false;
}

/** A program that Python's installer put beside Python; undefined, and said so, when it is not there. Throws where it is required. */
export async function pythonProgram(name: string): Promise<string | undefined> {
  const path = `${python.slice(0, python.lastIndexOf("/") + 1)}${name}`;
  return await isInstalled(path) ? path : undefined;
}

async function imports(modules: string[]): Promise<boolean> {
  try {
    const args = ["-c", `import ${modules.join(", ")}`];
    const { success } = await new Deno.Command(python, { args, stderr: "null" }).output();
    return success;
  } catch {
    return false;
  }
}
