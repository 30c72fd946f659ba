import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRegion } from '../../../tools/doctor/region';

const before = { ...process.env };
const home = mkdtempSync(join(tmpdir(), 'token-auth-home-'));
let profiles = 0;
afterAll(() => {
  process.env = before;
  rmSync(home, { recursive: true });
});

/** The SDK keeps what it read of a file, so each case has its own. */
function given(variables: Record<string, string>, config = '') {
  profiles += 1;
  const file = join(home, `config-${profiles}`);
  writeFileSync(file, config);
  const withoutAws = Object.entries(before).filter(([name]) => !/^(AWS|AMAZON)_/.test(name));
  process.env = {
    ...Object.fromEntries(withoutAws),
    HOME: home,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_CONFIG_FILE: file,
    ...variables,
  };
  return checkRegion(process.env);
}

const inFrankfurt = '[default]\nregion = eu-central-1\n';

const source = (region: string, found: string) => ({
  region,
  finding: { state: 'ok', found: `${region} (${found})` },
});

it('is that of a variable, before that of a profile', async () => {
  expect(await given({ AWS_REGION: 'eu-west-1' })).toEqual(source('eu-west-1', 'AWS_REGION'));
  expect(await given({ AWS_REGION: 'eu-west-1' }, inFrankfurt)).toEqual(source('eu-west-1', 'AWS_REGION'));
});

it('is that of the profile, or of the default one', async () => {
  expect(await given({}, inFrankfurt)).toEqual(source('eu-central-1', 'your AWS profile'));
  const config = `${inFrankfurt}[profile work]\noutput = json\n`;
  expect(await given({ AWS_PROFILE: 'work' }, config)).toEqual(source('eu-central-1', 'your AWS profile'));
});

it.each(['us-gov-west-1', 'ap-southeast-7', 'eusc-de-east-1'])('may be %s', async (region) => {
  expect(await given({ AWS_REGION: region })).toEqual(source(region, 'AWS_REGION'));
});

it('is warned of if none is set: the CDK takes one without asking', async () => {
  expect(await given({})).toMatchObject({
    region: 'us-east-1',
    finding: { state: 'warning', found: 'none is set: the CDK would deploy to us-east-1 without asking' },
  });
});

it('is warned of if the CDK and the SDK take different ones', async () => {
  const { region, finding } = await given({ AWS_DEFAULT_REGION: 'eu-west-1' }, inFrankfurt);
  expect([region, finding.state, finding.todo]).toEqual([
    'eu-west-1',
    'warning',
    'export AWS_REGION=eu-west-1',
  ]);
  expect(finding.found).toMatch(
    /CDK takes eu-west-1 \(AWS_DEFAULT_REGION\), other programs take eu-central-1/,
  );
});

it.each(['europe', 'EU-WEST-1', 'eu-west-1a', 'eu west 1'])('cannot be %j', async (name) => {
  const { region, finding } = await given({ AWS_REGION: name });
  expect([region, finding.state]).toEqual([undefined, 'problem']);
});
