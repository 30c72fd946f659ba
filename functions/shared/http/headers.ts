/** Request headers as API Gateway hands them over: names in the case the client sent. */

export type Headers = Readonly<Record<string, string | undefined>> | null;

/** A header's value by its lower-case name. */
export function header(headers: Headers, lowerCaseName: string): string | undefined {
  const entry = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === lowerCaseName);
  return entry?.[1];
}
