// SPDX-License-Identifier: GPL-2.0-or-later
// The served kinds, built-in and from CRDs, and which of them are still starting.
'use strict';

const { builtInKinds } = require('./builtin_kinds');
const { kindsOf } = require('./crd');

class Registry {
    /// `initializingMs`: how long a new custom resource answers that its storage is not ready.
    constructor(initializingMs) {
        this.initializingMs = initializingMs;
        this.kinds = builtInKinds.slice();
        this.readyAt = new Map();
    }

    addCrd(crd) {
        const bucket = `${crd.spec.group}/${crd.spec.names.plural}`;
        this.kinds = this.kinds.filter((each) => each.bucket !== bucket).concat(kindsOf(crd));
        if (!this.readyAt.has(bucket)) this.readyAt.set(bucket, Date.now() + this.initializingMs);
    }

    removeCrd(crd) {
        const bucket = `${crd.spec.group}/${crd.spec.names.plural}`;
        this.kinds = this.kinds.filter((each) => each.bucket !== bucket);
        this.readyAt.delete(bucket);
    }

    isReady(def) {
        return def.builtIn || Date.now() >= (this.readyAt.get(def.bucket) || 0);
    }

    /// Makes all custom resources answer for `ms` that their storage is not ready.
    unready(ms) {
        for (const bucket of this.readyAt.keys()) this.readyAt.set(bucket, Date.now() + ms);
    }

    find(group, version, plural) {
        return this.kinds.find((each) => each.group === group && each.version === version && each.plural === plural);
    }

    ofKind(apiVersion, kind) {
        return this.kinds.find((each) => each.kind === kind && Registry.apiVersion(each) === apiVersion);
    }

    /// A Map from each group to its versions, without the group "".
    groups() {
        const groups = new Map();
        for (const { group, version } of this.kinds) {
            if (!group) continue;
            if (!groups.has(group)) groups.set(group, []);
            if (!groups.get(group).includes(version)) groups.get(group).push(version);
        }
        return groups;
    }

    ofVersion(group, version) {
        return this.kinds.filter((each) => each.group === group && each.version === version);
    }

    static apiVersion(def) {
        return def.group ? `${def.group}/${def.version}` : def.version;
    }
}

module.exports = { Registry };
