// SPDX-License-Identifier: GPL-2.0-or-later
// Evaluates a tree of cel_parser over JSON values. Throws where CEL has an error; && and || absorb errors as in CEL.
'use strict';

const { equal, isObject } = require('./json');
const { matches } = require('./validation');

const textFunctions = {
    startsWith: (s, x) => s.startsWith(x),
    endsWith: (s, x) => s.endsWith(x),
    contains: (s, x) => s.includes(x),
    matches: (s, x) => matches(x, s),
    indexOf: (s, x) => s.indexOf(x),
    lastIndexOf: (s, x) => s.lastIndexOf(x),
    lowerAscii: (s) => s.toLowerCase(),
    upperAscii: (s) => s.toUpperCase(),
    trim: (s) => s.trim(),
    split: (s, x) => s.split(x),
    replace: (s, x, y) => s.split(x).join(y),
    substring: (s, from, to) => s.substring(from, to),
    charAt: (s, i) => s.charAt(i),
};

const listFunctions = {
    isSorted: (list) => list.every((each, i) => i === 0 || list[i - 1] <= each),
    sum: (list) => list.reduce((a, b) => a + b, 0),
    min: (list) => list.reduce((a, b) => (b < a ? b : a)),
    max: (list) => list.reduce((a, b) => (b > a ? b : a)),
    indexOf: (list, x) => list.findIndex((each) => equal(each, x)),
    join: (list, separator = '') => list.join(separator),
};

const freeFunctions = {
    size: (value) => size(value),
    int: (value) => Math.trunc(Number(value)),
    double: (value) => Number(value),
    string: (value) => String(value),
    bool: (value) => (typeof value === 'boolean' ? value : value === 'true'),
    type: (value) => typeof value,
    matches: (value, pattern) => matches(pattern, value),
};

function size(value) {
    if (typeof value === 'string') return [...value].length;
    if (Array.isArray(value)) return value.length;
    if (isObject(value)) return Object.keys(value).length;
    throw new Error('no such overload: size');
}

function arithmetic(op, a, b) {
    if (op === '+' && Array.isArray(a) && Array.isArray(b)) return a.concat(b);
    if (typeof a !== typeof b || (typeof a === 'string' && op !== '+')) throw new Error('no such overload');
    const whole = Number.isInteger(a) && Number.isInteger(b);
    if ((op === '/' || op === '%') && whole && b === 0) throw new Error('division by zero');
    switch (op) {
        case '+': return a + b;
        case '-': return a - b;
        case '*': return a * b;
        case '/': return whole ? Math.trunc(a / b) : a / b;
        default: return a % b;
    }
}

function compare(op, a, b) {
    if (op === '==') return equal(a, b);
    if (op === '!=') return !equal(a, b);
    if (op === 'in') return Array.isArray(b) ? b.some((each) => equal(each, a)) : Object.hasOwn(b, a);
    if (typeof a !== typeof b || typeof a === 'object') throw new Error('no such overload');
    switch (op) {
        case '<': return a < b;
        case '<=': return a <= b;
        case '>': return a > b;
        default: return a >= b;
    }
}

/// A value that decides alone (true for ||, false for &&) takes precedence over an error on the other side.
function decide(tree, scope, deciding) {
    const sides = [tree.left, tree.right].map((side) => () => evaluate(side, scope));
    let failure;
    for (const side of sides) {
        try {
            if (side() === deciding) return deciding;
        } catch (error) {
            failure = error;
        }
    }
    if (failure) throw failure;
    return !deciding;
}

function macro(tree, scope) {
    const target = evaluate(tree.target, scope);
    const items = Array.isArray(target) ? target : Object.keys(target);
    const each = (body) => (item) => evaluate(body, { ...scope, [tree.variable]: item });
    switch (tree.name) {
        case 'all': return items.every(each(tree.body[0]));
        case 'exists': return items.some(each(tree.body[0]));
        case 'exists_one': return items.filter(each(tree.body[0])).length === 1;
        case 'filter': return items.filter(each(tree.body[0]));
        default:
            return tree.body.length === 1 ? items.map(each(tree.body[0]))
                : items.filter(each(tree.body[0])).map(each(tree.body[1]));
    }
}

function has(tree, scope) {
    const value = evaluate(tree.value, scope);
    return isObject(value) && Object.hasOwn(value, tree.name);
}

function call(tree, scope) {
    if (!tree.target && tree.name === 'has') return has(tree.args[0], scope);
    const args = tree.args.map((each) => evaluate(each, scope));
    if (!tree.target) {
        if (!Object.hasOwn(freeFunctions, tree.name)) throw new Error(`undeclared reference to '${tree.name}'`);
        return freeFunctions[tree.name](...args);
    }
    const target = evaluate(tree.target, scope);
    if (tree.name === 'size') return size(target);
    const functions = typeof target === 'string' ? textFunctions : Array.isArray(target) ? listFunctions : {};
    if (!Object.hasOwn(functions, tree.name)) throw new Error(`no such overload: ${tree.name}`);
    return functions[tree.name](target, ...args);
}

function lookUp(value, key) {
    if (Array.isArray(value) ? !(key in value) : !(isObject(value) && Object.hasOwn(value, key))) {
        throw new Error(`no such key: ${key}`);
    }
    return value[key];
}

function evaluate(tree, scope) {
    switch (tree.op) {
        case 'literal': return tree.value;
        case 'name':
            if (!Object.hasOwn(scope, tree.name)) throw new Error(`undeclared reference to '${tree.name}'`);
            return scope[tree.name];
        case 'field': return lookUp(evaluate(tree.value, scope), tree.name.replace(/^__(.*)__$/, '$1'));
        case 'index': return lookUp(evaluate(tree.value, scope), evaluate(tree.index, scope));
        case 'not': return !evaluate(tree.value, scope);
        case 'negate': return -evaluate(tree.value, scope);
        case '?': return evaluate(evaluate(tree.condition, scope) ? tree.yes : tree.no, scope);
        case '||': return decide(tree, scope, true);
        case '&&': return decide(tree, scope, false);
        case 'list': return tree.items.map((each) => evaluate(each, scope));
        case 'map': return Object.fromEntries(tree.entries.map(([k, v]) => [evaluate(k, scope), evaluate(v, scope)]));
        case 'macro': return macro(tree, scope);
        case 'call': return call(tree, scope);
        case '+': case '-': case '*': case '/': case '%':
            return arithmetic(tree.op, evaluate(tree.left, scope), evaluate(tree.right, scope));
        default: return compare(tree.op, evaluate(tree.left, scope), evaluate(tree.right, scope));
    }
}

module.exports = { evaluate };
