/** The generator, which `.ci/install_python` installs. */
const generator = "openapi_python_client";

/** The generator is not there, or could not do it. */
export class PythonClientError extends Error {
  override readonly name = "PythonClientError";
}

/** Has openapi-python-client write a package for the document of a file; what is in the folder goes. Throws PythonClientError. */
export async function writePythonClient(python: string, document: string, folder: string): Promise<void> {
  const args = ["-m", generator, "generate", "--path", document, "--output-path", folder, "--meta", "setup"];
  try {
    // `ruff` of the same Python puts the files in order
    const path = `${python.slice(0, python.lastIndexOf("/") + 1) || "."}:${Deno.env.get("PATH") ?? ""}`;
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: [...args, "--overwrite"],
      env: { PATH: path, PYTHONUTF8: "1" },
    }).output();
    if (success) return;
    const printed = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
    throw new PythonClientError(
      /No module named .?openapi_python_client/.test(printed)
        ? `${python} has no openapi-python-client: run \`${python} -m pip install openapi-python-client\``
        : printed.slice(-2_000),
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new PythonClientError(`There is no ${python}`);
  }
}
