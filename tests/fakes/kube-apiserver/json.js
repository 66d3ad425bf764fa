// SPDX-License-Identifier: GPL-2.0-or-later
// JSON values as the API server writes and compares them.
'use strict';

function clone(value) {
    if (Array.isArray(value)) return value.map(clone);
    if (value === null || typeof value !== 'object') return value;
    const copy = {};
    for (const key of Object.keys(value)) copy[key] = clone(value[key]);
    return copy;
}

function isObject(value) {
    return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function equal(a, b) {
    if (a === b) return true;
    if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, i) => equal(each, b[i]));
    if (!isObject(a) || !isObject(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]));
}

/// A copy with sorted keys in every object: Go's order for maps, and thus for custom resources.
function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted);
    if (!isObject(value)) return value;
    const copy = {};
    for (const key of Object.keys(value).sort()) copy[key] = sorted(value[key]);
    return copy;
}

/// Go escapes these characters in JSON because of HTML.
function text(value, indent) {
    return JSON.stringify(value, null, indent)
        .replace(/[<>&\u2028\u2029]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

/// The name of a value's type in OpenAPI.
function typeName(value) {
    if (value === null || value === undefined) return 'null';
    if (Array.isArray(value)) return 'array';
    if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
    return typeof value;
}

module.exports = { clone, isObject, equal, sorted, text, typeName };
