import { systemClock } from '../shared/clock';
import {
  addressRulesOf,
  asWholeNumber,
  failureRulesOf,
  lifetimesOf,
  readEnvironment,
} from '../shared/environment';
import { publicEndpoint } from '../shared/http/public-endpoint';
import { connect } from '../shared/store/database';
import { rateLimitStore } from '../shared/store/rate-limits';
import { sessionStore } from '../shared/store/sessions';
import { userStore } from '../shared/store/users';
import { type LoginDependencies, login, loginSchema } from './login';

const environment = readEnvironment('login');
const database = connect({
  users: environment.USERS_TABLE,
  tokens: environment.TOKENS_TABLE,
  rateLimits: environment.RATE_LIMITS_TABLE,
});
export const { ready } = database;

const dependencies: LoginDependencies = {
  clock: systemClock,
  lifetimes: lifetimesOf(environment),
  bcryptCost: asWholeNumber(environment.BCRYPT_COST),
  sessionsPerUser: asWholeNumber(environment.SESSIONS_PER_USER),
  rateLimits: rateLimitStore(database),
  sourceIpRules: addressRulesOf(environment.LOGINS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  accountRules: failureRulesOf(environment),
  users: userStore(database),
  sessions: sessionStore(database),
};

export const handler = publicEndpoint({ name: 'login', environment, schema: loginSchema }, (input, client) =>
  login(input, client, dependencies),
);
