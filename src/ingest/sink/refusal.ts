import { ClickHouseError, ClickHouseUnreachable, problemOf } from "../../clickhouse/exception.ts";

/**
 * Codes that say that the database cannot take any insert now, whatever is in it: it is for an operator to mend, or passes.
 * Source: src/Common/ErrorCodes.cpp of ClickHouse.
 */
const codesOfTheDatabase = new Set([
  16, // NO_SUCH_COLUMN_IN_TABLE
  60, // UNKNOWN_TABLE
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  81, // UNKNOWN_DATABASE
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  164, // READONLY
  173, // CANNOT_ALLOCATE_MEMORY
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  194, // REQUIRED_PASSWORD
  201, // QUOTA_EXCEEDED
  209, // SOCKET_TIMEOUT
  218, // TABLE_IS_DROPPED
  225, // NO_ZOOKEEPER
  236, // ABORTED
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  291, // DATABASE_ACCESS_DENIED
  319, // UNKNOWN_STATUS_OF_INSERT
  394, // QUERY_WAS_CANCELLED
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  497, // ACCESS_DENIED
  516, // AUTHENTICATION_FAILED
  733, // TABLE_IS_BEING_RESTARTED
  999, // KEEPER_EXCEPTION
  1000, // POCO_EXCEPTION
]);

/** Whether no message is to blame: ClickHouse is away, or would refuse any. Anything but ClickHouse's failures is thrown on. */
export function isDatabasesFault(error: unknown): boolean {
  if (error instanceof ClickHouseUnreachable) return true;
  if (!(error instanceof ClickHouseError)) throw error;
  return codesOfTheDatabase.has(error.code) || problemOf(error).status === 503 ||
    // the server's memory; that of the insert alone is less with fewer messages
    /\(total\) memory limit/i.test(error.message);
}
