/** The page on which a developer tries the API. test/browser/docs-page.test.ts opens it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { parsed, rawHead, sendRaw } from './raw-client';
import { echo, type SampleApp, serveSample } from './sample-app';

const folder = mkdtempSync(join(tmpdir(), 'docs-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const apiDescription = join(folder, 'description.json');

function build(app: SampleApp) {
  const echoing = new LambdaIntegration(app.addFunction('Echo', echo));
  app.api.root.addResource('{proxy+}').addMethod('ANY', echoing);
}

describe('GET /_local/docs/', () => {
  const sample = serveSample(build, { apiDescription });

  it.each([
    ['', 'text/html; charset=utf-8'],
    ['page.js', 'text/javascript; charset=utf-8'],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['index.css', 'text/css; charset=utf-8'],
    ['favicon-32x32.png', 'image/png'],
  ])(
    'serves the page and its files, with their types and a policy that allows no other host: %j',
    async (name, type) => {
      const response = await sample.fetch(`/_local/docs/${name}`);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': type,
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(/^default-src 'self';/),
      });
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
    },
  );

  it.each(['first', 'second'])('serves the description as it is now, for this server: %s', async (title) => {
    const servers = [{ url: 'https://api.example.com' }];
    writeFileSync(apiDescription, JSON.stringify({ info: { title }, servers }));
    const response = await sample.fetch('/_local/docs/openapi.json');
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(await response.json()).toEqual({ info: { title } });
  });

  it('is where the path without a slash leads', async () => {
    const response = await sample.fetch('/_local/docs');
    expect(response.url).toBe(`${sample.url()}/_local/docs/`);
    expect(response.status).toBe(200);
  });

  it.each([
    'index.html',
    'docs-page.ts',
    'package.json',
    'description.json',
    '../docs-page/page.js',
    '..%2fpage.js',
    '%2e%2e/page.js',
    'constructor',
    '/page.js',
  ])('serves no other file: %s', async (name) => {
    const answer = await sendRaw(sample.url(), rawHead(`GET /_local/docs/${name}`));
    expect(parsed(answer)).toEqual({ status: 404, body: '{"detail":"Not found."}' });
  });

  it('takes no other method', async () => {
    const response = await sample.fetch('/_local/docs/', { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([405, { detail: 'Method "POST" not allowed.' }]);
  });
});

describe('Without a description', () => {
  const sample = serveSample(build);

  it('there is no page: the API has the path', async () => {
    const response = await sample.fetch('/_local/docs/');
    expect(await response.json()).toMatchObject({ path: '/_local/docs/' });
  });
});
