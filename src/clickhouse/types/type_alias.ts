// From system.data_type_families of ClickHouse 26.7 (`alias_to`, `case_insensitive`); type_test.ts compares the
// two, so a release that adds a name is noticed.
const ALIASES_OF: Record<string, string> = {
  String:
    "BINARY LARGE OBJECT|BINARY VARYING|BLOB|BYTEA|CHAR|CHAR LARGE OBJECT|CHAR VARYING|CHARACTER|CHARACTER LARGE " +
    "OBJECT|CHARACTER VARYING|CLOB|LONGBLOB|LONGTEXT|MEDIUMBLOB|MEDIUMTEXT|NATIONAL CHAR|NATIONAL CHAR VARYING|" +
    "NATIONAL CHARACTER|NATIONAL CHARACTER LARGE OBJECT|NATIONAL CHARACTER VARYING|NCHAR|NCHAR LARGE OBJECT|" +
    "NCHAR VARYING|NVARCHAR|TEXT|TINYBLOB|TINYTEXT|VARBINARY|VARCHAR|VARCHAR2",
  FixedString: "BINARY",
  Int8: "BYTE|INT1|INT1 SIGNED|TINYINT|TINYINT SIGNED",
  Int16: "SMALLINT|SMALLINT SIGNED",
  Int32: "INT|INT SIGNED|INTEGER|INTEGER SIGNED|MEDIUMINT|MEDIUMINT SIGNED",
  Int64: "BIGINT|BIGINT SIGNED|SIGNED",
  UInt8: "INT1 UNSIGNED|TINYINT UNSIGNED",
  UInt16: "SMALLINT UNSIGNED|YEAR",
  UInt32: "INT UNSIGNED|INTEGER UNSIGNED|MEDIUMINT UNSIGNED",
  UInt64: "BIGINT UNSIGNED|BIT|SET|UNSIGNED",
  Float32: "FLOAT|REAL|SINGLE",
  Float64: "DOUBLE|DOUBLE PRECISION",
  Decimal: "DEC|FIXED|NUMERIC|DECIMAL",
  Bool: "BOOL|BOOLEAN",
  IPv4: "INET4",
  IPv6: "INET6",
  DateTime: "TIMESTAMP|DATETIME",
  Geometry: "GEOMETRY",
};

const CASE_INSENSITIVE =
  "JSON Date Date32 DateTime32 DateTime64 Decimal32 Decimal64 Decimal128 Decimal256 Enum " +
  "Time Time64";

const families = new Map<string, string>();
for (const [family, names] of Object.entries(ALIASES_OF)) {
  for (const name of names.split("|")) families.set(name, family);
}
for (const family of CASE_INSENSITIVE.split(" ")) families.set(family.toUpperCase(), family);
const multiWordPrefixes = new Set([...families.keys()].flatMap(prefixesOf));

/** Returns ClickHouse's own name for a type family written as an alias or in another case, else the name itself. */
export function familyName(name: string): string {
  return families.get(name.toUpperCase()) ?? name;
}

/** Tells whether the words begin, or are, a name of several words, such as `DOUBLE` + `PRECISION`. */
export function beginsAlias(words: string): boolean {
  return multiWordPrefixes.has(words.toUpperCase());
}

function prefixesOf(name: string): string[] {
  const words = name.split(" ");
  return words.slice(1).map((_, index) => words.slice(0, index + 2).join(" "));
}
