import { systemClock } from '../shared/clock';
import {
  parseEmailVerification,
  parseFixedWindow,
  parseLifetimes,
  parsePasswordRules,
  parseWholeNumber,
  readEnvironment,
  tableNames,
} from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { create } from '../shared/store/accounts';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { consumeFixedWindow } from '../shared/store/rate-limits';
import { nextId } from '../shared/store/users';
import { endpoint, route } from './endpoint';
import { signup } from './signup';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  lifetimes: parseLifetimes(environment),
  bcryptCost: parseWholeNumber(environment.BCRYPT_COST),
  emailVerification: parseEmailVerification(environment),
  publishesEvents: environment.EVENTS === 'on',
  passwordRules: parsePasswordRules(environment),
  sourceIpRules: parseFixedWindow(environment.SIGNUPS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  rateLimits: bind(database, { consumeFixedWindow }),
  users: bind(database, { create, nextId }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'signup', route, environment, readBody }, (request) =>
  signup(request, dependencies),
);
