import { systemClock } from '../shared/clock';
import { addressRulesOf, asRoles, asWholeNumber, lifetimesOf, readEnvironment } from '../shared/environment';
import { publicEndpoint } from '../shared/http/public-endpoint';
import { connect } from '../shared/store/database';
import { rateLimitStore } from '../shared/store/rate-limits';
import { userStore } from '../shared/store/users';
import { type SignupDependencies, signup, signupSchema } from './signup';

const environment = readEnvironment('signup');
const database = connect({
  users: environment.USERS_TABLE,
  tokens: environment.TOKENS_TABLE,
  rateLimits: environment.RATE_LIMITS_TABLE,
});
export const { ready } = database;

const dependencies: SignupDependencies = {
  clock: systemClock,
  lifetimes: lifetimesOf(environment),
  bcryptCost: asWholeNumber(environment.BCRYPT_COST),
  passwordMinLength: asWholeNumber(environment.PASSWORD_MIN_LENGTH),
  rateLimits: rateLimitStore(database),
  sourceIpRules: addressRulesOf(environment.SIGNUPS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  users: userStore(database),
};

const schema = signupSchema(asRoles(environment.SIGNUP_ROLES));

export const handler = publicEndpoint({ name: 'signup', environment, schema }, (input, client) =>
  signup(input, client, dependencies),
);
