/** The `aws dynamodb update-item` commands of a document, as calls: what an operator is told to type is what the tests run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

export interface Substitutions {
  readonly tableName: string;
  /** Values of the shell's variables, and other texts to replace. */
  readonly [text: string]: string;
}

/** Runs the command of that number, from 0 on, under a heading. */
export async function runDocumented(
  client: DynamoDBClient,
  { file, heading, command }: { readonly file: string; readonly heading: string; readonly command: number },
  { tableName, ...texts }: Substitutions,
): Promise<void> {
  const document = readFileSync(join(__dirname, '..', '..', file), 'utf8');
  const section = document.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!.replaceAll('\\\n', ' ');
  const typed = [...section.matchAll(/aws dynamodb update-item [^\n]*/g)][command]?.[0];
  if (typed === undefined) throw new Error(`There is no such command under ${heading} of ${file}.`);
  const option = (name: string): string | undefined => {
    const [, single, double] =
      new RegExp(`--${name} (?:'([^']*)'|"((?:[^"\\\\]|\\\\.)*)")`).exec(typed) ?? [];
    const text = single ?? double?.replaceAll('\\"', '"');
    return Object.entries(texts).reduce<string | undefined>(
      (replaced, [from, to]) => replaced?.replaceAll(from, to),
      text,
    );
  };
  await client.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: JSON.parse(option('key')!),
      UpdateExpression: option('update-expression'),
      ConditionExpression: option('condition-expression'),
      ExpressionAttributeValues: JSON.parse(option('expression-attribute-values')!),
    }),
  );
}
