import type { ClickHouseType } from "../../clickhouse/types/type.ts";
import { unwrapped } from "./flat_columns.ts";
import type { TextForm } from "../../catalog/typed_times.ts";

/** What a sheet's cell holds. */
export type Cell = string | number | boolean | Date | null;

/** Returns the cell of a value that was printed as JSON. Text is a cell of text, never a formula. */
export type ToCell = (value: unknown) => Cell;

/** How the values of a column become cells, and how a sheet shows them. */
export interface CellType {
  toCell: ToCell;
  /** Excel's number format. */
  numFmt?: string;
}

/** The cells of a column of this type, of `sheetColumns`; of text in a form, those of what it says. */
export function cellType(type: ClickHouseType, form?: TextForm): CellType {
  const inner = unwrapped(type);
  switch (inner.kind) {
    case "Integer":
      return { toCell: inner.bits > 32 ? exactNumber : plain };
    case "Decimal":
      return { toCell: exactNumber };
    case "Float32":
    case "Float64":
    case "Interval":
    case "Bool":
      return { toCell: plain };
    case "Date":
    case "Date32":
      return { toCell: date, numFmt: "yyyy-mm-dd" };
    case "DateTime":
      return { toCell: date, numFmt: "yyyy-mm-dd hh:mm:ss" };
    case "DateTime64":
      return {
        toCell: date,
        numFmt: inner.precision === 0 ? "yyyy-mm-dd hh:mm:ss" : "yyyy-mm-dd hh:mm:ss.000",
      };
    case "String":
      if (form === "date-time") return { toCell: localTime, numFmt: "yyyy-mm-dd hh:mm:ss.000" };
      return form === "date" ? { toCell: date, numFmt: "yyyy-mm-dd" } : { toCell: text };
    default:
      return { toCell: text };
  }
}

function plain(value: unknown): Cell {
  return value as number | boolean | null;
}

/** Excel keeps fifteen digits of a number; what has more of them stays text. */
function exactNumber(value: unknown): Cell {
  if (value === null) return null;
  const digits = String(value).replace(/^-?0*\.?0*|\.(?=\d)/g, "");
  return digits.length <= 15 ? Number(value) : String(value);
}

/** Excel's calendar begins in 1900, and its first two months are wrong; earlier days stay text. */
const firstDate = Date.UTC(1900, 2, 1);

function date(value: unknown): Cell {
  if (value === null) return null;
  const instant = new Date(String(value));
  return instant.getTime() >= firstDate ? instant : String(value);
}

/** The wall-clock time of an instant in its own zone, as the text shows it: a sheet knows no zones. */
function localTime(value: unknown): Cell {
  return date(value === null ? null : String(value).replace(/(?:Z|[+-]\d\d:\d\d)$/, "Z"));
}

/** In a sheet, `_x0041_` stands for a character (ECMA-376, 22.9.2.19 ST_Xstring): escaped, it is the text that it was. */
function text(value: unknown): Cell {
  if (value === null) return null;
  return String(value).replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_").replaceAll(
    /[\uFFFE\uFFFF]/g,
    "\uFFFD",
  );
}
