/** What a million requests of one kind cost, line by line. */
import { assumed } from './assumptions';
import { type FunctionSizes, millisecondsOf } from './functions';
import { type CostLine, costOf, type Price, prices } from './prices';
import { type RequestKind, type Run, unitsOf } from './requests';

const MILLION = 1_000_000;
const BYTES_OF_GB = 1e9;

/** The lines of a million requests; those that come to nothing are left out. */
export function millionRequests(kind: RequestKind, sizes: FunctionSizes): readonly CostLine[] {
  const { runs } = kind;
  const units = runs.flatMap(({ calls }) => calls).map(unitsOf);
  const reads = units.reduce((sum, unit) => sum + unit.reads, 0);
  const writes = units.reduce((sum, unit) => sum + unit.writes, 0);
  return [
    counted('API Gateway', kind.isRefused ? 0 : 1, prices.restRequest),
    counted('Lambda, runs', runs.length, prices.lambdaRequest),
    lambdaTime(runs, sizes),
    counted('DynamoDB, reads', reads, prices.readUnit),
    counted('DynamoDB, writes', writes, prices.writeUnit),
    logs(kind),
    dataOut(),
  ].filter(({ usd }) => usd > 0);
}

const counted = (what: string, each: number, price: Price): CostLine => ({
  what,
  arithmetic: `${each} each × ${price.usd} a million`,
  usd: costOf(each * MILLION, price),
});

function lambdaTime(runs: readonly Run[], sizes: FunctionSizes): CostLine {
  const parts = runs.map((run) => ({
    ms: millisecondsOf(run, sizes),
    mb: sizes.memoryMbOf(run.function),
    name: run.function,
  }));
  const gbSeconds = parts.reduce((sum, { ms, mb }) => sum + (mb / 1024) * (ms / 1000), 0);
  const products = parts.map(({ ms, mb, name }) => `${name} ${mb / 1024} GB × ${ms} ms`);
  return {
    what: 'Lambda, time',
    arithmetic: `${products.join(' + ')} = ${gbSeconds.toFixed(4)} GB-s each × ${prices.lambdaTime.usd} a million`,
    usd: costOf(gbSeconds * MILLION, prices.lambdaTime),
  };
}

function logs({ lines, runs }: RequestKind): CostLine {
  const bytes = lines * assumed('ownLine') + runs.length * assumed('platformLines');
  return {
    what: 'Logs',
    arithmetic: `${lines} × ${assumed('ownLine')} + ${runs.length} × ${assumed('platformLines')} = ${bytes} bytes each × ${prices.logIngestion.usd} a GB`,
    usd: costOf((bytes * MILLION) / BYTES_OF_GB, prices.logIngestion),
  };
}

const dataOut = (): CostLine => ({
  what: 'Data out',
  arithmetic: `${assumed('answer')} bytes each × ${prices.dataOut.usd} a GB`,
  usd: costOf((assumed('answer') * MILLION) / BYTES_OF_GB, prices.dataOut),
});
