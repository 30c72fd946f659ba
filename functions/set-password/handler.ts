import { parsePasswordRules, readEnvironment } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { bindReauthentication } from '../shared/http/reauthenticate';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { changePassword } from '../shared/store/generations';
import { endpoint, route } from './endpoint';
import { setPassword } from './set-password';

const environment = readEnvironment(endpoint);
const database = connect({
  users: environment.USERS_TABLE,
  tokens: environment.TOKENS_TABLE,
  rateLimits: environment.RATE_LIMITS_TABLE,
});
export const { ready } = database;

const dependencies = {
  ...bindReauthentication(database, environment),
  passwordRules: parsePasswordRules(environment),
  generations: bind(database, { changePassword }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'set-password', route, environment, readBody }, (request) =>
  setPassword(request, dependencies),
);
