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
  it.each(['api/sessions/x/y', 'api/sessions//', 'api/signup//', 'signup', '../api/signup', '/api/signup'])(
    'knows no path %j',
    (path) => {
      expect(answer('GET', path)).toEqual([404, 'Not found.']);
      expect(answer('OPTIONS', path)).toEqual([404, 'Not found.']);
    },
  );
});
