// SPDX-License-Identifier: GPL-2.0-or-later
// Authorization: the rules of (Cluster)Roles and their bindings, which are ordinary objects in the store.
'use strict';

const { ApiError, qualified } = require('./status');

// What the real server's system:discovery, system:public-info-viewer and system:basic-user allow.
const forEveryone = [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] }];
const forAuthenticated = [
    { verbs: ['get'], nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version'] },
    { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
];

const holds = (list, value) => (list || []).some((each) => each === '*' || each === value);

function urlAllowed(list, path) {
    return (list || []).some((each) => each === path || (each.endsWith('*') && path.startsWith(each.slice(0, -1))));
}

function ruleAllows(rule, info) {
    if (!holds(rule.verbs, info.verb)) return false;
    if (!info.isResource) return urlAllowed(rule.nonResourceURLs, info.path);
    const resource = info.subresource ? `${info.resource}/${info.subresource}` : info.resource;
    const resources = rule.resources || [];
    const named = resources.includes('*') || resources.includes(resource) ||
        (info.subresource && resources.includes(`*/${info.subresource}`));
    const names = rule.resourceNames || [];
    return holds(rule.apiGroups, info.group) && named && (names.length === 0 || names.includes(info.judgedName ?? info.name));
}

function subjectIs(subject, who, bindingNamespace) {
    if (subject.kind === 'User') return subject.name === who.user;
    if (subject.kind === 'Group') return who.groups.includes(subject.name);
    return who.user === `system:serviceaccount:${subject.namespace || bindingNamespace}:${subject.name}`;
}

class Authorizer {
    /// `mode` is 'RBAC' or 'AlwaysAllow'.
    constructor(store, mode) {
        this.store = store;
        this.mode = mode;
    }

    objects(plural) {
        return this.store.bucket(`rbac.authorization.k8s.io/${plural}`);
    }

    rulesOf(binding) {
        const { kind, name } = binding.roleRef;
        const role = kind === 'ClusterRole' ? this.objects('clusterroles').objects.get(`/${name}`)
            : this.objects('roles').objects.get(`${binding.metadata.namespace}/${name}`);
        return (role && role.rules) || [];
    }

    allows(who, info) {
        if (this.mode === 'AlwaysAllow' || who.groups.includes('system:masters')) return true;
        const rules = forEveryone.slice();
        if (who.groups.includes('system:authenticated')) rules.push(...forAuthenticated);
        const bindings = this.objects('clusterrolebindings').list();
        if (info.namespace) bindings.push(...this.objects('rolebindings').list(info.namespace));
        for (const binding of bindings) {
            if ((binding.subjects || []).some((each) => subjectIs(each, who, binding.metadata.namespace))) {
                rules.push(...this.rulesOf(binding));
            }
        }
        return rules.some((rule) => ruleAllows(rule, info));
    }

    check(who, info) {
        if (!this.allows(who, info)) throw forbidden(who, info);
    }
}

function forbidden(who, info) {
    const more = { headers: { 'x-content-type-options': 'nosniff' } };
    if (!info.isResource) {
        return new ApiError(403, 'Forbidden', `forbidden: User "${who.user}" cannot ${info.verb} path "${info.path}"`, {}, more);
    }
    const def = { group: info.group, plural: info.resource };
    const what = info.name ? `${qualified(def)} "${info.name}"` : qualified(def);
    const resource = info.subresource ? `${info.resource}/${info.subresource}` : info.resource;
    const where = info.namespace ? ` in the namespace "${info.namespace}"` : ' at the cluster scope';
    const details = {};
    if (info.name) details.name = info.name;
    if (info.group) details.group = info.group;
    details.kind = info.resource;
    return new ApiError(403, 'Forbidden', `${what} is forbidden: User "${who.user}" cannot ${info.verb} resource ` +
        `"${resource}" in API group "${info.group}"${where}`, details, more);
}

module.exports = { Authorizer };
