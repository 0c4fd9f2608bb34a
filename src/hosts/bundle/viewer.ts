/** The module beside a bundle that holds the API reference's files, as they are called. */
interface ViewerModule {
  files: Record<string, string>;
}

/** Not a literal: a bundler would take the module in. */
const viewerModule = "./reference.mjs";

/** Reads a file of the API reference, which is loaded when somebody first asks for one; there is none without its module. */
export async function readViewerFile(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const { files }: ViewerModule = await import(viewerModule);
    return Object.hasOwn(files, name) ? new TextEncoder().encode(files[name]) : undefined;
  } catch {
    return;
  }
}
