/** A run that several wait for. */
export interface Flight<Result> {
  promise: Promise<Result>;
  /** Stops the run. */
  controller: AbortController;
  /** How many wait. */
  waiting: number;
  /** Whether something changed or was purged since it began, so that nobody else should join it; asked when someone would. */
  isOutdated: () => boolean;
}

/** What `start` is given: the run, with the signal that stops it, and a way to say when it is outdated. */
export type FlightRun<Result> = (
  signal: AbortSignal,
  outdatedWhen: (isOutdated: () => boolean) => void,
) => Promise<Result>;

/** Runs in flight, by key. */
export type Flights<Result> = ReturnType<typeof createFlights<Result>>;

/** Keeps runs in flight so that others can join them. */
export function createFlights<Result>() {
  const flights = new Map<string, Flight<Result>>();

  function drop(key: string, flight: Flight<Result>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  return {
    /** The run that a request for the key may join. */
    get(key: string): Flight<Result> | undefined {
      const flight = flights.get(key);
      return flight?.isOutdated() ? undefined : flight;
    },

    /** Begins a run; someone must join it. */
    start(key: string, run: FlightRun<Result>): Flight<Result> {
      const controller = new AbortController();
      const flight: Flight<Result> = {
        promise: run(controller.signal, (isOutdated) => flight.isOutdated = isOutdated),
        controller,
        waiting: 0,
        isOutdated: () => false,
      };
      flights.set(key, flight);
      // a caller who waits hears of a failure
      flight.promise.catch(() => {}).finally(() => drop(key, flight));
      return flight;
    },

    /** Waits for a run until the signal fires; the last one who leaves stops it. Throws what the run does. */
    join(key: string, flight: Flight<Result>, signal?: AbortSignal): Promise<Result> {
      flight.waiting++;
      return new Promise((resolve, reject) => {
        const leave = () => {
          if (--flight.waiting === 0) {
            drop(key, flight);
            flight.controller.abort(signal!.reason);
          }
          reject(signal!.reason);
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener("abort", leave, { once: true });
        flight.promise.finally(() => signal?.removeEventListener("abort", leave)).then(resolve, reject);
      });
    },
  };
}
