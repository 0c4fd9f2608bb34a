import type { Progress } from "./demo/load.ts";

const width = 30;

/** A bar that fills up in a terminal; elsewhere one line at the beginning and one at the end. */
export function progressBar(title: string): Progress {
  const encoder = new TextEncoder();
  const print = (text: string) => Deno.stdout.writeSync(encoder.encode(text));
  const isTerminal = Deno.stdout.isTerminal();
  return (done, all) => {
    if (!isTerminal) {
      if (done === 0) print(`${title} …\n`);
      if (done === all) print(`${title}: done\n`);
      return;
    }
    const filled = Math.round((done / all) * width);
    const percent = Math.round((done / all) * 100);
    print(
      `\r${title} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${percent} %${done === all ? "\n" : ""}`,
    );
  };
}
