// SPDX-License-Identifier: GPL-2.0-or-later
// metadata.managedFields: which manager owns which field after an update or an apply.
'use strict';

const { FieldSet, difference } = require('./field_set');

// Fields that the server itself sets have no owner.
const serversOwn = ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp',
    'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'managedFields'];

function stripped(set, def) {
    set.children.delete('f:apiVersion');
    set.children.delete('f:kind');
    const metadata = set.children.get('f:metadata');
    if (metadata) {
        metadata.member = false;
        for (const name of serversOwn) metadata.children.delete(`f:${name}`);
        if (metadata.isEmpty) set.children.delete('f:metadata');
    }
    // Spec and status of a built-in kind are present even when they are empty.
    if (def.builtIn) {
        for (const name of ['f:spec', 'f:status']) {
            const part = set.children.get(name);
            if (part && part.children.size) part.member = false;
        }
    }
    return set;
}

class Entry {
    constructor(raw) {
        this.manager = raw.manager;
        this.operation = raw.operation;
        this.apiVersion = raw.apiVersion;
        this.subresource = raw.subresource || '';
        this.time = raw.time;
        this.set = FieldSet.fromFieldsV1(raw.fieldsV1 || {});
        this.set.member = false;
    }

    is(other) {
        return this.manager === other.manager && this.operation === other.operation &&
            this.subresource === other.subresource && (this.operation === 'Apply' || this.apiVersion === other.apiVersion);
    }

    /// The entry as JSON. Built-in kinds use another order of keys, which distinguishes them on the wire.
    toJson(builtIn) {
        const fields = this.set.toFieldsV1();
        const tail = this.subresource ? { subresource: this.subresource } : {};
        if (builtIn) {
            return { manager: this.manager, operation: this.operation, apiVersion: this.apiVersion, time: this.time,
                fieldsType: 'FieldsV1', fieldsV1: fields, ...tail };
        }
        return { apiVersion: this.apiVersion, fieldsType: 'FieldsV1', fieldsV1: fields, manager: this.manager,
            operation: this.operation, ...tail, time: this.time };
    }
}

const order = (a, b) => a.operation.localeCompare(b.operation) || a.time.localeCompare(b.time) ||
    a.manager.localeCompare(b.manager) || a.subresource.localeCompare(b.subresource);

function read(object) {
    return ((object && object.metadata.managedFields) || []).map((raw) => new Entry(raw));
}

function write(object, entries, def) {
    const kept = entries.filter((entry) => !entry.set.isEmpty).sort(order);
    if (kept.length) object.metadata.managedFields = kept.map((entry) => entry.toJson(def.builtIn));
    else delete object.metadata.managedFields;
}

/// Sets object.metadata.managedFields after `who` = {manager, operation: 'Update', apiVersion, subresource, time}
/// changed `live` (undefined for a new object) to `object`.
function recordUpdate(object, live, who, def) {
    const entries = read(live);
    const empty = { apiVersion: object.apiVersion, kind: object.kind, metadata: {} };
    const { changed, removed } = difference(live || empty, object, def.schema);
    stripped(changed, def);
    let mine = entries.find((entry) => entry.is(who));
    if (!mine) {
        mine = new Entry({ ...who, fieldsV1: {} });
        entries.push(mine);
    }
    for (const entry of entries) {
        entry.set = entry.set.minus(removed);
        if (entry !== mine) entry.set = entry.set.minus(changed);
    }
    mine.set = mine.set.union(changed);
    if (!changed.isEmpty) mine.time = who.time;
    write(object, entries, def);
}

module.exports = { Entry, read, write, stripped, recordUpdate };
