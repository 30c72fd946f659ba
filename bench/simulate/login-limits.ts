/** The limits of a login, as a template has them. */
import { addressRulesOf, failureRulesOf } from '../../functions/shared/environment';
import type { Template } from '../../local/template/template';
import { throttles } from '../../tools/cost/examples';
import { variablesOf } from '../../tools/cost/functions';
import type { LoginLimits } from './attack';

/** @throws Error if the template has none. */
export function loginLimits(template: Template): LoginLimits {
  const rates = throttles(template);
  if (rates === undefined) throw new Error('Without rate limits there is nothing to simulate.');
  const variables = variablesOf(template, 'login');
  const text = (name: string): string => String(variables[name]);
  return {
    throttle: rates.eachHashing,
    address: addressRulesOf(text('LOGINS_PER_ADDRESS'), text('ADDRESS_WINDOW_SECONDS')),
    account: failureRulesOf({
      LOGIN_FAILURES: text('LOGIN_FAILURES'),
      LOGIN_WAIT_SECONDS: text('LOGIN_WAIT_SECONDS'),
      LOGIN_WAIT_MAX_SECONDS: text('LOGIN_WAIT_MAX_SECONDS'),
      LOGIN_FAILURES_KEPT_SECONDS: text('LOGIN_FAILURES_KEPT_SECONDS'),
    }),
  };
}
