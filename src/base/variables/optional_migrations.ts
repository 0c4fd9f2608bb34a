/** Folders of migrations whose tables need another system; they are applied only when `MIGRATIONS` names them. */
export const optionalMigrations = ["kafka", "nats", "postgres"];
