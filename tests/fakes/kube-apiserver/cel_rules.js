// SPDX-License-Identifier: GPL-2.0-or-later
// Applies the x-kubernetes-validations of a schema to an object. Rules that use oldSelf apply only to changes.
'use strict';

const { isObject, typeName, text } = require('./json');
const { listType, itemKey } = require('./schema');
const { parse } = require('./cel_parser');
const { evaluate } = require('./cel_eval');

const trees = new Map();
function compiled(rule) {
    if (!trees.has(rule)) trees.set(rule, parse(rule));
    return trees.get(rule);
}

function hasRules(schema) {
    if (!isObject(schema)) return false;
    if (schema['x-kubernetes-validations'] && schema['x-kubernetes-validations'].length) return true;
    const below = Object.values(schema.properties || {}).concat(schema.items || [], schema.additionalProperties || []);
    return below.some(hasRules);
}

const errorTypes = { FieldValueForbidden: 'Forbidden', FieldValueRequired: 'Required', FieldValueDuplicate: 'Duplicate' };

function broken(rule, scope, path, value) {
    let message = rule.message || `failed rule: ${rule.rule.trim()}`;
    if (rule.messageExpression) {
        try {
            message = evaluate(compiled(rule.messageExpression), scope);
        } catch {
            // An expression that fails leaves the plain message.
        }
    }
    return {
        type: errorTypes[rule.reason] || 'Invalid', field: (path + (rule.fieldPath || '')).replace(/^\./, ''),
        value: typeName(value), detail: message,
    };
}

function checkRules(value, old, schema, path, errors) {
    for (const rule of schema['x-kubernetes-validations'] || []) {
        if (/\boldSelf\b/.test(rule.rule) && old === undefined) continue;
        const scope = old === undefined ? { self: value } : { self: value, oldSelf: old };
        try {
            if (evaluate(compiled(rule.rule), scope) !== true) errors.push(broken(rule, scope, path, value));
        } catch (error) {
            errors.push({
                type: 'Invalid', field: path, value: typeName(value),
                detail: `rule evaluation error: ${error.message}`,
            });
        }
    }
}

function counterpart(item, schema, olds) {
    if (!Array.isArray(olds) || listType(schema) !== 'map') return undefined;
    const key = text(itemKey(item, schema));
    return olds.find((each) => text(itemKey(each, schema)) === key);
}

function walk(value, old, schema, path, errors) {
    checkRules(value, old, schema, path, errors);
    if (Array.isArray(value) && schema.items) {
        value.forEach((each, i) => walk(each, counterpart(each, schema, old), schema.items, `${path}[${i}]`, errors));
    } else if (isObject(value)) {
        for (const key of Object.keys(value)) {
            const sub = (schema.properties && schema.properties[key]) ||
                (isObject(schema.additionalProperties) ? schema.additionalProperties : undefined);
            const before = isObject(old) ? old[key] : undefined;
            if (sub) walk(value[key], before, sub, path ? `${path}.${key}` : key, errors);
        }
    }
    return errors;
}

/// The rules that `object` breaks. `old` is the object that it replaces, undefined for a new one.
function brokenRules(object, old, schema) {
    return walk(object, old, schema, '', []);
}

module.exports = { hasRules, brokenRules };
