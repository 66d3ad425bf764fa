// SPDX-License-Identifier: GPL-2.0-or-later
// The API without its transport: turns an authenticated and parsed request into an answer
// {code, json | object+def | text | list | watch, headers, warnings}.
'use strict';

const { clone } = require('./json');
const { Registry } = require('./registry');
const { Store } = require('./store');
const { Writes } = require('./writes');
const { Deletes } = require('./deletes');
const { Authorizer } = require('./rbac');
const { list, encodeList } = require('./list');
const { discover } = require('./discovery');
const { openapiV2, openapiV3Index, hash } = require('./openapi');
const openapiProto = require('./openapi_proto');
const { representation, partial, table } = require('./encoding');
const { recordUpdate } = require('./managed_fields');
const status = require('./status');

// The accepted type may contain an "@", which no parser of media types accepts in an answer.
const acceptedProto = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;
const protoType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

class Api {
    /// `options`: profile, stateFile, authorization, initializingMs, bookmarkIntervalMs, historyLimit.
    constructor(options, profile) {
        this.options = options;
        this.profile = profile;
        this.store = new Store(options);
        this.registry = new Registry(options.initializingMs);
        this.authorizer = new Authorizer(this.store, options.authorization);
        this.writes = new Writes(this);
        this.deletes = new Deletes(this);
        this.watches = new Set();
        this.port = 0;
        for (const crd of this.store.bucket('apiextensions.k8s.io/customresourcedefinitions').list()) this.registry.addCrd(crd);
        for (const name of ['default', 'kube-system', 'kube-public']) this.install({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }

    /// {def, info} for an object's location; undefined when its kind is not served.
    place({ apiVersion, kind, metadata: { name, namespace } }) {
        const def = this.registry.ofKind(apiVersion, kind);
        return def && { def, info: { name, namespace: def.namespaced ? namespace || 'default' : '', subresource: '' } };
    }

    has(manifest) {
        const place = this.place(manifest);
        return place !== undefined && this.writes.live(place.def, place.info) !== undefined;
    }

    /// Creates or replaces an object, including its status if it has one, as an all-powerful client would. Returns it,
    /// or undefined when its kind is unknown.
    install(manifest, userAgent = 'install') {
        const place = this.place(manifest);
        if (!place) return undefined;
        const { def, info } = place;
        const query = new URLSearchParams({ fieldValidation: 'Ignore' });
        const write = (live, subresource) => {
            const body = clone(manifest);
            if (!live) return this.writes.create({ def, info, query, body, userAgent }).object;
            body.metadata.resourceVersion = live.metadata.resourceVersion;
            const at = { ...info, name: live.metadata.name, subresource };
            return this.writes.update({ def, info: at, query, body, userAgent }).object;
        };
        const object = write(manifest.metadata.name && this.writes.live(def, info), '');
        return def.hasStatus && !def.builtIn && manifest.status ? write(object, 'status') : object;
    }

    answer(request) {
        const { info, who } = request;
        this.authorizer.check(who, info);
        if (!info.isResource) return this.nonResource(request);
        const def = this.registry.find(info.group, info.version, info.resource);
        if (!def || (info.subresource && !(info.subresource === 'status' && def.hasStatus))) throw status.pageNotFound();
        request.def = def;
        if (!this.registry.isReady(def)) throw status.initializing();
        if (def.review) return this.review(request);
        return this.resource(request, def, info);
    }

    resource(request, def, info) {
        const one = (answer) => ({ def, form: this.form(request, false), ...answer });
        switch (info.verb) {
            case 'get': {
                const object = this.writes.live(def, info);
                if (!object) throw status.notFound(def, info.name);
                return one({ code: 200, object });
            }
            case 'list': return this.listAnswer(list(def, info.namespace, request.query, this.store, this.profile), request, def);
            case 'watch': return { code: 200, watch: { def, form: this.form(request, true) } };
            case 'create': return one(this.writes.create(request));
            case 'update': return one(this.writes.update(request));
            case 'patch': return one(this.writes.patch(request, request.contentType));
            case 'delete': return one(this.deletes.deleteOne(request));
            case 'deletecollection': return this.listAnswer(this.deletes.deleteMany(request), request, def);
            default: throw status.methodNotAllowed();
        }
    }

    form(request) {
        const form = representation(request.accept);
        if (!form) throw status.notAcceptable(['application/json', 'application/yaml']);
        return form;
    }

    listAnswer(chosen, request, def) {
        return { code: 200, json: encodeList(chosen, def, this.form(request)), isCustom: !def.builtIn };
    }

    /// One object in the requested representation, as JSON.
    static represent(object, def, form, shown) {
        if (form.as === 'table') return table([object], def, form.version, { resourceVersion: object.metadata.resourceVersion });
        return form.as === 'metadata' ? partial(object, form.version) : shown;
    }

    review(request) {
        if (request.info.verb !== 'create') throw status.methodNotAllowed();
        const { def, body, who } = request;
        const { resourceAttributes, nonResourceAttributes } = body.spec || {};
        const asked = resourceAttributes
            ? { isResource: true, group: '', version: '', resource: '', subresource: '', namespace: '', name: '', ...resourceAttributes }
            : { isResource: false, ...nonResourceAttributes };
        const object = { apiVersion: Registry.apiVersion(def), kind: def.kind, metadata: {}, spec: body.spec };
        recordUpdate(object, undefined, this.writes.who(request, 'Update'), def);
        object.status = { allowed: this.authorizer.allows(who, asked) };
        return { code: 201, def, form: { as: 'object' }, object };
    }

    nonResource({ info, accept, method }) {
        if (method !== 'GET') throw status.pageNotFound();
        if (info.path === '/openapi/v2') {
            const document = openapiV2(this);
            const wantsProto = (accept || '').split(/[,;] */).some((each) => acceptedProto.test(each));
            if (wantsProto) return { code: 200, bytes: openapiProto.encode(document), type: protoType };
            return { code: 200, json: document };
        }
        if (this.profile.openapiV3 && info.path.startsWith('/openapi/v3')) return this.openapiV3(info.path);
        return { code: 200, ...discover(info.path, this, this.port) };
    }

    openapiV3(path) {
        const index = openapiV3Index(this);
        if (path === '/openapi/v3') {
            const paths = {};
            for (const [name, make] of index) {
                paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${hash(make())}` };
            }
            return { code: 200, json: { paths } };
        }
        const make = index.get(path.slice('/openapi/v3/'.length));
        if (!make) throw status.pageNotFound();
        return { code: 200, json: make() };
    }
}

module.exports = { Api };
