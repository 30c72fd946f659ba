/** A page of a listed origin, on the web or in an app's web view, may call the API; others may not. What a browser sees of it. */
import { startApi, type TestApi } from '../support/api';

const ORIGINS = ['https://app.example.com', 'http://localhost:5173', 'capacitor://localhost'];

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ settings: { corsOrigins: ORIGINS.join(',') } });
});
afterAll(() => api.close());

const allowed = (reply: { headers: Headers }) => reply.headers.get('Access-Control-Allow-Origin');
const preflight = (Origin: string, path = '/api/dashboard/') =>
  api.call('OPTIONS', path, { headers: { Origin, 'Access-Control-Request-Method': 'GET' } });

describe('with corsOrigins', () => {
  it.each(ORIGINS)('the gateway answers the preflight of %s without any function', async (origin) => {
    for (const path of ['/api/dashboard/', '/api/signup', '/api/sessions/x/']) {
      const reply = await preflight(origin, path);
      expect([reply.status, allowed(reply)]).toEqual([204, origin]);
      expect(reply.headers.get('Access-Control-Allow-Headers')).toBe('Authorization,Content-Type');
    }
  });

  it('a page of another origin is allowed nothing', async () => {
    const other = 'https://evil.example.com';
    expect(allowed(await preflight(other))).not.toBe(other);
    const reply = await api.call('GET', '/api/nothing/', { headers: { Origin: other } });
    expect([reply.status, allowed(reply)]).toEqual([404, null]);
  });

  it('answers and errors, also those that the gateway makes, are readable by a listed page', async () => {
    const origin = 'capacitor://localhost';
    const headers = { Origin: origin };
    const answers = [
      await api.call('POST', '/api/signup/', { headers }),
      await api.call('GET', '/api/nothing/', { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 404]);
    for (const answer of answers) {
      expect(allowed(answer)).toBe(origin);
      expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('Token-Expires-In');
    }
    const refused = await api.call('GET', '/api/dashboard/', { headers });
    expect([refused.status, allowed(refused)]).toEqual([401, '*']);
  });
});
