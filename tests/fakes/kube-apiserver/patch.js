// SPDX-License-Identifier: GPL-2.0-or-later
// JSON Merge Patch (RFC 7386), JSON Patch (RFC 6902), and the part of strategic merge patch that merges lists by name.
'use strict';

const { clone, equal, isObject } = require('./json');
const { badPatch, badRequest } = require('./status');

function mergePatch(target, patch) {
    if (!isObject(patch)) return clone(patch);
    const result = isObject(target) ? { ...target } : {};
    for (const key of Object.keys(patch)) {
        if (patch[key] === null) delete result[key];
        else result[key] = mergePatch(result[key], patch[key]);
    }
    return result;
}

// The keys by which strategic merge patch finds an item of a built-in list.
const mergeKeys = { ownerReferences: 'uid', conditions: 'type', secrets: 'name', imagePullSecrets: 'name',
    addresses: 'type' };
const mergedAsSets = new Set(['finalizers']);

function strategicList(target, patch, key) {
    if (mergedAsSets.has(key)) return [...new Set([...(target || []), ...patch])];
    const by = mergeKeys[key];
    if (!by) return clone(patch);
    const result = (target || []).slice();
    for (const item of patch) {
        const at = result.findIndex((each) => each[by] === item[by]);
        if (item.$patch === 'delete') {
            if (at >= 0) result.splice(at, 1);
        } else if (at < 0) {
            result.push(strategicMerge({}, item));
        } else {
            result[at] = strategicMerge(result[at], item);
        }
    }
    return result;
}

function strategicMerge(target, patch) {
    if (!isObject(patch)) return clone(patch);
    if (patch.$patch === 'replace') {
        const { $patch: _, ...rest } = patch;
        return clone(rest);
    }
    const result = isObject(target) ? { ...target } : {};
    for (const key of Object.keys(patch)) {
        if (key.startsWith('$deleteFromPrimitiveList/')) {
            const list = key.slice('$deleteFromPrimitiveList/'.length);
            result[list] = (result[list] || []).filter((each) => !patch[key].includes(each));
        } else if (key.startsWith('$')) {
            continue;
        } else if (patch[key] === null) {
            delete result[key];
        } else if (Array.isArray(patch[key])) {
            result[key] = strategicList(result[key], patch[key], key);
        } else {
            result[key] = strategicMerge(result[key], patch[key]);
        }
    }
    return result;
}

function pointer(path) {
    if (path === '') return [];
    return path.slice(1).split('/').map((each) => each.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function find(document, keys) {
    return keys.reduce((at, key) => {
        if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) throw badPatch();
        return at[key];
    }, document);
}

function put(document, keys, value, insert) {
    const parent = find(document, keys.slice(0, -1));
    const last = keys[keys.length - 1];
    if (parent === null || typeof parent !== 'object') throw badPatch();
    if (!Array.isArray(parent)) {
        if (!insert && !Object.hasOwn(parent, last)) throw badPatch();
        parent[last] = value;
        return;
    }
    const at = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(at) || at < 0 || at > parent.length || (!insert && at === parent.length)) throw badPatch();
    parent.splice(at, insert ? 0 : 1, value);
}

function take(document, keys) {
    const value = find(document, keys);
    const parent = find(document, keys.slice(0, -1));
    const last = keys[keys.length - 1];
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
    return value;
}

function jsonPatch(target, operations) {
    if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
    const document = clone(target);
    for (const { op, path, from, value } of operations) {
        const keys = pointer(path);
        if (op === 'test') {
            if (!equal(find(document, keys), value)) throw badPatch();
        } else if (op === 'add') {
            put(document, keys, clone(value), true);
        } else if (op === 'replace') {
            put(document, keys, clone(value), false);
        } else if (op === 'remove') {
            take(document, keys);
        } else if (op === 'move') {
            put(document, keys, take(document, pointer(from)), true);
        } else if (op === 'copy') {
            put(document, keys, clone(find(document, pointer(from))), true);
        } else {
            throw badPatch();
        }
    }
    return document;
}

module.exports = { mergePatch, strategicMerge, jsonPatch };
