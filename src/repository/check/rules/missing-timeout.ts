import type { Node } from '@babel/types';
import { isDirectCall, isFetch, optionsOf, sets } from '../facts/http-calls.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import {
  argumentAt,
  CALLS,
  calleeName,
  isCall,
  isMember,
  literalText,
  MEMBERS,
  pathOf,
  propertyName,
} from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { importOf, trace } from '../syntax/values.ts';

const LIMIT = /^(?:timeout|signal|cancelToken)$/;

export const missingTimeout: Rule = {
  id: 'missing-timeout',
  title: 'An outgoing request without a timeout',
  severity: 'warning',
  why: 'axios, got and node:https wait without end, fetch for minutes: one service that hangs takes every worker with it.',
  fix: 'Set timeout (axios, got, node:https) or signal: AbortSignal.timeout(ms) (fetch).',
  source: 'https://axios-http.com/docs/req_config',
  bad: `const client = axios.create({ baseURL: 'https://api.example.com' });`,
  good: `const client = axios.create({ baseURL: 'https://api.example.com', timeout: 10_000 });`,
  find(module) {
    if (isBrowserCode(module)) return [];
    const calls = module.all(...CALLS).filter((call) => !isLimitedAround(module, call));
    return hits(
      calls.filter(
        (call) =>
          isEndlessAxios(module, call) ||
          isEndlessFetch(module, call) ||
          isEndlessGot(module, call) ||
          isEndlessHttps(module, call),
      ),
    );
  },
};

const BROWSER_GLOBALS = /^(?:window|document|localStorage|sessionStorage|navigator)$/;

/** In a browser the person who waits is the timeout. */
function isBrowserCode(module: SourceModule): boolean {
  if (module.all('JSXElement', 'JSXFragment').length > 0) return true;
  if (module.all('Directive').some(({ value }) => value.value === 'use client')) return true;
  return module
    .all(...MEMBERS)
    .some(
      ({ object }) =>
        isType(object, 'Identifier') && BROWSER_GLOBALS.test(object.name) && module.bindingOf(object) === undefined,
    );
}

/** `withTimeout(fetch(…))`, `Promise.race([fetch(…), …])`. */
function isLimitedAround(module: SourceModule, call: Call): boolean {
  for (const ancestor of module.ancestorsOf(call)) {
    if (isCall(ancestor) && /timeout|^race$|deadline|abortable/i.test(calleeName(ancestor))) return true;
  }
  return false;
}

function isEndlessAxios(module: SourceModule, call: Call): boolean {
  if (!isDirectCall(module, call, 'axios') || setsDefault(module)) return false;
  const path = importOf(module, call.callee)?.path ?? [];
  const name = path.length === 1 && path[0] === 'default' ? '' : calleeName(call);
  if (name === 'create') return sets(module, argumentAt(call, 0), LIMIT) === 'no';
  if (!/^(?:|request|get|post|put|patch|delete|head|postForm)$/.test(name)) return false;
  const { node } = optionsOf(call);
  return sets(module, node, LIMIT) === 'no';
}

/** `axios.defaults.timeout = …`, `client.defaults.timeout = …` */
const setsDefault = (module: SourceModule) =>
  module
    .all('AssignmentExpression')
    .some(
      ({ left }) => isMember(left) && propertyName(left) === 'timeout' && (pathOf(left)?.includes('defaults') ?? false),
    );

function isEndlessFetch(module: SourceModule, call: Call): boolean {
  if (!isFetch(module, call) || usesDispatcher(module)) return false;
  const address = argumentAt(call, 0);
  if (address === undefined || isRelative(module, address)) return false;
  if (isRequestObject(module, address)) return false;
  if (call.arguments.some((argument) => isType(argument, 'SpreadElement'))) return false;
  return sets(module, argumentAt(call, 1), /^(?:signal|dispatcher|timeout|agent)$/) === 'no';
}

/** A Request brings its own signal. */
function isRequestObject(module: SourceModule, address: Node): boolean {
  if (/req(?:uest)?(?:clone)?$/i.test(pathOf(address)?.at(-1) ?? '')) return true;
  return trace(module, address).some(({ node }) => isType(node, 'NewExpression') && calleeName(node) === 'Request');
}

const usesDispatcher = (module: SourceModule) =>
  module.all(...CALLS).some((call) => calleeName(call) === 'setGlobalDispatcher');

function isRelative(module: SourceModule, address: Node): boolean {
  return trace(module, address).some(({ node, path }) => {
    const text = path.length === 0 ? literalText(node) : undefined;
    return text !== undefined && (/^\/(?!\/)|^\.|^data:|^blob:|^file:/.test(text) || text === '');
  });
}

function isEndlessGot(module: SourceModule, call: Call): boolean {
  if (!isDirectCall(module, call, 'got')) return false;
  if (calleeName(call) === 'extend') return sets(module, argumentAt(call, 0), LIMIT) === 'no';
  return (
    sets(
      module,
      argumentAt(
        call,
        literalText(argumentAt(call, 0)) === undefined &&
          call.arguments.length === 1 &&
          isType(argumentAt(call, 0), 'ObjectExpression')
          ? 0
          : 1,
      ),
      LIMIT,
    ) === 'no'
  );
}

function isEndlessHttps(module: SourceModule, call: Call): boolean {
  const imported = importOf(module, call.callee);
  if (imported === undefined || !/^https?$/.test(imported.source) || !/^(?:request|get)$/.test(calleeName(call)))
    return false;
  const given = call.arguments.map((argument) => sets(module, argument, LIMIT));
  if (given.includes('yes')) return false;
  return (
    !module.all(...CALLS).some((other) => calleeName(other) === 'setTimeout' && isMember(other.callee)) &&
    !module.all('StringLiteral').some(({ value }) => value === 'timeout')
  );
}
