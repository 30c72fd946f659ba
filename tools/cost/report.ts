/** Everything that `npm run cost` prints. */
import type { Template } from '../../local/template/template';
import { textTable } from '../text-table';
import { assumptions } from './assumptions';
import { examples, preflightsIn } from './examples';
import { fixedCharges } from './fixed-charges';
import { functionSizes } from './functions';
import { type CostLine, dollars, FREE_TIER, prices, sumOf } from './prices';
import { millionRequests } from './request-cost';
import { preflight, type RequestKind, requestKinds } from './requests';
import { storedThings } from './storage';

export interface KindCost {
  readonly kind: RequestKind;
  readonly lines: readonly CostLine[];
  readonly total: number;
}

/** What a million requests of each kind cost that this template answers. */
export function millionOfEach(template: Template): readonly KindCost[] {
  const sizes = functionSizes(template);
  const kinds = [...Object.values(requestKinds), ...(preflightsIn(template) > 0 ? [preflight] : [])];
  return kinds.map((kind) => {
    const lines = millionRequests(kind, sizes);
    return { kind, lines, total: sumOf(lines) };
  });
}

/** @throws CostError if the template holds something whose charge is not known. */
export function report(template: Template): string {
  return [
    `What the stack ${template.stackName} costs in US dollars: list prices of us-east-1, before tax.`,
    FREE_TIER,
    ...section('1. A month in which nobody calls', nobodyCalls(template)),
    ...section('2. What is stored, a GB a month', textTable(stored(template), [1])),
    ...section('3. A million requests of one kind', textTable(overview(template), [2, 3, 4, 5, 6, 7])),
    ...section('4. The same, line by line', millionOfEach(template).flatMap(inDetail)),
    ...section('5. A month, worked out', examples(template).flatMap(worked)),
    ...section('6. What was assumed', textTable(assumptionRows(), [0])),
    ...section('7. The prices', textTable(priceRows(), [0])),
    '',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] => [
  '',
  title,
  '',
  ...lines.map((line) => (line ? `  ${line}` : '')),
];

function nobodyCalls(template: Template): readonly string[] {
  const { free, charged, whileUsed } = fixedCharges(template);
  const used = whileUsed.map(({ what, arithmetic, usd }) => [what, arithmetic, `up to ${dollars(usd)}`]);
  return [
    ...textTable(
      [
        ...free.map(({ type, count, reason }) => [`${count} × ${type}`, reason, dollars(0)]),
        ...charged.map(row),
        ['together', '', dollars(sumOf(charged))],
      ],
      [2],
    ),
    ...(used.length > 0
      ? ['', 'and once somebody calls, whatever the number of requests:', ...textTable(used, [2])]
      : []),
  ];
}

const row = ({ what, arithmetic, usd }: CostLine): readonly string[] => [what, arithmetic, dollars(usd)];

const stored = (template: Template): readonly (readonly string[])[] =>
  storedThings(template).map(({ what, price }) => [what, String(price.usd)]);

/** Columns by what is paid for. */
const COLUMNS = ['API Gateway', 'Lambda', 'DynamoDB', 'Logs', 'Data out'] as const;

/** The heads and a row for each kind, as also `docs/deploy.md` shows them. */
export const overview = (template: Template): readonly (readonly string[])[] => [
  ['request', 'who', ...COLUMNS, 'together'],
  ...millionOfEach(template).map(({ kind, lines, total }) => [
    kind.title,
    kind.access === 'public' ? 'anyone' : 'signed in',
    ...COLUMNS.map((column) => dollars(sumOf(lines.filter(({ what }) => what.startsWith(column))))),
    dollars(total),
  ]),
];

const inDetail = ({ kind, lines, total }: KindCost): readonly string[] => [
  `${kind.title}`,
  ...textTable([...lines.map(row), ['together', '', dollars(total)]], [2]).map((line) => `  ${line}`),
  '',
];

function worked({ title, lines }: { title: string; lines: readonly CostLine[] }): readonly string[] {
  return [
    title,
    ...textTable([...lines.map(row), ['together', '', dollars(sumOf(lines))]], [2]).map(
      (line) => `  ${line}`,
    ),
    '',
  ];
}

const assumptionRows = (): readonly (readonly string[])[] =>
  Object.values(assumptions).map(({ value, unit, from }) => [String(value), unit, from]);

const priceRows = (): readonly (readonly string[])[] =>
  Object.values(prices).map(({ usd, per, unit, source, readIn }) => [
    String(usd),
    per === 1 ? unit : `a million ${unit}`,
    `${source} (${readIn})`,
  ]);
