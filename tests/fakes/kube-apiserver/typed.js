// SPDX-License-Identifier: GPL-2.0-or-later
// Mistakes that prevent reading an applied object by its schema: unknown fields, duplicate or missing list keys. The
// real server answers these with 500.
'use strict';

const { isObject, text, sorted } = require('./json');
const { fieldSchema, listType, itemKey } = require('./schema');
const { shownPath } = require('./field_set');

function listMistakes(value, schema, path, found) {
    const seen = new Set();
    value.forEach((item, i) => {
        const key = itemKey(item, schema);
        const missing = Object.keys(key).find((name) => key[name] === null);
        if (missing) {
            found.push(`${path}: element ${i}: associative list with keys has an element that omits key field "${missing}" (and doesn't have default value)`);
            return;
        }
        const element = shownPath([`k:${text(sorted(key))}`]);
        if (seen.has(element)) found.push(`${path}: duplicate entries for key ${element}`);
        seen.add(element);
        walk(item, schema.items, path + element, found, false);
    });
}

function walk(value, schema, path, found, atRoot) {
    if (Array.isArray(value)) {
        if (listType(schema) === 'map') listMistakes(value, schema, path, found);
        else if (schema && schema.items) value.forEach((item, i) => walk(item, schema.items, `${path}[${i}]`, found, false));
    } else if (isObject(value)) {
        for (const key of Object.keys(value)) {
            const sub = fieldSchema(schema, key, atRoot);
            if (sub === undefined) found.push(`${path}.${key}: field not declared in schema`);
            else walk(value[key], sub, `${path}.${key}`, found, false);
        }
    }
}

function typedMistakes(object, def) {
    const found = [];
    walk(object, def.schema, '', found, true);
    return found;
}

module.exports = { typedMistakes };
