import assert from "node:assert/strict";
import { askEngine, askRows } from "../../../tests/ask_engine.ts";
import { camelCase, columnType, reservedWords, snakeCase, streamFields } from "./field.ts";
import { fieldsOfSample } from "./sample.ts";
import { streamName } from "./stream_name.ts";

Deno.test("streamFields() reads names and types", () => {
  const fields = streamFields([
    "id:Int",
    "openedAt:DateTime",
    "closedAt:DateTime?",
    "status:Enum('in work', done)?",
    "price:Decimal(12, 2)",
    "tags:Array(String)?",
  ]);
  assert.deepEqual(fields.map((field) => `${field.column} ${columnType(field)}`), [
    "id Int64",
    "opened_at DateTime64(3, 'UTC')",
    "closed_at Nullable(DateTime64(3, 'UTC'))",
    "status LowCardinality(String)",
    "price Decimal(12, 2)",
    "tags Array(String)",
  ]);
  assert.deepEqual(fields[3].type.values, ["in work", "done"]);
  assert.deepEqual(["userID", "aB1C"].map(snakeCase), ["user_id", "a_b1_c"]);
  assert.equal(camelCase("open-tickets_x"), "openTicketsX");
});

const refused: [fields: string[], message: RegExp][] = [
  [["id:Uuid"], /^id: There is no type "Uuid"; did you mean "UUID"\?$/],
  [["id:UUID", "at:Timestamp"], /^at: There is no type "Timestamp"; did you mean "DateTime"\?$/],
  [["id:UUID", "at:Dat"], /did you mean "Date"\?$/],
  [["id:UUID", "n:Integer?"], /^n: .*did you mean "Int"\?$/],
  [["id:UUID", "s:Enum"], /did you mean "Enum\(open, closed\)"\?$/],
  [["id:UUID", "s:Geometry"], /^s: There is no type "Geometry"; there are UUID, String, /],
  [["id:UUID", "s:Enum(a, a)"], /^s: "a" comes twice in Enum\(a, a\)$/],
  [["id:UUID", "s:Enum(a,)"], /^s: Write the values of an Enum in letters and digits .*, not ""$/],
  [["id:UUID", "s:Enum(a'b)"], /not "a'b"$/],
  [["id:UUID", "p:Decimal(38, 2)"], /^p: Write Decimal\(DIGITS, DECIMALS\).* at most 15 digits/],
  [["id:UUID", "opened_at:Date"], /^Name the field in camelCase, as "openedAt", not "opened_at"$/],
  [["id:UUID", "Status:Date"], /^Name the field in camelCase, as "status", not "Status"$/],
  [["id:UUID", "ä:Date"], /^Name the field in camelCase, such as openedAt, not "ä"$/],
  [["id:UUID", "status"], /^Write a field as NAME:TYPE, such as closedAt:DateTime\?, not "status"$/],
  [["id:UUID", "index:Int"], /^Name the field "index" otherwise: it is a word of SQL$/],
  [
    ["id:UUID", "tenantId:Int"],
    /^Name the field "tenantId" otherwise: each stream has a tenant_id of its own$/,
  ],
  [["id:UUID", "a:Int", "a:Int"], /^The field "a" comes twice$/],
  [
    ["id:UUID", "userId:Int", "userID:Int"],
    /^The fields "userId" and "userID" would both be the column user_id$/,
  ],
  [["status:String"], /^A stream needs an id, .*: add id:UUID$/],
  [["id:UUID?"], /^Each line has an id: write id:UUID, id:String or id:Int, not "id:UUID\?"$/],
];

Deno.test("streamFields() refuses what is wrong, and says what to write", () => {
  for (const [fields, message] of refused) {
    assert.throws(() => streamFields(fields), { name: "Refusal", message });
  }
});

Deno.test("streamName() refuses what is no name of tables and endpoints", () => {
  assert.equal(streamName("support/open-tickets").stream, "support_open_tickets");
  for (const name of ["tickets", "Support/tickets", "../tickets", "a/b/c", "support/", "9/a"]) {
    assert.throws(() => streamName(name), { name: "Refusal", message: /DOMAIN\/STREAM/ });
  }
  for (const name of ["support/landing", "support/tickets_landing"]) {
    assert.throws(() => streamName(name), {
      name: "Refusal",
      message: /^Name the stream "support\/.*" otherwise/,
    });
  }
});

Deno.test("each word of SQL can be a column, except those that are refused", async () => {
  const words = await askRows(
    `SELECT DISTINCT lower(arrayJoin(splitByChar(' ', keyword))) AS word
    FROM system.keywords WHERE match(word, '^[a-z_]+$') AND NOT has({reserved:Array(String)}, word)`,
    {
      reserved: `['${reservedWords.join("','")}']`,
    },
  );
  assert.ok(words.length > 300);
  for (const { word } of words) {
    const statements = [
      `SELECT ${word}, pieces.${word} AS other FROM (SELECT '1' AS ${word}, CAST(tuple('1'), 'Tuple(${word} String)') AS pieces)
        WHERE ${word} = '1' GROUP BY ${word}, other ORDER BY other DESC, ${word}`,
      `EXPLAIN AST CREATE TABLE t (tenant_id String, ${word} String, other String) ENGINE = MergeTree ORDER BY ${word}`,
    ];
    for (const sql of statements) assert.equal((await askEngine(sql)).code, 0, sql);
  }
});

Deno.test("fieldsOfSample() guesses types from all lines", () => {
  const id = "00000000-0000-4000-8000-000000000001";
  const rows = [
    {
      id,
      count: 1,
      ratio: 1,
      day: "2026-03-05",
      at: "2026-03-05T10:00:00Z",
      isOpen: true,
      tags: ["a"],
      none: "",
    },
    {
      id,
      count: 2,
      ratio: 0.5,
      day: "2026-03-06",
      at: "2026-03-05T10:00:00+01:00",
      tags: [],
      none: "x",
      more: 7,
    },
    { id, count: null, ratio: 2, day: "soon", at: "2026-03-05 10:00", tags: [], none: "x" },
  ];
  assert.deepEqual(fieldsOfSample(rows.map((row) => JSON.stringify(row)).join("\n\n") + "\n"), [
    "id:UUID",
    "count:Int?",
    "ratio:Float",
    "day:String",
    "at:DateTime",
    "isOpen:Bool?",
    "tags:Array(String)",
    "none:String?",
    "more:Int?",
  ]);
});

Deno.test("fieldsOfSample() refuses what it cannot read, and says where", () => {
  const refused: [text: string, message: RegExp][] = [
    ["", /^The sample has no line$/],
    ['{"id":1}\n[1]', /^Line 2 of the sample is not a JSON object$/],
    ['{"id":', /^Line 1 of the sample is not a JSON object$/],
    ['{"id":null}', /^The sample has no value of "id"/],
    ['{"id":1,"place":{"city":"x"}}', /^"place" of the sample is an object/],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => fieldsOfSample(text), { name: "Refusal", message });
  }
});
