/** Request headers as API Gateway hands them over: names in the case the client sent. */

export type Headers = Readonly<Record<string, string | undefined>> | null;

/** A header's value by its lower-case name. */
export function header(headers: Headers, lowerCaseName: string): string | undefined {
  const entry = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === lowerCaseName);
  return entry?.[1];
}

interface HeadersOfEvent {
  readonly headers: Headers;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
}

/** The headers of an event, with the lines of a repeated one joined by commas, as WSGI servers join them. `headers` has the last line only. */
export function joinRepeated({ headers, multiValueHeaders }: HeadersOfEvent): Headers {
  const lines = Object.entries(multiValueHeaders ?? {});
  if (lines.length === 0) return headers;
  return Object.fromEntries(lines.map(([name, values]) => [name, values?.join(',')]));
}
