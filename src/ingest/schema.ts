/** JSON Schema of the answer to events: what became of a request's lines. */
export const ingestedSchema = {
  type: "object",
  properties: {
    data: {
      type: "object",
      properties: {
        accepted: { type: "integer", format: "int64", description: "Lines that were stored" },
        rejected: {
          type: "integer",
          format: "int64",
          description: "Lines that were refused and kept as dead letters",
        },
        rejections: {
          type: "array",
          maxItems: 20,
          description: "The first of them",
          items: {
            type: "object",
            properties: {
              line: {
                type: "integer",
                format: "int64",
                description: "Place in the body, from 1; blank lines do not count",
              },
              reason: { type: "string" },
            },
            required: ["line", "reason"],
          },
        },
      },
      required: ["accepted", "rejected", "rejections"],
    },
  },
  required: ["data"],
};
