// SPDX-License-Identifier: GPL-2.0-or-later
// Checks an object against its structural schema, with the messages of the API server.
'use strict';

const { equal, isObject, typeName, text } = require('./json');
const { listType, itemKey } = require('./schema');

const posixClasses = {
    '[:space:]': '\\s', '[:alpha:]': 'A-Za-z', '[:digit:]': '0-9', '[:alnum:]': 'A-Za-z0-9', '[:upper:]': 'A-Z',
    '[:lower:]': 'a-z', '[:punct:]': '!-\\/:-@\\[-`{-~', '[:xdigit:]': '0-9A-Fa-f',
};

/// Converts a Go regular expression (RE2) to JavaScript.
function goPattern(pattern) {
    let flags = 'u';
    let source = pattern.replace(/\[:[a-z]+:\]/g, (name) => posixClasses[name] || name);
    source = source.replace(/\(\?i:([^()]*)\)/g, (_, inner) =>
        '(?:' + inner.replace(/[A-Za-z]/g, (c) => `[${c.toLowerCase()}${c.toUpperCase()}]`) + ')');
    if (source.startsWith('(?i)')) {
        flags += 'i';
        source = source.slice(4);
    }
    try {
        return new RegExp(source, flags);
    } catch {
        return new RegExp(source, flags.replace('u', ''));
    }
}

const patterns = new Map();
function matches(pattern, value) {
    if (!patterns.has(pattern)) patterns.set(pattern, goPattern(pattern));
    return patterns.get(pattern).test(value);
}

const formats = {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i,
    date: /^\d{4}-\d\d-\d\d$/,
    ipv4: /^(\d{1,3}\.){3}\d{1,3}$/,
    uuid: /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i,
};

class Validator {
    constructor(profile) {
        this.profile = profile;
        this.errors = [];
    }

    add(type, path, value, detail, more = {}) {
        this.errors.push({ type, field: path, value, detail, ...more });
    }

    child(path, key) {
        return path ? `${path}.${key}` : key;
    }

    item(path, index) {
        return this.profile.indexInPaths ? `${path}[${index}]` : path;
    }

    wrongType(path, wanted, found) {
        this.add(this.profile.typeInvalid ? 'TypeInvalid' : 'Invalid', path, found,
            `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`);
    }

    check(value, schema, path) {
        if (value === null && schema.nullable) return;
        if (schema['x-kubernetes-int-or-string']) {
            if (!['integer', 'string'].includes(typeName(value))) this.wrongType(path, 'integer,string', typeName(value));
        } else if (schema.type) {
            const found = typeName(value);
            if (found !== schema.type && !(schema.type === 'number' && found === 'integer')) {
                this.wrongType(path, schema.type, found);
                return;
            }
        }
        if (schema.enum && !schema.enum.some((each) => equal(each, value))) {
            this.add('NotSupported', path, value, '', { supported: schema.enum });
        }
        if (typeof value === 'string') this.checkText(value, schema, path);
        if (typeof value === 'number') this.checkNumber(value, schema, path);
        if (Array.isArray(value)) this.checkList(value, schema, path);
        if (isObject(value)) this.checkObject(value, schema, path);
        this.checkJunctors(value, schema, path);
    }

    checkText(value, schema, path) {
        const length = [...value].length;
        if (schema.maxLength !== undefined && length > schema.maxLength) {
            if (this.profile.typeInvalid) {
                this.add('TooLong', path, value, `may not be more than ${schema.maxLength} bytes`);
            } else {
                this.add('Invalid', path, value, `${path} in body should be at most ${schema.maxLength} chars long`);
            }
        }
        if (schema.minLength !== undefined && length < schema.minLength) {
            this.add('Invalid', path, value, `${path} in body should be at least ${schema.minLength} chars long`);
        }
        if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
            this.add('Invalid', path, value, `${path} in body should match '${schema.pattern}'`);
        }
        if (schema.format && formats[schema.format] && !formats[schema.format].test(value)) {
            this.add(this.profile.typeInvalid ? 'TypeInvalid' : 'Invalid', path, value,
                `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`);
        }
    }

    checkNumber(value, schema, path) {
        const { maximum, minimum } = schema;
        if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
            this.add('Invalid', path, value,
                `${path} in body should be less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
        }
        if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
            this.add('Invalid', path, value,
                `${path} in body should be greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
        }
        if (schema.multipleOf !== undefined && !Number.isInteger(value / schema.multipleOf)) {
            this.add('Invalid', path, value, `${path} in body should be a multiple of ${schema.multipleOf}`);
        }
    }

    checkList(value, schema, path) {
        if (schema.maxItems !== undefined && value.length > schema.maxItems) {
            if (this.profile.typeInvalid) {
                this.add('TooMany', path, value.length, `must have at most ${schema.maxItems} items`);
            } else {
                this.add('Invalid', path, value.length, `${path} in body should have at most ${schema.maxItems} items`);
            }
        }
        if (schema.minItems !== undefined && value.length < schema.minItems) {
            this.add('Invalid', path, value.length, `${path} in body should have at least ${schema.minItems} items`);
        }
        if (schema.items) value.forEach((each, i) => this.check(each, schema.items, this.item(path, i)));
        const kind = listType(schema);
        if (kind === 'atomic') return;
        const seen = new Set();
        value.forEach((each, i) => {
            const key = kind === 'map' ? itemKey(each, schema) : each;
            if (seen.has(text(key))) this.add('Duplicate', `${path}[${i}]`, key);
            seen.add(text(key));
        });
    }

    checkObject(value, schema, path) {
        const count = Object.keys(value).length;
        if (schema.maxProperties !== undefined && count > schema.maxProperties) {
            this.add('TooMany', path, count, `must have at most ${schema.maxProperties} items`);
        }
        if (schema.minProperties !== undefined && count < schema.minProperties) {
            this.add('Invalid', path, count, `${path} in body should have at least ${schema.minProperties} properties`);
        }
        for (const key of schema.required || []) {
            if (value[key] === undefined) this.add('Required', this.child(path, key), '', '');
        }
        for (const key of Object.keys(value).sort()) {
            if (path === '' && ['metadata', 'apiVersion', 'kind'].includes(key)) continue;
            const known = schema.properties && schema.properties[key];
            const sub = known || (isObject(schema.additionalProperties) ? schema.additionalProperties : undefined);
            if (sub) this.check(value[key], sub, this.child(path, key));
        }
    }

    fits(value, schema, path) {
        const trial = new Validator(this.profile);
        trial.check(value, schema, path);
        return trial.errors.length === 0;
    }

    checkJunctors(value, schema, path) {
        for (const each of schema.allOf || []) this.check(value, each, path);
        if (schema.anyOf && !schema.anyOf.some((each) => this.fits(value, each, path))) {
            this.add('Invalid', path, value, `${path} in body must validate at least one schema (anyOf)`);
        }
        if (schema.oneOf && schema.oneOf.filter((each) => this.fits(value, each, path)).length !== 1) {
            this.add('Invalid', path, value, `${path} in body must validate one and only one schema (oneOf)`);
        }
        if (schema.not && this.fits(value, schema.not, path)) {
            this.add('Invalid', path, value, `${path} in body must not validate the schema (not)`);
        }
    }
}

function validate(object, schema, profile) {
    const validator = new Validator(profile);
    validator.check(object, schema, '');
    return validator.errors;
}

module.exports = { validate, matches };
