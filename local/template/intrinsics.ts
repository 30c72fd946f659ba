/**
 * Resolves CloudFormation's intrinsic functions to what they stand for on this machine: a resource's logical id is
 * its name, the account is 123456789012, the region us-east-1. A function or attribute not known here is refused.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import { isRecord } from './records';
import { attribute, mistake, noValue, reference, type Scope } from './references';
import type { RawResource, Template } from './template';

/** Resolves a value of one resource's properties; throws TemplateError naming that resource. */
export type Resolve = (value: unknown, resource: RawResource) => unknown;

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: refer,
  'Fn::GetAtt': getAttribute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': substitute,
};

/** The resolver of one template. What it returns holds no intrinsic function and no `AWS::NoValue`. */
export function resolverOf(template: Template): Resolve {
  return (value, resource) => resolveValue(value, { template, resource });
}

function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => resolveValue(element, scope)).filter((element) => element !== noValue);
  }
  if (!isRecord(value)) return value;
  const intrinsic = intrinsicOf(value, scope);
  if (intrinsic !== undefined) return intrinsic();
  const entries = Object.entries(value).map(([key, member]) => [key, resolveValue(member, scope)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== noValue));
}

function intrinsicOf(value: Readonly<Record<string, unknown>>, scope: Scope): (() => unknown) | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const evaluate = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (evaluate !== undefined) return () => evaluate(value[name], scope);
  if (name.startsWith('Fn::')) throw mistake(scope, `${name} is not understood`);
  return undefined;
}

function refer(name: unknown, scope: Scope): unknown {
  if (typeof name !== 'string') throw mistake(scope, 'Ref needs a name');
  return reference(name, scope);
}

function getAttribute(argument: unknown, scope: Scope): string {
  const [name = '', ...path] =
    typeof argument === 'string' ? argument.split('.') : stringsOf(argument, scope);
  return attribute(name, path.join('.'), scope);
}

function join(argument: unknown, scope: Scope): string {
  const [delimiter, elements] = pairOf(argument, scope, 'Fn::Join');
  return stringsOf(resolveValue(elements, scope), scope).join(String(delimiter));
}

function select(argument: unknown, scope: Scope): string {
  const [index, elements] = pairOf(argument, scope, 'Fn::Select');
  const selected = stringsOf(resolveValue(elements, scope), scope)[Number(index)];
  if (selected === undefined) throw mistake(scope, `Fn::Select has no element ${index}`);
  return selected;
}

function split(argument: unknown, scope: Scope): string[] {
  const [delimiter, text] = pairOf(argument, scope, 'Fn::Split');
  return String(resolveValue(text, scope)).split(String(delimiter));
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, variables] =
    typeof argument === 'string' ? [argument, {}] : pairOf(argument, scope, 'Fn::Sub');
  if (!isRecord(variables)) throw mistake(scope, 'Fn::Sub has no map of variables');
  return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return String(resolveValue(variables[name], scope));
    return String(name.includes('.') ? getAttribute(name, scope) : reference(name, scope));
  });
}

function pairOf(argument: unknown, scope: Scope, name: string): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) throw mistake(scope, `${name} needs two arguments`);
  return [argument[0], argument[1]];
}

function stringsOf(value: unknown, scope: Scope): string[] {
  const isText = (element: unknown) => typeof element === 'string' || typeof element === 'number';
  if (!Array.isArray(value) || !value.every(isText)) throw mistake(scope, 'a list of strings is due here');
  return value.map(String);
}
