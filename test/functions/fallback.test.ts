import { listRoutes } from '../../functions/endpoints';
import { fallback } from '../../functions/fallback/fallback';
import { ApiError } from '../../functions/shared/http/errors';

const answer = (method: string, path: string) => {
  try {
    return fallback(method, path, listRoutes());
  } catch (error) {
    return error instanceof ApiError ? [error.status, error.message] : error;
  }
};

describe('the fallback', () => {
  it.each(
    listRoutes().map(({ path, methods: [method] }) => [
      path,
      method === 'GET' ? 'GET, HEAD, OPTIONS' : `${method}, OPTIONS`,
    ]),
  )('lists what %s has: %s', (path, Allow) => {
    expect(answer('PATCH', path.slice(1))).toEqual({
      status: 405,
      body: { detail: 'Method "PATCH" not allowed.' },
      headers: { Allow },
    });
    expect(answer('OPTIONS', `${path.slice(1)}/`)).toEqual({ status: 204, headers: { Allow } });
  });

  it.each([
    '',
    'api',
    'api/',
    'api/nothing',
    'api/signup/x',
    'api/sessions/x/y',
    'api/sessions//',
    'api/signup//',
    'API/signup',
    'signup',
    '../api/signup',
    '/api/signup',
    '%',
  ])('knows no path %j', (path) => {
    expect(answer('GET', path)).toEqual([404, 'Not found.']);
    expect(answer('OPTIONS', path)).toEqual([404, 'Not found.']);
  });
});
