// SPDX-License-Identifier: GPL-2.0-or-later
// CREATE, UPDATE and PATCH of objects and of their status.
'use strict';

const crypto = require('crypto');
const { clone, equal } = require('./json');
const status = require('./status');
const admission = require('./admission');
const { applyDefaults } = require('./schema');
const { recordUpdate } = require('./managed_fields');
const { applyObject } = require('./apply');
const { typedMistakes } = require('./typed');
const { mergePatch, strategicMerge, jsonPatch } = require('./patch');
const { Registry } = require('./registry');

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const randomSuffix = () => [...crypto.randomBytes(5)].map((each) => suffixLetters[each % suffixLetters.length]).join('');

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

const isDryRun = (query) => query.get('dryRun') === 'All';

function withoutEmptyText(value) {
    if (value === '') return null;
    if (Array.isArray(value)) return value.map(withoutEmptyText);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutEmptyText(each)]));
}

class Writes {
    constructor(api) {
        this.api = api;
    }

    who(request, operation) {
        const { info, query, userAgent } = request;
        const subresource = this.api.profile.subresourceInManagedFields ? info.subresource : '';
        return { manager: query.get('fieldManager') || userAgent.split('/')[0] || 'unknown', operation,
            apiVersion: Registry.apiVersion(request.def), subresource, time: now() };
    }

    live(def, info) {
        return this.api.store.bucket(def.bucket).objects.get(`${info.namespace && def.namespaced ? info.namespace : ''}/${info.name}`);
    }

    /// The object in the requested version; never the stored object itself.
    view(object, def) {
        const shown = def.fromStorage ? def.fromStorage(clone(object)) : clone(object);
        shown.apiVersion = Registry.apiVersion(def);
        return shown;
    }

    commit(type, object, def) {
        const { api } = this;
        const stored = def.toStorage ? def.toStorage(object) : object;
        api.store.commit(api.store.bucket(def.bucket), type, stored);
        if (def.kind === 'CustomResourceDefinition') {
            if (type === 'DELETED') api.registry.removeCrd(stored);
            else api.registry.addCrd(stored);
        }
        return stored;
    }

    create(request) {
        const { def, info, query, body } = request;
        const object = body;
        admission.checkIdentity(object, def, info);
        const { metadata } = object;
        if (!metadata.name && metadata.generateName) metadata.name = metadata.generateName + randomSuffix();
        if (metadata.resourceVersion) {
            throw new status.ApiError(500, '', 'resourceVersion should not be set on objects to be created', {});
        }
        const warnings = admission.decode(object, def, query, this.api.profile);
        // A kubelet registers its node with its status.
        if (def.hasStatus && def.kind !== 'Node') delete object.status;
        delete metadata.managedFields;
        return this.insert(object, request, warnings, () => recordUpdate(object, undefined, this.who(request, 'Update'), def));
    }

    /// The common end of a create and of an apply that creates; `own` writes managedFields.
    insert(object, { def, info, query }, warnings, own) {
        const { api } = this;
        if (def.namespaced && !api.store.bucket('/namespaces').objects.has(`/${info.namespace}`)) {
            throw status.notFound({ group: '', plural: 'namespaces' }, info.namespace);
        }
        const { metadata } = object;
        for (const key of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'generation']) delete metadata[key];
        Object.assign(metadata, { uid: crypto.randomUUID(), creationTimestamp: now() });
        if (def.hasGeneration) metadata.generation = 1;
        own();
        admission.check(object, undefined, def, api.profile);
        admission.complete(object, def, api.profile, metadata.creationTimestamp);
        if (this.live(def, { namespace: info.namespace, name: metadata.name })) throw status.alreadyExists(def, metadata.name);
        if (isDryRun(query)) return { code: 201, object, warnings };
        return { code: 201, object: this.commit('ADDED', object, def), warnings };
    }

    update(request) {
        const { def, info, query, body } = request;
        const stored = this.live(def, info);
        admission.checkIdentity(body, def, info);
        body.metadata.name = info.name;
        if (!stored) throw status.notFound(def, info.name);
        const live = this.view(stored, def);
        if (!body.metadata.resourceVersion && !def.unconditionalUpdate) {
            throw status.invalid(def, info.name, [{ type: 'Invalid', field: 'metadata.resourceVersion', rawValue: '0x0',
                detail: 'must be specified for an update' }]);
        }
        const warnings = admission.decode(body, def, query, this.api.profile);
        return { ...this.replace(live, body, request), warnings };
    }

    /// Replaces `live` by `wanted` under the rules of an update.
    replace(live, wanted, request) {
        const { def, info, query } = request;
        const object = this.confined(wanted, live, info.subresource, def);
        const { metadata } = object;
        if (metadata.resourceVersion && metadata.resourceVersion !== live.metadata.resourceVersion) {
            throw status.modified(def, info.name);
        }
        if (metadata.uid && metadata.uid !== live.metadata.uid) {
            throw status.conflict(def, info.name,
                `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${live.metadata.uid}`);
        }
        this.keepServersOwn(metadata, live.metadata);
        recordUpdate(object, live, this.who(request, 'Update'), def);
        return this.finish(object, live, request);
    }

    /// Only the part that the endpoint is for may change.
    confined(wanted, live, subresource, def) {
        if (!def.hasStatus) return wanted;
        if (subresource !== 'status') {
            const object = { ...wanted };
            if (live.status === undefined) delete object.status;
            else object.status = clone(live.status);
            return object;
        }
        const object = { ...clone(live), metadata: { ...clone(live.metadata), resourceVersion: wanted.metadata.resourceVersion, uid: wanted.metadata.uid } };
        if (wanted.status === undefined) delete object.status;
        else object.status = wanted.status;
        return object;
    }

    keepServersOwn(metadata, old) {
        for (const key of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation',
            'resourceVersion', 'selfLink', 'namespace', 'generateName']) {
            if (old[key] === undefined) delete metadata[key];
            else metadata[key] = old[key];
        }
    }

    /// Checks and stores. An unchanged object keeps its version.
    finish(object, live, { def, query }) {
        const { api } = this;
        const rest = ({ metadata: _, status: __, ...spec }) => spec;
        if (def.hasGeneration && (def.hasStatus ? !equal(rest(object), rest(live)) : !equal({ ...object, metadata: 0 }, { ...live, metadata: 0 }))) {
            object.metadata.generation = live.metadata.generation + 1;
        }
        admission.check(object, live, def, api.profile);
        admission.complete(object, def, api.profile, now());
        if (isDryRun(query)) return { code: 200, object };
        if (object.metadata.deletionTimestamp && !(object.metadata.finalizers || []).length) {
            this.commit('DELETED', clone(object), def);
            return { code: 200, object };
        }
        if (equal(object, live)) return { code: 200, object: live };
        return { code: 200, object: this.commit('MODIFIED', object, def) };
    }

    patch(request, type) {
        const { def, info, body } = request;
        if (type === 'application/apply-patch+yaml') return this.apply(request);
        const merge = { 'application/merge-patch+json': mergePatch, 'application/json-patch+json': jsonPatch };
        if (def.builtIn) merge['application/strategic-merge-patch+json'] = strategicMerge;
        if (!merge[type]) throw status.unsupportedMediaType([...Object.keys(merge).sort(), 'application/apply-patch+yaml']);
        const stored = this.live(def, info);
        if (!stored) throw status.notFound(def, info.name);
        const live = this.view(stored, def);
        const wanted = merge[type](live, body);
        admission.checkIdentity(wanted, def, info);
        const warnings = admission.decode(wanted, def, request.query, this.api.profile);
        return { ...this.replace(live, clone(wanted), request), warnings };
    }

    apply(request) {
        const { def, info, query, body } = request;
        if (!query.get('fieldManager')) {
            throw status.invalidOptions('PatchOptions', [{ type: 'Required', field: 'fieldManager', detail: 'is required for apply patch' }]);
        }
        admission.checkIdentity(body, def, info);
        if (body.metadata.managedFields) throw status.badRequest('metadata.managedFields must be nil');
        const stored = this.live(def, info);
        if (!stored && info.subresource) throw status.notFound(def, info.name);
        body.metadata.name = info.name;
        const live = stored && this.view(stored, def);
        if (live && body.metadata.resourceVersion && body.metadata.resourceVersion !== live.metadata.resourceVersion) {
            throw status.modified(def, info.name);
        }
        const applied = this.appliedPart(body, def, info.subresource);
        const mistakes = typedMistakes(applied, def);
        if (mistakes.length) {
            throw new status.ApiError(500, '', `failed to create typed patch object (${info.namespace}/${info.name}; ` +
                `${Registry.apiVersion(def)}, Kind=${def.kind}): ${mistakes.length === 1 ? mistakes[0] : 'errors:\n  ' + mistakes.join('\n  ')}`);
        }
        const who = this.who(request, 'Apply');
        const object = applyObject(live, applied, who, def, query.get('force') === 'true', (merged) => {
            if (!def.builtIn) applyDefaults(merged, def.schema);
        });
        if (!live) {
            this.api.authorizer.check(request.who, { ...info, verb: 'create' });
            return this.insert(object, request, [], () => {});
        }
        this.keepServersOwn(object.metadata, live.metadata);
        return this.finish(object, live, request);
    }

    /// The part of an applied object that this endpoint accepts.
    appliedPart(body, def, subresource) {
        const { apiVersion, kind, metadata, ...rest } = body;
        const { resourceVersion: _, uid: __, creationTimestamp: ___, ...named } = metadata;
        let part = { ...rest };
        if (def.hasStatus && subresource === 'status') part = rest.status === undefined ? {} : { status: rest.status };
        else if (def.hasStatus) delete part.status;
        if (!def.builtIn && this.api.profile.appliesEmptyTextAsNull) part = withoutEmptyText(part);
        const seen = subresource === 'status' ? { name: metadata.name, namespace: metadata.namespace } : named;
        return { apiVersion, kind, metadata: seen, ...part };
    }
}

module.exports = { Writes, now, isDryRun };
