import { systemClock } from '../shared/clock';
import { asRoles, asWholeNumber, lifetimesOf, readEnvironment } from '../shared/environment';
import { publicEndpoint } from '../shared/http/public-endpoint';
import { connect } from '../shared/store/database';
import { createUser, nextUserId } from '../shared/store/users';
import { type SignupDependencies, signup, signupSchema } from './signup';

const environment = readEnvironment('signup');
const database = connect({ users: environment.USERS_TABLE, tokens: environment.TOKENS_TABLE });

const dependencies: SignupDependencies = {
  clock: systemClock,
  lifetimes: lifetimesOf(environment),
  bcryptCost: asWholeNumber(environment.BCRYPT_COST),
  passwordMinLength: asWholeNumber(environment.PASSWORD_MIN_LENGTH),
  nextUserId: () => nextUserId(database),
  createUser: (newUser) => createUser(database, newUser),
};

const schema = signupSchema(asRoles(environment.SIGNUP_ROLES));

export const handler = publicEndpoint({ name: 'signup', environment, schema }, (input, client) =>
  signup(input, client, dependencies),
);
