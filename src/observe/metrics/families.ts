import { createExposition, type Labels } from "./exposition.ts";
import type { Histogram } from "./histogram.ts";

/** Samples of a family; a number alone is one without labels. */
export type Samples = (readonly [Labels, number | Histogram])[];

/** Writes families one after the other. */
export type Families = ReturnType<typeof createFamilies>;

/** Writes families whose names begin with `sluice_`, in Prometheus's text format. */
export function createFamilies() {
  const exposition = createExposition();
  const write =
    (type: "counter" | "gauge" | "histogram") => (name: string, help: string, samples: Samples | number) =>
      exposition.family(
        { name: `sluice_${name}`, help, type },
        typeof samples === "number" ? [[{}, samples]] : samples,
      );
  return {
    counter: write("counter"),
    gauge: write("gauge"),
    histogram: write("histogram"),
    text: exposition.text,
  };
}
