import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { synthesise } from '../../local/synthesise';

it('asks AWS nothing, also with credentials: it works where AWS cannot be reached', async () => {
  const asked: string[] = [];
  const aws = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.end();
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-real-secret',
  });
  // A wrong setting ends it soon, and after the CDK would have asked.
  await expect(synthesise(tmpdir(), ['stage=!'])).rejects.toThrow('The setting stage cannot be "!"');
  process.env = before;
  expect(asked).toEqual([]);
  await new Promise((resolve) => aws.close(resolve));
});
