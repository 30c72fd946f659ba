/** What the template says of the functions that matters to their price, and how long a run of one takes. */
import type { FunctionName } from '../../functions/shared/environment';
import { isRecord } from '../../local/json';
import { resourcesOfType, type Template } from '../../local/template/template';
import { assumed, FULL_CORE_MB } from './assumptions';
import { CostError } from './cost-error';
import type { Run } from './requests';

export interface FunctionSizes {
  memoryMbOf(name: FunctionName): number;
  readonly bcryptCost: number;
}

/** @throws CostError if the template lacks a function that a request needs, or it does not run on arm64. */
export function functionSizes(template: Template): FunctionSizes {
  return {
    memoryMbOf: (name) => {
      const { MemorySize, Architectures } = propertiesOf(template, name);
      if (String(Architectures) !== 'arm64')
        throw new CostError(
          `${name} runs on ${Architectures}, and the price is known on arm64 alone. Leave out the setting sam.`,
        );
      return Number(MemorySize);
    },
    bcryptCost: Number(variablesOf(template, 'login')['BCRYPT_COST']),
  };
}

/** The environment that the template gives a function. */
export function variablesOf(template: Template, name: FunctionName): Readonly<Record<string, unknown>> {
  const { Environment } = propertiesOf(template, name);
  const variables = isRecord(Environment) ? Environment['Variables'] : undefined;
  return isRecord(variables) ? variables : {};
}

function propertiesOf(template: Template, name: FunctionName): Readonly<Record<string, unknown>> {
  const id = `${name.replaceAll('-', '')}function`;
  const found = resourcesOfType(template, 'AWS::Lambda::Function').find(({ logicalId }) =>
    logicalId.toLowerCase().startsWith(id),
  );
  if (found === undefined) throw new CostError(`The template has no function ${name}.`);
  return found.rawProperties;
}

/** Billed milliseconds of a run: its own work at the CPU that its memory brings, its waiting, and its share of cold starts. */
export function millisecondsOf({ calls, hashes, function: name }: Run, sizes: FunctionSizes): number {
  const slowdown = Math.max(1, FULL_CORE_MB / sizes.memoryMbOf(name));
  const hash = assumed('hash') * 2 ** (sizes.bcryptCost - 10);
  const work = assumed('run') + calls.length * assumed('callWork') + hashes * hash;
  const waiting = calls.length * assumed('callWait');
  return Math.ceil(work * slowdown + waiting + assumed('coldShare') * assumed('coldStart'));
}
