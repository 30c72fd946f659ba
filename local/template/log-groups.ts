/** Log groups: what the functions write goes to the terminal, so nothing about them has a meaning here. */
import * as v from 'valibot';
import type { ResourceType } from './resource-type';

export const logGroupType = {
  type: 'AWS::Logs::LogGroup',
  used: v.strictObject({}),
  withoutMeaning: ['LogGroupName', 'RetentionInDays', 'Tags'],
} as const satisfies ResourceType;
