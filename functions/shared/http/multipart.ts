/** Reads multipart/form-data in the spellings that Django takes: names without quotes, any case, a preamble, headers of a part. */
import type { MIMEType } from 'node:util';
import type { PartInfo } from 'multipasta';

/** In place of a file, which no field takes. */
const FILE = {};

/**
 * The parts in order. Their text is read as UTF-8 whatever charset they name, as API Gateway has done before.
 * @throws for a body that is malformed or cut off.
 */
export async function readMultipart(
  bytes: Uint8Array,
  type: MIMEType,
): Promise<Array<[name: string, value: unknown]>> {
  // Only bodies of this type, which are rare, pay for loading the parser.
  const { make } = await import('multipasta');
  const members: Array<[name: string, value: unknown]> = [];
  let isComplete = false;
  const parser = make({
    headers: { 'content-type': String(type) },
    isFile: ({ filename }) => Boolean(filename),
    onField: (part, value) => members.push([part.name, decodeText(part, value)]),
    onFile: ({ name }) => {
      members.push([name, FILE]);
      return () => undefined;
    },
    onError: ({ _tag }) => {
      throw new SyntaxError(_tag);
    },
    onDone: () => {
      isComplete = true;
    },
  });
  parser.write(bytes);
  parser.end();
  if (!isComplete) throw new SyntaxError('EndNotReached');
  return members;
}

/** Of the transfer encodings, Django decodes this one. */
function decodeText({ headers }: PartInfo, value: Uint8Array): string {
  const text = Buffer.from(value).toString('utf8');
  const encoding = String(headers['content-transfer-encoding']).toLowerCase();
  return encoding === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text;
}
