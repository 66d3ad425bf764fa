// SPDX-License-Identifier: GPL-2.0-or-later
// DELETE of one or many objects: preconditions, finalizers, and what is deleted with a namespace or a CRD.
'use strict';

const { clone } = require('./json');
const status = require('./status');
const { list } = require('./list');
const { now, isDryRun } = require('./writes');

class Deletes {
    constructor(api) {
        this.api = api;
    }

    checkPreconditions({ uid, resourceVersion }, object, def) {
        const failed = (what, wanted, found) => status.conflict(def, object.metadata.name,
            `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`);
        if (uid && uid !== object.metadata.uid) throw failed('UID', uid, object.metadata.uid);
        if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
            throw failed('ResourceVersion', resourceVersion, object.metadata.resourceVersion);
        }
    }

    deleteOne(request) {
        const { def, info, query, body } = request;
        const object = this.api.writes.live(def, info);
        if (!object) throw status.notFound(def, info.name);
        const options = body || {};
        this.checkPreconditions(options.preconditions || {}, object, def);
        const dryRun = isDryRun(query) || (options.dryRun || []).includes('All');
        const waits = this.remove(object, def, dryRun);
        if (waits) return { code: 200, object: waits };
        const details = { name: info.name };
        if (def.group) details.group = def.group;
        Object.assign(details, { kind: def.plural, uid: object.metadata.uid });
        return { code: 200, json: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
    }

    /// Returns the object when finalizers keep it, otherwise nothing.
    remove(object, def, dryRun) {
        const { writes } = this.api;
        if ((object.metadata.finalizers || []).length) {
            if (object.metadata.deletionTimestamp) return object;
            const marked = clone(object);
            Object.assign(marked.metadata, { deletionTimestamp: now(), deletionGracePeriodSeconds: 0 });
            if (marked.metadata.generation) marked.metadata.generation += 1;
            return dryRun ? marked : this.store('MODIFIED', marked, def);
        }
        if (dryRun) return undefined;
        if (def.kind === 'Namespace') this.emptyNamespace(object.metadata.name);
        if (def.kind === 'CustomResourceDefinition') this.emptyBucket(`${object.spec.group}/${object.spec.names.plural}`);
        writes.commit('DELETED', writes.view(object, def), def);
        return undefined;
    }

    store(type, object, def) {
        const { writes } = this.api;
        return writes.commit(type, writes.view(object, def), def);
    }

    emptyNamespace(namespace) {
        for (const def of this.api.registry.kinds.filter((each) => each.namespaced)) {
            for (const object of this.api.store.bucket(def.bucket).list(namespace)) this.remove(object, def, false);
        }
    }

    emptyBucket(bucket) {
        const def = this.api.registry.kinds.find((each) => each.bucket === bucket);
        if (def) for (const object of this.api.store.bucket(bucket).list()) this.remove({ ...object, metadata: { ...object.metadata, finalizers: [] } }, def, false);
    }

    /// Returns the deleted objects as a list.
    deleteMany({ def, info, query }) {
        const chosen = list(def, info.namespace, query, this.api.store, this.api.profile);
        for (const object of chosen.items) this.remove(object, def, isDryRun(query));
        return chosen;
    }
}

module.exports = { Deletes };
