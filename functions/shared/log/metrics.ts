/**
 * Metrics in CloudWatch's embedded format: a log line that says of itself which of its members are metrics costs no call.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { findEventKind, type SecurityEvent } from './events';

/** Stands for no namespace: nothing is measured. */
export const NO_METRICS = 'none';

export interface Measured {
  readonly event: SecurityEvent;
  readonly nowMs: number;
  readonly hashMilliseconds?: number | undefined;
}

/** The members that make an event's line count. */
export function toMetrics({ event, nowMs, hashMilliseconds }: Measured, namespace: string): object {
  const { metric } = findEventKind(event);
  const counted = metric && directive(namespace, metric.name, { unit: 'Count', by: metric.by });
  const timed =
    hashMilliseconds !== undefined && directive(namespace, 'HashMilliseconds', { unit: 'Milliseconds' });
  const directives = [counted, timed].filter(Boolean);
  if (namespace === NO_METRICS || directives.length === 0) return {};
  return {
    _aws: { Timestamp: nowMs, CloudWatchMetrics: directives },
    ...(counted && { [metric.name]: 1 }),
    ...(timed && { HashMilliseconds: hashMilliseconds }),
  };
}

const directive = (
  Namespace: string,
  Name: string,
  { unit, by }: { unit: string; by?: string | undefined },
) => ({
  Namespace,
  Dimensions: [by === undefined ? [] : [by]],
  Metrics: [{ Name, Unit: unit }],
});
