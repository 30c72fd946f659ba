/** What is stored, and what a GB of it costs a month. Here a GB that is not there costs nothing. */
import { resourcesOfType, type Template } from '../../local/template/template';
import { type Price, prices } from './prices';

interface Stored {
  readonly what: string;
  readonly price: Price;
}

export function storedThings(template: Template): readonly Stored[] {
  const recovery = recoverable(template).length > 0;
  return [
    { what: 'tables: users, sessions, counters', price: prices.tableStorage },
    ...(recovery
      ? [{ what: 'Users again, for point-in-time recovery', price: prices.pointInTimeRecovery }]
      : []),
    { what: 'logs, compressed, for as long as they are kept', price: prices.logStorage },
    { what: "functions' code, in the bucket that cdk bootstrap made", price: prices.bucketStorage },
  ];
}

const recoverable = (template: Template) =>
  resourcesOfType(template, 'AWS::DynamoDB::Table').filter(({ rawProperties }) =>
    JSON.stringify(rawProperties['PointInTimeRecoverySpecification'] ?? {}).includes(
      '"PointInTimeRecoveryEnabled":true',
    ),
  );
