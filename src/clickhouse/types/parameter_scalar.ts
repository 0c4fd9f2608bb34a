import { dateParameter, dateTimeParameter, timeParameter } from "./parameter_date.ts";
import { decimalParameter, floatParameter, integerParameter } from "./parameter_number.ts";
import { boolParameter, enumParameter, stringParameter, uuidParameter } from "./parameter_text.ts";
import { ipv4Parameter, ipv6Parameter } from "./parameter_address.ts";
import type { ScalarParameter } from "./scalar.ts";
import type { ClickHouseType } from "./type.ts";

/** Returns how a scalar type is read, or null when the type has parts or cannot be bound. */
export function scalarParameter(type: ClickHouseType): ScalarParameter | null {
  switch (type.kind) {
    case "Integer":
      return integerParameter(type.bits, type.signed);
    case "Float32":
    case "Float64":
    case "BFloat16":
      return floatParameter(type.kind);
    case "Decimal":
      return decimalParameter(type.precision, type.scale);
    case "Bool":
      return boolParameter();
    case "String":
      return stringParameter(Infinity);
    case "FixedString":
      return stringParameter(type.length);
    case "UUID":
      return uuidParameter();
    case "IPv4":
      return ipv4Parameter();
    case "IPv6":
      return ipv6Parameter();
    case "Enum":
      return enumParameter(type.values.map(({ name }) => name));
    case "Date":
      return dateParameter("1970-01-01", "2149-06-06");
    case "Date32":
      return dateParameter("1900-01-01", "2299-12-31");
    case "DateTime":
      return dateTimeParameter(null, type.zone);
    case "DateTime64":
      return dateTimeParameter(type.precision, type.zone);
    case "Time":
      return timeParameter(0);
    case "Time64":
      return timeParameter(type.precision);
    default:
      return null;
  }
}
