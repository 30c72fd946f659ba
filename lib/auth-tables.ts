/** The tables. Their construct ids are permanent: a changed id creates a new, empty table. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { outboxTable, rateLimitsTable, tokensTable, usersTable } from '../functions/shared/store/schema';
import { acknowledge } from './acknowledge';

/** The tables of one backend; `docs/storage.md` has their items. */
export interface TokenAuthTables {
  /** Users, with what makes their names, addresses and ids unique. */
  readonly users: Table;
  /** Sessions, by user. */
  readonly tokens: Table;
  /** Failed logins, and attempts of IP addresses. */
  readonly rateLimits: Table;
  /** Messages and events that are to be sent, and challenges. */
  readonly outbox: Table;
}

export interface AuthTablesProps {
  /** Whether the tables are deleted with the stack. Otherwise they have deletion protection, and Users has point-in-time recovery. */
  readonly isDisposable: boolean;
}

export class AuthTables extends Construct implements TokenAuthTables {
  readonly users: Table;
  readonly tokens: Table;
  readonly rateLimits: Table;
  readonly outbox: Table;

  constructor(scope: Construct, id: string, { isDisposable }: AuthTablesProps) {
    super(scope, id);
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      deletionProtection: !isDisposable,
    };
    this.users = new Table(this, 'Users', {
      ...common,
      partitionKey: { name: usersTable.partitionKey, type: AttributeType.STRING },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: !isDisposable },
    });
    this.tokens = new Table(this, 'Tokens', {
      ...common,
      partitionKey: { name: tokensTable.partitionKey, type: AttributeType.STRING },
      sortKey: { name: tokensTable.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: tokensTable.timeToLiveAttribute,
    });
    this.rateLimits = new Table(this, 'RateLimits', {
      ...common,
      partitionKey: { name: rateLimitsTable.partitionKey, type: AttributeType.STRING },
      timeToLiveAttribute: rateLimitsTable.timeToLiveAttribute,
    });
    this.outbox = new Table(this, 'Outbox', {
      ...common,
      partitionKey: { name: outboxTable.partitionKey, type: AttributeType.STRING },
      timeToLiveAttribute: outboxTable.timeToLiveAttribute,
      // The item is the record, so the stream need not contain it.
      stream: StreamViewType.KEYS_ONLY,
    });
    acknowledge(this.outbox, {
      DDB3: 'What a restore of Users brings back is held against it, so it is not restored.',
    });
    acknowledge(this.rateLimits, { DDB3: 'Counters of minutes and hours need no backup.' });
    acknowledge(this.tokens, {
      DDB3: 'Sessions are short-lived and need no backup: after a loss, users sign in again.',
    });
    if (isDisposable) acknowledge(this.users, { DDB3: 'A disposable stage keeps nothing worth a backup.' });
  }
}
