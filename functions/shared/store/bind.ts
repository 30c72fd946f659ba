/** Store operations as one object, made of those that a function names: only these, and the commands they send, are in its bundle. */

// biome-ignore lint/suspicious/noExplicitAny: the parameters of any operation.
type Operation<Source> = (database: Source, ...parameters: any[]) => unknown;

/** Operations that have their database. */
export type Bound<Operations> = {
  readonly [Name in keyof Operations as Operations[Name] extends Operation<never>
    ? Name
    : never]: Operations[Name] extends (database: never, ...parameters: infer Parameters) => infer Result
    ? (...parameters: Parameters) => Result
    : never;
};

export const bind = <Source, Operations extends Readonly<Record<string, Operation<Source>>>>(
  database: Source,
  operations: Operations,
): Bound<Operations> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (...parameters: unknown[]) => operation(database, ...parameters),
    ]),
  ) as Bound<Operations>;
