// SPDX-License-Identifier: GPL-2.0-or-later
// Server-side apply: merges an applied object into the live one by the rules of field managers.
'use strict';

const { clone, equal, isObject } = require('./json');
const { fieldSchema, isAtomicMap, itemKey, listType } = require('./schema');
const { parts, fieldsOf, difference, shownPath } = require('./field_set');
const { Entry, read, write, stripped } = require('./managed_fields');
const { ApiError } = require('./status');

function mergeList(live, applied, schema) {
    const kind = listType(schema);
    if (kind === 'atomic' || !Array.isArray(live)) return clone(applied);
    const merged = live.slice();
    for (const item of applied) {
        const same = kind === 'set' ? (each) => equal(each, item)
            : (each) => equal(itemKey(each, schema), itemKey(item, schema));
        const at = merged.findIndex(same);
        if (at < 0) merged.push(clone(item));
        else merged[at] = merge(merged[at], item, schema.items);
    }
    return merged;
}

function merge(live, applied, schema, atRoot = false) {
    if (Array.isArray(applied)) return mergeList(live, applied, schema);
    if (!isObject(applied) || !isObject(live) || isAtomicMap(schema)) return clone(applied);
    const merged = { ...live };
    for (const key of Object.keys(applied)) {
        const sub = fieldSchema(schema, key, atRoot) || {};
        merged[key] = key in live ? merge(live[key], applied[key], sub) : clone(applied[key]);
    }
    return merged;
}

const isHollow = (value) => value !== null && typeof value === 'object' && Object.keys(value).length === 0;

/// Removes the members of `set` from the value, except those in `owned`. A container that loses its last field is
/// removed too; when a manager owns the container itself, a custom resource gets null in its place, as in the real
/// server.
function remove(value, set, owned, def, schema, atRoot = true) {
    const below = parts(value, schema, atRoot);
    if (!below) return value;
    const result = Array.isArray(value) ? [] : {};
    for (const [element, each, sub] of below) {
        const gone = set.children.get(element);
        const held = owned && owned.children.get(element);
        const isHeld = held !== undefined && !held.isEmpty;
        if (gone && gone.member && !isHeld) continue;
        let kept = gone ? remove(each, gone, held, def, sub, false) : each;
        if (gone && isHollow(kept) && !isHollow(each)) {
            if (!isHeld) continue;
            if (!def.builtIn) kept = null;
        }
        if (Array.isArray(value)) result.push(kept);
        else result[element.slice(2)] = kept;
    }
    return result;
}

function describe(entry) {
    let text = JSON.stringify(entry.manager);
    if (entry.subresource) text += ` with subresource "${entry.subresource}"`;
    if (entry.operation === 'Update') text += ` using ${entry.apiVersion} at ${entry.time}`;
    return text;
}

function conflictError(conflicts) {
    const causes = [];
    const groups = [];
    for (const { entry, paths } of conflicts) {
        const who = describe(entry);
        for (const path of paths) {
            causes.push({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field: path });
        }
        groups.push(paths.length === 1 && conflicts.length === 1 ? `conflict with ${who}: ${paths[0]}`
            : `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`);
    }
    const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
    return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${groups.join('\n')}`, { causes });
}

/// The object after `who` = {manager, operation: 'Apply', apiVersion, subresource, time} applied `applied` to `live`
/// (undefined: it does not exist). `finish` fills in defaults, in place, before owners are compared. Throws 409 when
/// another manager has a field with another value, unless `force`.
function applyObject(live, applied, who, def, force, finish) {
    const wanted = stripped(fieldsOf(applied, def.schema), def);
    const entries = read(live);
    const mine = entries.find((entry) => entry.is(who));
    const base = live || { apiVersion: applied.apiVersion, kind: applied.kind, metadata: {} };
    let merged = merge(base, applied, def.schema, true);

    const others = entries.filter((entry) => entry !== mine);
    const owned = others.reduce((all, entry) => all.union(entry.set), wanted);
    if (mine) merged = remove(merged, mine.set.minus(owned), owned, def, def.schema);
    merged.metadata.managedFields = base.metadata.managedFields;
    finish(merged);

    const { changed, removed } = difference(base, merged, def.schema);
    const contested = changed.intersect(wanted);
    const conflicts = [];
    for (const entry of others) {
        const paths = entry.set.intersect(contested).paths().map(shownPath);
        if (paths.length) conflicts.push({ entry, paths });
    }
    if (conflicts.length && !force) throw conflictError(conflicts);
    for (const entry of others) entry.set = entry.set.minus(contested).minus(removed);

    const entry = mine || new Entry({ ...who, fieldsV1: {} });
    if (!mine || !equal(mine.set.toFieldsV1(), wanted.toFieldsV1()) || !equal(base, merged)) entry.time = who.time;
    entry.apiVersion = who.apiVersion;
    entry.set = wanted;
    write(merged, [...others, entry], def);
    return merged;
}

module.exports = { applyObject };
