// SPDX-License-Identifier: GPL-2.0-or-later
// Sets of fields in the form of FieldsV1: a tree whose nodes indicate whether the field itself is a member.
'use strict';

const { equal, isObject, sorted } = require('./json');
const { fieldSchema, listType, isAtomicMap, itemKey } = require('./schema');

class FieldSet {
    constructor() {
        this.member = false;
        this.children = new Map();
    }

    child(element) {
        if (!this.children.has(element)) this.children.set(element, new FieldSet());
        return this.children.get(element);
    }

    get isEmpty() {
        if (this.member) return false;
        for (const each of this.children.values()) if (!each.isEmpty) return false;
        return true;
    }

    static fromFieldsV1(fields) {
        const set = new FieldSet();
        const keys = Object.keys(fields);
        for (const key of keys) {
            if (key === '.') set.member = true;
            else set.children.set(key, FieldSet.fromFieldsV1(fields[key]));
        }
        if (keys.length === 0) set.member = true;
        return set;
    }

    toFieldsV1(atRoot = true) {
        const fields = {};
        for (const key of [...this.children.keys()].sort()) {
            if (!this.children.get(key).isEmpty) fields[key] = this.children.get(key).toFieldsV1(false);
        }
        if (this.member && !atRoot && Object.keys(fields).length) return { '.': {}, ...fields };
        return fields;
    }

    /// May share parts of both, which are therefore never changed.
    static combine(a, b, keep) {
        if (!a && b && keep(false, true)) return b;
        if (!b && a && keep(true, false)) return a;
        const result = new FieldSet();
        if ((!a && !keep(false, true)) || (!b && !keep(true, false))) return result;
        result.member = keep(Boolean(a && a.member), Boolean(b && b.member));
        const elements = new Set([...((a && a.children.keys()) || []), ...((b && b.children.keys()) || [])]);
        for (const element of elements) {
            const child = FieldSet.combine(a && a.children.get(element), b && b.children.get(element), keep);
            if (!child.isEmpty) result.children.set(element, child);
        }
        return result;
    }

    union(other) {
        return FieldSet.combine(this, other, (a, b) => a || b);
    }

    minus(other) {
        return FieldSet.combine(this, other, (a, b) => a && !b);
    }

    intersect(other) {
        return FieldSet.combine(this, other, (a, b) => a && b);
    }

    /// Every member as a list of path elements.
    paths(prefix = []) {
        const found = this.member ? [prefix] : [];
        for (const [element, child] of this.children) found.push(...child.paths([...prefix, element]));
        return found;
    }
}

// Splits one value into path elements: a list of [element, value, schema], or null for a leaf.
function parts(value, schema, atRoot) {
    if (isObject(value) && !isAtomicMap(schema)) {
        return Object.keys(value).map((key) => [`f:${key}`, value[key], fieldSchema(schema, key, atRoot) || {}]);
    }
    if (!Array.isArray(value)) return null;
    const kind = listType(schema);
    if (kind === 'set') return value.map((each) => [`v:${JSON.stringify(each)}`, each, undefined]);
    if (kind !== 'map') return null;
    return value.map((each) =>
        [`k:${JSON.stringify(sorted(itemKey(each, schema)))}`, each, schema.items]);
}

/// The fields that an applied object sets: its leaves, and the items of lists that are maps.
function fieldsOf(value, schema, atRoot = true) {
    const set = new FieldSet();
    const below = parts(value, schema, atRoot);
    if (!below || below.length === 0) {
        set.member = !atRoot;
        return set;
    }
    for (const [element, each, sub] of below) {
        const child = fieldsOf(each, sub, false);
        if (element.startsWith('k:')) child.member = true;
        set.children.set(element, child);
    }
    return set;
}

/// Every field of a value, including containers.
function allFields(value, schema, atRoot) {
    const set = new FieldSet();
    set.member = !atRoot;
    for (const [element, each, sub] of parts(value, schema, atRoot) || []) {
        set.children.set(element, allFields(each, sub, false));
    }
    return set;
}

/// {changed, removed}: the fields that are new or different in `after`, and those that it lacks.
function difference(before, after, schema, atRoot = true) {
    if (before === after) return { changed: new FieldSet(), removed: new FieldSet() };
    const old = parts(before, schema, atRoot);
    const now = parts(after, schema, atRoot);
    if (!old || !now) {
        const all = allFields(after, schema, atRoot);
        return {
            changed: equal(before, after) ? new FieldSet() : all,
            removed: allFields(before, schema, atRoot).minus(all),
        };
    }
    const changed = new FieldSet();
    const removed = new FieldSet();
    const olds = new Map(old.map((each) => [each[0], each]));
    for (const [element, value, sub] of now) {
        if (!olds.has(element)) {
            changed.children.set(element, allFields(value, sub, false));
            continue;
        }
        const below = difference(olds.get(element)[1], value, sub, false);
        if (!below.changed.isEmpty) changed.children.set(element, below.changed);
        if (!below.removed.isEmpty) removed.children.set(element, below.removed);
        olds.delete(element);
    }
    for (const [element, [, value, sub]] of olds) removed.children.set(element, allFields(value, sub, false));
    return { changed, removed };
}

/// A path for people: .status.conditions[type="Ready"].status
function shownPath(path) {
    return path.map((element) => {
        const rest = element.slice(2);
        if (element.startsWith('f:')) return `.${rest}`;
        if (element.startsWith('v:')) return `[=${rest}]`;
        return '[' + Object.entries(JSON.parse(rest)).map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(',') + ']';
    }).join('');
}

module.exports = { FieldSet, parts, fieldsOf, allFields, difference, shownPath };
