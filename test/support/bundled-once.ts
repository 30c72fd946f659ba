/** Takes the place of `lib/bundled-code.ts` in suites: what is in the assembly that they share is not bundled again. */
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from '../../functions/functions';
import { constructId } from '../../lib/auth-function';
import { bundledCode as bundledAnew } from '../../lib/bundled-code';
import { loadDeployment } from '../../local/template/load-deployment';

const shared = process.env['TOKEN_AUTH_TEST_ASSEMBLY'];
const functions = shared ? loadDeployment(shared).functions : [];

/** The same asset, with the same hash, as from the source. */
export function bundledCode(name: FunctionName): AssetCode {
  const bundled = functions.find(({ logicalId }) => logicalId.startsWith(constructId(name)));
  return bundled ? Code.fromAsset(bundled.codeFolder) : bundledAnew(name);
}
