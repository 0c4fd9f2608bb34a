import { z } from "zod";

/** A port that can be listened on or connected to. */
export const port = z.coerce.number().int().min(0).max(65535);
/** A number of things, or none. */
export const count = z.coerce.number().int().nonnegative();
/** A length in bytes. */
export const bytes = z.coerce.number().int().positive();
