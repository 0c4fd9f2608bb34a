import type { Histogram } from "./histogram.ts";

/** Labels of a sample, by name. */
export type Labels = Record<string, string>;

/** What is written of a family of samples. */
export interface Family {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
}

/** The media type of the text. */
export const mediaType = "text/plain; version=0.0.4; charset=utf-8";

/** Writes Prometheus's text format, version 0.0.4: families one after the other, each with its samples. */
export function createExposition() {
  const lines: string[] = [];

  function sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
    lines.push(`${name}${pairs.length ? `{${pairs.join(",")}}` : ""} ${value}`);
  }

  return {
    /** Writes a family; the samples are pairs of labels and a value. */
    family({ name, help, type }: Family, samples: Iterable<readonly [Labels, number | Histogram]>): void {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value] of samples) {
        if (typeof value === "number") {
          sample(name, labels, value);
          continue;
        }
        let count = 0;
        for (let i = 0; i < value.counts.length; i++) {
          count += value.counts[i];
          sample(`${name}_bucket`, {
            ...labels,
            le: i < value.bounds.length ? String(value.bounds[i]) : "+Inf",
          }, count);
        }
        sample(`${name}_sum`, labels, value.sum);
        sample(`${name}_count`, labels, count);
      }
    },

    text: () => `${lines.join("\n")}\n`,
  };
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
