import { integerSchema } from "./json_schema.ts";
import { unwanted } from "./parameter_error.ts";
import type { ScalarParameter } from "./scalar.ts";

const LARGEST_BFLOAT16 = 3.3895313892515355e38;
const SEND_STRING = `: send integers beyond ${Number.MAX_SAFE_INTEGER} as a string`;

/** Integers in canonical decimal form. The bounds are ours: the server wraps around, so 256 would bind as UInt8 0. */
export function integerParameter(bits: number, signed: boolean): ScalarParameter {
  const lowest = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const highest = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const longest = Math.max(String(lowest).length, String(highest).length);
  const wanted = `an integer from ${lowest} to ${highest}`;
  const convert = bits <= 32 ? Number : BigInt;

  function read(input: unknown): string {
    let text = input;
    if (typeof input === "number") {
      // A JSON number beyond 2^53 has lost digits before it came here.
      if (bits > 32 && Number.isInteger(input) && !Number.isSafeInteger(input)) {
        throw unwanted(wanted, input, SEND_STRING);
      }
      text = String(input);
    }
    if (typeof text !== "string" || text.length > longest || !/^(?:0|-?[1-9]\d*)$/.test(text)) {
      throw unwanted(wanted, input);
    }
    const value = convert(text);
    if (value < lowest || value > highest) throw unwanted(wanted, input);
    return text;
  }

  const schema = bits > 64
    ? { type: "string", pattern: `^(0|${signed ? "-?" : ""}[1-9]\\d*)$`, description: wanted }
    : integerSchema(bits, signed);
  return { read, quoted: false, plain: "0", schema };
}

/** Finite numbers; equal ones get the same text. The server would take `nan` and turn 1e400 into infinity. */
export function floatParameter(kind: "Float32" | "Float64" | "BFloat16"): ScalarParameter {
  const wanted = "a finite number";

  function read(input: unknown): string {
    const isText = typeof input === "string" && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(input);
    const value = isText ? Number(input) : input;
    if (typeof value !== "number" || !Number.isFinite(value)) throw unwanted(wanted, input);
    const fits = kind === "Float64" || Number.isFinite(Math.fround(value)) &&
        (kind === "Float32" || Math.abs(value) <= LARGEST_BFLOAT16);
    if (!fits) throw unwanted(`${wanted} that fits ${kind}`, input);
    return String(value);
  }

  const schema = { type: "number", format: kind === "Float64" ? "double" : "float" };
  return { read, quoted: false, plain: "0", schema };
}

/** Decimals without an exponent; digits that would not be kept are refused, where the server cuts them off. */
export function decimalParameter(precision: number, scale: number): ScalarParameter {
  const before = precision - scale;
  const wanted = `a decimal number of at most ${before} digits before the point and ${scale} after it`;

  function read(input: unknown): string {
    const text = typeof input === "number" ? String(input) : input;
    const parts = typeof text === "string" ? /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text) : null;
    if (parts === null) throw unwanted(wanted, input);
    const [, sign, whole, decimals = ""] = parts;
    if (typeof input === "number" && whole.length + decimals.length > 15) {
      throw unwanted(wanted, input, ": send more than 15 digits as a string");
    }
    const kept = withoutTrailingZeros(decimals);
    if ((whole === "0" ? 0 : whole.length) > before || kept.length > scale) throw unwanted(wanted, input);
    if (kept === "") return whole === "0" ? "0" : sign + whole;
    return `${sign}${whole}.${kept}`;
  }

  const decimals = scale === 0 ? "" : `(\\.\\d{1,${scale}})?`;
  const digits = before <= 1 ? "" : `[1-9]\\d{0,${before - 1}}`;
  const whole = before === 0 ? "0" : before === 1 ? "\\d" : `(0|${digits})`;
  const schema = { type: "string", pattern: `^-?${whole}${decimals}$`, description: wanted };
  return { read, quoted: false, plain: "0", schema };
}

/** A loop: the pattern /0+$/ takes time in the square of the length. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}
